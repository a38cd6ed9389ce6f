import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'mocha';
import type { SessionRecord } from '../../../src/shared/hostRpc.ts';
import { succeed, Succession } from '../../../src/webview/host/succession.ts';

const BOB = 'b'.repeat(43);

const session = (change: Partial<SessionRecord> = {}): SessionRecord => ({
  name: 'Bob',
  ordinal: 1,
  startedAt: 7,
  chat: [{ author: BOB, authorName: 'Bob', entry: { seq: 1, lamport: 1, sentAt: 1, text: 'said since' } }],
  offers: [],
  taken: [],
  members: [],
  presenting: null,
  aliveAt: null,
  hand: true,
  devices: {
    microphone: false,
    camera: true,
    chosen: { microphone: '', camera: '', speaker: '' },
  },
  ...change,
});

describe('Succession', () => {
  const open: Succession[] = [];
  afterEach(() => {
    for (const each of open.splice(0)) each.close();
  });

  /** A page of a participant, who is known by what nobody else has. */
  async function page(key = 'key', secret = 's'.repeat(43)): Promise<Succession> {
    const privateKey = { kty: 'EC', crv: 'P-256', x: '', y: '', d: key } as const;
    const opened = await Succession.open({ secret, identity: { id: BOB, publicKey: '', privateKey } });
    open.push(opened);
    return opened;
  }

  it('hands on what was written and muted since the extension host died', async () => {
    const [old, next] = [await page(), await page()];
    old.tell(() => session());
    assert.deepEqual(await next.ask(5_000), session());
  });

  it('says that its person has left, who is not to be brought back', async () => {
    const [old, next] = [await page(), await page()];
    old.tell(() => 'left');
    assert.equal(await next.ask(5_000), 'left');
  });

  it('tells of the moment in which it is asked', async () => {
    const [old, next] = [await page(), await page()];
    let now = session();
    old.tell(() => now);
    now = session({ hand: false });
    assert.deepEqual(await next.ask(5_000), session({ hand: false }));
  });

  it('says nothing while it is not in, nor to pages of another person or meeting', async () => {
    const [old, lobby] = [await page(), await page('key', 'other'.padEnd(43, 's'))];
    old.tell(() => session());
    lobby.tell(() => null);
    const others = await Promise.all([
      (await page('key', 'other'.padEnd(43, 's'))).ask(200),
      (await page('other')).ask(200),
    ]);
    assert.deepEqual(others, [undefined, undefined]);
  });

  it('does not take what is no session', async () => {
    const [old, next] = [await page(), await page()];
    old.tell(() => ({ ...session(), ordinal: -1 }));
    assert.equal(await next.ask(200), undefined);
  });

  it('says that it left by itself, when its extension host was away for too long', async () => {
    const [old, next] = [await page(), await page()];
    old.tell(() => 'host-away');
    assert.equal(await next.ask(5_000), 'host-away');
  });

  it('leaves files to the extension host, but for what was withdrawn since', () => {
    const own = (id: string): SessionRecord['offers'][number] => ({
      offer: { id, kind: 'file', name: id, size: 1, modified: 1, files: 1, path: null },
      to: null,
    });
    const known = session({ hand: false, offers: [own('a'), own('b')] });
    // One that the extension host has not found again is not brought back by the page.
    const before = session({ offers: [own('b'), own('c')] });
    assert.deepEqual(succeed({ session: known }, before), {
      session: { ...before, offers: [own('b')] },
      withdrawn: ['a'],
    });
    assert.deepEqual(succeed({ session: known }, undefined), { session: known, withdrawn: [] });
    assert.deepEqual(succeed({ session: null }, undefined), { session: null, withdrawn: [] });
  });

  it('may be handed on again by the page that took it', async () => {
    const [old, next, last] = [await page(), await page(), await page()];
    old.tell(() => session());
    await next.ask(5_000);
    old.close();
    next.tell(() => session({ name: 'Robert' }));
    assert.deepEqual(await last.ask(5_000), session({ name: 'Robert' }));
  });
});
