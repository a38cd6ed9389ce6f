import type { Frame, Page } from 'playwright-core';
import type { Host } from '../../test/support/host.ts';
import { button, leave, openInvite, startMeeting, tile } from '../../test/support/meeting.ts';
import { copyStageLink, SystemBrowser } from '../../test/support/stage.ts';
import { openWindow, type VsCodeWindow } from '../../test/support/window.ts';
import { CLIPS } from './clip.ts';
import { captureClips } from './clipCapture.ts';
import { firstPicture, fullSize, readClip, type Reading } from './clipReader.ts';
import { cpuSeconds, ownChildren } from './cpu.ts';
import { type Hop, hopsOf, watchConnections } from './hops.ts';

/** From the first picture of full size, until the bandwidth estimate and the jitter buffers have come to rest. */
const WARM_UP = { camera: 5_000, screen: 3_000 } as const;
/** How many frames are read: of the camera 30 come in a second, of the screen 15. */
const FRAMES = {
  camera: { latencies: 300, similarities: 60 },
  screen: { latencies: 150, similarities: 24 },
} as const;
const CPU_TIME = 8_000;
const CAMERA = '[role="group"][aria-label="Alice"] video';
const SCREEN = '[role="group"][aria-label="Screen of Alice"] video';

/** Where the measured meetings are held, and who joins them. */
export interface Place {
  readonly host: Host;
  readonly folder: string;
  readonly bob: VsCodeWindow;
}

/** One picture's way from Alice to Bob. */
export interface Way extends Reading {
  /** Milliseconds from the click (Bob's on Join, Alice's on her screen) to Bob's first picture. */
  readonly firstPicture: number;
  /** Milliseconds from that click until the picture has its full size, on all of its way. */
  readonly fullSize: number;
  readonly hops: Readonly<Record<string, readonly Hop[]>>;
}

/** One meeting, measured. */
export interface Run {
  readonly camera: Way;
  readonly screen: Way;
  /** Seconds of CPU a second, of all of Alice's browsers, while the camera goes. */
  readonly cpu: number;
}

/** Opens the one who joins all meetings. */
export async function openBob(host: Host, folder: string): Promise<VsCodeWindow> {
  const bob = await openWindow({ host, folder, name: 'Bob' });
  await prepare(bob.page, false);
  return bob;
}

/**
 * Alice starts a meeting in windows of her own, Bob joins and reads what he sees of her camera, then of her screen. One
 * picture goes at a time: Bob is heard and not seen, and Alice's camera is off while she shows her screen.
 */
export async function measureMeeting({ host, folder, bob }: Place, byStage: boolean): Promise<Run> {
  const before = await ownChildren();
  const capture = byStage ? 'refused' : 'allowed';
  const alice = await openWindow({ host, folder, name: 'Alice', capture });
  await prepare(alice.page, !byStage);
  const browser = byStage ? await SystemBrowser.launch(alice) : undefined;
  const invite = await startMeeting(alice);
  let stage: Page | undefined;
  if (browser) {
    stage = await browser.open('about:blank');
    await prepare(stage, true);
    await stage.goto(await copyStageLink(alice));
    await stage.getByRole('button', { name: 'Start camera and microphone' }).click();
  }
  const atAlice = await alice.panel();
  await tile(atAlice, 'Alice').locator('video.live').waitFor();
  const roots = (await ownChildren()).filter((pid) => !before.includes(pid));

  await openInvite(bob, invite);
  const atBob = await bob.panel();
  await atBob.getByRole('textbox', { name: 'Your name' }).fill('Bob');
  await atBob.locator('.preview video.live').waitFor();
  await button(atBob, 'Stop camera').click();
  const joined = Date.now();
  await button(atBob, 'Join').click();
  const camera = await measureWay(atBob, 'camera', joined, { alice: atAlice, stage: stage?.mainFrame() });
  const [from, used] = [performance.now(), await cpuSeconds(roots)];
  await atBob.waitForTimeout(CPU_TIME);
  const cpu = ((await cpuSeconds(roots)) - used) / ((performance.now() - from) / 1_000);

  await button(atAlice, 'Stop camera').click();
  let shared = Date.now();
  await button(atAlice, 'Share screen').click();
  let page: Page | undefined;
  if (browser) {
    page = await browser.openStage(alice);
    shared = Date.now();
    await page.getByRole('button', { name: 'Choose what to share' }).click();
  }
  const screen = await measureWay(atBob, 'screen', shared, { alice: atAlice, stage: page?.mainFrame() });

  await leave(bob);
  await alice.dispose();
  await browser?.dispose();
  return { camera, screen, cpu };
}

async function measureWay(
  atBob: Frame,
  kind: 'camera' | 'screen',
  clicked: number,
  senders: { readonly alice: Frame; readonly stage: Frame | undefined },
): Promise<Way> {
  const selector = kind === 'camera' ? CAMERA : SCREEN;
  const pictured = (await firstPicture(atBob, selector)) - clicked;
  const full = (await fullSize(atBob, selector, kind)) - clicked;
  await atBob.waitForTimeout(WARM_UP[kind]);
  const reading = await readClip(atBob, { selector, kind, ...FRAMES[kind] });
  const hops = {
    ...(senders.stage ? { stage: await hopsOf(senders.stage) } : {}),
    alice: await hopsOf(senders.alice),
    bob: await hopsOf(atBob),
  };
  return { ...reading, firstPicture: pictured, fullSize: full, hops };
}

/** For all pages of a window or browser that are loaded from now on. */
async function prepare(page: Page, captures: boolean): Promise<void> {
  for (const script of [watchConnections, ...CLIPS, ...(captures ? [captureClips] : [])]) {
    await page.context().addInitScript(script);
  }
}
