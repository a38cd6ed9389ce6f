import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { placeOf } from '../../../src/extension/places.ts';

describe('where files are', () => {
  it('tells those of the other machine from those of no disk', () => {
    assert.equal(placeOf('file'), 'here');
    assert.equal(placeOf('vscode-remote'), 'other-machine');
    assert.equal(placeOf('vscode-local'), 'other-machine');
    for (const scheme of ['untitled', 'git', 'vscode-vfs', '']) assert.equal(placeOf(scheme), 'nowhere');
  });
});
