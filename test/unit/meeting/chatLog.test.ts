import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { MAX_CHAT_ENTRIES } from '../../../src/shared/limits.ts';
import {
  addLine,
  type ChatLog,
  emptyChat,
  linesAfter,
  recall,
  writeLine,
} from '../../../src/shared/meeting/chatLog.ts';

const texts = (log: ChatLog): string[] => log.lines.map((line) => line.entry.text);

describe('chat log', () => {
  it('shows a reply below what it answers, whatever the clocks say', () => {
    const [alice, hello] = writeLine(emptyChat, 'alice', 'hello', 2_000_000);
    const bob = addLine(emptyChat, 'alice', hello);
    const [bobAfter, reply] = writeLine(bob, 'bob', 'hi', 1);
    assert.deepEqual(texts(bobAfter), ['hello', 'hi']);
    assert.deepEqual(texts(addLine(alice, 'bob', reply)), ['hello', 'hi']);
  });

  it('is the same on all sides, in whatever order the authors’ lines arrive', () => {
    const authors = ['a', 'b', 'c'] as const;
    const script = fc.array(fc.tuple(fc.constantFrom(...authors), fc.array(fc.constantFrom(...authors))), {
      maxLength: 30,
    });
    fc.assert(
      fc.property(script, fc.infiniteStream(fc.nat()), (steps, dice) => {
        const logs = new Map<string, ChatLog>(authors.map((id) => [id, emptyChat]));
        const outbox = new Map<string, { author: string; entry: ReturnType<typeof writeLine>[1] }[]>();
        for (const id of authors) for (const to of authors) outbox.set(`${id}>${to}`, []);
        const deliver = (queue: string): void => {
          const next = outbox.get(queue)?.shift();
          const to = queue.slice(2);
          if (next) logs.set(to, addLine(logs.get(to) ?? emptyChat, next.author, next.entry));
        };
        for (const [author, heard] of steps) {
          const [log, entry] = writeLine(
            logs.get(author) ?? emptyChat,
            author,
            `${author}${steps.length}`,
            0,
          );
          logs.set(author, log);
          for (const to of authors) if (to !== author) outbox.get(`${author}>${to}`)?.push({ author, entry });
          for (const from of heard) if (from !== author) deliver(`${from}>${author}`);
        }
        let open = [...outbox.keys()].filter((queue) => outbox.get(queue)?.length);
        while (open.length > 0) {
          deliver(open[(dice.next().value as number) % open.length] ?? '');
          open = open.filter((queue) => outbox.get(queue)?.length);
        }
        const [first, ...rest] = authors.map((id) =>
          logs.get(id)?.lines.map((line) => `${line.author}${line.entry.seq}`),
        );
        for (const other of rest) assert.deepEqual(other, first);
        assert.equal(first?.length, steps.length);
      }),
    );
  });

  it('takes a line once', () => {
    const [log, entry] = writeLine(emptyChat, 'alice', 'once', 0);
    assert.equal(addLine(log, 'alice', entry), log);
  });

  it('hands over what another has not seen, in order', () => {
    let log = emptyChat;
    for (const text of ['1', '2', '3']) [log] = writeLine(log, 'alice', text, 0);
    assert.deepEqual(
      linesAfter(log, 'alice', 1).map((entry) => entry.text),
      ['2', '3'],
    );
    assert.deepEqual(linesAfter(log, 'bob', 0), []);
  });

  it('is not pushed out of its integers by a hostile clock', () => {
    const leap = { seq: 1, lamport: Number.MAX_SAFE_INTEGER, sentAt: 0, text: 'boo' };
    assert.equal(addLine(emptyChat, 'mallory', leap), emptyChat);
  });

  it('keeps a bounded number of lines of each author, the newest', () => {
    let log = emptyChat;
    for (let n = 0; n <= MAX_CHAT_ENTRIES; n++) [log] = writeLine(log, 'alice', `${n}`, 0);
    [log] = writeLine(log, 'bob', 'mine stays', 0);
    assert.equal(log.lines.length, MAX_CHAT_ENTRIES + 1);
    assert.equal(texts(log)[0], '1');
  });

  it('is heard on after its author forgot the last lines, but does not leap for whoever says so', () => {
    const [kept, first] = writeLine(emptyChat, 'alice', 'first', 0);
    const [, second] = writeLine(kept, 'alice', 'second', 0);
    const bob = addLine(addLine(emptyChat, 'alice', first), 'alice', second);
    const [, third] = writeLine(recall(kept, 'alice', bob.seen.get('alice') ?? 0), 'alice', 'third', 0);
    assert.deepEqual(texts(addLine(bob, 'alice', third)), ['first', 'second', 'third']);
    assert.equal(recall(kept, 'alice', MAX_CHAT_ENTRIES + 2), kept);
    assert.equal(recall(kept, 'alice', 1), kept);
  });
});
