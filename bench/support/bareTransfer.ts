import { randomUUID } from 'node:crypto';
import type { Page } from 'playwright-core';
import { endChild } from '../../scripts/lib/children.ts';
import type { VsCodeWindow } from '../../test/support/window.ts';
import { servePage, startPeerServer } from './barePages.ts';

/** Two bare pages, each in the browser of a window, that send bytes from memory to memory. */
export interface BareTransfer {
  /** One raw data channel, ordered and reliable, messages of 64 KiB; gives milliseconds. */
  raw(bytes: number): Promise<number>;
  /** PeerJS's `binary` serialization, all in one `send`; gives milliseconds. */
  peerBinary(bytes: number): Promise<number>;
  dispose(): Promise<void>;
}

/** Opens the pages behind the windows; each comes to the front while it works. */
export async function startBareTransfer(sender: VsCodeWindow, receiver: VsCodeWindow): Promise<BareTransfer> {
  const [pages, signalling] = await Promise.all([servePage('transfer.html'), startPeerServer()]);
  const inFront = async (work: (from: Page, to: Page) => Promise<number>): Promise<number> => {
    const [from, to] = await Promise.all(
      [sender, receiver].map(async ({ page }) => {
        const opened = await page.context().newPage();
        await opened.goto(pages.origin);
        return opened;
      }),
    );
    if (!from || !to) throw new Error('two pages were opened');
    try {
      return await work(from, to);
    } finally {
      await Promise.all([from.close(), to.close()]);
      await Promise.all([sender.page.bringToFront(), receiver.page.bringToFront()]);
    }
  };
  return {
    raw: (bytes) =>
      inFront(async (from, to) => {
        await from.evaluate(offerRaw);
        await to.evaluate(receiveRaw, { offer: onLoopback(await from.evaluate(described)), bytes });
        const answer = onLoopback(await to.evaluate(described));
        const started = await from.evaluate(sendRaw, { answer, bytes });
        return (await to.evaluate(lastByteAt)) - started;
      }),
    peerBinary: (bytes) =>
      inFront(async (from, to) => {
        const { port } = signalling;
        const id = randomUUID();
        await to.evaluate(receivePeer, { port, id, bytes });
        const started = await from.evaluate(sendPeer, { port, id: randomUUID(), to: id, bytes });
        return (await to.evaluate(lastByteAt)) - started;
      }),
    dispose: async () => {
      pages.server.close();
      await endChild(signalling.child);
    },
  };
}

/** A page without a grant names itself by a name that only multicast resolves. */
function onLoopback(sdp: string): string {
  return sdp.replaceAll(/[\w-]+\.local/g, '127.0.0.1');
}

interface Held {
  connection?: RTCPeerConnection;
  channel?: RTCDataChannel;
  /** `Date.now()` when all had arrived. */
  arrived?: Promise<number>;
}

async function offerRaw(): Promise<void> {
  const held = globalThis as Held;
  const connection = new RTCPeerConnection();
  held.connection = connection;
  held.channel = connection.createDataChannel('raw', { ordered: true });
  await connection.setLocalDescription();
}

async function receiveRaw({ offer, bytes }: { offer: string; bytes: number }): Promise<void> {
  const held = globalThis as Held;
  const connection = new RTCPeerConnection();
  held.connection = connection;
  held.arrived = new Promise((resolve) => {
    connection.ondatachannel = ({ channel }) => {
      let left = bytes;
      channel.binaryType = 'arraybuffer';
      channel.onmessage = ({ data }) => {
        left -= (data as ArrayBuffer).byteLength;
        if (left === 0) resolve(Date.now());
      };
    };
  });
  await connection.setRemoteDescription({ type: 'offer', sdp: offer });
  await connection.setLocalDescription();
}

/** What a page has said of its connection, with all its candidates. */
async function described(): Promise<string> {
  const { connection } = globalThis as Held;
  if (!connection) throw new Error('there is no connection');
  await new Promise<void>((resolve) => {
    const look = (): void => {
      if (connection.iceGatheringState === 'complete') resolve();
    };
    connection.onicegatheringstatechange = look;
    look();
  });
  return connection.localDescription?.sdp ?? '';
}

/** Sends as fast as the channel takes it; gives `Date.now()` of the first message. */
async function sendRaw({ answer, bytes }: { answer: string; bytes: number }): Promise<number> {
  const MESSAGE = 64 * 1024;
  const HIGH = 4 * 1024 * 1024;
  const { connection, channel } = globalThis as Held;
  if (!connection || !channel) throw new Error('nothing was offered');
  await connection.setRemoteDescription({ type: 'answer', sdp: answer });
  await new Promise<void>((resolve) => {
    channel.onopen = () => resolve();
    if (channel.readyState === 'open') resolve();
  });
  channel.bufferedAmountLowThreshold = 1024 * 1024;
  const message = crypto.getRandomValues(new Uint8Array(MESSAGE));
  const started = Date.now();
  for (let left = bytes; left > 0; left -= MESSAGE) {
    if (channel.bufferedAmount > HIGH) {
      await new Promise<void>((resolve) => {
        channel.onbufferedamountlow = () => resolve();
      });
    }
    channel.send(left < MESSAGE ? message.subarray(0, left) : message);
  }
  return started;
}

interface PeerJs {
  Peer: new (id: string, options: object) => PeerLike;
}
interface PeerLike {
  on(event: string, listener: (value: Connection) => void): void;
  connect(id: string, options: object): Connection;
}
interface Connection {
  on(event: string, listener: (value: ArrayBuffer) => void): void;
  send(value: ArrayBuffer): void;
}

async function receivePeer(named: { port: number; id: string; bytes: number }): Promise<void> {
  const { Peer } = globalThis as unknown as PeerJs;
  const peer = new Peer(named.id, {
    host: '127.0.0.1',
    port: named.port,
    path: '/',
    config: { iceServers: [] },
  });
  (globalThis as Held).arrived = new Promise((resolve, reject) => {
    peer.on('connection', (connection) => {
      connection.on('data', (data) => {
        if (data.byteLength === named.bytes) resolve(Date.now());
        else reject(new Error(`${String(data.byteLength)} bytes have arrived`));
      });
    });
  });
  await new Promise<void>((resolve) => {
    peer.on('open', () => resolve());
  });
}

async function sendPeer(named: { port: number; id: string; to: string; bytes: number }): Promise<number> {
  const { Peer } = globalThis as unknown as PeerJs;
  const peer = new Peer(named.id, {
    host: '127.0.0.1',
    port: named.port,
    path: '/',
    config: { iceServers: [] },
  });
  await new Promise<void>((resolve) => {
    peer.on('open', () => resolve());
  });
  const connection = peer.connect(named.to, { serialization: 'binary', reliable: true });
  await new Promise<void>((resolve) => {
    connection.on('open', () => resolve());
  });
  const content = new ArrayBuffer(named.bytes);
  const started = Date.now();
  connection.send(content);
  return started;
}

async function lastByteAt(): Promise<number> {
  const { arrived } = globalThis as Held;
  if (!arrived) throw new Error('nothing is awaited');
  return arrived;
}
