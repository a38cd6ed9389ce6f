import assert from 'node:assert/strict';
import { basename, join, posix, win32 } from 'node:path';
import * as fc from 'fast-check';
import { describe, it } from 'mocha';
import { nthName, safeFileName } from '../../../src/shared/fileNames.ts';

const bytes = (text: string) => Buffer.byteLength(text, 'utf8');

describe('safeFileName', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['notes.txt', 'notes.txt'],
    ['Straße 1 – Entwurf.pdf', 'Straße 1 – Entwurf.pdf'],
    ['日本語.md', '日本語.md'],
    ['family 👨‍👩‍👧.png', 'family 👨‍👩‍👧.png'],
    ['../../etc/passwd', '_.._etc_passwd'],
    ['..\\..\\boot.ini', '_.._boot.ini'],
    ['/etc/passwd', '_etc_passwd'],
    ['C:\\Windows\\win.ini', 'C__Windows_win.ini'],
    ['notes.txt:hidden:$DATA', 'notes.txt_hidden_$DATA'],
    ['a<b>c"d|e?f*g', 'a_b_c_d_e_f_g'],
    ['line\nbreak\0.txt', 'line_break_.txt'],
    ['evil\u202Etxt.exe', 'eviltxt.exe'],
    ['\u2066a\u2069.md\uFEFF', 'a.md'],
    ['...', 'file'],
    ['', 'file'],
    [' \t ', '_'],
    ['.gitignore', '.gitignore'],
    ['..gitignore', 'gitignore'],
    [' .env', '.env'],
    ['trailing. . ', 'trailing'],
    ['CON', '_CON'],
    ['nul.txt', '_nul.txt'],
    ['com1.tar.gz', '_com1.tar.gz'],
    ['LPT² .log', '_LPT² .log'],
    [`con${' '.repeat(300)}x`, '_con'],
    ['.git', '_.git'],
    ['.GIT ', '_.GIT'],
    ['.g\u200Cit', '_.g\u200Cit'],
    [`.git${' '.repeat(300)}x`, '_.git'],
    ['.github', '.github'],
    ['console.log', 'console.log'],
    ['com10', 'com10'],
    ['e\u0301te\u0301.txt', 'été.txt'],
    ['e\u200E\u0301', 'é'],
    ['half \uD83D surrogate', 'half  surrogate'],
  ];
  for (const [name, safe] of cases)
    it(`${JSON.stringify(name)} becomes ${JSON.stringify(safe)}`, () => {
      assert.equal(safeFileName(name), safe);
    });

  it('keeps the extension of a long name and splits no character', () => {
    const safe = safeFileName(`${'😀'.repeat(100)}.tar.gz`);
    assert.ok(safe.endsWith('😀.tar.gz'));
    assert.ok(bytes(safe) <= 240 && bytes(safe) > 230);
    assert.doesNotMatch(safe, /\p{Cs}/u);
  });

  it('cuts what is no extension', () => {
    assert.equal(bytes(safeFileName(`a.${'b'.repeat(400)}`)), 240);
    assert.equal(bytes(safeFileName('x'.repeat(300))), 240);
  });

  const nasty = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 400 }),
    fc
      .array(
        fc.oneof(
          fc.constantFrom(
            '.',
            '/',
            '\\',
            ':',
            ' ',
            '\u202E',
            '\uD800',
            'CON',
            'nul',
            'é',
            'e\u0301',
            '😀',
            '~',
            '\0',
          ),
          fc.string({ unit: 'grapheme', maxLength: 60 }),
        ),
        { maxLength: 12 },
      )
      .map((parts) => parts.join('')),
  );

  it('makes of any text one name directly in its folder', () => {
    fc.assert(
      fc.property(nasty, (name) => {
        const safe = safeFileName(name);
        assert.ok(safe.length > 0 && bytes(safe) <= 240);
        assert.equal(basename(join('/folder', safe)), safe);
        assert.equal(posix.dirname(posix.join('/folder', safe)), '/folder');
        assert.equal(win32.dirname(win32.join('C:\\folder', safe)), 'C:\\folder');
        assert.doesNotMatch(safe, /[<>:"/\\|?*\p{Cc}\p{Cs}\u202A-\u202E\u2066-\u2069]/u);
        assert.doesNotMatch(safe, /^\s|^\.\.|[\s.]$/u);
        assert.doesNotMatch(safe, /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i);
        assert.equal(safe.normalize('NFC'), safe);
      }),
      { numRuns: 2_000 },
    );
  });

  it('leaves a safe name as it is', () => {
    fc.assert(
      fc.property(nasty, (name) => {
        const safe = safeFileName(name);
        assert.equal(safeFileName(safe), safe);
      }),
      { numRuns: 2_000 },
    );
  });

  it('stays safe when it is numbered', () => {
    fc.assert(
      fc.property(nasty, fc.integer({ min: 2, max: 999 }), (name, n) => {
        const numbered = nthName(safeFileName(name), n);
        assert.equal(basename(join('/folder', numbered)), numbered);
        assert.ok(bytes(numbered) <= 255);
        assert.ok(numbered.includes(` (${String(n)})`));
      }),
    );
  });
});

describe('nthName', () => {
  const cases: readonly (readonly [string, number, string])[] = [
    ['notes.txt', 2, 'notes (2).txt'],
    ['archive.tar.gz', 3, 'archive (3).tar.gz'],
    ['Makefile', 2, 'Makefile (2)'],
    ['v1.2 final', 2, 'v1.2 final (2)'],
  ];
  for (const [name, n, expected] of cases)
    it(`${name}, ${String(n)}`, () => {
      assert.equal(nthName(name, n), expected);
    });
});
