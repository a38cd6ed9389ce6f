import { run } from './children.ts';
import { findOnPath } from './paths.ts';

/** Installs one of Debian's packages where that can be done without a question; says nothing of whether it did. */
export async function tryAptInstall(name: string): Promise<void> {
  if (process.getuid?.() !== 0 || findOnPath(['apt-get']) === undefined) return;
  console.log(`parley: installing ${name} (apt-get install ${name})`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await run('apt-get', ['update', '-qq'], { env });
  await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', name], { env });
}

/**
 * The full path of a program that tests need, installing Debian's package of it when it is not there.
 * @throws Error with a sentence that says what to install.
 */
export async function requireProgram(program: string, packageName: string): Promise<string> {
  const found = findOnPath([program]);
  if (found !== undefined) return found;
  await tryAptInstall(packageName);
  const fresh = findOnPath([program]);
  if (fresh !== undefined) return fresh;
  throw new Error(`This test needs the program "${program}": install the package "${packageName}".`);
}
