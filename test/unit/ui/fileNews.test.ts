import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { FileNews, scrollTo } from '../../../src/webview/ui/fileNews.ts';
import { file, transfer } from '../../support/gallery/files.ts';

const at = (id: string, status?: Parameters<typeof transfer>[0]) =>
  file(id, 100, status ? { transfer: transfer(status) } : {});

describe('what is new in the shared files', () => {
  it('is what was not there, but not what was there when somebody came', () => {
    const news = new FileNews();
    assert.deepEqual(news.update([]), []);
    assert.deepEqual(news.update([at('a'), at('b')]), []);
    assert.deepEqual(news.update([at('a'), at('b')]), []);
    assert.deepEqual(news.update([at('x'), at('a'), at('b'), at('c')]), ['x', 'c']);
    assert.deepEqual(news.update([at('c')]), []);
  });

  it('is what begins to run, stops by itself or fails, once', () => {
    const news = new FileNews();
    const statuses = ['queued', 'asking', 'running', 'paused', 'running', 'interrupted', 'failed', 'saved'];
    news.update([at('a')]);
    const told = statuses.filter(
      (status) => news.update([at('a', { status: status as 'queued' })]).length > 0,
    );
    assert.deepEqual(told, ['running', 'running', 'interrupted', 'failed']);
    assert.deepEqual(news.update([at('a', { status: 'failed' })]), ['a']);
    assert.deepEqual(news.update([at('a', { status: 'failed' })]), []);
    const own = { self: true, problem: 'source-changed' } as const;
    assert.deepEqual(news.update([at('a', { status: 'failed' }), file('m', 1, own)]), ['m']);
  });
});

describe('scrollTo', () => {
  const view = { top: 100, bottom: 200 };
  for (const [what, stretch, expected] of [
    ['moves nothing for what is in view', { top: 100, bottom: 200 }, 100],
    ['brings the end of what is below into view', { top: 180, bottom: 240 }, 140],
    ['brings the start of what is above into view', { top: 60, bottom: 120 }, 60],
    ['shows the start of what is longer', { top: 150, bottom: 400 }, 150],
  ] as const)
    it(what, () => assert.equal(scrollTo(view, stretch), expected));
});
