import type { Frame } from 'playwright-core';
import type { VsCodeWindow } from './window.ts';

// The links of a page, taken hold of from outside: what a network does to them is done to them here.

/** Keeps hold of the connections that pages of this window make. To be called before the panel is opened. */
export async function holdLinks(window: VsCodeWindow): Promise<void> {
  await window.page.addInitScript(() => {
    const held: RTCPeerConnection[] = [];
    Object.assign(globalThis, { heldLinks: held });
    const Native = globalThis.RTCPeerConnection;
    globalThis.RTCPeerConnection = class extends Native {
      constructor(config?: RTCConfiguration) {
        super(config);
        held.push(this);
      }
    };
  });
}

/** Closes connections of a page without a word to it: all that are connected, or the newest alone. Gives how many. */
export function closeLinks(panel: Frame, which: 'all' | 'newest'): Promise<number> {
  return panel.evaluate((chosen) => {
    const { heldLinks } = globalThis as unknown as { heldLinks: RTCPeerConnection[] };
    const connected = heldLinks.filter(({ connectionState }) => connectionState === 'connected');
    const closed = chosen === 'all' ? connected : connected.slice(-1);
    for (const link of closed) link.close();
    return closed.length;
  }, which);
}
