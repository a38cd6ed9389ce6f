import { describe, it } from 'mocha';
import assert from 'node:assert/strict';
import { MAX_OFFERS } from '../../../src/shared/limits.ts';
import { carriesFiles, parseDrop } from '../../../src/webview/ui/drop.ts';
import type { DropData } from '../../../src/webview/ui/drop.ts';

type Item = File | 'folder' | 'text';

/** A DataTransfer with these texts and items. */
function drag(texts: Readonly<Record<string, string>>, items: readonly Item[] = []): DropData {
  return {
    types: [...Object.keys(texts), ...(items.length > 0 ? ['Files'] : [])],
    getData: (type) => texts[type] ?? '',
    items: items.map((item) => ({
      kind: item === 'text' ? 'string' : 'file',
      getAsFile: () => (item instanceof File ? item : null),
      webkitGetAsEntry: () => (item === 'text' ? null : { isDirectory: item === 'folder' }),
    })),
  };
}

const INTERNAL = 'application/vnd.code.uri-list';
const uris = (texts: Readonly<Record<string, string>>) => parseDrop(drag(texts)).uris;
const notes = new File(['hello'], 'notes.txt');

describe('a drag', () => {
  it('carries files when VS Code or the system says so', () => {
    for (const type of [INTERNAL, 'resourceurls', 'codefiles', 'text/uri-list', 'Files'])
      assert.equal(carriesFiles(['text/plain', type]), true, type);
  });

  it('carries none when it is a text or a link of a page', () => {
    assert.equal(carriesFiles(['text/plain']), false);
    assert.equal(carriesFiles(['text/uri-list', 'text/html', 'text/plain']), false);
    assert.equal(carriesFiles([]), false);
  });
});

describe('a drop', () => {
  it('names all resources of the explorer, folders and those of other machines too', () => {
    const all = ['file:///w/a.ts', 'file:///w/lib', 'vscode-remote://ssh-remote%2Bbox/w/b.ts'];
    assert.deepEqual(
      parseDrop(
        drag({
          'text/plain': '/w/a.ts',
          'text/uri-list': 'file:///w/a.ts',
          resourceurls: '["file:///w/a.ts"]',
          codefiles: '["/w/a.ts","/w/lib"]',
          [INTERNAL]: all.join('\r\n'),
        }),
      ),
      { uris: all, files: [], problem: null },
    );
  });

  it('reads what else VS Code says where that list is missing', () => {
    assert.deepEqual(uris({ resourceurls: '["untitled:Untitled-1"]' }), ['untitled:Untitled-1']);
    assert.deepEqual(uris({ codefiles: '["/w/a #1.ts"]' }), ['file:///w/a%20%231.ts']);
    assert.deepEqual(uris({ codefiles: JSON.stringify(['C:\\w\\a.ts', '\\\\box\\share\\b']) }), [
      'file:///C%3A/w/a.ts',
      'file://box/share/b',
    ]);
    assert.deepEqual(uris({ 'text/uri-list': '# a comment\nfile:///w/a.ts' }), ['file:///w/a.ts']);
  });

  it('takes what is no address of a file for nothing, and says so', () => {
    for (const texts of [
      { [INTERNAL]: 'a.ts\n\n/w/a.ts\nC:\\w\\a.ts' },
      { 'text/uri-list': 'https://example.org/a\njavascript:alert(1)\ndata:text/plain,a\nblob:x' },
      { 'text/uri-list': 'file:///a b\nfile:///a\u0000b\nfile:' },
      { resourceurls: '{"length":1}' },
      { resourceurls: '[1,null,["file:///a"]]' },
      { resourceurls: '[' },
      { codefiles: '["a.ts","","../b","\\ud800"]' },
      {},
    ]) {
      const { uris: none, problem } = parseDrop(drag(texts));
      assert.deepEqual(none, [], JSON.stringify(texts));
      assert.match(problem ?? '', /^Only files and folders/u);
    }
  });

  it('names each thing once', () => {
    assert.deepEqual(uris({ [INTERNAL]: 'file:///a\r\nfile:///a' }), ['file:///a']);
  });

  it('stays within bounds', () => {
    const many = Array.from({ length: MAX_OFFERS + 1 }, (_, at) => `file:///${String(at)}`).join('\n');
    const dropped = parseDrop(drag({ [INTERNAL]: many }));
    assert.equal(dropped.uris.length, MAX_OFFERS);
    assert.match(dropped.problem ?? '', /first 200/u);
    const long = `file:///${'a'.repeat(4_096)}`;
    assert.deepEqual(uris({ [INTERNAL]: `${long}\nfile:///a` }), ['file:///a']);
    assert.deepEqual(uris({ [INTERNAL]: 'file:///a\n'.repeat(1_000_000) }), []);
    assert.deepEqual(uris({ resourceurls: `[${'"a:b",'.repeat(1_000_000)}"a:b"]` }), []);
    const files = Array.from({ length: MAX_OFFERS + 5 }, () => notes);
    assert.equal(parseDrop(drag({}, files)).files.length, MAX_OFFERS);
  });

  it('hands over files from outside, and says where folders go', () => {
    assert.deepEqual(parseDrop(drag({}, ['text', notes])), { uris: [], files: [notes], problem: null });
    const mixed = parseDrop(drag({ 'text/uri-list': 'file:///elsewhere/notes.txt' }, [notes, 'folder']));
    assert.deepEqual([mixed.uris, mixed.files], [[], [notes]]);
    assert.match(mixed.problem ?? '', /^Folders from outside .* menu\.$/u);
    assert.deepEqual(parseDrop(drag({}, ['folder'])).files, []);
  });
});
