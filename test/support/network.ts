import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { VsCodeWindow } from './window.ts';

// Distance between windows of one machine, where the kernel has no netem: what their pages send each other over WebRTC
// takes the way through sockets of this process, which hand each datagram on after a while.

/** Where the relay's sockets are; the pages' own are at 127.0.0.1 or at the machine's addresses. */
const RELAY = '127.0.1.1';
/** Datagrams that may be on the way at once, of all connections; what is more is lost, as on a router. */
const MAX_QUEUE = 50_000;
const BUFFER = 8 * 1024 * 1024;

/**
 * The relay's port that stands for a page's port: another one, since pages may listen at all addresses. They use ports
 * from 32768 on, as the kernel gives them.
 */
const MOVED = 30_000;

/** A way of so many milliseconds between the pages of some windows, without limit of rate and without loss of its own. */
export class LongWay {
  /** Datagrams that were not handed on because too many were on the way. */
  lost = 0;
  /** Milliseconds one way. */
  readonly #delay: number;
  /** By a page's port: the relay's socket that stands for it. */
  readonly #doors = new Map<number, Promise<Socket>>();
  /** By a page's port: the address it sends from, once that is known. */
  readonly #addresses = new Map<number, string>();
  readonly #queue: { at: number; from: number; to: number; data: Buffer }[] = [];
  #head = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(delay: number) {
    this.#delay = delay;
  }

  /** From the next load of a page on, all connections of the window's pages go this way, to windows that do as well. */
  async lead(window: Pick<VsCodeWindow, 'page'>): Promise<void> {
    const context = window.page.context();
    await context.exposeBinding('openDoor', (_source, port: unknown) => {
      if (typeof port === 'number') void this.#door(port);
    });
    await context.addInitScript(takeTheLongWay, { address: RELAY, moved: MOVED });
  }

  /** Closes all sockets: connections that went this way are cut. */
  async dispose(): Promise<void> {
    clearTimeout(this.#timer);
    for (const door of this.#doors.values()) (await door).close();
  }

  /** The relay's socket that stands for a page's port. */
  #door(port: number): Promise<Socket> {
    const before = this.#doors.get(port);
    if (before) return before;
    const opening = this.#open(port);
    this.#doors.set(port, opening);
    return opening;
  }

  async #open(port: number): Promise<Socket> {
    const socket = createSocket({ type: 'udp4', recvBufferSize: BUFFER, sendBufferSize: BUFFER });
    socket.on('message', (data, from) => {
      this.#addresses.set(from.port, from.address);
      if (this.#queue.length - this.#head >= MAX_QUEUE) {
        this.lost++;
        return;
      }
      this.#queue.push({ at: performance.now() + this.#delay, from: from.port, to: port, data });
      this.#timer ??= setTimeout(() => this.#handOn(), this.#delay);
    });
    socket.bind(port - MOVED, RELAY);
    await once(socket, 'listening');
    return socket;
  }

  /** All have the same way, so they leave in the order in which they came. */
  #handOn(): void {
    const now = performance.now();
    for (;;) {
      const next = this.#queue[this.#head];
      if (!next || next.at > now) break;
      this.#head++;
      const { from, to, data } = next;
      void this.#door(from).then((door) => door.send(data, to, this.#addresses.get(to) ?? '127.0.0.1'));
    }
    if (this.#head > 1_000) {
      this.#queue.splice(0, this.#head);
      this.#head = 0;
    }
    const next = this.#queue[this.#head];
    this.#timer = next ? setTimeout(() => this.#handOn(), Math.max(1, next.at - now)) : undefined;
  }
}

/** In a page before its scripts: to its connections every candidate of the other side lies behind the relay. */
function takeTheLongWay(relay: { readonly address: string; readonly moved: number }): void {
  const { openDoor } = globalThis as unknown as { openDoor: (port: number) => Promise<void> };
  const UDP = /^((?:a=)?candidate:\S+ \d+ udp \d+) \S+ (\d+) (typ host.*)$/i;
  const detour = (line: string): string | undefined => {
    const parts = UDP.exec(line);
    if (!parts) return undefined;
    const port = Number(parts[2]);
    void openDoor(port);
    return `${parts[1] ?? ''} ${relay.address} ${String(port - relay.moved)} ${parts[3] ?? ''}`;
  };
  // Their older forms, with callbacks, are not used.
  const prototype = RTCPeerConnection.prototype as {
    addIceCandidate: (given?: RTCIceCandidateInit | null) => Promise<void>;
    setRemoteDescription: (given: RTCSessionDescriptionInit) => Promise<void>;
  };
  const add = prototype.addIceCandidate;
  prototype.addIceCandidate = function (given) {
    if (!given?.candidate) return add.call(this, given);
    const candidate = detour(given.candidate);
    if (candidate === undefined) return Promise.resolve();
    const { sdpMid = null, sdpMLineIndex = null, usernameFragment = null } = given;
    return add.call(this, { candidate, sdpMid, sdpMLineIndex, usernameFragment });
  };
  const set = prototype.setRemoteDescription;
  prototype.setRemoteDescription = function (given) {
    const lines = (given.sdp ?? '').split('\r\n').flatMap((line) => {
      return line.startsWith('a=candidate:') ? (detour(line) ?? []) : line;
    });
    return set.call(this, { type: given.type, sdp: lines.join('\r\n') });
  };
}
