import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once, EventEmitter } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { KEPT_MARK } from '../../../src/extension/ids.ts';
import { createIdentity, randomHex, randomToken } from '../../../src/extension/identity.ts';
import { keptText, parseKept, type KeptMeeting } from '../../../src/extension/keptMeeting.ts';
import { KeptMeetings, type ClaimedMeeting } from '../../../src/extension/keptMeetings.ts';
import type { MeetingKeeper } from '../../../src/extension/meetingKeeper.ts';
import { KEPT_FOR } from '../../../src/shared/limits.ts';
import { makeFolder } from '../gateway/support.ts';

async function makeMeeting(): Promise<KeptMeeting> {
  const identity = await createIdentity();
  return {
    v: 1,
    facts: {
      role: 'host',
      room: randomHex(),
      secret: randomToken(32),
      identity,
      hostId: identity.id,
      hostName: 'Alice',
      serverKey: randomHex(),
      inviteExpires: null,
    },
    name: 'Alice',
    record: {
      name: 'Alice',
      ordinal: 0,
      startedAt: 5,
      chat: [chatLine(1, 'a word that nobody else may read')],
      offers: [],
      taken: [{ offer: randomToken(16), by: ['b'.repeat(43)] }],
      members: [{ id: 'b'.repeat(43), peer: randomHex(), ordinal: 1 }],
      presenting: 7,
      aliveAt: null,
      hand: true,
      devices: { microphone: false, camera: true, chosen: { microphone: null, camera: null, speaker: null } },
    },
    window: 'one',
    closed: false,
    offers: [],
    saved: [
      {
        offer: {
          id: randomToken(16),
          kind: 'file',
          name: 'a.txt',
          size: 1,
          modified: 1,
          files: 1,
          path: null,
        },
        target: randomToken(16),
        uri: 'file:///w/a.txt',
      },
    ],
    gateway: { port: 47_115, key: randomToken(16) },
    stages: [{ stage: randomToken(16), purpose: 'devices', session: randomToken(16) }],
    server: {
      url: 'http://127.0.0.1:9000/',
      addresses: ['http://10.0.0.1:9000/'],
      ownPort: 9_000,
      term: 2,
      earlier: ['http://10.0.0.2:9000/'],
    },
  };

  function chatLine(lamport: number, text: string) {
    return { author: identity.id, authorName: 'Alice', entry: { seq: lamport, lamport, sentAt: 7, text } };
  }
}

/** Without the time of its last sign of life, which it was given when it was claimed. */
function asKept(meeting: KeptMeeting | undefined): KeptMeeting | undefined {
  return meeting?.record ? { ...meeting, record: { ...meeting.record, aliveAt: null } } : meeting;
}

describe('what is kept of a meeting', () => {
  it('is read as it was written', async () => {
    const meeting = await makeMeeting();
    assert.deepEqual(parseKept(keptText(meeting)), meeting);
  });

  it('is not taken from anything else', async () => {
    const meeting = await makeMeeting();
    const wrong: unknown[] = [
      'text',
      null,
      { ...meeting, v: 2 },
      { ...meeting, facts: { ...meeting.facts, secret: 'short' } },
      { ...meeting, gateway: { port: 70_000, key: meeting.gateway.key } },
      { ...meeting, server: { ...meeting.server, url: 'file:///etc/passwd' } },
      { ...meeting, offers: 'all of them' },
    ];
    for (const each of wrong) assert.equal(parseKept(JSON.stringify(each)), undefined);
    assert.equal(parseKept('{'), undefined);
  });

  it('loses what cannot be kept, and nothing else', async () => {
    const meeting = await makeMeeting();
    const [saved] = meeting.saved;
    const [stage] = meeting.stages;
    assert.ok(saved && stage);
    const own = { offer: saved.offer, to: null };
    const whole: KeptMeeting = { ...meeting, offers: [{ own, uri: 'file:///w/a.txt' }] };
    const long = `file:///${'x'.repeat(8_192)}`;
    const more: KeptMeeting = {
      ...whole,
      offers: [{ own, uri: long }, ...whole.offers],
      saved: [...whole.saved, { ...saved, uri: long }],
      stages: [{ ...stage, session: 'no token' }, ...whole.stages],
      server: { ...whole.server, addresses: [...whole.server.addresses, `http://${'x'.repeat(2_048)}/`] },
    };
    assert.deepEqual(JSON.parse(keptText(more)), JSON.parse(keptText(whole)), 'it is not written');
    assert.deepEqual(parseKept(JSON.stringify(more)), whole, 'it is not read');
    const many = Array.from({ length: 250 }, () => whole.offers[0]);
    assert.equal(parseKept(JSON.stringify({ ...whole, offers: many }))?.offers.length, 200);
  });

  it('loses the beginning of a chat that is very long', async () => {
    const meeting = await makeMeeting();
    const [line] = meeting.record?.chat ?? [];
    assert.ok(meeting.record && line);
    const chat = Array.from({ length: 1_000 }, (_, n) => ({
      ...line,
      entry: { ...line.entry, lamport: n, text: 'x'.repeat(4_000) },
    }));
    const text = keptText({ ...meeting, record: { ...meeting.record, chat } });
    assert.ok(text.length < 1_100_000, String(text.length));
    const kept = parseKept(text)?.record?.chat ?? [];
    assert.ok(kept.length > 200);
    assert.deepEqual(kept, chat.slice(-kept.length));
  });
});

describe('the keeping of meetings', () => {
  let folder: Awaited<ReturnType<typeof makeFolder>>;
  let secrets: Map<string, string>;
  let memento: Map<string, unknown>;
  let lines: string[];
  let changes: EventEmitter<{ secret: [] }>;
  /** Milliseconds. */
  let beat: number;
  /** What the window says when it is asked. */
  let answer: Promise<unknown>;
  const keepers: MeetingKeeper[] = [];

  beforeEach(async () => {
    folder = await makeFolder();
    secrets = new Map();
    memento = new Map();
    lines = [];
    changes = new EventEmitter();
    answer = Promise.resolve();
    beat = 20;
  });
  afterEach(async () => {
    for (const keeper of keepers.splice(0)) await keeper.remove();
    await folder.dispose();
  });

  const kept = (): string => join(folder.path, 'kept');
  const files = (): Promise<string[]> => readdir(kept());

  /** What a window sees; `workspace` is its own state. */
  const open = (workspace = memento): KeptMeetings =>
    new KeptMeetings({
      secrets: {
        get: (key) => Promise.resolve(secrets.get(key)),
        store: (key, value) => {
          secrets.set(key, value);
          changes.emit('secret');
          return Promise.resolve();
        },
        delete: (key) => {
          secrets.delete(key);
          return Promise.resolve();
        },
      },
      memento: {
        get: (key) => workspace.get(key),
        update: (key, value) => {
          if (value === undefined) workspace.delete(key);
          else workspace.set(key, value);
          return Promise.resolve();
        },
      },
      folder: kept(),
      log: (_level, message) => void lines.push(message),
      beat,
      askWindow: () => answer,
    });

  /** Takes a meeting that can be gone on with. */
  const claim = async (workspace = memento): Promise<ClaimedMeeting | undefined> => {
    const claimed = await open(workspace).claim();
    assert.ok(!claimed || 'meeting' in claimed);
    return claimed;
  };

  const idOf = (workspace: Map<string, unknown>): string =>
    (workspace.get(KEPT_MARK) as { readonly id: string }).id;
  /** Waits until a meeting is on disk. */
  const written = async (): Promise<string> => {
    const file = join(kept(), idOf(memento));
    while (!existsSync(file)) await setImmediate();
    return file;
  };
  /** The workspace as another process has marked it. */
  const markedBy = (pid: number): Map<string, unknown> => new Map([[KEPT_MARK, { id: idOf(memento), pid }]]);

  const begin = (onTaken = (): void => undefined): MeetingKeeper => {
    const keeper = open().begin(onTaken);
    keepers.push(keeper);
    return keeper;
  };
  /** A meeting that was let go of by an extension host that ended. */
  const leaveBehind = async (): Promise<KeptMeeting> => {
    const meeting = await makeMeeting();
    const keeper = begin();
    keeper.note(() => meeting);
    await keeper.letGo();
    return meeting;
  };

  it('gives a meeting to the next extension host of the workspace, once', async () => {
    const meeting = await leaveBehind();
    const claimed = await claim();
    assert.deepEqual(asKept(claimed?.meeting), meeting);
    assert.ok(claimed && claimed.age < 5_000);
    assert.equal(await open().claim(), undefined);
    assert.deepEqual(await files(), []);
    assert.equal(secrets.size, 0);
    assert.equal(memento.size, 0);
  });

  it('writes what changed last', async () => {
    const meeting = await makeMeeting();
    const keeper = begin();
    let now = meeting;
    keeper.note(() => now);
    now = { ...meeting, closed: true };
    await keeper.letGo();
    assert.equal((await claim())?.meeting.closed, true);
  });

  it('gives it to one of two that ask at once', async () => {
    await leaveBehind();
    const other = new Map(memento);
    const claims = await Promise.all([open().claim(), open(other).claim()]);
    assert.equal(claims.filter(Boolean).length, 1);
  });

  it('gives nothing to the window of another workspace', async () => {
    const meeting = await leaveBehind();
    assert.equal(await open(new Map()).claim(), undefined);
    assert.deepEqual(asKept((await claim())?.meeting), meeting);
  });

  it('gives nothing that is too old but whose it was, once, and removes it with its key', async () => {
    await leaveBehind();
    const [name = ''] = await files();
    const long = new Date(Date.now() - KEPT_FOR - 1_000);
    await utimes(join(kept(), name), long, long);
    assert.deepEqual(await open().claim(), { lapsed: true, role: 'host', window: 'one' });
    assert.deepEqual(await files(), []);
    assert.equal(secrets.size, 0);
    assert.equal(await open().claim(), undefined);
  });

  it('says how long it was alone', async () => {
    await leaveBehind();
    const [name = ''] = await files();
    const then = new Date(Date.now() - 120_000);
    await utimes(join(kept(), name), then, then);
    const claimed = await claim();
    const age = claimed?.age ?? 0;
    assert.ok(age >= 120_000 && age < 130_000, String(age));
    assert.equal(claimed?.meeting.record?.aliveAt, then.getTime());
  });

  it('removes what others have left long ago', async () => {
    await mkdir(kept(), { recursive: true });
    const old = join(kept(), 'a'.repeat(32));
    secrets.set(`parley.kept.${'a'.repeat(32)}`, 'key');
    await writeFile(old, 'x');
    // Its window does not answer, as on a laptop whose lid is closed, but its process says that it lives.
    await utimes(old, new Date(0), new Date(0));
    await open(new Map()).claim();
    assert.equal((await files()).length, 1);
    await open(new Map()).claim(Date.now() + KEPT_FOR + 1_000);
    assert.deepEqual(await files(), []);
    assert.equal(secrets.size, 0);
  });

  it('leaves nothing of a meeting that is over', async () => {
    const meeting = await makeMeeting();
    const keeper = begin();
    keeper.note(() => meeting);
    await once(changes, 'secret');
    await keeper.remove();
    keeper.note(() => meeting);
    await keeper.letGo();
    assert.deepEqual(await files(), []);
    assert.equal(secrets.size, 0);
    assert.equal(memento.has(KEPT_MARK), false);
  });

  it('can be read by nobody without the key, and not when it was changed', async () => {
    const meeting = await leaveBehind();
    const [name = ''] = await files();
    const file = join(kept(), name);
    const bytes = await readFile(file);
    for (const word of [meeting.facts.secret, meeting.facts.identity.privateKey.d, 'nobody else'])
      assert.equal(bytes.includes(word), false);
    if (process.platform !== 'win32') assert.equal((await stat(file)).mode & 0o077, 0);
    bytes.writeUInt8(bytes.readUInt8(40) ^ 1, 40);
    await writeFile(file, bytes);
    assert.equal(await open().claim(), undefined);
    assert.ok(lines.some((line) => line.includes('cannot be read')));
  });

  it('tells a window that another one goes on with its meeting', async () => {
    const taken = new EventEmitter();
    const meeting = await makeMeeting();
    const keeper = begin(() => taken.emit('taken'));
    keeper.note(() => meeting);
    await once(changes, 'secret');
    const file = await written();
    const told = once(taken, 'taken');
    await rm(file);
    await told;
    keeper.note(() => meeting);
    await keeper.letGo();
    assert.deepEqual(await files(), []);
  });

  it('leaves a meeting to the window that is in it', async function () {
    this.timeout(10_000);
    // A busy machine must not make a dead one of it.
    beat = 400;
    const meeting = await makeMeeting();
    const keeper = begin(() => assert.fail('it was taken'));
    keeper.note(() => meeting);
    await once(changes, 'secret');
    await written();
    // The parent process of the tests runs as long as they do.
    const workspace = markedBy(process.ppid);
    assert.equal(await open(workspace).claim(), undefined);
    assert.ok(workspace.has(KEPT_MARK));
  });

  it('goes on with a meeting whose window is dead, whatever became of its process', async () => {
    const meeting = await makeMeeting();
    answer = new Promise(() => undefined);
    const taken = new EventEmitter();
    const told = once(taken, 'taken');
    const keeper = begin(() => taken.emit('taken'));
    keeper.note(() => meeting);
    await once(changes, 'secret');
    await written();
    assert.deepEqual(asKept((await claim(markedBy(process.ppid)))?.meeting), meeting);
    await told;
  });

  it('does not wait for a process that has ended', async () => {
    const meeting = await leaveBehind();
    const ended = spawnSync(process.execPath, ['--version']).pid;
    assert.deepEqual(asKept((await claim(markedBy(ended)))?.meeting), meeting);
  });
});
