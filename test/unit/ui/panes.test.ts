import { describe, it } from 'mocha';
import assert from 'node:assert/strict';
import type { ChatModel } from '../../../src/webview/model.ts';
import { Panes, Unread } from '../../../src/webview/ui/panes.ts';

const message = (key: string, self = false): ChatModel => ({
  key,
  author: 'x'.repeat(43),
  name: 'Bob',
  self,
  sentAt: 0,
  text: 'hello',
});

describe('Panes', () => {
  it('opens all where there is room, and closes each for itself', () => {
    const panes = new Panes();
    assert.deepEqual([...panes.open], ['participants', 'files', 'chat']);
    assert.equal(panes.toggle('files'), false);
    assert.deepEqual([...panes.open], ['participants', 'chat']);
    assert.equal(panes.toggle('files'), true);
  });

  it('opens one at a time over the tiles, and remembers the rest for later', () => {
    const panes = new Panes();
    panes.toggle('files');
    panes.dock = 'over';
    assert.equal(panes.open.size, 0);
    panes.toggle('chat');
    panes.toggle('participants');
    assert.deepEqual([...panes.open], ['participants']);
    panes.toggle('participants');
    assert.equal(panes.open.size, 0);
    panes.dock = 'bottom';
    assert.deepEqual([...panes.open], ['participants', 'chat']);
  });
});

describe('Unread', () => {
  it('counts what others say while nobody looks, once', () => {
    const unread = new Unread();
    unread.update([message('1')], true);
    unread.update([message('1'), message('2'), message('3', true)], false);
    unread.update([message('0'), message('1'), message('2'), message('3', true)], false);
    assert.equal(unread.count, 2);
    unread.update([message('2')], true);
    assert.equal(unread.count, 0);
  });
});
