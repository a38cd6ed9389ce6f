import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type * as vscode from 'vscode';
import { SavedFiles } from '../../../src/extension/files/savedFiles.ts';
import type { FileOffer } from '../../../src/shared/protocol.ts';

describe('what was saved', () => {
  const offer: FileOffer = {
    id: 'a'.repeat(22),
    kind: 'file',
    name: 'a.txt',
    size: 3,
    modified: 5,
    files: 1,
    path: null,
  };
  const at = (path: string): vscode.Uri =>
    ({ path, toString: () => `file://${encodeURI(path)}` }) as vscode.Uri;

  it('is told to a page that is loaded anew, once for each thing and not what was only looked at', () => {
    const saved = new SavedFiles();
    saved.add('first', { offer, uri: at('/w/a.txt'), forGood: true });
    saved.add('look', { offer: { ...offer, name: 'b.txt' }, uri: at('/tmp/b.txt'), forGood: false });
    // Shared again under another id, and taken once more.
    saved.add('second', { offer: { ...offer, id: 'b'.repeat(22) }, uri: at('/w/a (2).txt'), forGood: true });
    assert.deepEqual(
      saved.parts.map(({ name, bytes, saved: as }) => ({ name, bytes, as })),
      [{ name: 'a.txt', bytes: 3, as: { name: 'a (2).txt', target: 'second' } }],
    );
    assert.deepEqual(
      saved.kept.map(({ target, uri }) => [target, uri]),
      [['second', 'file:///w/a%20(2).txt']],
      'and to the next extension host',
    );
    assert.equal(saved.find({ ...offer, name: 'b.txt' }), null);
  });
});
