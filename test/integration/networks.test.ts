import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { configure, leave, Person, start } from './parley.ts';

const TURN = { urls: 'turn:127.0.0.1:9', username: 'team' };
const ALONE = /^Your connections go through a relay only/;

describe('The settings of the network', function () {
  this.timeout(30_000);
  let restore: (() => Promise<void>) | undefined;
  afterEach(async () => {
    await leave();
    await setPassword('');
    await restore?.();
    restore = undefined;
  });

  async function setPassword(password: string): Promise<Person> {
    const person = await Person.sitDown({}, password);
    await vscode.commands.executeCommand('parley.setTurnPassword');
    return person;
  }

  it('name entries that cannot be used in one sentence, and the meeting goes on', async () => {
    const person = await Person.sitDown();
    restore = await configure({
      'parley.iceServers': [{ urls: 'stun:127.0.0.1:9' }, { urls: 'http://a' }, { ...TURN, credential: 'x' }],
    });
    await start();
    const { message, buttons } = await person.sees(/"parley\.iceServers" has entries that cannot be used/);
    assert.match(message, /http:\/\/a is no stun:.*; turn:127\.0\.0\.1:9 has its password in the settings/);
    assert.ok(!message.includes('stun:127.0.0.1'));
    assert.deepEqual(buttons, ['Open Settings']);
  });

  it('ask for the password of a TURN server, which is then kept, and removed by an empty one', async () => {
    restore = await configure({ 'parley.iceServers': [TURN] });
    const before = await Person.sitDown();
    await start();
    const { buttons } = await before.sees(
      /^No password is known for the TURN server turn:127\.0\.0\.1:9 \(team\)/,
    );
    assert.deepEqual(buttons, ['Set Password']);
    await leave();
    const asked = await setPassword('secret');
    assert.equal(asked.box?.password, true);
    await asked.sees(/is kept/);
    const after = await Person.sitDown();
    await start();
    await after.sees(/^Meeting started/);
    assert.ok(!after.shown.some(({ message }) => message.startsWith('No password')));
    await leave();
    await (await setPassword('')).sees(/was removed/);
  });

  it('connect nobody directly who wants a relay only, without asking first', async () => {
    restore = await configure({ 'parley.iceTransportPolicy': 'relay' });
    const person = await Person.sitDown();
    assert.equal(await vscode.commands.executeCommand('parley.startMeeting'), undefined);
    const { kind, buttons } = await person.sees(ALONE);
    assert.deepEqual([kind, buttons], ['question', ['Open Settings', 'Connect Directly']]);
    await Person.sitDown({ 'Your connections go through a relay only': 'Connect Directly' });
    await start();
  });

  it('say where to name a TURN server when there is none to set a password for', async () => {
    await (await setPassword('secret')).sees(/^No TURN server/);
  });
});
