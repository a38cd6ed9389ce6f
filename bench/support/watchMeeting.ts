import type { Frame } from 'playwright-core';
import type { VsCodeWindow } from '../../test/support/window.ts';

// What a person sees of a meeting, noted by their page itself, with times that all pages of a machine share
// (milliseconds since 1970).

/** A decoded picture of somebody: when it was shown, when its last packet came, and of which track it was. */
interface Picture {
  readonly shown: number;
  readonly received: number;
  readonly track: string;
  /** Whether the panel was in view: behind another tab its page goes on decoding. */
  readonly inView: boolean;
}

/** Who was listed from when on: names in order, with a "~" behind whoever was not reached. */
interface Listed {
  readonly at: number;
  readonly people: readonly string[];
}

interface Notes {
  /** When the page began to load. */
  readonly loaded: number;
  readonly pictures: Record<string, Picture[]>;
  readonly lists: Listed[];
  readonly events: [at: number, what: string][];
}

/** Runs in every frame of a window, before its own scripts. */
export function keepNotes(): void {
  if (window.top === window) {
    const noteClick = (): void => {
      Object.assign(globalThis, { clickedAt: Date.now() });
    };
    window.addEventListener('click', noteClick, true);
    return;
  }
  const notes: Notes = { loaded: performance.timeOrigin, pictures: {}, lists: [], events: [] };
  Object.assign(globalThis, { notes });
  // Outlives the page: what a panel showed is part of the story of the one that took its place.
  const shelf = window.top as unknown as { shelf?: Notes[] };
  shelf.shelf = [...(shelf.shelf ?? []), notes];
  const now = (): number => performance.timeOrigin + performance.now();
  const note = (what: string): void => void notes.events.push([Math.round(now()), what]);
  // VS Code takes these away from the page before its own scripts run.
  const frames = [window.frameElement, window.parent.frameElement];
  const isInView = (): boolean =>
    frames.every((frame) => frame === null || getComputedStyle(frame).visibility !== 'hidden');
  const watched = new WeakSet<HTMLVideoElement>();
  const follow = (video: HTMLVideoElement): void => {
    video.requestVideoFrameCallback((_now, { presentationTime, receiveTime }) => {
      const name = video.closest('[role="group"]')?.getAttribute('aria-label') ?? '';
      const stream = video.srcObject;
      const track = stream instanceof MediaStream ? (stream.getVideoTracks()[0]?.id ?? '') : '';
      const seen = (notes.pictures[name] ??= []);
      seen.push({
        shown: performance.timeOrigin + presentationTime,
        // A picture that is drawn once more, as when its element moved, did not come over the network.
        received: receiveTime === undefined ? 0 : performance.timeOrigin + receiveTime,
        track,
        inView: isInView(),
      });
      if (seen.length > 2_000) seen.splice(0, 1_000);
      follow(video);
    });
  };
  const look = (): void => {
    for (const video of document.querySelectorAll<HTMLVideoElement>('[role="group"] video')) {
      if (watched.has(video)) continue;
      watched.add(video);
      follow(video);
    }
    const rows = document.querySelectorAll('[role="list"][aria-label="Participants"] [role="listitem"]');
    const people = [...rows].map((row) => {
      const waits = row.querySelector<HTMLElement>('.person-link')?.hidden === false;
      return `${row.querySelector('.person-name')?.textContent ?? ''}${waits ? '~' : ''}`;
    });
    if (people.join() !== notes.lists.at(-1)?.people.join()) notes.lists.push({ at: now(), people });
  };
  // By a timer, because VS Code writes the panel's document anew, which ends what waits for changes of it.
  setInterval(look, 40);

  const typeOf = (data: unknown): string => {
    if (typeof data !== 'string') return '';
    const { t, type } = JSON.parse(data) as { t?: string; type?: string };
    return t ?? type ?? '';
  };
  const DULL = new Set(['', 'ping', 'pong', 'candidate', 'CANDIDATE', 'HEARTBEAT', 'credit', 'state']);
  const say = (whose: string, data: unknown): void => {
    const type = typeOf(data);
    if (!DULL.has(type)) note(`${whose} ${type}`);
  };
  let connections = 0;
  const watchChannel = (name: string, channel: RTCDataChannel): void => {
    if (channel.label !== 'parley') return;
    for (const event of ['open', 'close'])
      channel.addEventListener(event, () => note(`${name} channel ${event}`));
    channel.addEventListener('message', ({ data }) => say(`${name} gets`, data));
    const send = channel.send.bind(channel) as (data: unknown) => void;
    Object.assign(channel, {
      send: (data: unknown) => {
        say(`${name} says`, data);
        send(data);
      },
    });
  };
  globalThis.RTCPeerConnection = class extends RTCPeerConnection {
    readonly #name = `pc${String(++connections)}`;
    constructor(configuration?: RTCConfiguration) {
      super(configuration);
      note(`${this.#name} made`);
      this.addEventListener('connectionstatechange', () => note(`${this.#name} ${this.connectionState}`));
      this.addEventListener('iceconnectionstatechange', () =>
        note(`${this.#name} ice ${this.iceConnectionState}`),
      );
      this.addEventListener('datachannel', ({ channel }) => watchChannel(this.#name, channel));
    }
    override createDataChannel(label: string, options?: RTCDataChannelInit): RTCDataChannel {
      const channel = super.createDataChannel(label, options);
      watchChannel(this.#name, channel);
      return channel;
    }
    override close(): void {
      note(`${this.#name} close`);
      super.close();
    }
  };
  let sockets = 0;
  globalThis.WebSocket = class extends WebSocket {
    constructor(url: string | URL, protocols?: string | string[]) {
      super(url, protocols);
      if (!this.url.includes('/peerjs')) return;
      const name = `server${String(++sockets)}`;
      note(`${name} made`);
      this.addEventListener('message', ({ data }) => say(`${name} gets`, data));
      this.addEventListener('close', () => note(`${name} close`));
    }
  };
}

/** When the workbench of a window was clicked last. */
export function lastClick(window: VsCodeWindow): Promise<number> {
  return window.page.evaluate(() => Number(Reflect.get(globalThis, 'clickedAt')));
}

/** The tracks whose pictures a panel shows just now, by whom they show. */
export function tracksShown(panel: Frame): Promise<Record<string, string>> {
  return panel.evaluate(() => {
    const { pictures } = Reflect.get(globalThis, 'notes') as Notes;
    return Object.fromEntries(
      Object.entries(pictures).map(([name, seen]) => [name, seen.at(-1)?.track ?? '']),
    );
  });
}

/** What to wait for at one person's. */
export interface Awaited {
  /** Whose pictures. */
  readonly names: readonly string[];
  /** They have come over the network since then. */
  readonly since: number;
  /** They are of another track than this, by whom they show. */
  readonly notOf: Readonly<Record<string, string>>;
}

/**
 * When a person was shown a fresh picture of each of the others. A panel that is loaded anew meanwhile is followed.
 * @throws Error with what is missing, after `timeout` milliseconds.
 */
export function picturesBack(
  window: VsCodeWindow,
  awaited: Awaited,
  timeout: number,
): Promise<Record<string, number>> {
  return inPanel(window, timeout, 'pictures', (panel, left) =>
    panel.waitForFunction(
      ({ names, since, notOf }) => {
        const notes = Reflect.get(globalThis, 'notes') as Notes | undefined;
        const found = names.flatMap((name) => {
          const fresh = notes?.pictures[name]?.find(
            ({ received, track }) => received >= since && track !== notOf[name],
          );
          return fresh ? [[name, fresh.shown] as const] : [];
        });
        return found.length === names.length ? Object.fromEntries(found) : null;
      },
      awaited,
      { polling: 20, timeout: left },
    ),
  );
}

/** When a person's page noted an event that fits for the first time since then. */
export function notedSince(
  window: VsCodeWindow,
  what: RegExp,
  since: number,
  timeout: number,
): Promise<number> {
  return inPanel(window, timeout, String(what), (panel, left) =>
    panel.waitForFunction(
      ({ source, start }) => {
        const notes = Reflect.get(globalThis, 'notes') as Notes | undefined;
        const pattern = new RegExp(source, 'u');
        return notes?.events.find(([at, text]) => at >= start && pattern.test(text))?.[0] ?? null;
      },
      { source: what.source, start: since },
      { polling: 20, timeout: left },
    ),
  );
}

/**
 * When a person's list held exactly these people, all of them reached, and has ever since.
 * @param loadedAfter only a page counts that began to load then or later.
 */
export function listedSince(
  window: VsCodeWindow,
  names: readonly string[],
  timeout: number,
  loadedAfter = 0,
): Promise<number> {
  return inPanel(window, timeout, 'a list of everybody', (panel, left) =>
    panel.waitForFunction(
      ({ wanted, after }) => {
        const notes = Reflect.get(globalThis, 'notes') as Notes | undefined;
        const last = notes && notes.loaded >= after ? notes.lists.at(-1) : undefined;
        return last?.people.toSorted().join() === wanted ? last.at : null;
      },
      { wanted: names.toSorted().join(), after: loadedAfter },
      { polling: 20, timeout: left },
    ),
  );
}

/** The chat as a person sees it, once all of these lines are there. */
export function chatWith(window: VsCodeWindow, lines: readonly string[], timeout: number): Promise<string[]> {
  return inPanel(window, timeout, `the lines ${lines.join(', ')}`, (panel, left) =>
    panel.waitForFunction(
      (wanted) => {
        const shown = [...document.querySelectorAll('[role="log"] .message-text')].map(
          ({ textContent }) => textContent ?? '',
        );
        return wanted.every((line) => shown.includes(line)) ? shown : null;
      },
      lines,
      { polling: 20, timeout: left },
    ),
  );
}

/** When a page says that a file is saved; by the clock of whoever asks. */
export function savedAt(window: VsCodeWindow, file: string, timeout: number): Promise<number> {
  return inPanel(window, timeout, `${file} to be saved`, (panel, left) =>
    panel.waitForFunction(
      (label) => (document.querySelector(`[aria-label="${label}"], [title="${label}"]`) ? Date.now() : null),
      `Show ${file}`,
      { polling: 20, timeout: left },
    ),
  );
}

/**
 * Milliseconds of the longest time without a picture of somebody in view, from one time to another, over all pages that
 * this window has had; of each who was shown.
 */
export function longestGaps(window: VsCodeWindow, from: number, to: number): Promise<Record<string, number>> {
  return window.page.evaluate(
    ([start, end]) => {
      const pages = (Reflect.get(globalThis, 'shelf') as Notes[] | undefined) ?? [];
      const names = new Set(pages.flatMap(({ pictures }) => Object.keys(pictures)));
      const gaps = [...names].map((name) => {
        const within = pages
          .flatMap(({ pictures }) => (pictures[name] ?? []).filter(({ inView }) => inView))
          .map(({ received }) => received)
          .filter((at) => at > start && at < end)
          .toSorted((one, other) => one - other);
        const times = [start, ...within, end];
        const between = times.slice(1).map((time, index) => time - (times[index] ?? time));
        return [name, Math.round(Math.max(...between))] as const;
      });
      return Object.fromEntries(gaps);
    },
    [from, to] as const,
  );
}

/** When the page that is a window's panel now began to load. */
export function loadedAt(panel: Frame): Promise<number> {
  return panel.evaluate(() => performance.timeOrigin);
}

/** Everything that was noted at a person's from a time on, as lines with seconds after it; and who was listed twice. */
export async function story(panel: Frame, since: number): Promise<{ lines: string[]; twice: string[] }> {
  return panel.evaluate((start) => {
    const { lists, events } = Reflect.get(globalThis, 'notes') as Notes;
    const listed = lists.map(({ at, people }): [number, string] => [at, `lists ${people.join(' ')}`]);
    const lines = [...listed, ...events]
      .filter(([at]) => at >= start - 500)
      .sort(([one], [other]) => one - other)
      .map(([at, what]) => `${((at - start) / 1_000).toFixed(2)} ${what}`);
    const twice = lists
      .filter(({ at }) => at >= start)
      .flatMap(({ people }) => {
        const names = people.map((person) => person.replace('~', ''));
        return names.filter((name, index) => names.indexOf(name) !== index);
      });
    return { lines, twice: [...new Set(twice)] };
  }, since);
}

/** Asks the panel that is there until it answers; one that goes while it is asked has a successor. */
async function inPanel<T>(
  window: VsCodeWindow,
  timeout: number,
  what: string,
  ask: (panel: Frame, left: number) => Promise<{ jsonValue(): Promise<T | null> }>,
): Promise<T> {
  const deadline = Date.now() + timeout;
  for (;;) {
    const left = deadline - Date.now();
    if (left <= 0) throw new Error(`${window.name} waits in vain for ${what}`);
    const panel = await window.panel();
    try {
      // A frame that is replaced tells so only when it is asked again.
      const handle = await ask(panel, Math.min(left, 1_000));
      const value = await handle.jsonValue();
      if (value !== null) return value;
    } catch (error) {
      if (!(error instanceof Error)) throw error;
    }
  }
}
