import { describe, it } from 'mocha';
import assert from 'node:assert/strict';
import { fileIcon, splitName } from '../../../src/webview/ui/fileNames.ts';

describe('fileIcon', () => {
  for (const [name, icon] of [
    ['retry.test.ts', 'file-code'],
    ['PHOTO.JPG', 'file-media'],
    ['a.tar.gz', 'file-zip'],
    ['README.md', 'markdown'],
    ['package.json', 'json'],
    ['Makefile', 'file'],
  ] as const)
    it(`shows ${icon} for ${name}`, () => assert.equal(fileIcon({ kind: 'file', name }), icon));

  it('shows a folder as one, whatever its name', () => {
    assert.equal(fileIcon({ kind: 'folder', name: 'media.png' }), 'folder');
  });
});

describe('splitName', () => {
  for (const [name, parts] of [
    ['retry.test.ts', ['retry.test.ts', '']],
    ['trace-of-last-night.zip', ['trace-of-last-n', 'ight.zip']],
    ['a-folder-with-a-long-name', ['a-folder-with-a-long-', 'name']],
    ['.a-hidden-file-with-no-end', ['.a-hidden-file-with-no', '-end']],
    ['a sentence. that is called a file', ['a sentence. that is called a ', 'file']],
    ['….tar.gz.of.something.rather.long.gz', ['….tar.gz.of.something.rather.', 'long.gz']],
    ['👩‍💻👩‍💻👩‍💻👩‍💻👩‍💻👩‍💻👩‍💻👩‍💻👩‍💻👩‍💻👩‍💻👩‍💻👩‍💻👩‍💻.md', ['👩‍💻👩‍💻👩‍💻👩‍💻👩‍💻👩‍💻👩‍💻👩‍💻👩‍💻👩‍💻', '👩‍💻👩‍💻👩‍💻👩‍💻.md']],
  ] as const)
    it(`keeps the end of ${name}`, () => assert.deepEqual(splitName(name), parts));
});
