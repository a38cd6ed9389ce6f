import assert from 'node:assert/strict';
import { initialState, type SessionState } from '../../src/extension/sessionState.ts';
import { describeState } from '../../src/extension/statusBar.ts';

describe('the status bar', () => {
  const says = (changes: Partial<SessionState>): string =>
    describeState({ ...initialState, phase: 'in', people: 2, ...changes }).text;

  it('says who presents, and knows oneself', () => {
    assert.equal(says({}), '2 people');
    assert.equal(says({ presenter: 'Bob' }), '2 people, Bob is presenting');
    assert.equal(says({ presenter: 'Alice', presenting: true }), '2 people, you are presenting');
    assert.equal(says({ presenter: '$(bug)' }), '2 people, $ (bug) is presenting');
  });

  it('says what is new while the panel is out of view', () => {
    assert.equal(says({ news: { lines: 1, files: 0, hands: 0 } }), '2 people, 1 new message');
    assert.equal(
      says({ news: { lines: 2, files: 3, hands: 1 } }),
      '2 people, 2 new messages, 3 new files, 1 raised hand',
    );
    assert.equal(
      says({ people: 1, news: { lines: 0, files: 1, hands: 2 } }),
      'Only you, 1 new file, 2 raised hands',
    );
  });
});
