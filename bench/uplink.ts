// What the bit rate that a camera starts at does on an uplink that is narrower: from the offer of media until the picture
// has come to rest. Needs root, for network namespaces. See docs/performance.md.
//   node bench/uplink.ts [kbit/s of the uplink,… [start in kbit/s,… [runs [links [ms each way]]]]]
// An uplink of 0 has no bound. A start of 0 is Chromium's own, one of -1 Parley's.
import { build } from 'esbuild';
import type { Page } from 'playwright-core';
import { fileURLToPath } from 'node:url';
import type { CallReading, CallWindow } from './support/callPage.ts';
import { CLIPS } from './support/clip.ts';
import { captureClips } from './support/clipCapture.ts';
import { median, printReport, progress, round } from './support/report.ts';
import { canMakeMachines, LINE, makeTwoMachines, QUEUE } from './support/twoMachines.ts';

const WATCHED = 12_000;
const [uplinks = [1_500], starts = [0, -1], [runs = 3] = [], [links = 1] = [], [delay = 25] = []] =
  process.argv.slice(2).map((list) => list.split(',').map(Number));

if (!canMakeMachines()) {
  console.error(
    'parley: this benchmark makes network namespaces, which takes Linux, root, and the programs ip and tc',
  );
  process.exit(0);
}
const bundle = await build({
  entryPoints: [fileURLToPath(new URL('support/callPage.ts', import.meta.url))],
  bundle: true,
  write: false,
  format: 'iife',
});
const script = bundle.outputFiles[0]?.text ?? '';
const machines = await makeTwoMachines();
await machines.putFar(links, delay);
const browsers = [await machines.launch(0), await machines.launch(1)] as const;

interface Result extends CallReading {
  readonly uplink: number;
  /** Kbit/s; 0 is Chromium's own, -1 Parley's. */
  readonly start: number;
}
const results: Result[] = [];
for (const uplink of uplinks) {
  for (let run = 1; run <= runs; run++) {
    for (const start of starts) {
      const reading = await call(uplink, start);
      results.push({ uplink, start, ...reading });
      progress(`${String(uplink)} kbit/s, start ${String(start)}: ${JSON.stringify(reading)}`);
    }
  }
}

/** All runs of one start on one uplink, by what was read. */
const table = uplinks.flatMap((uplink) =>
  starts.map((start) => {
    const own = results.filter((result) => result.uplink === uplink && result.start === start);
    const of = (name: keyof CallReading): (number | null)[] => own.map((result) => result[name]);
    return {
      uplink,
      start,
      firstFrame: of('firstFrame'),
      fullSize: of('fullSize'),
      longestGap: of('longestGap'),
      frozen: of('frozen'),
      worstLatency: of('worstLatency'),
      settled: of('settled'),
      lostPackets: of('lost'),
      concealedPercent: of('concealed'),
      height: of('height'),
    };
  }),
);
const gap = (start: number | undefined): number =>
  median(results.filter((result) => result.start === start).map(({ longestGap }) => longestGap));
await printReport({
  name: 'uplink',
  ratio: round(gap(starts.at(-1)) / gap(starts[0])),
  better: 'lower',
  goal: 2,
  figures: { queueMs: QUEUE, roundTripMs: 2 * delay, links, watchedMs: WATCHED, runs: table },
});
for (const browser of browsers) await browser.dispose();
await machines.dispose();

/** One call from the first machine to the second. */
async function call(uplink: number, start: number): Promise<CallReading> {
  machines.boundUplink(uplink === 0 ? null : uplink);
  const pages: Page[] = [];
  for (const [index, { context }] of browsers.entries()) {
    const page = await context.newPage();
    page.on('pageerror', (error) => progress(`uncaught: ${error.message}`));
    // A secure page without a server: nothing but the call is on the line.
    await page.route('https://call.test/', (route) =>
      route.fulfill({ contentType: 'text/html', body: '<!doctype html><body>' }),
    );
    await page.exposeFunction('carry', (link: number, message: string) =>
      pages[1 - index]?.evaluate(({ at, text }) => (window as unknown as CallWindow).take(at, text), {
        at: link,
        text: byTheLine(message, LINE.port + 2 * link + index),
      }),
    );
    if (start >= 0) await page.addInitScript(startAt, start);
    for (const install of [...CLIPS, captureClips]) await page.addInitScript(install);
    await page.goto('https://call.test/');
    await page.addScriptTag({ content: script });
    pages.push(page);
  }
  const [alice, bob] = pages;
  if (!alice || !bob) throw new Error('there are no two pages');
  await Promise.all([
    alice.evaluate((count) => (window as unknown as CallWindow).open(false, count), links),
    bob.evaluate((count) => (window as unknown as CallWindow).open(true, count), links),
  ]);
  const since = await alice.evaluate(() => (window as unknown as CallWindow).offer());
  const reading = await bob.evaluate(
    ({ from, duration }) => (window as unknown as CallWindow).watch(from, duration),
    { from: since, duration: WATCHED },
  );
  for (const page of pages) await page.close();
  return reading;
}

/** A message of a negotiation, in which its sender is to be found at a port of the line and nowhere else. */
function byTheLine(message: string, port: number): string {
  return message
    .replace(/a=candidate:.*?\\r\\n/g, '')
    .replace(/(candidate:\S+ 1 udp \d+) \S+ \d+ typ host/, `$1 ${LINE.address} ${String(port)} typ host`)
    .replace(/candidate:\S+ 1 tcp [^"]*/, '');
}

/** In a page before its scripts: descriptions name another start bit rate than Parley's, or with 0 none. */
function startAt(kbps: number): void {
  const original = Reflect.get(RTCPeerConnection.prototype, 'setRemoteDescription');
  const replaced = function (this: RTCPeerConnection, description: RTCSessionDescriptionInit): Promise<void> {
    const sdp = (description.sdp ?? '').replace(
      /^a=fmtp:(\d+) x-google-start-bitrate=\d+\r?\n/gm,
      (_line, type: string) =>
        kbps === 0 ? '' : `a=fmtp:${type} x-google-start-bitrate=${String(kbps)}\r\n`,
    );
    return Reflect.apply(original, this, [{ ...description, sdp }]);
  };
  Reflect.set(RTCPeerConnection.prototype, 'setRemoteDescription', replaced);
}
