import { errors } from 'playwright-core';
import { button } from '../../test/support/meeting.ts';
import { copyStageLink, SystemBrowser } from '../../test/support/stage.ts';
import {
  extensionHostOf,
  type MeetingOfThree,
  type Name,
  NAMES,
  openPersonsWindow,
  type Person,
  serverOf,
} from './meetingOfThree.ts';
import { runsAgainAt } from './runsAgain.ts';
import { smallCamera } from './smallCamera.ts';
import { lastClick, listedSince, notedSince } from './watchMeeting.ts';

/** Where and when something goes wrong. */
export interface Scene {
  readonly meeting: MeetingOfThree;
  /** To whom it happens. */
  readonly victim: Person;
  /** How often it has happened before, for what must not be the same twice. */
  readonly round: number;
  /** Has these people write into the chat. */
  readonly speak: (people: readonly Person[]) => Promise<void>;
}

/** What was done. */
export interface Injected {
  /** From when on pictures count (milliseconds since 1970): the network was back, or somebody's page or process had ended. */
  readonly since: number;
  /** When another extension host had begun to run Parley: before that nothing of it could be done. */
  readonly runsAgain?: number;
  /** What more was found out; milliseconds. */
  readonly figures?: Readonly<Record<string, number>>;
}

/** Something that befalls a meeting. */
export interface Fault {
  readonly title: string;
  /** To whom it happens, in turn. */
  readonly victims: readonly Name[];
  /** The victim has another page afterwards, so that pictures have to come over other connections than before. */
  readonly newPage: boolean;
  readonly inject: (scene: Scene) => Promise<Injected>;
}

const ALL = NAMES;
/** How long a network is bad before it is good again; milliseconds. */
const BAD_TIME = 10_000;
/** Percent of the packets that are lost each way while it is. */
const LOSS = 10;
/** For things that come back by themselves; milliseconds. */
const PATIENCE = 60_000;
/** A page that nobody can ask a server about is waited for a minute. */
const GONE_PATIENCE = 90_000;
/** Machines have the numbers 1 to 3, and another one after each move. */
const FIRST_FREE_NUMBER = 10;

/** By their names on the command line. */
export const FAULTS: Readonly<Record<string, Fault>> = {
  'link-5s': { title: 'link down for 5 s', victims: ALL, newPage: false, inject: linkDown(5_000) },
  'link-30s': { title: 'link down for 30 s', victims: ALL, newPage: false, inject: linkDown(30_000) },
  address: {
    title: 'another address',
    victims: ['Bob', 'Carol'],
    newPage: false,
    inject: changeAddress,
  },
  'address-of-host': {
    title: "another address, the host's",
    victims: ['Alice'],
    newPage: false,
    inject: changeAddress,
  },
  loss: { title: '10 % of packets lost', victims: ALL, newPage: false, inject: losePackets },
  'server-killed': { title: 'server killed', victims: ['Alice'], newPage: false, inject: killServer },
  'host-killed': {
    title: "host's extension host killed",
    victims: ['Alice'],
    newPage: true,
    inject: killExtensionHost,
  },
  'host-gone': {
    title: "all of the host's VS Code killed",
    victims: ['Alice'],
    newPage: true,
    inject: killEverything,
  },
  'host-replaced': {
    title: "host's link down until the others host on",
    victims: ['Alice'],
    newPage: false,
    inject: replaceHost,
  },
  'panel-reloaded': {
    title: 'panel reloaded',
    victims: ALL,
    newPage: true,
    inject: command('Developer: Reload Webviews'),
  },
  'extension-host': {
    // In a browser VS Code has no command for it; it starts another one when one dies.
    title: "a guest's extension host killed",
    victims: ['Bob', 'Carol'],
    newPage: true,
    inject: killExtensionHost,
  },
  'stage-killed': { title: 'stage killed', victims: ['Bob'], newPage: false, inject: killStage },
};

function linkDown(duration: number): Fault['inject'] {
  return async ({ meeting, victim, speak }) => {
    victim.machine.plug(false);
    const over = pause(duration);
    await speak(meeting.people);
    await over;
    victim.machine.plug(true);
    return { since: Date.now() };
  };
}

/** The host's machine is away for so long that the others keep the meeting open without it. */
async function replaceHost({ meeting, victim, speak }: Scene): Promise<Injected> {
  victim.machine.plug(false);
  await speak(meeting.people);
  const panels = await Promise.all(meeting.others(victim.name).map(({ window }) => window.panel()));
  const offered = await Promise.any(
    panels.map(async (panel) => {
      const offer = button(panel, 'Keep the meeting open');
      await offer.waitFor({ timeout: GONE_PATIENCE });
      return offer;
    }),
  );
  await offered.click();
  for (const panel of panels)
    await panel.getByText(/server cannot be reached|has no server/).waitFor({ state: 'hidden' });
  victim.machine.plug(true);
  return { since: Date.now() };
}

async function changeAddress({ meeting, victim, round, speak }: Scene): Promise<Injected> {
  victim.machine.readdress(FIRST_FREE_NUMBER + ((round * 3 + NAMES.indexOf(victim.name)) % 200));
  const since = Date.now();
  await speak(meeting.people);
  return { since };
}

async function losePackets({ meeting, victim, speak }: Scene): Promise<Injected> {
  victim.machine.lose(LOSS);
  const over = pause(BAD_TIME);
  await speak(meeting.people);
  await over;
  victim.machine.lose(0);
  return { since: Date.now() };
}

async function killServer({ meeting, victim, speak }: Scene): Promise<Injected> {
  const before = await serverOf(victim);
  if (before === undefined) throw new Error('the meeting has no server');
  process.kill(before, 'SIGKILL');
  const since = Date.now();
  await speak(meeting.people);
  const known = await Promise.all(
    meeting.people.map(({ window }) => notedSince(window, /server\d+ gets OPEN/, since, PATIENCE)),
  );
  return { since, figures: { serverBack: Math.max(...known) - since } };
}

async function killExtensionHost({ meeting, victim, speak }: Scene): Promise<Injected> {
  const pid = await extensionHostOf(victim);
  const running = runsAgainAt(victim.host, PATIENCE);
  process.kill(pid, 'SIGKILL');
  const since = Date.now();
  // After three within five minutes VS Code asks first.
  const restart = victim.window.page
    .getByRole('button', { name: /^Restart (Remote )?Extension Host$/ })
    .first();
  restart.click({ timeout: 10_000 }).catch((error: unknown) => {
    if (!(error instanceof errors.TimeoutError)) console.error(error);
  });
  const [runsAgain] = await Promise.all([running, speak(meeting.others(victim.name))]);
  return { since, runsAgain };
}

/** As when the editor crashes, or the machine: window, page and extension host end at once. Its person opens it again. */
async function killEverything({ meeting, victim, speak }: Scene): Promise<Injected> {
  const extensionHost = await extensionHostOf(victim);
  const server = await serverOf(victim);
  for (const pid of [extensionHost, server]) if (pid !== undefined) process.kill(pid, 'SIGKILL');
  const killed = await victim.window.kill();
  const others = meeting.others(victim.name);
  await speak(others);
  const names = others.map(({ name }) => name);
  const gone = await Promise.all(others.map(({ window }) => listedSince(window, names, GONE_PATIENCE)));
  await victim.window.dispose();
  const since = Date.now();
  victim.window = await openPersonsWindow(victim);
  return { since, figures: { ghostGone: Math.max(...gone) - killed } };
}

function command(title: string): Fault['inject'] {
  return async ({ meeting, victim, speak }) => {
    await victim.window.runCommand(title);
    const since = await lastClick(victim.window);
    await speak(meeting.others(victim.name));
    return { since };
  };
}

/** The browser with the stage ends; its person opens the page again by the link that the panel offers. */
async function killStage({ meeting, victim, speak }: Scene): Promise<Injected> {
  const killed = (await victim.stage?.kill()) ?? Date.now();
  await speak(meeting.people);
  const link = await copyStageLink(victim.window);
  const noticed = Date.now();
  await victim.stage?.dispose();
  victim.stage = await SystemBrowser.launch(victim.window, await smallCamera(victim.host.data));
  const since = Date.now();
  const page = await victim.stage.open(link);
  await page.getByRole('button', { name: 'Start camera and microphone' }).click();
  return { since, figures: { noticedWithin: noticed - killed } };
}

/** Milliseconds that are part of a fault. */
function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });
}
