import { existsSync } from 'node:fs';
import { tryAptInstall } from './debian.ts';
import { findOnPath } from './paths.ts';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'microsoft-edge'];

/** Where the usual installers put a Chromium that is not on PATH. */
const PLACES = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
];

/**
 * The browser for the tests: PARLEY_CHROMIUM, else one that is installed, else Debian's package when that can be
 * installed without a question.
 * @throws Error with a sentence that says what to install.
 */
export async function findChromium(): Promise<string> {
  const named = process.env['PARLEY_CHROMIUM'];
  if (named !== undefined && named !== '') {
    if (existsSync(named)) return named;
    throw new Error(`PARLEY_CHROMIUM names ${named}, which does not exist`);
  }
  const found = installed();
  if (found !== undefined) return found;
  await tryAptInstall('chromium');
  const fresh = installed();
  if (fresh !== undefined) return fresh;
  throw new Error(
    'The tests need Chromium: install the package "chromium" or Google Chrome, or name its program in PARLEY_CHROMIUM.',
  );
}

function installed(): string | undefined {
  return findOnPath(NAMES) ?? PLACES.find((place) => existsSync(place));
}
