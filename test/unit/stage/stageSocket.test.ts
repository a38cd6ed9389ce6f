import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { MAX_STAGE_MESSAGE, STAGE_CLOSE } from '../../../src/shared/stageRpc.ts';
import { StageSocket } from '../../../src/webview/stage/stageSocket.ts';
import { replaceGlobals } from '../../support/globals.ts';

const CODE = 'c'.repeat(22);
const SESSION = 's'.repeat(22);
const KEY = 'parley.stage.session';
const WELCOME = { t: 'welcome', session: SESSION, purpose: 'devices' };

/** The gateway's end of the page's socket. */
class FakeSocket {
  static readonly OPEN = 1;
  static made: FakeSocket[] = [];
  static onMade: () => void = () => undefined;
  readonly url: string;
  readyState = 0;
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  readonly sent: unknown[] = [];

  constructor(url: string) {
    this.url = url;
    FakeSocket.made.push(this);
    FakeSocket.onMade();
  }

  open(): this {
    this.readyState = FakeSocket.OPEN;
    this.onopen?.();
    return this;
  }

  send(text: string): void {
    this.sent.push(JSON.parse(text));
  }

  say(message: unknown): void {
    this.onmessage?.({ data: typeof message === 'string' ? message : JSON.stringify(message) });
  }

  close(code = 1005): void {
    this.readyState = 3;
    this.onclose?.({ code });
  }
}

describe('StageSocket', () => {
  const kept = new Map<string, string>();
  let restore: () => void;

  beforeEach(() => {
    kept.clear();
    FakeSocket.made = [];
    const sessionStorage = {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => kept.set(key, value),
      removeItem: (key: string) => kept.delete(key),
    };
    restore = replaceGlobals({ WebSocket: FakeSocket, sessionStorage });
  });

  afterEach(() => restore());

  function connect(code: string | null) {
    const told: unknown[] = [];
    const socket = new StageSocket({
      url: 'ws://127.0.0.1:1/stage/link',
      code,
      onWelcome: (purpose) => told.push(['welcome', purpose]),
      onMessage: (message) => told.push(['message', message]),
      onStatus: (status) => told.push(status),
    });
    return { socket, told, gateway: () => FakeSocket.made.at(-1) };
  }

  it('comes in by its code and keeps the session for a reload', () => {
    const { socket, told, gateway } = connect(CODE);
    socket.send('too early');
    const line = gateway()?.open();
    assert.deepEqual(line?.sent, [{ t: 'code', code: CODE }]);
    line?.say(WELCOME);
    assert.deepEqual(told, [['welcome', 'devices'], 'connected']);
    assert.equal(kept.get(KEY), SESSION);
    socket.send({ hello: 1 });
    line?.say({ any: 'thing' });
    assert.deepEqual([line?.sent.at(-1), told.at(-1)], [{ hello: 1 }, ['message', { any: 'thing' }]]);
    const reloaded = connect(null);
    assert.deepEqual(reloaded.gateway()?.open().sent, [{ t: 'session', session: SESSION }]);
  });

  it('is refused at once with neither code nor session', () => {
    const { told } = connect(null);
    assert.deepEqual([told, FakeSocket.made], [['refused'], []]);
  });

  it('takes nothing for a welcome that is none, and nothing that is too long', () => {
    const { told, gateway } = connect(CODE);
    const line = gateway()?.open();
    for (const said of [
      '',
      '{',
      'null',
      { ...WELCOME, session: 'short' },
      { ...WELCOME, purpose: 'spy' },
      { t: 'x' },
    ])
      line?.say(said);
    assert.deepEqual([told, kept.size], [[], 0]);
    line?.say(WELCOME);
    line?.say(JSON.stringify('x'.repeat(MAX_STAGE_MESSAGE)));
    line?.onmessage?.({ data: new ArrayBuffer(4) });
    assert.deepEqual(told, [['welcome', 'devices'], 'connected']);
  });

  it('comes back by its session when the line is lost', async () => {
    const { socket, told, gateway } = connect(CODE);
    gateway()?.open().say(WELCOME);
    const again = new Promise<void>((resolve) => {
      FakeSocket.onMade = resolve;
    });
    gateway()?.close(1006);
    socket.send('nobody hears');
    assert.equal(told.at(-1), 'connecting');
    await again;
    assert.deepEqual(gateway()?.open().sent, [{ t: 'session', session: SESSION }]);
    socket.close();
  });

  it('works where the browser keeps nothing for sites', () => {
    Object.defineProperty(globalThis, 'sessionStorage', {
      configurable: true,
      get: () => {
        throw new DOMException('denied', 'SecurityError');
      },
    });
    const { told, gateway } = connect(CODE);
    gateway()?.open().say(WELCOME);
    assert.deepEqual(told, [['welcome', 'devices'], 'connected']);
    gateway()?.close(STAGE_CLOSE.over);
    assert.equal(told.at(-1), 'over');
    assert.deepEqual(connect(null).told, ['refused']);
  });

  it('ends when the gateway says so, and forgets the session but for another tab’s', () => {
    const ends = { refused: false, 'taken-over': true, over: false } as const;
    const codes = {
      refused: STAGE_CLOSE.refused,
      'taken-over': STAGE_CLOSE.takenOver,
      over: STAGE_CLOSE.over,
    };
    for (const [status, keeps] of Object.entries(ends)) {
      const { told, gateway } = connect(CODE);
      gateway()?.open().say(WELCOME);
      gateway()?.close(codes[status as keyof typeof ends]);
      assert.deepEqual([told.at(-1), kept.has(KEY)], [status, keeps]);
    }
  });
});
