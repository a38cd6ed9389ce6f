import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { WebSocket } from 'ws';
import { STREAM_PATH, Streams, type Stream } from '../../../src/extension/gateway/streams.ts';
import { withResolvers } from '../../../src/shared/withResolvers.ts';
import { turn } from '../../support/turn.ts';

const SOCKET = {} as WebSocket;
const ticketOf = (path: string): string => STREAM_PATH.exec(path)?.[1] ?? '';

/** A stream that is over when its signal aborts and it is let go of; counts what becomes of it. */
function endless() {
  const over = withResolvers<void>();
  const seen = { served: 0, unused: 0, ended: false };
  const stream: Stream = {
    serve: (_socket, ended) => {
      seen.served += 1;
      ended.addEventListener('abort', () => (seen.ended = true));
      return over.promise;
    },
    onUnused: () => {
      seen.unused += 1;
    },
  };
  return { stream, seen, finish: () => over.resolve() };
}

describe('the streams of a gateway', () => {
  it('are over with it: those under way are waited for, those not opened are of no use', async () => {
    const ended = new AbortController();
    const streams = new Streams(ended.signal);
    const [running, waiting] = [endless(), endless()];
    const accept = streams.open(ticketOf(streams.issue(running.stream, false)), false);
    assert.ok(typeof accept === 'function');
    accept(SOCKET);
    const late = ticketOf(streams.issue(waiting.stream, false));
    ended.abort();
    let isOver = false;
    const over = streams.dispose().then(() => (isOver = true));
    await turn();
    assert.deepEqual(running.seen, { served: 1, unused: 0, ended: true });
    assert.deepEqual(waiting.seen, { served: 0, unused: 1, ended: false });
    assert.equal(streams.open(late, false), 403);
    assert.equal(isOver, false);
    running.finish();
    await over;
  });

  it('have a word for a body only where that is asked for, and another one than the ticket', () => {
    const streams = new Streams(new AbortController().signal);
    const { stream } = endless();
    assert.match(streams.issue(stream, false), /^\/files\/[A-Za-z0-9_-]{22}$/);
    const url = new URL(streams.issue(stream, true), 'ws://127.0.0.1');
    const word = url.searchParams.get('body') ?? '';
    assert.match(word, /^[A-Za-z0-9_-]{22}$/);
    assert.notEqual(word, ticketOf(url.pathname));
    return streams.dispose();
  });

  it('are not opened by who says to read a body that has not begun', () => {
    const streams = new Streams(new AbortController().signal);
    const { stream, seen } = endless();
    const url = new URL(streams.issue(stream, true), 'ws://127.0.0.1');
    assert.equal(streams.open(ticketOf(url.pathname), true), 403);
    assert.deepEqual([seen.served, seen.unused], [0, 1]);
    assert.equal(streams.open(ticketOf(url.pathname), false), 403);
  });
});
