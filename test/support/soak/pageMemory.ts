import type { CDPSession } from 'playwright-core';
import type { VsCodeWindow } from '../window.ts';

const MIB = 1024 * 1024;

/** What a window holds after a full collection of garbage. Workbench and panel share one heap in the test host. */
export interface PageMemory {
  /** MiB of objects of JavaScript and of the DOM, and of the buffers that they own. */
  readonly heap: number;
  /** Nodes of all documents, also of those that are in none any more and are still held. */
  readonly nodes: number;
  readonly listeners: number;
  /** Elements that are in the panel's document. */
  readonly elements: number;
  /** Connections of the panel that are not closed, and all that are still held. */
  readonly open: number;
  readonly connections: number;
}

interface Noted {
  readonly connectionsMade?: WeakRef<RTCPeerConnection>[];
}

/** In a page before its scripts: its connections can be counted, and are not held by that. */
export function noteConnections(): void {
  const made: WeakRef<RTCPeerConnection>[] = [];
  Object.assign(globalThis, { connectionsMade: made } satisfies Noted);
  globalThis.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(configuration?: RTCConfiguration) {
      super(configuration);
      made.push(new WeakRef(this));
    }
  };
}

/** Measures a window by the protocol of its browser's developer tools. */
export class PageProbe {
  readonly #window: VsCodeWindow;
  readonly #control: CDPSession;

  private constructor(window: VsCodeWindow, control: CDPSession) {
    this.#window = window;
    this.#control = control;
  }

  /** Begins with a window that is open, in which `noteConnections` runs before all pages. */
  static async attach(window: VsCodeWindow): Promise<PageProbe> {
    const control = await window.page.context().newCDPSession(window.page);
    await control.send('Performance.enable');
    return new PageProbe(window, control);
  }

  /** Collects the garbage and counts what is left. */
  async measure(): Promise<PageMemory> {
    const control = this.#control;
    // What was written to the console is held for who opens the developer tools.
    await control.send('Runtime.discardConsoleEntries');
    await control.send('HeapProfiler.collectGarbage');
    const heap = await control.send('Runtime.getHeapUsage');
    const { metrics } = await control.send('Performance.getMetrics');
    const metric = (name: string): number => metrics.find((each) => each.name === name)?.value ?? 0;
    const panel = await this.#window.panel();
    return {
      heap: (heap.usedSize + heap.embedderHeapUsedSize + heap.backingStorageSize) / MIB,
      nodes: metric('Nodes'),
      listeners: metric('JSEventListeners'),
      ...(await panel.evaluate(countPanel)),
    };
  }
}

function countPanel(): Pick<PageMemory, 'elements' | 'open' | 'connections'> {
  const made = (globalThis as Noted).connectionsMade;
  if (!made) throw new Error('the connections of this page were not noted');
  const held = made.map((reference) => reference.deref()).filter((connection) => connection !== undefined);
  return {
    elements: document.querySelectorAll('*').length,
    open: held.filter(({ connectionState }) => connectionState !== 'closed').length,
    connections: held.length,
  };
}
