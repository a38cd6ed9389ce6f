import { after, before, describe, it } from 'mocha';
import type { Frame } from 'playwright-core';
import { tellOnFailure } from '../support/failure.ts';
import { type Host, startHost } from '../support/host.ts';
import { chat, joinMeeting, leave, mark, startMeeting, tile } from '../support/meeting.ts';
import { makeTempFolder, type TempFolder } from '../support/temp.ts';
import { openWindow, type VsCodeWindow } from '../support/window.ts';

// Bob works on code in the place of the meeting's panel.

describe('a meeting that is out of view', () => {
  let host: Host;
  let alice: VsCodeWindow;
  let bob: VsCodeWindow;
  let atAlice: Frame;
  const folders: TempFolder[] = [];

  before(async () => {
    host = await startHost();
    const open = async (name: string): Promise<VsCodeWindow> => {
      const folder = await makeTempFolder(name);
      folders.push(folder);
      return openWindow({ host, folder: folder.path, name });
    };
    [alice, bob] = await Promise.all([open('Alice'), open('Bob')]);
    const invite = await startMeeting(alice, 'Join without devices');
    atAlice = await alice.panel();
    await joinMeeting(bob, invite);
    await tile(atAlice, 'Bob').waitFor();
  });

  after(async () => {
    await alice.dispose();
    await bob.dispose();
    await host.dispose();
    for (const folder of folders) await folder.dispose();
  });
  tellOnFailure(() => [alice, bob]);

  const tabOf = (window: VsCodeWindow, title: RegExp) =>
    window.page.locator('.tabs-container .tab').filter({ hasText: title });

  it('moves beside the first file that is opened', async () => {
    await bob.runCommand('File: New Untitled Text File');
    await tabOf(bob, /Untitled/u).waitFor();
    await bob.page.locator('.tabs-container .tab.active', { hasText: 'Parley' }).waitFor();
    await bob.page.locator('.tabs-container').nth(1).waitFor();
  });

  it('says in the status bar, in its title and once aloud what others do', async () => {
    await tabOf(bob, /Parley/u).click();
    await bob.runCommand('View: Move Editor into Left Group');
    await tabOf(bob, /Untitled/u).click();
    await bob.page.locator('.tabs-container .tab.active', { hasText: 'Untitled' }).waitFor();
    await bob.statusBar(/2 people$/u);
    await chat(atAlice, 'Have a look at line 12');
    await bob.statusBar('2 people, 1 new message');
    await tabOf(bob, /Parley \(1\)/u).waitFor();
    await bob.notification('In the meeting: 1 new message.');
    await alice.runCommand('Parley: Raise or Lower Hand');
    await bob.statusBar('2 people, 1 new message, 1 raised hand');
    await chat(atAlice, 'and at line 20');
    await bob.statusBar('2 people, 2 new messages, 1 raised hand');
    await tabOf(bob, /Parley \(3\)/u).waitFor();
  });

  it('mutes, stops the camera and raises a hand by commands', async () => {
    await bob.runCommand('Parley: Mute or Unmute Microphone');
    await mark(atAlice, 'Bob', 'Microphone off').waitFor();
    await bob.statusBar('Your microphone is muted');
    await bob.runCommand('Parley: Turn Camera On or Off');
    await mark(atAlice, 'Bob', 'Camera off').waitFor();
    await bob.runCommand('Parley: Raise or Lower Hand');
    await mark(atAlice, 'Bob', 'Hand raised').waitFor();
    await bob.runCommand('Parley: Mute or Unmute Microphone');
    await mark(atAlice, 'Bob', 'Microphone off').waitFor({ state: 'detached' });
    await bob.runCommand('Parley: Raise or Lower Hand');
    await mark(atAlice, 'Bob', 'Hand raised').waitFor({ state: 'detached' });
  });

  it('has nothing more to say once it is shown', async () => {
    await bob.acceptNotification('Show Meeting', 'In the meeting');
    await bob.statusBar(/2 people$/u);
    await tabOf(bob, /Parley$/u).waitFor();
    await bob.page
      .locator('.notification-toast', { hasText: 'In the meeting' })
      .waitFor({ state: 'detached' });
  });

  it('says no more that nobody is seen once its panel was opened again', async () => {
    await bob.closeTab('Parley');
    const toast = bob.page.locator('.notification-toast', { hasText: 'no longer seen or heard' });
    await toast.waitFor();
    await bob.page.locator('.part.statusbar .statusbar-item', { hasText: 'Meeting panel closed' }).click();
    await tile(await bob.panel(), 'Alice').waitFor();
    await toast.waitFor({ state: 'detached' });
    await leave(bob);
  });
});
