import { existsSync, readFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the project. */
export const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** What the scripts keep between runs: test hosts, downloads, sample workspaces. Not in git; may be deleted. */
export const CACHE = join(ROOT, '.cache');

/** Path of a script in node_modules that Node can run, e.g. `bin('mocha', 'bin/mocha.js')`. */
export function bin(packageName: string, path: string): string {
  return join(ROOT, 'node_modules', packageName, path);
}

/** Where `npm run package` puts the packed extension. */
export function vsixPath(): string {
  const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
  return join(ROOT, `parley-${manifest.version}.vsix`);
}

/** The first of these programs that is on PATH, as a full path. */
export function findOnPath(names: readonly string[]): string | undefined {
  const endings = process.platform === 'win32' ? ['.exe', '.cmd'] : [''];
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  for (const name of names) {
    for (const folder of folders) {
      for (const ending of endings) {
        const file = join(folder, name + ending);
        if (existsSync(file)) return file;
      }
    }
  }
  return undefined;
}
