import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'mocha';
import { Pings } from '../../../src/webview/rtc/pings.ts';

describe('the pings of a link', () => {
  let pings: Pings;
  beforeEach(() => {
    pings = new Pings();
  });

  it('are not missed before somebody has asked for their answer', () => {
    const first = pings.next();
    assert.ok(pings.areAnswered);
    assert.equal(pings.isAnswered(first), false);
    assert.equal(pings.areAnswered, false);
  });

  it('are answered by the answer to a later one, and not by one to an earlier', () => {
    const [first, second, third] = [pings.next(), pings.next(), pings.next()];
    pings.onAnswer(second);
    pings.onAnswer(first);
    assert.deepEqual(
      [first, second, third].map((ping) => pings.isAnswered(ping)),
      [true, true, false],
    );
    assert.equal(pings.areAnswered, false);
  });

  it('make up for an answer that was missed when it comes late', () => {
    const [first, second] = [pings.next(), pings.next()];
    pings.isAnswered(second);
    pings.onAnswer(first);
    assert.equal(pings.areAnswered, false);
    pings.onAnswer(second);
    assert.ok(pings.areAnswered);
  });
});
