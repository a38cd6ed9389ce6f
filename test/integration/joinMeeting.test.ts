import assert from 'node:assert/strict';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { hostFacts, inviteTo } from '../../src/extension/meetingFacts.ts';
import { startServerProcess } from '../../src/extension/server/serverProcess.ts';
import { formatInvite, type Invite } from '../../src/shared/invite.ts';
import { extension, leave, panelIs, Person, start } from './parley.ts';

const joinMeeting = (argument?: unknown): Thenable<unknown> =>
  vscode.commands.executeCommand('parley.joinMeeting', argument);

async function inviteOf(changes: Partial<Invite> = {}): Promise<string> {
  const facts = await hostFacts('Alice', 'key');
  const servers = ['http://192.0.2.7:9000/', 'http://127.0.0.1:1/'];
  return formatInvite('vscode', { ...inviteTo(facts, servers, Date.now() + 3_600_000), ...changes });
}

describe('Join Meeting', function () {
  this.timeout(30_000);
  afterEach(() => leave());

  it('says what is wrong with an invite', async () => {
    const good = await inviteOf();
    const cases: readonly (readonly [string, RegExp])[] = [
      ['https://example.com/', /not a Parley invite/],
      ['vscode://other.publisher/join?v=1#abc', /not a Parley invite/],
      [good.slice(0, -20), /not complete/],
      [good.replace('v=1', 'v=2'), /newer version/],
      [good.replace('v=1', 'v=0'), /older version/],
      [await inviteOf({ expires: Date.now() - 60_000 }), /has expired/],
    ];
    for (const [text, sentence] of cases) {
      const person = await Person.sitDown();
      await joinMeeting(text);
      assert.equal(person.shown.length, 1, text);
      assert.equal(person.shown[0]?.kind, 'error');
      assert.match(person.shown[0].message, sentence);
    }
  });

  it('asks who and where before it joins by an invite that it was given', async () => {
    const person = await Person.sitDown();
    await joinMeeting(await inviteOf());
    // What the meeting before has still to say is no question.
    const questions = person.shown.filter(({ kind }) => kind === 'question');
    const [question] = questions;
    assert.ok(question);
    assert.equal(question.message, "Join Alice's meeting at 192.0.2.7:9000?");
    assert.match(question.detail, /192\.0\.2\.7:9000.*only when you say so/);
    assert.deepEqual(question.buttons, ['Join']);
    assert.equal(questions.length, 1, 'it went on without a yes');
  });

  it('names the addresses that did not answer, within five seconds', async () => {
    const person = await Person.sitDown({ Join: 'Join' });
    const began = Date.now();
    await joinMeeting(await inviteOf());
    const said = await person.sees(/^Nobody answers at .*The meeting may be over/);
    assert.ok(Date.now() - began < 5_000);
    assert.match(said.message, /192\.0\.2\.7:9000/);
    assert.deepEqual(said.buttons, ['Retry', 'Test My Setup']);
  });

  it('says in the box whose meeting Enter joins, and finds what is wrong while typing', async () => {
    const person = await Person.sitDown();
    await joinMeeting();
    const validate = (text: string): unknown => person.box?.validateInput?.(text);
    const good = await validate(`Come in: ${await inviteOf()}`);
    assert.deepEqual(good, {
      message:
        "Enter joins Alice's meeting at 192.0.2.7:9000. Camera and files are shared only when you say so.",
      severity: vscode.InputBoxValidationSeverity.Info,
    });
    const bad = await validate('hello');
    assert.deepEqual(bad, {
      message: 'This is not a Parley invite. An invite looks like "vscode://parley.parley/join…".',
      severity: vscode.InputBoxValidationSeverity.Error,
    });
  });

  it('says in the box whose meeting it is when the invite came from the clipboard', async () => {
    const person = await Person.sitDown();
    await vscode.env.clipboard.writeText('nothing');
    // Without the permission, as a browser may have none, there is no invite to be found.
    const held = await vscode.env.clipboard.readText();
    await joinMeeting();
    assert.match(person.box?.prompt ?? '', /^Paste the invite/);
    if (held !== 'nothing') return;
    await vscode.env.clipboard.writeText(`Come in: ${await inviteOf()}`);
    await joinMeeting();
    assert.match(
      person.box?.prompt ?? '',
      /^From your clipboard: Enter joins Alice's meeting at 192\.0\.2\.7:9000\./,
    );
    await vscode.env.clipboard.writeText(await inviteOf({ expires: Date.now() - 60_000 }));
    await joinMeeting();
    assert.match(person.box?.prompt ?? '', /^From your clipboard: This invite has expired/);
  });

  it('joins on the server that answers, and shows the panel', async () => {
    const server = await startServerProcess({
      program: join(extension().extensionPath, 'dist/peer-server.js'),
      port: 0,
      key: 'key',
      log: () => undefined,
    });
    try {
      const person = await Person.sitDown({ Join: 'Join' });
      await joinMeeting(await inviteOf({ servers: ['http://127.0.0.1:1/', ...server.addresses] }));
      assert.deepEqual(
        person.shown.map(({ kind }) => kind),
        ['question'],
      );
      await panelIs(true);
    } finally {
      await leave();
      await server.dispose();
    }
  });

  it('knows the meeting it is in', async () => {
    await Person.sitDown();
    const { text } = await start();
    const person = await Person.sitDown({ Join: 'Join' });
    await joinMeeting(text);
    await person.sees(/You are in this meeting already/);
  });
});
