import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { otherTitle, PANEL_TITLE } from '../../../src/extension/panelTitle.ts';

describe('the title of a panel', () => {
  it('is another one than that of the panel before, time and again, and looks the same', () => {
    const titles = [PANEL_TITLE];
    for (let death = 0; death < 4; death++) titles.push(otherTitle(titles.at(-1) ?? ''));
    for (const [at, title] of titles.entries()) {
      assert.notEqual(title, titles[at + 1]);
      assert.equal(title.replaceAll(/\p{Cf}/gu, ''), 'Parley');
    }
  });
});
