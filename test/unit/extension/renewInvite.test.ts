import { describe, it } from 'mocha';
import assert from 'node:assert/strict';
import { replaceOnClipboard } from '../../../src/extension/renewInvite.ts';

describe('an invite on the clipboard whose host has another name now', () => {
  const holding = (text: string) => {
    const written: string[] = [];
    const clipboard = {
      read: () => Promise.resolve(text),
      write: (now: string) => Promise.resolve(written.push(now)),
    };
    return { clipboard, written };
  };

  it('is replaced', async () => {
    const { clipboard, written } = holding('old');
    assert.equal(await replaceOnClipboard('old', 'new', clipboard), true);
    assert.deepEqual(written, ['new']);
  });

  it('leaves alone what the person has copied meanwhile', async () => {
    const { clipboard, written } = holding('something else');
    assert.equal(await replaceOnClipboard('old', 'new', clipboard), false);
    assert.deepEqual(written, []);
  });
});
