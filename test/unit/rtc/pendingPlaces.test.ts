import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { PendingPlaces } from '../../../src/webview/rtc/pendingPlaces.ts';

describe('PendingPlaces', () => {
  it('turns the oldest away when all are taken, and nobody before', () => {
    const gone: string[] = [];
    const places = new PendingPlaces(3);
    for (const name of ['a', 'b', 'c']) places.take(() => gone.push(name));
    assert.equal(gone.length, 0);
    for (const name of ['d', 'e']) places.take(() => gone.push(name));
    assert.deepEqual(gone, ['a', 'b']);
  });

  it('leaves alone who has given their place back, and gives it to the next', () => {
    const gone: string[] = [];
    const places = new PendingPlaces(2);
    const done = places.take(() => gone.push('a'));
    places.take(() => gone.push('b'));
    done();
    done();
    places.take(() => gone.push('c'));
    assert.equal(gone.length, 0);
    places.take(() => gone.push('d'));
    assert.deepEqual(gone, ['b']);
  });
});
