import type { Frame, Locator, Page, Worker } from 'playwright-core';
import { button } from './meeting.ts';

// Shared files as a panel shows them, and what can befall them on their way.

/** The list of shared files. */
export function sharedFiles(panel: Frame): Locator {
  return panel.getByRole('list', { name: 'Shared files' });
}

/** The row of a shared file. */
export function fileRow(panel: Frame, name: string): Locator {
  // By the whole name alone: "folder-3" and its "67 KB" read as folder-367 KB.
  const named = panel.locator('.file-name').getByText(name, { exact: true });
  return sharedFiles(panel).getByRole('listitem').filter({ has: named });
}

/** Notes the addresses that the pages of a window open streams of files at. */
export function watchStreams(page: Page): readonly string[] {
  const urls: string[] = [];
  page.on('websocket', (socket) => {
    if (/\/files\/[\w-]{22}(?:\?body=1)?$/.test(socket.url())) urls.push(socket.url());
  });
  return urls;
}

/** Has pages from now on reach their gateway as those of another machine do: nothing of it is on their loopback. */
export function liveElsewhere(): void {
  const Native = globalThis.WebSocket;
  const isHere = (url: string | URL): boolean => /^ws:\/\/127\.0\.0\.1:\d+\/files\//.test(String(url));
  globalThis.WebSocket = class extends Native {
    constructor(url: string | URL, protocols?: string | string[]) {
      // Nobody listens at port 1.
      super(isHere(url) ? 'ws://127.0.0.1:1/' : url, protocols);
    }
  };
}

/** Takes a file and waits until it is saved. */
export async function save(panel: Frame, name: string): Promise<void> {
  await button(panel, `Save ${name}`).click();
  await saved(panel, name);
}

/** Waits until a file is saved. */
export async function saved(panel: Frame, name: string): Promise<void> {
  await button(panel, `Show ${name}`).waitFor({ timeout: 120_000 });
}

/** Waits until so many percent of a file are here and gives how many it really are. */
export async function reaches(panel: Frame, name: string, percent: number): Promise<number> {
  const shown = await panel.waitForFunction(
    ([file, least]) => {
      const bar = document.querySelector(`[role="progressbar"][aria-label="Saving ${file}"]`);
      const now = Number(bar?.getAttribute('aria-valuenow') ?? 0);
      return now >= least ? now : null;
    },
    [name, percent] as const,
    { polling: 20 },
  );
  return Number(await shown.jsonValue());
}

/** Notes from now on how far a file is said to have come; the function gives the least, in percent. */
export async function watchLeast(panel: Frame, name: string): Promise<() => Promise<number>> {
  await panel.evaluate((file) => {
    const least = { percent: 100 };
    Object.assign(globalThis, { least });
    const look = (): void => {
      const bar = document.querySelector(`[role="progressbar"][aria-label="Saving ${file}"]`);
      if (!(bar instanceof HTMLElement) || bar.hidden) return;
      least.percent = Math.min(least.percent, Number(bar.getAttribute('aria-valuenow')));
    };
    look();
    new MutationObserver(look).observe(document.body, { attributes: true, childList: true, subtree: true });
  }, name);
  return () =>
    panel.evaluate(() => (Reflect.get(globalThis, 'least') as { readonly percent: number }).percent);
}

/** Cuts all connections of a page that `keepConnections` has kept, without a word to the other side. */
export async function cutLinks(panel: Frame): Promise<void> {
  await panel.evaluate(() => {
    const kept: unknown = Reflect.get(globalThis, 'keptConnections');
    if (!(kept instanceof Set)) throw new Error('the connections of this page were not kept');
    for (const connection of kept as Set<RTCPeerConnection>) connection.close();
  });
}

/** The worker that files go through in a page that has already sent or received one. */
async function filesWorker(page: Page): Promise<Worker> {
  for (const worker of page.workers()) {
    if ((await worker.evaluate(() => String(Reflect.get(globalThis, 'name')))) === 'parley-files')
      return worker;
  }
  throw new Error('no worker of this page hands over files');
}

/** Lets the next chunk of content that leaves a page have one other bit; the function gives how many were damaged. */
export async function damageNext(page: Page): Promise<() => Promise<number>> {
  const worker = await filesWorker(page);
  await worker.evaluate(() => {
    const damage = { wanted: true, done: 0 };
    Object.assign(globalThis, { damage });
    const prototype = RTCDataChannel.prototype as { send: (this: unknown, data: unknown) => void };
    const { send } = prototype;
    prototype.send = function (data) {
      if (!damage.wanted || !(data instanceof ArrayBuffer) || data.byteLength < 10_000)
        return send.call(this, data);
      damage.wanted = false;
      damage.done++;
      const copy = new Uint8Array(data.slice(0));
      const at = copy.length - 1_000;
      copy[at] = (copy[at] ?? 0) ^ 4;
      send.call(this, copy);
    };
  });
  return () => worker.evaluate(() => (Reflect.get(globalThis, 'damage') as { readonly done: number }).done);
}

/** In a page before its scripts: after `misname` its offers go by other names than its own. */
export function prepareMisnaming(): void {
  const names = new Map<string, string>();
  Object.assign(globalThis, { misnamed: names });
  const rename = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(rename);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [
        key,
        key === 'name' && typeof inner === 'string' ? (names.get(inner) ?? inner) : rename(inner),
      ]),
    );
  };
  const prototype = RTCDataChannel.prototype as { send: (this: unknown, data: unknown) => void };
  const { send } = prototype;
  prototype.send = function (data) {
    const text = typeof data === 'string' && names.size > 0 && data.includes('"offers"');
    send.call(this, text ? JSON.stringify(rename(JSON.parse(data))) : data);
  };
}

/** Lets a page with `prepareMisnaming` offer files under names that its own side would never give them. */
export async function misname(panel: Frame, names: Readonly<Record<string, string>>): Promise<void> {
  await panel.evaluate((given) => {
    const misnamed = Reflect.get(globalThis, 'misnamed') as Map<string, string>;
    for (const [own, other] of Object.entries(given)) misnamed.set(own, other);
  }, names);
}

/** Drops a file on a page that comes from outside of VS Code. */
export async function dropFile(panel: Frame, name: string, text: string): Promise<void> {
  await panel.evaluate(
    ([title, content]) => {
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([content], title));
      for (const type of ['dragenter', 'dragover', 'drop']) {
        document.body.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }));
      }
    },
    [name, text] as const,
  );
}
