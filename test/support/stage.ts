import type { BrowserContext, Frame, Locator, Page } from 'playwright-core';
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
  static async launch(window: VsCodeWindow, browserArgs: readonly string[] = []): Promise<SystemBrowser> {
    await window.page.context().route('**/stage', (route) => route.abort());
    // The tab that could not load is in front, and Chromium draws a window behind it once a second.
    window.page.context().on('page', (tab) => void tab.close());
    return new SystemBrowser(await launchBrowser('allowed', browserArgs, window.prefix));
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

  /** What all pages of this browser share. */
  get context(): BrowserContext {
    return this.#browser.context;
  }

  /** A page at any address, in this browser. */
  async open(address: string): Promise<Page> {
    const page = await this.#browser.context.newPage();
    await page.goto(address);
    return page;
  }

  /** Ends it without a word to anybody; gives when (`Date.now()`). `dispose` is still to be called. */
  async kill(): Promise<number> {
    return this.#browser.kill();
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

/** Lets `addressOf` know under what address each page of the window's browser was opened; stages take theirs away. */
export async function rememberAddresses(window: VsCodeWindow): Promise<void> {
  await window.page.context().addInitScript(() => {
    if (location.hash.length === 23) Object.assign(globalThis, { openedAt: location.href });
  });
}

/** The link that a stage was opened with, its one-time code included. */
export async function addressOf(stage: Page): Promise<string> {
  const address: unknown = await stage.evaluate(() => Reflect.get(globalThis, 'openedAt'));
  if (typeof address !== 'string') throw new Error('the page was not opened with a code');
  return address;
}

/** Does something upon which the window's own browser opens a tab, and gives that. */
export async function nextStage(window: VsCodeWindow, act: () => Promise<void>): Promise<Page> {
  const [page] = await Promise.all([window.page.context().waitForEvent('page'), act()]);
  await page.waitForLoadState();
  return page;
}

/** Lets panels of the window note when they had a connection to a stage, for `foundStagesAfter`. */
export async function noteFoundStages(window: VsCodeWindow): Promise<void> {
  await window.page.context().addInitScript(() => {
    const found: number[] = [];
    Object.assign(globalThis, { foundStages: found });
    globalThis.RTCPeerConnection = class extends RTCPeerConnection {
      constructor(configuration?: RTCConfiguration) {
        super(configuration);
        this.addEventListener('connectionstatechange', () => {
          // Links to people carry a data channel, those to stages none.
          if (this.connectionState === 'connected' && !this.sctp) found.push(Math.round(performance.now()));
        });
      }
    };
  });
}

/** Milliseconds from the loading of a panel to each of its connections to a stage. */
export async function foundStagesAfter(panel: Frame): Promise<readonly number[]> {
  return panel.evaluate(() => {
    const found: unknown = Reflect.get(globalThis, 'foundStages');
    return Array.isArray(found) ? found.map(Number) : [];
  });
}

/** Loads the panel's page anew, and nothing else; gives the new one. */
export async function reloadPanel(window: VsCodeWindow): Promise<Frame> {
  const before = await window.panel();
  await before.evaluate(() => Object.assign(globalThis, { outdated: true }));
  await window.runCommand('Developer: Reload Webviews');
  const deadline = Date.now() + 30_000;
  for (;;) {
    const panel = await window.panel();
    const fresh = await panel
      .evaluate(() => !Reflect.has(globalThis, 'outdated'))
      .catch((error: unknown) => {
        // A frame that goes while it is asked is the one before.
        if (panel.isDetached() || Date.now() < deadline) return false;
        throw error;
      });
    if (fresh) return panel;
    if (Date.now() > deadline) throw new Error('the panel was not reloaded');
    await window.page.waitForTimeout(50);
  }
}

/** The id of the track that a video shows; it differs between one connection and the next. */
export async function shownTrack(video: Locator): Promise<string | undefined> {
  return video.evaluate((element) => {
    const stream = element instanceof HTMLVideoElement ? element.srcObject : null;
    return stream instanceof MediaStream ? stream.getVideoTracks()[0]?.id : undefined;
  });
}
