// What a file costs: 256 MiB from disk to disk between two windows, against a raw data channel and PeerJS between the
// same two browsers; the same over a long way; memory and chat while 1 GiB is on its way. See docs/performance.md.
// With names of parts (rate, distance, load) it measures these alone.
import { rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Frame } from 'playwright-core';
import { chatTrips } from '../test/support/chatTrips.ts';
import { writeRandomFile } from '../test/support/files.ts';
import { extensionHosts, startHost } from '../test/support/host.ts';
import { concealment, keepConnections } from '../test/support/media.ts';
import { button, enter, openInvite, startMeeting, tile } from '../test/support/meeting.ts';
import { LongWay } from '../test/support/network.ts';
import { makeTempFolder } from '../test/support/temp.ts';
import { openWindow, type VsCodeWindow } from '../test/support/window.ts';
import { startBareTransfer } from './support/bareTransfer.ts';
import { receivedBytes } from './support/connections.ts';
import { MemoryWatch, rendererOf } from './support/memory.ts';
import { saveAndTime } from './support/panelFiles.ts';
import { leaveUnobserved } from '../test/support/unobserved.ts';
import { median, printReport, progress, round } from './support/report.ts';

const MIB = 1024 * 1024;
const RUNS = 3;
const SIZE = 256 * MIB;
/** Over the long way: enough that the beginning of a transfer, which is slow, does not decide. */
const FAR_SIZE = 96 * MIB;
const FAR_RUNS = 2;
/** Milliseconds one way. */
const FAR = 25;
const LARGE_SIZE = 1024 * MIB;
const CHAT_LINES = 20;
const GOAL_RAW = 0.85;
const GOAL_FAR = 3;
const GOAL_MEMORY = 150;
const GOAL_CHAT = 200;

const parts = new Set(process.argv.slice(2));
const wanted = (part: string): boolean => parts.size === 0 || parts.has(part);

// 1 GiB is more than people are asked about.
const host = await startHost({ settings: { 'parley.files.askAbove': 10_000 } });
const folders = { Alice: await makeTempFolder('alice'), Bob: await makeTempFolder('bob') };

const rate = wanted('rate') ? await measureRate() : undefined;
const distance = wanted('distance') ? await measureDistance() : undefined;
const load = wanted('load') ? await measureLoad() : undefined;
await printReport({
  name: 'files',
  ratio: rate ? rate.parley.median / rate.raw.median : Number.NaN,
  better: 'higher',
  goal: GOAL_RAW,
  figures: { megabytesPerSecond: rate, distance, load },
});
await host.dispose();
for (const folder of Object.values(folders)) await folder.dispose();

interface Pair {
  readonly alice: VsCodeWindow;
  readonly bob: VsCodeWindow;
  readonly atAlice: Frame;
  readonly atBob: Frame;
  dispose(): Promise<void>;
}

/** Two people in a meeting, each in a browser of their own; they hear each other, or nothing of media is there. */
async function meet({ voices = false, way }: { voices?: boolean; way?: LongWay } = {}): Promise<Pair> {
  const capture = voices ? 'allowed' : 'refused';
  const how = voices ? 'Join' : 'Join without devices';
  const open = (name: 'Alice' | 'Bob'): Promise<VsCodeWindow> =>
    openWindow({ host, folder: folders[name].path, name, capture });
  const [alice, bob] = [await open('Alice'), await open('Bob')];
  for (const window of [alice, bob]) {
    await window.page.context().addInitScript(keepConnections);
    await way?.lead(window);
  }
  const invite = await startMeeting(alice, how);
  await openInvite(bob, invite);
  await enter(bob, how);
  const [atAlice, atBob] = [await alice.panel(), await bob.panel()];
  await tile(atBob, 'Alice').waitFor();
  if (voices) for (const panel of [atAlice, atBob]) await button(panel, 'Stop camera').click();
  const dispose = async (): Promise<void> => {
    await bob.dispose();
    await alice.dispose();
  };
  return { alice, bob, atAlice, atBob, dispose };
}

/** Alice shares what lies in her folder, Bob saves it into his; gives milliseconds from his click to the file. */
async function handOver({ alice, atBob }: Pair, name: string): Promise<number> {
  await alice.explorerMenu([name], 'Share File in Meeting');
  await button(atBob, `Save ${name}`).waitFor();
  const took = await saveAndTime(atBob, name);
  await rm(join(folders.Bob.path, name));
  return took;
}

/** The first transfer, which starts the workers that files go through: from then on nobody looks on. */
async function warmUp(pair: Pair, name: string): Promise<void> {
  await handOver(pair, name);
  for (const { page } of [pair.alice, pair.bob]) await leaveUnobserved(page);
}

async function prepare(name: string, size: number): Promise<string> {
  await writeRandomFile(join(folders.Alice.path, name), size);
  return name;
}

async function measureRate(): Promise<Record<'raw' | 'peerBinary' | 'parley', Rates>> {
  const names = await Promise.all(
    Array.from({ length: RUNS }, (_, run) => prepare(`rate-${String(run)}.bin`, SIZE)),
  );
  const warm = await prepare('warm.bin', 16 * MIB);
  const pair = await meet();
  const bare = await startBareTransfer(pair.alice, pair.bob);
  await bare.raw(16 * MIB);
  await warmUp(pair, warm);
  const found = { raw: [] as number[], peerBinary: [] as number[], parley: [] as number[] };
  for (const [run, name] of names.entries()) {
    found.raw.push(await bare.raw(SIZE));
    found.parley.push(await handOver(pair, name));
    found.peerBinary.push(await bare.peerBinary(SIZE));
    const last = Object.entries(found).map(
      ([way, all]) => `${way} ${String(rateOf(SIZE, all.at(-1) ?? 0))} MB/s`,
    );
    progress(`run ${String(run + 1)}: ${last.join(', ')}`);
  }
  await bare.dispose();
  await pair.dispose();
  return {
    raw: rates(SIZE, found.raw),
    peerBinary: rates(SIZE, found.peerBinary),
    parley: rates(SIZE, found.parley),
  };
}

async function measureDistance(): Promise<Record<string, unknown>> {
  const names = await Promise.all(
    Array.from({ length: FAR_RUNS }, (_, run) => prepare(`far-${String(run)}.bin`, FAR_SIZE)),
  );
  const way = new LongWay(FAR);
  const pair = await meet({ way });
  const bare = await startBareTransfer(pair.alice, pair.bob);
  await warmUp(pair, await prepare('warm-far.bin', MIB));
  const found = { raw: [] as number[], parley: [] as number[] };
  for (const [run, name] of names.entries()) {
    found.raw.push(await bare.raw(FAR_SIZE / 2));
    found.parley.push(await handOver(pair, name));
    progress(
      `run ${String(run + 1)} at ${String(2 * FAR)} ms: raw ${String(rateOf(FAR_SIZE / 2, found.raw.at(-1) ?? 0))} MB/s, ` +
        `Parley ${String(rateOf(FAR_SIZE, found.parley.at(-1) ?? 0))} MB/s`,
    );
  }
  const shares = (await receivedBytes(pair.atBob)).map((bytes) => Math.round(bytes / 1_000_000));
  await bare.dispose();
  await pair.dispose();
  await way.dispose();
  const [raw, parley] = [rates(FAR_SIZE / 2, found.raw), rates(FAR_SIZE, found.parley)];
  return {
    roundTripMs: 2 * FAR,
    raw,
    parley,
    ratio: round(parley.median / raw.median),
    goal: GOAL_FAR,
    megabytesByConnection: shares,
    lostByRelay: way.lost,
  };
}

/** 1 GiB with the voice of one and the chat of both going on; memory of all that it goes through. */
async function measureLoad(): Promise<Record<string, unknown>> {
  const name = 'large.bin';
  const path = join(folders.Alice.path, name);
  await writeFile(path, '');
  await truncate(path, LARGE_SIZE);
  const before = new Set(await extensionHosts(host.pid));
  const pair = await meet({ voices: true });
  const hosts = (await extensionHosts(host.pid)).filter((pid) => !before.has(pid));
  await warmUp(pair, await prepare('warm-load.bin', 16 * MIB));
  const quiet = await chatTrips(pair.atAlice, pair.atBob, 5);
  const pids = new Map([
    ['pageAlice', await rendererOf(pair.alice.page)],
    ['pageBob', await rendererOf(pair.bob.page)],
    ...hosts.map((pid, index): [string, number] => [`extensionHost${index === 0 ? 'Alice' : 'Bob'}`, pid]),
  ]);
  await pair.alice.explorerMenu([name], 'Share File in Meeting');
  await button(pair.atBob, `Save ${name}`).waitFor();
  const memory = await MemoryWatch.start(pids);
  const heardBefore = await concealment(pair.atBob);
  let running = true;
  const transfer = saveAndTime(pair.atBob, name).finally(() => {
    running = false;
  });
  const trips = await chatTrips(pair.atAlice, pair.atBob, CHAT_LINES);
  if (!running) progress('the transfer was over before the chat was measured');
  const heard = await concealment(pair.atBob);
  const took = await transfer;
  const grown = memory.stop();
  await pair.dispose();
  progress(
    `1 GiB in ${String(round(took / 1_000))} s; grown ${JSON.stringify(grown)} MiB; chat ${String(round(median(trips)))} ms`,
  );
  return {
    megabytesPerSecond: rateOf(LARGE_SIZE, took),
    grownMiB: grown,
    goalGrownMiB: GOAL_MEMORY,
    chatMs: { median: round(median(trips)), most: round(Math.max(...trips)), quiet: round(median(quiet)) },
    goalChatMs: GOAL_CHAT,
    concealedSamples: round(
      ((heard.concealed - heardBefore.concealed) / (heard.received - heardBefore.received)) * 1_000,
    ),
    concealedUnit: 'of a thousand',
  };
}

interface Rates {
  readonly median: number;
  readonly all: readonly number[];
}

function rates(bytes: number, times: readonly number[]): Rates {
  const all = times.map((time) => rateOf(bytes, time));
  return { median: median(all), all };
}

/** Millions of bytes a second. */
function rateOf(bytes: number, milliseconds: number): number {
  return round(bytes / milliseconds / 1_000);
}
