import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Script } from 'node:vm';
import * as vscode from 'vscode';
import { Commands } from '../../src/extension/ids.ts';
import { extension, leave, Person, start } from './parley.ts';

// Named so that it runs before any other file wakes the extension.
describe('activation', () => {
  it('does next to nothing until something is asked of Parley', async () => {
    assert.equal((await extension().activate()).isAwake, false);
  });

  it('takes at most 50 ms, loading included', async () => {
    const manifest: { readonly main: string } = extension().packageJSON;
    const began = performance.now();
    const code = readFileSync(join(extension().extensionPath, manifest.main), 'utf8');
    assert.ok(new Script(code, { filename: 'extension.cjs' }));
    const loading = performance.now() - began;
    const { activation } = await extension().activate();
    const all = loading + activation;
    assert.ok(
      all <= 50,
      `reading and compiling ${loading.toFixed(1)} ms, running ${activation.toFixed(1)} ms`,
    );
  });

  it('brings every command', async () => {
    const commands = await vscode.commands.getCommands(true);
    for (const id of Object.values(Commands)) assert.ok(commands.includes(id), id);
  });

  it('says what is missing when a command needs a meeting', async () => {
    const person = await Person.sitDown();
    const { leaveMeeting, copyInvite, shareFile, openPanel, toggleMicrophone, toggleHand } = Commands;
    const needy = [leaveMeeting, copyInvite, shareFile, openPanel, toggleMicrophone, toggleHand];
    for (const id of needy) await vscode.commands.executeCommand(id);
    assert.deepEqual(
      person.shown.map(({ message }) => message),
      Array.from({ length: needy.length }, () => 'You are not in a meeting.'),
    );
    assert.deepEqual(person.shown[0]?.buttons, ['Start Meeting', 'Join Meeting']);
  });

  it('presses no button of somebody who is not in the meeting yet', async () => {
    const person = await Person.sitDown();
    await start();
    try {
      await vscode.commands.executeCommand('parley.toggleMicrophone');
      const said = await person.sees(/You are not in the meeting at the moment/);
      assert.deepEqual(said.buttons, ['Show Meeting']);
    } finally {
      await leave();
    }
  });

  it('leads into a meeting from a command that needs one', async () => {
    const person = await Person.sitDown({ 'You are not in a meeting': 'Join Meeting' });
    await vscode.commands.executeCommand('parley.openPanel');
    while (!person.box) await new Promise(setImmediate);
    assert.equal(person.box.title, 'Join Meeting');
  });

  it('keeps a second Start from making a second meeting', async () => {
    const person = await Person.sitDown();
    const { invite } = await start();
    try {
      assert.equal(await vscode.commands.executeCommand('parley.startMeeting'), undefined);
      const question = await person.sees(/You are in a meeting already/);
      assert.deepEqual([question.kind, question.buttons], ['question', ['Leave and Start']]);
      const leaver = await Person.sitDown({ 'You are in a meeting already': 'Leave and Start' });
      const second = await start();
      assert.equal(leaver.shown[0]?.kind, 'question');
      assert.notEqual(second.invite.room, invite.room);
    } finally {
      await leave();
    }
  });
});
