import { errors } from 'playwright-core';
import type { CDPSession, Frame, Locator, Page } from 'playwright-core';
import { launchBrowser } from './browser.ts';
import type { TempFolder } from './temp.ts';
import type { Browser, Capture } from './browser.ts';
import type { Host } from './host.ts';

/** How to open a window. */
export interface WindowOptions {
  readonly host: Host;
  /** Absolute path of the workspace. */
  readonly folder: string;
  /** Whether the panel may capture; allowed by default. */
  readonly capture?: Capture;
  /** Names the person in the messages of a failing test. */
  readonly name: string;
  /** Milliseconds that a step may take, 60,000 by default. */
  readonly timeout?: number;
  /** More command-line arguments for Chromium. */
  readonly browserArgs?: readonly string[];
  /** See `launchBrowser`. */
  readonly profile?: TempFolder;
}

/** The element by which the meeting's page is known among all frames of a window. */
const PANEL_MARK = 'script[src*="/dist/panel.js"]';

/** Whether the test host complains of this on every start: native modules it does not need here, and its gallery. */
export function isHostNoise(line: string): boolean {
  return HOST_NOISE.test(line);
}
const HOST_NOISE = /bindings file|native-watchdog|build\/Release\/watchdog|open-vsx|ERR_NAME_NOT_RESOLVED/;

/** code-server compresses the 19 MB of a workbench for each window anew, which takes longer than to hand them over. */
export const UNCOMPRESSED = { 'accept-encoding': 'identity' };

/** Opens a VS Code window in a browser process of its own; resolves when the workbench is ready. */
export async function openWindow(options: WindowOptions): Promise<VsCodeWindow> {
  const { capture = 'allowed', browserArgs, host, profile } = options;
  const browser = await launchBrowser(capture, browserArgs, host.prefix, profile);
  try {
    const { context } = browser;
    context.setDefaultTimeout(options.timeout ?? 60_000);
    const page = context.pages()[0] ?? (await context.newPage());
    await page.setExtraHTTPHeaders(UNCOMPRESSED);
    const control = await context.newCDPSession(page);
    // One permission at a time: granting by Playwright would refuse all others, camera and microphone among them.
    const { origin } = options.host;
    for (const name of ['clipboard-read', 'clipboard-write']) {
      await control.send('Browser.setPermission', { permission: { name }, setting: 'granted', origin });
    }
    if (options.capture === 'refused') await refuseCapture(control, origin);
    // VS Code asks so when it has read its settings late, as two windows do that are opened at once on a busy machine.
    await page.addLocatorHandler(page.getByText('A setting has changed that requires a reload'), () =>
      page.getByRole('button', { name: 'Cancel', exact: true }).click(),
    );
    const window = new VsCodeWindow(options, page, browser);
    await window.open();
    return window;
  } catch (error) {
    await browser.dispose();
    throw error;
  }
}

/** A person's VS Code, used as a person does: by keyboard, menus and what is on the screen. */
export class VsCodeWindow {
  readonly name: string;
  readonly page: Page;
  /** What the pages of this window have written to their consoles, newest last. */
  readonly console: string[] = [];
  readonly #options: WindowOptions;
  readonly #browser: Pick<Browser, 'kill' | 'sleep' | 'dispose'>;

  constructor(options: WindowOptions, page: Page, browser: Pick<Browser, 'kill' | 'sleep' | 'dispose'>) {
    this.name = options.name;
    this.page = page;
    this.#options = options;
    this.#browser = browser;
    page.on('console', (message) => this.#note(`${message.type()}: ${message.text()}`));
    page.on('pageerror', (error) => this.#note(`uncaught: ${error.message}`));
  }

  /** See `Host.prefix`. */
  get prefix(): readonly string[] {
    return this.#options.host.prefix;
  }

  /** Loads (or reloads) the window and waits until the extension host and the explorer are there. */
  async open(): Promise<void> {
    const { host, folder } = this.#options;
    await this.page.goto(host.url(folder));
    await this.page.locator('.monaco-workbench .explorer-folders-view').waitFor();
    await this.page.locator('.monaco-workbench .part.statusbar').waitFor();
  }

  /** Runs a command by its full title, e.g. "Parley: Start Meeting"; resolves when the palette has taken it. */
  async runCommand(title: string): Promise<void> {
    const row = this.page
      .locator('.quick-input-list .monaco-list-row')
      .filter({ has: this.page.locator('.label-name', { hasText: exactly(title) }) })
      .first();
    // The palette lists what was there when it opened: it is opened again until the extension is known.
    await this.#until(`the palette does not offer "${title}"`, async () => {
      const box = await this.#openPalette();
      // A panel that comes meanwhile takes the focus, and with it the palette goes.
      const isTyped = await box.fill(`>${title}`, { timeout: 2_000 }).then(() => true, isTimeout);
      if (isTyped && (await appears(row, 1_000))) return true;
      await this.page.keyboard.press('Escape');
      return undefined;
    });
    await row.click();
  }

  /** True when the palette offers the command now. An extension that is not known to the window yet offers nothing. */
  async offersCommand(title: string): Promise<boolean> {
    const box = await this.#openPalette();
    await box.fill(`>${title}`);
    const rows = this.page.locator('.quick-input-list .monaco-list-row');
    await rows.first().waitFor();
    const offered = await rows
      .locator('.label-name')
      .filter({ hasText: exactly(title) })
      .count();
    await this.page.keyboard.press('Escape');
    return offered > 0;
  }

  /** Fills the input box that is open, or will open, and accepts it. */
  async fillInput(text: string): Promise<void> {
    const box = this.page.locator('.quick-input-widget:visible input.input');
    await box.fill(text);
    await box.press('Enter');
  }

  /** Answers VS Code's own dialog for files, once it has listed its folder: until then it writes into its box itself. */
  async fillFileDialog(path: string): Promise<void> {
    await this.page
      .locator('.quick-input-widget:visible .quick-input-list .monaco-list-row')
      .first()
      .waitFor();
    await this.page
      .locator('.quick-input-widget:visible .monaco-progress-container.active')
      .waitFor({ state: 'detached' });
    await this.fillInput(path);
  }

  /** What stands in the input box that is open, or will open. */
  async inputValue(): Promise<string> {
    return this.page.locator('.quick-input-widget:visible input.input').inputValue();
  }

  /** Picks an entry of the quick pick that is open, or will open. */
  async pick(label: string): Promise<void> {
    const rows = this.page.locator('.quick-input-widget:visible .quick-input-list .monaco-list-row');
    await rows.filter({ hasText: label }).first().click();
  }

  /** Selects entries of the explorer (paths in the workspace, as "folder/file") and chooses from the context menu. */
  async explorerMenu(paths: readonly string[], item: string): Promise<void> {
    const view = this.page.locator('.explorer-folders-view');
    if (!(await view.isVisible())) {
      await this.runCommand('View: Show Explorer');
      await view.waitFor();
    }
    const rows: Locator[] = [];
    for (const path of paths) rows.push(await this.#explorerRow(view, path));
    const last = rows.at(-1);
    if (!last) throw new Error('no entry of the explorer was named');
    const toggle: Parameters<Locator['click']>[0] = { modifiers: ['ControlOrMeta'] };
    // A plain click would open the file and hide what is in the editor group, so the selection is made by toggling.
    const selected = view.locator('[role="treeitem"][aria-selected="true"]');
    while ((await selected.count()) > 0) await selected.first().click(toggle);
    for (const row of rows) await row.click(toggle);
    await this.#choose(last, item);
  }

  /** Opens the context menu of an editor's tab and chooses an entry. */
  async tabMenu(title: string, item: string): Promise<void> {
    await this.#choose(this.page.locator('.tabs-container .tab').filter({ hasText: title }).first(), item);
  }

  async #choose(of: Locator, item: string): Promise<void> {
    await of.click({ button: 'right' });
    const entry = this.page.getByRole('menuitem', { name: item }).first();
    await entry.waitFor();
    // A menu takes no click in its first tenth of a second, so that the one that opened it chooses nothing; keys it takes.
    await this.#until(`the menu does not take "${item}"`, async () => {
      await entry.hover();
      await this.page.keyboard.press('Enter');
      return (await appears(entry, 500, 'detached')) ? true : undefined;
    });
  }

  /** Waits for a notification that contains the text and gives all of its text. */
  async notification(text: string | RegExp): Promise<string> {
    const toast = this.page.locator('.notification-toast').filter({ hasText: text }).first();
    await toast.waitFor();
    return toast.innerText();
  }

  /** Presses a button of a notification that is shown, or will be; `text` chooses among several. */
  async acceptNotification(button: string, text: string | RegExp = ''): Promise<void> {
    const toasts = this.page.locator('.notification-toast').filter({ hasText: text });
    await toasts.getByRole('button', { name: button, exact: true }).first().click();
  }

  /** Presses a button of the modal dialog that is open, or will open; gives the dialog's text. */
  async answerDialog(button: string): Promise<string> {
    const dialog = this.page.locator('.monaco-dialog-box');
    await dialog.waitFor();
    const text = await dialog.innerText();
    await dialog.getByRole('button', { name: button, exact: true }).click();
    return text;
  }

  /**
   * The frame of the meeting's page, once it is there. After the panel was closed and reopened it is another one; where
   * one takes the place of another that still runs, it is the newer.
   */
  async panel(mark = PANEL_MARK): Promise<Frame> {
    return this.#until(`no frame with ${mark}`, async () => {
      // Editors may be in windows of their own: those are pages of the same browser.
      for (const frame of this.page
        .context()
        .pages()
        .flatMap((page) => page.frames())
        .toReversed()) {
        if (frame.parentFrame() === null) continue;
        if (await hasMark(frame, mark)) return frame;
      }
      return undefined;
    });
  }

  /** What can be read in the window's notifications and in the frames of Parley, for the message of a test that failed. */
  async shownText(): Promise<string[]> {
    const texts: string[] = [];
    for (const frame of this.page.frames()) {
      const reading = frame.evaluate((mark) => {
        const places = document.querySelectorAll<HTMLElement>(
          '.notification-toast, .monaco-dialog-box, .quick-input-widget',
        );
        const within = document.querySelector(mark) ? [document.body] : [];
        const drawn = [...within, ...places].filter((element) => element.getClientRects().length > 0);
        return drawn.map((element) => element.innerText.trim()).filter(Boolean);
      }, PANEL_MARK);
      // A window that is gone, or busy for good, shows nothing.
      const patience = new Promise<string[]>((resolve) => {
        setTimeout(() => resolve(['(no answer)']), 3_000).unref();
      });
      texts.push(...(await Promise.race([reading.catch(() => []), patience])));
    }
    return texts;
  }

  /** Closes the editor tab whose title contains the text, as its X does. */
  async closeTab(title: string): Promise<void> {
    const tab = this.page.locator('.tabs-container .tab').filter({ hasText: title }).first();
    await tab.hover();
    await tab.locator('.tab-actions .action-label').first().click();
    await tab.waitFor({ state: 'detached' });
  }

  /** The text of the status bar entry that contains the given text, once there is one. */
  async statusBar(text: string | RegExp): Promise<string> {
    const entry = this.page.locator('.part.statusbar .statusbar-item').filter({ hasText: text }).first();
    await entry.waitFor();
    return entry.innerText();
  }

  /** What is on this person's clipboard. */
  async clipboard(): Promise<string> {
    return this.page.evaluate(() => navigator.clipboard.readText());
  }

  /** Waits until the clipboard holds a text that the expression matches. */
  async clipboardMatching(expression: RegExp): Promise<string> {
    return this.#until(`nothing like ${String(expression)} on the clipboard`, async () => {
      const text = await this.clipboard();
      return expression.test(text) ? text : undefined;
    });
  }

  async setClipboard(text: string): Promise<void> {
    await this.page.evaluate((value) => navigator.clipboard.writeText(value), text);
  }

  /** A picture of the whole window, for the documentation or for a test that fails. */
  async screenshot(path: string): Promise<void> {
    await this.page.screenshot({ path });
  }

  /** Ends the browser process without a word to anybody; gives when (`Date.now()`). `dispose` is still to be called. */
  async kill(): Promise<number> {
    return this.#browser.kill();
  }

  /** The machine falls asleep; gives the way to wake it. */
  async sleep(): Promise<() => void> {
    return this.#browser.sleep();
  }

  /** Ends the browser process. */
  async dispose(): Promise<void> {
    await this.#browser.dispose();
  }

  #note(line: string): void {
    if (HOST_NOISE.test(line)) return;
    this.console.push(line.slice(0, 300));
    if (this.console.length > 1_000) this.console.shift();
  }

  /** F1 is lost while the workbench or a webview takes the focus, so it is pressed until the palette is there. */
  async #openPalette(): Promise<Locator> {
    const box = this.page.locator('.quick-input-widget:visible input.input');
    return this.#until('the command palette does not open', async () => {
      await this.page.keyboard.press('F1');
      return (await appears(box, 2_000)) ? box : undefined;
    });
  }

  async #explorerRow(view: Locator, path: string): Promise<Locator> {
    const parts = path.split('/');
    const name = parts.pop() ?? '';
    for (const folder of parts) {
      const row = view.getByRole('treeitem', { name: folder, exact: true });
      if ((await row.getAttribute('aria-expanded')) !== 'true') await row.click();
    }
    return view.getByRole('treeitem', { name, exact: true });
  }

  async #until<T>(failure: string, probe: () => Promise<T | undefined>): Promise<T> {
    const deadline = Date.now() + (this.#options.timeout ?? 60_000);
    for (;;) {
      const value = await probe();
      if (value !== undefined) return value;
      if (Date.now() > deadline) {
        throw new Error(`${this.name}: ${failure}\n${this.console.slice(-20).join('\n')}`);
      }
      await this.page.waitForTimeout(100);
    }
  }
}

/** Gives the window the Permissions-Policy that a webview of desktop VS Code has: no capture, without a question. */
async function refuseCapture(control: CDPSession, origin: string): Promise<void> {
  control.on('Fetch.requestPaused', ({ requestId, responseStatusCode, responseHeaders }) => {
    const policy = { name: 'Permissions-Policy', value: 'camera=(), microphone=(), display-capture=()' };
    const responseCode = responseStatusCode ?? 200;
    void control.send('Fetch.continueResponse', {
      requestId,
      responseCode,
      responseHeaders: [...(responseHeaders ?? []), policy],
    });
  });
  await control.send('Fetch.enable', {
    patterns: [{ urlPattern: `${origin}/*`, resourceType: 'Document', requestStage: 'Response' }],
  });
}

/** False for what took too long; anything else is thrown on. */
function isTimeout(error: unknown): false {
  if (!(error instanceof errors.TimeoutError)) throw error;
  return false;
}

/** Whether an element gets into a state within so many milliseconds. */
function appears(
  element: Locator,
  timeout: number,
  state: 'visible' | 'detached' = 'visible',
): Promise<boolean> {
  return element.waitFor({ timeout, state }).then(() => true, isTimeout);
}

function exactly(text: string): RegExp {
  return new RegExp(`^\\s*${text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')}\\s*$`);
}

async function hasMark(frame: Frame, mark: string): Promise<boolean> {
  try {
    return await frame.evaluate(
      (selector) => document.readyState !== 'loading' && document.querySelector(selector) !== null,
      mark,
    );
  } catch (error) {
    // A frame that is being replaced while it is asked is not the one that is looked for.
    if (error instanceof Error) return false;
    throw error;
  }
}
