import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { CaptureForbiddenError } from '../../../src/webview/media/captureProblem.ts';
import { DeviceControl } from '../../../src/webview/media/deviceControl.ts';
import { turn } from '../../support/turn.ts';

class FakeTrack {
  enabled = true;
  stopped = false;
  onended: (() => void) | null = null;
  stop(): void {
    this.stopped = true;
  }
}

/** A device control whose device the test opens, or not. */
function make(keepOpen = false) {
  const asked: {
    give: (track: FakeTrack) => Promise<FakeTrack>;
    refuse: (error: unknown) => Promise<void>;
  }[] = [];
  const open = (): Promise<MediaStreamTrack> =>
    new Promise((resolve, reject) => {
      asked.push({
        give: async (track) => {
          resolve(track as unknown as MediaStreamTrack);
          await turn();
          return track;
        },
        refuse: async (error) => {
          reject(error);
          await turn();
        },
      });
    });
  const control = new DeviceControl(open, keepOpen, () => undefined);
  const last = () => {
    const request = asked.at(-1);
    assert.ok(request, 'the device was asked for');
    return request;
  };
  const statusOf = () => control.model.status;
  return { control, asked, last, statusOf };
}

describe('DeviceControl', () => {
  it('opens what is wanted and releases what is not', async () => {
    const { control, last, statusOf } = make();
    assert.equal(statusOf(), 'off');
    control.want(true);
    assert.equal(statusOf(), 'starting');
    const track = await last().give(new FakeTrack());
    assert.deepEqual([statusOf(), control.model.track], ['on', track]);
    control.want(false);
    assert.deepEqual([statusOf(), track.stopped, control.model.track], ['off', true, null]);
  });

  it('keeps a device open where it should, silent at its source', async () => {
    const { control, asked, last } = make(true);
    control.want(true);
    const track = await last().give(new FakeTrack());
    control.want(false);
    assert.deepEqual([track.enabled, track.stopped, control.model.track], [false, false, null]);
    control.want(true);
    assert.deepEqual([track.enabled, control.model.track, asked.length], [true, track, 1]);
  });

  it('ends in the last wish when clicks are quicker than the device', async () => {
    for (const keepOpen of [false, true]) {
      for (const wishes of [
        [true, false],
        [true, false, true],
        [true, false, true, false],
      ]) {
        const { control, asked, last, statusOf } = make(keepOpen);
        for (const wish of wishes) control.want(wish);
        assert.equal(asked.length, 1, 'one step at a time');
        const track = await last().give(new FakeTrack());
        const on = wishes.at(-1) === true;
        assert.deepEqual([statusOf(), track.enabled && !track.stopped], [on ? 'on' : 'off', on]);
      }
    }
  });

  it('says that a device was pulled out, and tries again when asked', async () => {
    const { control, asked, last, statusOf } = make();
    control.want(true);
    const track = await last().give(new FakeTrack());
    track.onended?.();
    const { status, problem, wanted } = control.model;
    assert.deepEqual([status, problem, wanted], ['failed', 'ended', false]);
    control.want(true);
    await last().give(new FakeTrack());
    assert.deepEqual([statusOf(), asked.length], ['on', 2]);
  });

  it('names what went wrong, stops there, and tries again when asked', async () => {
    const reasons = [
      [new DOMException('', 'NotAllowedError'), 'denied'],
      [new DOMException('', 'NotFoundError'), 'missing'],
      [new DOMException('', 'NotReadableError'), 'busy'],
      [new CaptureForbiddenError('not here'), 'not-allowed-here'],
      [new Error('?'), 'unknown'],
    ] as const;
    const { control, asked, last, statusOf } = make();
    for (const [index, [error, expected]] of reasons.entries()) {
      control.want(true);
      await last().refuse(error);
      const { status, problem, wanted } = control.model;
      assert.deepEqual([status, problem, wanted], ['failed', expected, false]);
      assert.equal(asked.length, index + 1, 'it does not try by itself');
    }
    control.want(true);
    await last().give(new FakeTrack());
    assert.equal(statusOf(), 'on');
  });

  it('changes to another device, also while the one before is being opened', async () => {
    const { control, asked, last } = make();
    control.want(true);
    const first = await last().give(new FakeTrack());
    control.reopen();
    assert.deepEqual([first.stopped, asked.length], [true, 2]);
    control.reopen();
    const second = await last().give(new FakeTrack());
    assert.deepEqual([second.stopped, asked.length], [true, 3], 'it was the choice before');
    const third = await last().give(new FakeTrack());
    assert.equal(control.model.track, third);
    control.want(false);
    control.reopen();
    assert.equal(asked.length, 3, 'one that is off stays off');
  });

  it('forgets the failure of a device that is not chosen any more', async () => {
    const { control, asked, last, statusOf } = make();
    control.want(true);
    control.reopen();
    await last().refuse(new DOMException('', 'NotReadableError'));
    assert.deepEqual([statusOf(), asked.length], ['starting', 2]);
    await last().give(new FakeTrack());
    assert.equal(statusOf(), 'on');
  });

  it('releases a device that comes after it was disposed of', async () => {
    const { control, last } = make();
    control.want(true);
    control.dispose();
    const track = await last().give(new FakeTrack());
    assert.equal(track.stopped, true);
  });
});
