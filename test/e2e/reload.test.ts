import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import type { Frame } from 'playwright-core';
import { SLOW_CAMERA } from '../support/browser.ts';
import { tellOnFailure } from '../support/failure.ts';
import { type Host, startHost } from '../support/host.ts';
import { differingFrames } from '../support/media.ts';
import {
  button,
  chat,
  chatShows,
  INVITE,
  joinMeeting,
  leave,
  mark,
  startMeeting,
  tile,
} from '../support/meeting.ts';
import { makeTempFolder, type TempFolder } from '../support/temp.ts';
import { fileRow, save } from '../support/transfers.ts';
import { openWindow, type VsCodeWindow } from '../support/window.ts';
import { freshPanel, markPanel } from '../support/freshPanel.ts';

// Panels, extension hosts and windows are loaded anew in the middle of a meeting. Whoever it happens to is back by
// themselves and as themselves. The tests build on each other: all of it is one meeting.

describe('a meeting that is loaded anew', () => {
  let host: Host;
  let alice: VsCodeWindow;
  let bob: VsCodeWindow;
  const folders: TempFolder[] = [];
  const windows: VsCodeWindow[] = [];
  /** The process of each person's extension host. */
  const extensionHosts = new Map<VsCodeWindow, number>();
  const said: string[] = [];

  async function open(name: string): Promise<VsCodeWindow> {
    const folder = await makeTempFolder(name);
    folders.push(folder);
    await writeFile(join(folder.path, `${name}.txt`), `what ${name} shares`);
    const window = await openWindow({ host, folder: folder.path, name, browserArgs: [SLOW_CAMERA] });
    windows.push(window);
    // A page that asks whether it may go is answered by the person who reloads it.
    window.page.on('dialog', (dialog) => void dialog.accept());
    // VS Code offers commands before there is a process that runs them.
    while (youngestOf(window) === undefined) await new Promise((resolve) => setTimeout(resolve, 50));
    extensionHosts.set(window, extensionHostOf(window));
    return window;
  }
  tellOnFailure(() => windows);

  before(async () => {
    host = await startHost();
    [alice, bob] = [await open('Alice'), await open('Bob')];
  });

  after(async () => {
    for (const window of windows) await window.dispose();
    await host.dispose();
    for (const folder of folders) await folder.dispose();
  });

  async function say(window: VsCodeWindow, text: string): Promise<void> {
    await chat(await window.panel(), text);
    said.push(text);
  }

  /** Both see all of the chat, and each other once. */
  async function isWhole(): Promise<void> {
    for (const window of windows) {
      const panel = await window.panel();
      await chatShows(panel, said);
      for (const { name } of windows)
        assert.equal(await tile(panel, name).count(), 1, `${name} at ${window.name}`);
    }
  }

  /** Disturbs somebody, and waits until both see each other again. Prints how long each of them had to wait. */
  async function comesBack(who: VsCodeWindow, disturb: () => Promise<unknown>): Promise<void> {
    const other = who === alice ? bob : alice;
    await markPanel(who);
    const began = Date.now();
    const passed = (): string => `${((Date.now() - began) / 1_000).toFixed(1)} s`;
    await disturb();
    const panel = await freshPanel(who);
    const loaded = passed();
    await tile(panel, other.name).waitFor();
    const entered = passed();
    await differingFrames(tile(panel, other.name).locator('video'));
    const sees = passed();
    await differingFrames(tile(await other.panel(), who.name).locator('video'));
    const all = Date.now() - began;
    extensionHosts.set(who, extensionHostOf(who));
    console.log(`      panel ${loaded}, in ${entered}, sees ${sees}, is seen ${(all / 1_000).toFixed(1)} s`);
    await say(who, `${who.name} is back ${String(said.length)}`);
    await say(other, `I see that ${String(said.length)}`);
    await isWhole();
  }

  async function takesFileOf(owner: VsCodeWindow, taker: VsCodeWindow): Promise<void> {
    const panel = await taker.panel();
    await save(panel, `${owner.name}.txt`);
  }

  it('begins with two people, their words and their files', async () => {
    await joinMeeting(bob, await startMeeting(alice));
    await say(alice, 'first');
    await tile(await alice.panel(), 'Bob').waitFor();
    await say(bob, 'second');
    for (const window of windows) await window.explorerMenu([`${window.name}.txt`], 'Share File in Meeting');
    await fileRow(await alice.panel(), 'Bob.txt').waitFor();
    await fileRow(await bob.panel(), 'Alice.txt').waitFor();
    await differingFrames(tile(await alice.panel(), 'Bob').locator('video'));
    await differingFrames(tile(await bob.panel(), 'Alice').locator('video'));
    await isWhole();
  });

  for (const role of ['host', 'guest'] as const) {
    const person = (): VsCodeWindow => (role === 'host' ? alice : bob);

    it(`takes the panel of the ${role} being reloaded`, async () => {
      await comesBack(person(), () => person().runCommand('Developer: Reload Webviews'));
    });

    it(`takes the window of the ${role} being reloaded`, async () => {
      await comesBack(person(), () => person().page.reload());
    });

    it(`takes the death of the ${role}'s extension host`, async () => {
      const who = person();
      const other = await (who === alice ? bob : alice).panel();
      await noteAbsence(other);
      await comesBack(who, async () => {
        process.kill(extensionHostOf(who), 'SIGKILL');
        // The panel lives on, and what is done in it until another one takes its place is not lost.
        // By keyboard, since a notification may lie over it.
        const panel = await who.panel();
        const box = panel.getByRole('textbox', { name: 'Message everyone' });
        said.push(`${who.name} goes on writing`);
        await box.fill(`${who.name} goes on writing`);
        await box.press('Enter');
        await button(panel, 'Mute microphone').press('Enter');
      });
      assert.deepEqual(await absences(other), [], 'nobody was missed');
      await mark(other, who.name, 'Microphone off').waitFor();
      await button(await who.panel(), 'Unmute microphone').press('Enter');
      await mark(other, who.name, 'Microphone off').waitFor({ state: 'detached' });
      assert.equal(await who.page.locator('.tabs-container .tab', { hasText: 'Parley' }).count(), 1);
    });
  }

  it('says in the panel that its extension host does not answer, and goes on', async () => {
    const [panel, other] = [await bob.panel(), await alice.panel()];
    const strip = panel.getByRole('status').filter({ hasText: 'extension host does not answer' });
    const stopped = extensionHostOf(bob);
    process.kill(stopped, 'SIGSTOP');
    const began = Date.now();
    try {
      await strip.waitFor();
      console.log(`      said after ${((Date.now() - began) / 1_000).toFixed(1)} s`);
      await bob.setClipboard('');
      await button(panel, 'Copy invite').press('Enter');
      await panel.getByText('this cannot be done now').waitFor();
      await say(bob, 'still here');
      await differingFrames(tile(other, 'Bob').locator('video'));
      await isWhole();
    } finally {
      process.kill(stopped, 'SIGCONT');
    }
    await strip.waitFor({ state: 'hidden' });
    assert.equal(await bob.clipboard(), '', 'what could not be done is not done later');
    await button(panel, 'Copy invite').press('Enter');
    await bob.clipboardMatching(INVITE);
    assert.equal(extensionHostOf(bob), stopped);
  });

  it('does not notice that the panel is moved to another column', async () => {
    await markPanel(bob);
    const panel = await alice.panel();
    await noteAbsence(panel);
    for (const where of ['Next', 'Previous']) {
      await bob.runCommand(`View: Move Editor into ${where} Group`);
      await differingFrames(tile(await bob.panel(), 'Alice').locator('video'), 2);
      await differingFrames(tile(panel, 'Bob').locator('video'), 2);
    }
    assert.deepEqual(await absences(panel), []);
    await isWhole();
  });

  it('takes the panel being moved into a window of its own, and that window being closed', async () => {
    const opened = bob.page.waitForEvent('popup');
    await bob.page.locator('.tabs-container .tab', { hasText: 'Parley' }).click();
    await comesBack(bob, () => bob.runCommand('View: Move Editor into New Window'));
    const window = await opened;
    assert.ok(window.frames().includes((await bob.panel()).parentFrame() ?? window.mainFrame()));
    // VS Code closes what is in a window with it: then the panel was closed, and is not moved back.
    await comesBack(bob, async () => {
      await window.close({ runBeforeUnload: true });
      await bob.acceptNotification('Reopen');
    });
  });

  it('still has what was shared before, and who was muted is still muted', async () => {
    await takesFileOf(alice, bob);
    await takesFileOf(bob, alice);
    await button(await bob.panel(), 'Mute microphone').click();
    await mark(await alice.panel(), 'Bob', 'Microphone off').waitFor();
    await comesBack(bob, () => bob.page.reload());
    await mark(await alice.panel(), 'Bob', 'Microphone off').waitFor();
    await button(await bob.panel(), 'Unmute microphone').waitFor();
  });

  it('does not bring back what was withdrawn while the extension host was dead', async () => {
    await comesBack(bob, async () => {
      process.kill(extensionHostOf(bob), 'SIGKILL');
      await button(await bob.panel(), 'Withdraw Bob.txt').press('Enter');
    });
    // The extension host knows of it as well.
    await comesBack(bob, () => bob.runCommand('Developer: Reload Webviews'));
    assert.equal(await button(await bob.panel(), 'Withdraw Bob.txt').count(), 0);
  });

  it('is not gone on with once it was left', async () => {
    await leave(bob);
    await tile(await alice.panel(), 'Bob').waitFor({ state: 'detached' });
    await bob.page.reload();
    // The palette offers it to who is in no meeting.
    assert.ok(await bob.offersCommand('Parley: Start Meeting'));
    // A tab that the window had not forgotten yet goes as soon as its extension host is there.
    await bob.page.locator('.tabs-container .tab', { hasText: 'Parley' }).waitFor({ state: 'detached' });
  });

  it('is not gone on with after more than ten minutes without an extension host, which is said', async () => {
    const kept = join(host.data, 'User', 'globalStorage', 'parley.parley', 'kept');
    const others = new Set(await readdir(kept));
    await startMeeting(bob);
    const died = extensionHostOf(bob);
    // So that it writes no sign of life any more.
    process.kill(died, 'SIGSTOP');
    const long = new Date(Date.now() - 11 * 60_000);
    for (const file of await readdir(kept)) if (!others.has(file)) await utimes(join(kept, file), long, long);
    process.kill(died, 'SIGKILL');
    assert.match(await bob.notification('no longer in the meeting'), /away for more than ten minutes/);
    await bob.page.locator('.tabs-container .tab', { hasText: 'Parley' }).waitFor({ state: 'detached' });
    await bob.acceptNotification('Start Meeting', 'no longer in the meeting');
    await (await bob.panel()).getByRole('textbox', { name: 'Your name' }).waitFor();
    extensionHosts.set(bob, extensionHostOf(bob));
  });

  it('is not gone on with by an extension host that had died when it was left', async () => {
    // For a moment there are two.
    const kept = alice.page.locator('.tabs-container .tab', { hasText: 'Parley' }).first();
    process.kill(extensionHostOf(alice), 'SIGKILL');
    const panel = await alice.panel();
    await button(panel, 'Leave meeting').press('Enter');
    await panel.getByRole('dialog').getByRole('button', { name: 'Leave', exact: true }).press('Enter');
    await kept.waitFor({ state: 'detached' });
    assert.ok(await alice.offersCommand('Parley: Start Meeting'));
    await kept.waitFor({ state: 'detached' });
  });

  /** Has a page note from now on whom it lists as somebody who is not reached. */
  async function noteAbsence(panel: Frame): Promise<void> {
    await panel.evaluate(() => {
      const missed: string[] = [];
      Object.assign(globalThis, { missed });
      setInterval(() => {
        const rows = document.querySelectorAll('[role="list"][aria-label="Participants"] [role="listitem"]');
        for (const row of rows) {
          const waits = row.querySelector<HTMLElement>('.person-link')?.hidden === false;
          if (waits) missed.push(row.querySelector('.person-name')?.textContent ?? '');
        }
      }, 20);
    });
  }

  function absences(panel: Frame): Promise<string[]> {
    return panel.evaluate(() => [...new Set(Reflect.get(globalThis, 'missed') as string[])]);
  }

  function extensionHostOf(window: VsCodeWindow): number {
    const pid = youngestOf(window);
    assert.ok(pid);
    return pid;
  }

  /** The youngest that is not the other person's: after a reload it is another process. */
  function youngestOf(window: VsCodeWindow): number | undefined {
    const others = new Set(windows.flatMap((each) => (each === window ? [] : [extensionHosts.get(each)])));
    return extensionHostsOf(host).findLast((each) => !others.has(each));
  }
});

/** Process ids of the extension hosts that a server runs. */
function extensionHostsOf(host: Host): number[] {
  const lines = execFileSync('ps', ['-A', '-ww', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' }).split('\n');
  const processes = lines.flatMap((line) => {
    const [, pid, parent, args = ''] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
    return pid === undefined ? [] : [{ pid: Number(pid), parent: Number(parent), args }];
  });
  const family = new Set([host.pid]);
  for (let size = 0; size < family.size;) {
    size = family.size;
    for (const { pid, parent } of processes) if (family.has(parent)) family.add(pid);
  }
  return processes
    .filter(({ pid, args }) => family.has(pid) && args.includes('--type=extensionHost'))
    .map(({ pid }) => pid);
}
