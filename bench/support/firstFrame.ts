import type { Frame, Page } from 'playwright-core';

/** What the page itself noted, by its own clock. */
export interface Measured {
  /** Milliseconds from the click to the first frame. */
  readonly total: number;
  /** Milliseconds from the click to each step, in the order they happened. */
  readonly steps: Readonly<Record<string, number>>;
}

interface Watched {
  firstFrame?: Promise<Measured>;
  steps?: Record<string, number>;
}

/**
 * Makes a page note the time from the next click on "Join" until the first frame of the video that `selector` finds
 * (it may come later than this call) is handed to the compositor. Gives the way to await that.
 */
export async function watchFirstFrame(
  page: Frame | Page,
  selector: string,
): Promise<() => Promise<Measured>> {
  await page.evaluate((wanted) => {
    const watched = window as unknown as Watched;
    let clicked = 0;
    const noted: [string, number][] = [];
    const note = (step: string): void => {
      if (clicked > 0 && !noted.some(([known]) => known === step)) noted.push([step, performance.now()]);
    };
    (window as unknown as { noteStep: (step: string) => void }).noteStep = note;
    watched.firstFrame = new Promise((resolve) => {
      const search = (): void => {
        const video = document.querySelector(wanted);
        if (!(video instanceof HTMLVideoElement)) return;
        observer.disconnect();
        note('video element');
        video.requestVideoFrameCallback(() => {
          const total = performance.now() - clicked;
          resolve({ total, steps: Object.fromEntries(noted.map(([step, at]) => [step, at - clicked])) });
        });
      };
      const observer = new MutationObserver(search);
      const onClick = (event: Event): void => {
        const join = event
          .composedPath()
          .some((node) => node instanceof HTMLElement && node.textContent?.trim() === 'Join');
        if (!join || clicked > 0) return;
        clicked = performance.now();
        observer.observe(document, { subtree: true, childList: true, attributeFilter: ['aria-label'] });
        search();
      };
      window.addEventListener('click', onClick, true);
    });
  }, selector);
  return () =>
    page.evaluate(() => {
      const { firstFrame } = window as unknown as Watched;
      if (!firstFrame) throw new Error('no frame is waited for');
      return firstFrame;
    });
}

/**
 * Runs in every frame of a page, before its own scripts: tells `noteStep` of each step of a connection, from outside of
 * the program that is measured.
 */
export function noteSteps(): void {
  const note = (step: string): void =>
    (window as unknown as { noteStep?: (step: string) => void }).noteStep?.(step);
  const kindOf = (data: unknown): string => {
    if (typeof data !== 'string') return 'bytes';
    const { t, type } = JSON.parse(data) as { t?: string; type?: string };
    return t ?? type ?? '';
  };
  const medium = (sdp?: string): string => (/^m=(audio|video)/m.test(sdp ?? '') ? 'media' : 'data');
  /** Calls `before` and `after` around a method of a class of the browser. */
  const wrap = <T extends object>(
    owner: T,
    method: keyof T,
    before: (self: T, argument: unknown) => void,
    after: (self: T, argument: unknown, result: unknown) => void = () => undefined,
  ): void => {
    const original = Reflect.get(owner, method) as (...args: unknown[]) => unknown;
    const wrapped = function (this: T, ...args: unknown[]): unknown {
      before(this, args[0]);
      const result = Reflect.apply(original, this, args);
      after(this, args[0], result);
      return result;
    };
    Reflect.set(owner, method, wrapped);
  };
  wrap(WebSocket.prototype, 'send', (socket, data) => {
    if (socket.url.includes('/peerjs')) note(`${kindOf(data)} sent to the server`);
  });
  wrap(RTCDataChannel.prototype, 'send', (_channel, data) => note(`${kindOf(data)} sent`));
  wrap(
    RTCPeerConnection.prototype,
    'createDataChannel',
    () => undefined,
    (_pc, _label, channel) => {
      if (!(channel instanceof RTCDataChannel)) return;
      channel.addEventListener('open', () => note('channel open'));
      channel.addEventListener('message', ({ data }) => note(`${kindOf(data)} received`));
    },
  );
  wrap(
    RTCPeerConnection.prototype,
    'setLocalDescription',
    () => undefined,
    (pc, _description, result) => {
      void (result as Promise<void>).then(() => {
        const { type, sdp } = pc.localDescription ?? {};
        note(`local ${type ?? ''} of ${medium(sdp)} set`);
      });
    },
  );
  wrap(
    RTCPeerConnection.prototype,
    'setRemoteDescription',
    () => undefined,
    (_pc, description, result) => {
      const { type, sdp } = description as RTCSessionDescriptionInit;
      void (result as Promise<void>).then(() => note(`remote ${type} of ${medium(sdp)} set`));
    },
  );
  document.addEventListener('loadeddata', () => note('loadeddata'), true);
}
