import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import {
  otherTitle,
  PANEL_TITLE,
  titleWithNews,
  titleWithoutNews,
} from '../../../src/extension/panelTitle.ts';

describe('the title of a panel', () => {
  it('is another one than that of the panel before, time and again, and looks the same', () => {
    const titles = [PANEL_TITLE];
    for (let death = 0; death < 4; death++) titles.push(otherTitle(titles.at(-1) ?? ''));
    for (const [at, title] of titles.entries()) {
      assert.notEqual(title, titles[at + 1]);
      assert.equal(title.replaceAll(/\p{Cf}/gu, ''), 'Parley');
    }
  });

  it('says how much is new, and is told from others without it', () => {
    assert.equal(titleWithNews(PANEL_TITLE, 2), 'Parley (2)');
    assert.equal(titleWithNews('Parley (2)', 13), 'Parley (13)');
    assert.equal(titleWithNews('Parley (13)', 0), PANEL_TITLE);
    const other = otherTitle('Parley (2)');
    assert.notEqual(other, PANEL_TITLE);
    assert.equal(titleWithoutNews(titleWithNews(other, 1)), other);
    assert.equal(otherTitle(titleWithNews(other, 1)), PANEL_TITLE);
  });
});
