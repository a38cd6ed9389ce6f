import { describe, it } from 'mocha';
import assert from 'node:assert/strict';
import type { CaptureProblem } from '../../../src/shared/stageRpc.ts';
import { captureSentence, strings } from '../../../src/webview/ui/strings.ts';

const SENTENCE = /^[A-Z].*[.]$/u;
// A record, so that a new problem without a line here does not compile.
const CAPTURE: Readonly<Record<CaptureProblem, true>> = {
  'not-allowed-here': true,
  denied: true,
  missing: true,
  busy: true,
  ended: true,
  unknown: true,
};

describe('sentences', () => {
  for (const kind of ['microphone', 'camera', 'screen'] as const)
    it(`there is one of its own for each problem of the ${kind}`, () => {
      const sentences = Object.keys(CAPTURE).map((problem) =>
        captureSentence(kind, problem as CaptureProblem),
      );
      for (const sentence of sentences) {
        assert.match(sentence, SENTENCE);
        assert.match(sentence, new RegExp(kind === 'screen' ? 'screen|[Ss]haring' : kind, 'u'));
      }
      assert.equal(new Set(sentences).size, sentences.length);
    });

  it('count no sound as a person: a shared screen has one, too', () => {
    assert.equal(strings.page.voices(0), 'Nobody is heard here yet.');
    for (const sounds of [1, 2, 3]) assert.equal(strings.page.voices(sounds), 'You hear the others here.');
  });

  it('those about a stage blame the browser, and not VS Code', () => {
    for (const kind of ['microphone', 'camera', 'screen'] as const)
      for (const problem of Object.keys(CAPTURE)) {
        const sentence = captureSentence(kind, problem as CaptureProblem, 'stage');
        assert.match(sentence, SENTENCE);
        assert.doesNotMatch(sentence, /VS Code|panel/u);
      }
    assert.match(captureSentence('camera', 'denied', 'stage'), /page's address/u);
  });

  it('numbers agree with their nouns', () => {
    assert.equal(strings.controls.unread(1), '1 unread message');
    assert.equal(strings.controls.unread(2), '2 unread messages');
    assert.equal(strings.files.taken(1), 'taken by 1 person');
    assert.equal(strings.files.taken(3), 'taken by 3 people');
  });

  it('the lobby names whose meeting it is', () => {
    assert.equal(strings.lobby.title('host', 'Alice'), 'Your meeting');
    assert.equal(strings.lobby.title('guest', 'Alice'), "Alice's meeting");
  });
});
