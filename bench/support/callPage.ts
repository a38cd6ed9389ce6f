// A page with one side of calls as Parley makes them, without Parley around them: a data channel first, then the four
// media by its own negotiation. The bench carries the messages from one page to the other.
import type { CandidateMessage, DescriptionMessage } from '../../src/shared/protocol.ts';
import { MediaSlots } from '../../src/webview/rtc/mediaSlots.ts';
import { Negotiation } from '../../src/webview/rtc/negotiation.ts';
import type { ClipWindow } from './clip.ts';

/** What happened to a picture on its way, from the moment media was offered. Milliseconds, but for counts. */
export interface CallReading {
  readonly firstFrame: number;
  /** When frames were first as large as the clip; null if that did not come to pass. */
  readonly fullSize: number | null;
  /** The longest time without a new frame, and all the times longer than 200 ms together, after the first frame. */
  readonly longestGap: number;
  readonly frozen: number;
  /** From a frame's making to its display. `settled`: when it had come below 200 ms to stay; null if never. */
  readonly worstLatency: number;
  readonly lastLatency: number;
  readonly settled: number | null;
  readonly frames: number;
  readonly unread: number;
  /** Height of the last frame. */
  readonly height: number;
  /** RTP packets of the picture that did not arrive, of those that did. */
  readonly lost: number;
  readonly received: number;
  /** Part of the voice's samples that had to be made up, in percent, first word to last. */
  readonly concealed: number;
}

/** What the page offers to the bench. */
export interface CallWindow {
  /** Given by the bench: takes a message of a link to the other page, as JSON. */
  carry(link: number, message: string): Promise<void>;
  /** Opens the camera and microphone and so many connections; resolves when their data channels are open. */
  open(caller: boolean, links: number): Promise<void>;
  take(link: number, message: string): void;
  /** The one who is called: offers media on all links. Resolves with the time, since 1970. */
  offer(): number;
  /** The caller: looks at the first link's picture for so many milliseconds after `since`, and shows all. */
  watch(since: number, duration: number): Promise<CallReading>;
}

const page = window as unknown as CallWindow & ClipWindow;
const fail = (error: unknown): void => reportError(error);

interface CallLink {
  readonly pc: RTCPeerConnection;
  readonly slots: MediaSlots;
  readonly negotiation: Negotiation;
  readonly opened: Promise<void>;
}
let links: readonly CallLink[] = [];
/** Messages that came before there were links: the other page may have its microphone sooner. */
const early: [link: number, message: string][] = [];

function makeLink(caller: boolean, index: number): CallLink {
  const pc = new RTCPeerConnection({ iceServers: [] });
  const slots = new MediaSlots(pc, fail);
  const negotiation = new Negotiation({
    pc,
    polite: !caller,
    send: (message) => void page.carry(index, JSON.stringify(message)).catch(fail),
    beforeAnswer: () => !caller || slots.adopt(),
    onStable: () => {
      slots.bound().catch(fail);
    },
    onProblem: fail,
  });
  const opened = new Promise<void>((resolve) => {
    pc.ondatachannel = () => resolve();
    if (caller) pc.createDataChannel('link').onopen = () => resolve();
  });
  return { pc, slots, negotiation, opened };
}

page.open = async (caller, count) => {
  const media = await navigator.mediaDevices.getUserMedia({ audio: true });
  const [microphone = null] = media.getAudioTracks();
  const camera = caller ? null : await clipTrack();
  links = Array.from({ length: count }, (_none, index) => makeLink(caller, index));
  for (const { slots } of links) slots.update({ microphone, camera, screen: null, screenAudio: null });
  for (const [link, message] of early.splice(0)) page.take(link, message);
  const late = new Promise<never>((_resolve, reject) => {
    setTimeout(() => reject(new Error('the connections did not open in 20 s')), 20_000);
  });
  await Promise.race([late, Promise.all(links.map(({ opened }) => opened))]);
};

page.take = (link, message) => {
  if (links.length === 0) early.push([link, message]);
  else links[link]?.negotiation.receive(JSON.parse(message) as DescriptionMessage | CandidateMessage);
};

page.offer = () => {
  for (const { slots } of links) slots.create();
  return Date.now();
};

/** Plays a link's picture and voice; gives the element of the picture. */
async function play({ slots }: CallLink): Promise<HTMLVideoElement> {
  while (!slots.ready) await new Promise((resolve) => setTimeout(resolve, 1));
  const [video, sound] = [document.createElement('video'), document.createElement('video')];
  for (const [element, kind] of [
    [video, 'camera'],
    [sound, 'microphone'],
  ] as const) {
    const track = slots.remoteTrack(kind);
    if (!track) throw new Error(`there is no ${kind}`);
    element.muted = true;
    element.srcObject = new MediaStream([track]);
    document.body.append(element);
    element.play().catch(fail);
  }
  return video;
}

page.watch = async (since, duration) => {
  const clip = page.benchClip?.('camera');
  const [pc] = links.map((link) => link.pc);
  const [video] = await Promise.all(links.map(play));
  if (!clip || !pc || !video) throw new Error('there is nothing to be watched');

  const frames: { at: number; latency: number | undefined; height: number }[] = [];
  const end = since + duration;
  let bytes = new Uint8Array(0);
  while (Date.now() < end) {
    const at = await new Promise<number | undefined>((resolve) => {
      const timer = setTimeout(() => resolve(undefined), end - Date.now());
      video.requestVideoFrameCallback(() => {
        clearTimeout(timer);
        resolve(Date.now());
      });
    });
    if (at === undefined) break;
    // The first may be announced a moment before it can be had.
    if (video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) {
      frames.push({ at: at - since, latency: undefined, height: video.videoHeight });
      continue;
    }
    const frame = new VideoFrame(video);
    const { width, height } = frame.visibleRect ?? { width: 0, height: 0 };
    const size = frame.allocationSize();
    if (bytes.length !== size) bytes = new Uint8Array(size);
    await frame.copyTo(bytes);
    frame.close();
    const code = clip.read(bytes.subarray(0, width * height), width, height);
    const latency = code && ((at % clip.period) - code.time + clip.period) % clip.period;
    frames.push({ at: at - since, latency, height });
  }
  const report = await pc.getStats();
  const inbound = [...(report as unknown as Map<string, Record<string, unknown>>).values()].filter(
    ({ type }) => type === 'inbound-rtp',
  );
  const count = (kind: string, name: string): number =>
    inbound
      .filter((stats) => stats['kind'] === kind)
      .reduce((sum, stats) => sum + Number(stats[name] ?? 0), 0);
  for (const link of links) link.pc.close();

  const first = frames[0];
  if (!first) throw new Error('no frame came');
  const times = [...frames.map(({ at }) => at), duration];
  const gaps = times.slice(1).map((time, index) => time - (times[index] ?? 0));
  const read = frames.flatMap(({ at, latency }) => (latency === undefined ? [] : [{ at, latency }]));
  const late = read.findLastIndex(({ latency }) => latency > 200);
  const made = count('audio', 'concealedSamples') - count('audio', 'silentConcealedSamples');
  return {
    firstFrame: first.at,
    fullSize: frames.find(({ height }) => height >= clip.height)?.at ?? null,
    longestGap: Math.max(...gaps),
    frozen: gaps.filter((gap) => gap > 200).reduce((sum, gap) => sum + gap, 0),
    worstLatency: Math.max(...read.map(({ latency }) => latency)),
    lastLatency: read.at(-1)?.latency ?? Number.NaN,
    settled: read[late + 1]?.at ?? null,
    frames: frames.length,
    unread: frames.length - read.length,
    height: frames.at(-1)?.height ?? 0,
    lost: count('video', 'packetsLost'),
    received: count('video', 'packetsReceived'),
    concealed: Math.round((made / Math.max(1, count('audio', 'totalSamplesReceived'))) * 1_000) / 10,
  };
};

/** The camera that `captureClips` has put in place. */
async function clipTrack(): Promise<MediaStreamTrack> {
  const stream = await navigator.mediaDevices.getUserMedia({ video: true });
  const [track] = stream.getVideoTracks();
  if (!track) throw new Error('there is no camera');
  track.contentHint = 'motion';
  return track;
}
