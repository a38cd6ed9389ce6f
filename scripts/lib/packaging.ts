import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bin, ROOT, vsixPath } from './paths.ts';

/** The packed extension may have this many bytes. */
const LARGEST_VSIX = 1_000_000;

/**
 * Builds the extension for production and packs it into parley-<version>.vsix. Gives false, after saying why, when
 * the build fails, vsce warns of anything, or the package is too large.
 */
export function packageExtension(): boolean {
  const built = spawnSync(process.execPath, ['esbuild.mjs', '--production'], { cwd: ROOT, stdio: 'inherit' });
  if (built.status !== 0) return false;
  const vsix = vsixPath();
  const vsce = bin('@vscode/vsce', 'vsce');
  const readme = join('out', 'readme.md');
  mkdirSync(join(ROOT, 'out'), { recursive: true });
  writeFileSync(join(ROOT, readme), packedReadme(readFileSync(join(ROOT, 'README.md'), 'utf8')));
  const flags = ['--no-dependencies', '--allow-missing-repository', '--readme-path', readme];
  const packed = spawnSync(process.execPath, [vsce, 'package', ...flags, '--out', vsix], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  const output = packed.stdout + packed.stderr;
  process.stdout.write(output);
  if (packed.status !== 0) return false;
  if (/\bwarning\b/i.test(output)) {
    console.error('parley: vsce has warnings, and none is meant to be left');
    return false;
  }
  const { size } = statSync(vsix);
  console.log(`parley: ${String(Math.ceil(size / 1_000))} kB of ${String(LARGEST_VSIX / 1_000)} kB`);
  if (size > LARGEST_VSIX) {
    console.error('parley: the package is too large');
    return false;
  }
  return true;
}

/**
 * The README as the extension's page shows it. That page can show nothing that lies beside the README, and no
 * repository has been made public yet that relative links could lead to: pictures go, links become their words.
 */
function packedReadme(readme: string): string {
  const relative = String.raw`\((?!https?:|#)[^)]*\)`;
  return readme
    .replaceAll(new RegExp(String.raw`^!\[[^\]]*\]${relative}\n+`, 'gm'), '')
    .replaceAll(new RegExp(String.raw`\[([^\]]*)\]${relative}`, 'g'), '$1');
}
