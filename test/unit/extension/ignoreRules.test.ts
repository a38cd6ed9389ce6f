import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { after, before, describe, it } from 'mocha';
import { IgnoreRules } from '../../../src/extension/files/ignoreRules.ts';
import { makeTempFolder, type TempFolder } from '../../support/temp.ts';

const FILES = [
  'a',
  'b/a',
  'b/b/a.txt',
  'b/c/d/a',
  'a.txt',
  'A.TXT',
  'ab',
  'a b ',
  '!a',
  '#a',
  'c/a[b]',
  'c/a-b',
  'c/d/e/f/g',
  'd/a*',
  'd/.a',
  'd/ü€😀',
  'build/out/x.o',
  'src/build/y.o',
];

function ignores(rules: IgnoreRules, path: string): boolean {
  const segments = path.split('/');
  return segments.some((_, n) => rules.ignores(segments.slice(0, n + 1), n + 1 < segments.length));
}

describe('rules of git', function () {
  this.timeout(60_000);

  const cases: readonly (readonly [string, readonly string[], readonly string[]])[] = [
    [
      'node_modules/\n*.log',
      ['node_modules/x', 'a/node_modules/y', 'z.log', 'a/z.log'],
      ['node_modules.txt', 'log'],
    ],
    ['/build\nsrc/*.o', ['build', 'build/x', 'src/y.o'], ['src/build', 'src/lib/y.o', 'lib/src/y.o']],
    ['*\n!*.md', ['a', 'b/c'], ['x.md']],
    ['a/**/z\n**/t\nq/**', ['a/z', 'a/b/c/z', 't', 'x/t', 'q/x'], ['az', 'q']],
    ['# no\n\n\\#yes\n\\!yes\nspace\\ \n', ['#yes', '!yes', 'space '], ['# no', 'space']],
    ['[a-c]x\n[!a-c]y\n[[:digit:]]z\n?!', ['bx', 'dy', '7z', 'a!'], ['dx', 'by', 'az', '!']],
    ['ab[\nc\\', [], ['ab[', 'ab', 'c', 'c\\']],
    ['\uFEFFfirst\r\nsecond\r\n', ['first', 'second'], []],
  ];
  for (const [text, ignored, kept] of cases)
    it(`read ${JSON.stringify(text)}`, () => {
      const rules = new IgnoreRules(false).with(text, []);
      for (const path of ignored) assert.equal(ignores(rules, path), true, path);
      for (const path of kept) assert.equal(ignores(rules, path), false, path);
    });

  it('of a folder come after those above it, and are about what is in it', () => {
    const rules = new IgnoreRules(false).with('*.txt\n/x', []).with('!keep.txt\n/y', ['sub']);
    assert.equal(ignores(rules, 'keep.txt'), true);
    assert.equal(ignores(rules, 'sub/keep.txt'), false);
    assert.equal(ignores(rules, 'sub/other.txt'), true);
    assert.equal(ignores(rules, 'x'), true);
    assert.equal(ignores(rules, 'sub/x'), false);
    assert.equal(ignores(rules, 'sub/y'), true);
    assert.equal(ignores(rules, 'sub/a/y'), false);
  });

  it('may not tell capitals from other letters', () => {
    assert.equal(ignores(new IgnoreRules(true).with('Build/', []), 'BUILD/x'), true);
    assert.equal(ignores(new IgnoreRules(false).with('Build/', []), 'BUILD/x'), false);
  });

  it('cost little, whatever they say', () => {
    const began = performance.now();
    const rules = new IgnoreRules(false).with(`${'*a'.repeat(500)}b\n${'**/a/'.repeat(200)}b`, []);
    assert.equal(ignores(rules, 'a'.repeat(250)), false);
    assert.equal(ignores(rules, Array.from({ length: 64 }, () => 'a').join('/')), false);
    assert.ok(performance.now() - began < 2_000);
  });

  describe('beside git itself', () => {
    let folder: TempFolder;
    before(async function () {
      if (spawnSync('git', ['--version']).error) return this.skip();
      folder = await makeTempFolder('ignore');
      execFileSync('git', ['init', '-q', folder.path]);
      execFileSync('git', ['-C', folder.path, 'config', 'core.ignorecase', 'false']);
      await rm(join(folder.path, '.git', 'info'), { recursive: true, force: true });
      for (const file of FILES) {
        await mkdir(join(folder.path, dirname(file)), { recursive: true });
        await writeFile(join(folder.path, file), '');
      }
    });
    after(() => folder?.dispose());

    /** What git says it ignores, by the rules it finds. */
    const ask = (): string[] => {
      const { stdout } = spawnSync(
        'git',
        ['-C', folder.path, 'check-ignore', '--no-index', '--stdin', '-z'],
        {
          input: FILES.join('\0'),
          env: {
            ...process.env,
            GIT_CONFIG_GLOBAL: '/dev/null',
            GIT_CONFIG_SYSTEM: '/dev/null',
            XDG_CONFIG_HOME: '/nowhere',
          },
        },
      );
      return stdout.toString().split('\0').filter(Boolean);
    };

    // Of brackets, backslashes and stars only what people mean: where they are left open or stand within one another,
    // git's answer depends on how it takes patterns apart.
    it('leave out the same', async () => {
      const part = fc.constantFrom(
        'a',
        'b',
        'c',
        'd',
        'e',
        'A',
        '.',
        '.txt',
        '*',
        '**',
        '?',
        '/',
        '/',
        '/**/',
        '[ab]',
        '[!a]',
        '[a-c]',
        '[^b]',
        '[[:alpha:]]',
        '\\*',
        '-',
        ' ',
        '!',
        '#',
        'build',
        '.o',
        'ü',
        '€',
        '😀',
      );
      const line = fc.tuple(
        fc.constantFrom('', '', '', '!', '/'),
        fc.array(part, { minLength: 1, maxLength: 6 }),
        fc.constantFrom('', '', '/', ' '),
      );
      const text = fc
        .array(
          line.map(([before, parts, behind]) => before + sane(parts.join('') + behind)),
          { minLength: 1, maxLength: 4 },
        )
        .map((lines) => lines.join('\n'));
      await fc.assert(
        fc.asyncProperty(text, text, async (top, below) => {
          await writeFile(join(folder.path, '.gitignore'), top);
          await writeFile(join(folder.path, 'b', '.gitignore'), below);
          const outer = new IgnoreRules(false).with(top, []);
          const inner = outer.with(below, ['b']);
          const found = FILES.filter((path) =>
            // What is in a folder that is left out is not looked at.
            path.startsWith('b/') ? outer.ignores(['b'], true) || ignores(inner, path) : ignores(outer, path),
          );
          assert.deepEqual(found, ask(), JSON.stringify({ top, below }));
        }),
        { numRuns: 200 },
      );
    });
  });
});

/**
 * Takes out what nobody means: a doubled slash, and `**` within a name, which git documents as `*` and matches as more
 * where nothing but plain letters stands before it.
 */
function sane(pattern: string): string {
  return pattern.replaceAll(/\/+/g, '/').replaceAll(/(?<=[^/])\*{2,}|\*{2,}(?=[^/])/g, '*');
}
