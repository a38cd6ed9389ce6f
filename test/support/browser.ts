import { chromium } from 'playwright-core';
import type { BrowserContext } from 'playwright-core';
import { findChromium } from '../../scripts/lib/chromium.ts';
import { makeTempFolder } from './temp.ts';

/** Whether pages of a browser may capture: `refused` is what a webview of desktop VS Code gets. */
export type Capture = 'allowed' | 'refused';

/** One browser process with a profile of its own: one person. */
export interface Browser {
  readonly context: BrowserContext;
  dispose(): Promise<void>;
}

/** Starts a browser with a fake camera and microphone, a clipboard of its own, and an empty profile. */
export async function launchBrowser(capture: Capture, extraArgs: readonly string[] = []): Promise<Browser> {
  const executablePath = await findChromium();
  const profile = await makeTempFolder('profile');
  const args = [
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--no-first-run',
    '--disable-quic',
    '--use-fake-device-for-media-stream',
    ...(capture === 'allowed'
      ? ['--use-fake-ui-for-media-stream', '--auto-select-desktop-capture-source=Entire screen']
      : []),
    ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
    ...extraArgs,
  ];
  const context = await chromium.launchPersistentContext(profile.path, {
    executablePath,
    args,
    headless: process.env['PARLEY_HEADED'] === undefined,
    viewport: { width: 1280, height: 800 },
    acceptDownloads: true,
    // The signals of the tests' process are handled in one place, scripts/lib/children.ts.
    handleSIGINT: false,
    handleSIGTERM: false,
    handleSIGHUP: false,
  });
  return {
    context,
    dispose: async () => {
      await context.close();
      await profile.dispose();
    },
  };
}
