import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'mocha';
import { placeOf, shareableSchemes } from '../../../src/extension/places.ts';

describe('where files are', () => {
  it('offers those of the disk of a local window', () => {
    assert.deepEqual(shareableSchemes({ remoteName: undefined, besideWindow: true }), ['file']);
    assert.deepEqual(shareableSchemes({ remoteName: undefined, besideWindow: false }), ['file']);
  });

  it('offers those of the machine on which the extension runs in a remote window', () => {
    assert.deepEqual(shareableSchemes({ remoteName: 'ssh-remote', besideWindow: true }), ['file']);
    assert.deepEqual(shareableSchemes({ remoteName: 'ssh-remote', besideWindow: false }), ['vscode-remote']);
  });

  it('tells those of the other machine from those of no disk', () => {
    assert.equal(placeOf('file'), 'here');
    assert.equal(placeOf('vscode-remote'), 'other-machine');
    assert.equal(placeOf('vscode-local'), 'other-machine');
    for (const scheme of ['untitled', 'git', 'vscode-vfs', '']) assert.equal(placeOf(scheme), 'nowhere');
  });

  it('is what every menu asks for', () => {
    const { contributes } = JSON.parse(
      readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'),
    ) as { contributes: { menus: Record<string, readonly { when: string }[]> } };
    for (const menu of ['explorer/context', 'editor/title/context']) {
      for (const { when } of contributes.menus[menu] ?? []) {
        assert.match(when, /resourceScheme in parley\.shareableSchemes/);
        assert.doesNotMatch(when, /vscode-remote/);
      }
    }
  });
});
