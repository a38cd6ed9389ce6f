import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'mocha';
import type { ParticipantId } from '../../../src/shared/ids.ts';
import { ConnectionWatch, type WatchedMember } from '../../../src/webview/meeting/connectionWatch.ts';
import { chromium, kindOf, type Recorded, reportOf } from '../rtc/recordedStats.ts';

const BOB = 'b'.repeat(43);
const PAUSE = 4;

/** A link whose statistics the test writes. */
class StatsLink {
  readonly media = { ready: true, kindOf };
  ended = false;
  asked = 0;
  fails = false;
  report: Recorded = chromium.before;
  hold: Promise<void> = Promise.resolve();

  async getStats(): Promise<ReturnType<typeof reportOf>> {
    this.asked++;
    await this.hold;
    if (this.fails) throw new DOMException('closed', 'InvalidStateError');
    return reportOf(this.report.stats);
  }
}

describe('the watch over connections', () => {
  let members: WatchedMember[];
  let link: StatsLink;
  let clock: number;
  let unseen: boolean;
  let watch: ConnectionWatch;
  let levels: number;
  let problems: string[];
  const member = (of: StatsLink, away = false): WatchedMember => ({ address: { id: BOB }, away, link: of });
  /** Resolves when somebody was measured once more. */
  const measured = (id: ParticipantId = BOB): Promise<void> =>
    new Promise((resolve) => {
      const stop = watch.subscribe(id, () => {
        stop();
        resolve();
      });
    });
  /** Lets turns of the watch go by: of timers of one length the one that was set first fires first. */
  const turns = async (): Promise<void> => {
    for (let turn = 0; turn < 3; turn++) {
      await new Promise((resolve) => {
        setTimeout(resolve, PAUSE);
      });
    }
  };

  beforeEach(() => {
    link = new StatsLink();
    members = [member(link)];
    [clock, unseen, levels, problems] = [0, false, 0, []];
    watch = new ConnectionWatch({
      members: () => members,
      unseen: () => unseen,
      onLevel: () => levels++,
      onProblem: (what) => problems.push(what),
      pause: PAUSE,
      now: () => clock,
    });
  });
  afterEach(() => watch.dispose());

  it('measures a link at once, and again and again', async () => {
    watch.follow();
    await measured();
    assert.equal(watch.level(BOB), 'good');
    assert.equal(watch.of(BOB)?.figures.rate.in, null);
    clock = 2_000;
    link.report = chromium.after;
    await measured();
    assert.ok((watch.of(BOB)?.figures.rate.in ?? 0) > 100_000);
    assert.equal(levels, 1, 'the meeting is drawn anew for a level alone');
  });

  it('begins anew with a link that takes the place of another', async () => {
    link.report = chromium.after;
    watch.follow();
    await measured();
    const next = new StatsLink();
    members = [member(next)];
    clock = 2_000;
    watch.follow();
    assert.equal(watch.level(BOB), 'good', 'what was shown stays');
    await measured();
    assert.equal(
      watch.of(BOB)?.figures.rate.in,
      null,
      'counters of two links have nothing to do with each other',
    );
    const { asked } = link;
    await measured();
    assert.equal(link.asked, asked, 'the old one is left alone');
  });

  it('does not take the word of a link that was replaced meanwhile', async () => {
    let release = (): void => undefined;
    link.hold = new Promise((resolve) => {
      release = resolve;
    });
    watch.follow();
    const next = new StatsLink();
    next.hold = new Promise(() => undefined);
    members = [member(next)];
    watch.follow();
    release();
    await turns();
    assert.deepEqual([watch.of(BOB), levels], [null, 0]);
    assert.equal(next.asked, 1, 'who takes long is not asked again');
  });

  it('asks nobody who is away, whose link has ended or has no media, or when nobody looks', async () => {
    watch.follow();
    await measured();
    const states = [
      () => (members = [member(link, true)]),
      () => (link.ended = true),
      () => (link.media.ready = false),
      () => (unseen = true),
    ];
    for (const begin of states) {
      members = [member(link)];
      link.ended = unseen = false;
      link.media.ready = true;
      await measured();
      begin();
      const { asked } = link;
      await turns();
      assert.equal(link.asked, asked);
    }
    unseen = false;
    clock = 3_600_000;
    await measured();
    assert.equal(watch.of(BOB)?.figures.rate.in, null, 'an hour is no time to count in');
  });

  it('forgets who has gone, and rests when nobody is left', async () => {
    watch.follow();
    await measured();
    members = [];
    watch.follow();
    assert.equal(watch.of(BOB), null);
    const { asked } = link;
    await turns();
    assert.equal(link.asked, asked);
  });

  it('says once that a link cannot be measured, and goes on', async () => {
    link.fails = true;
    watch.follow();
    await turns();
    assert.deepEqual(problems, ['a connection could not be measured']);
    link.fails = false;
    await measured();
    assert.equal(watch.level(BOB), 'good');
  });
});
