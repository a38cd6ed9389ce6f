import type { Page } from 'playwright-core';
import { type Browser, launchBrowser } from './browser.ts';
import { button } from './meeting.ts';
import type { VsCodeWindow } from './window.ts';

/**
 * The system browser of a person whose panel may not capture: a browser process of its own, with fake devices, into
 * which the links of stages are pasted.
 */
export class SystemBrowser {
  readonly #browser: Browser;

  private constructor(browser: Browser) {
    this.#browser = browser;
  }

  /** Starts it for a window, which from then on opens no pages by itself. */
  static async launch(window: VsCodeWindow): Promise<SystemBrowser> {
    await window.page.context().route('**/stage', (route) => route.abort());
    return new SystemBrowser(await launchBrowser('allowed'));
  }

  /** Opens the stage that the panel asks for, by its "Copy link". */
  async openStage(window: VsCodeWindow): Promise<Page> {
    const page = await this.#browser.context.newPage();
    await page.goto(await copyStageLink(window));
    return page;
  }

  /** Opens the stage for camera and microphone, and makes its one click. */
  async startDevices(window: VsCodeWindow): Promise<Page> {
    const page = await this.openStage(window);
    await page.getByRole('button', { name: 'Start camera and microphone' }).click();
    return page;
  }

  /** Opens the stage for a screen, and chooses one. */
  async startScreen(window: VsCodeWindow): Promise<Page> {
    const page = await this.openStage(window);
    await page.getByRole('button', { name: 'Choose what to share' }).click();
    return page;
  }

  /** A page at any address, in this browser. */
  async open(address: string): Promise<Page> {
    const page = await this.#browser.context.newPage();
    await page.goto(address);
    return page;
  }

  async dispose(): Promise<void> {
    await this.#browser.dispose();
  }
}

/** The link to the stage that the panel asks for, from the clipboard. */
export async function copyStageLink(window: VsCodeWindow): Promise<string> {
  await window.setClipboard('');
  await button(await window.panel(), 'Copy link').click();
  return window.clipboardMatching(/\/stage#[A-Za-z0-9_-]{22}$/);
}
