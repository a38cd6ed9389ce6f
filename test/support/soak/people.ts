import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Frame } from 'playwright-core';
import type { Host } from '../host.ts';
import { differingFrames } from '../media.ts';
import { button, chatShows, joinMeeting, mark, startMeeting, tile } from '../meeting.ts';
import { openWindow, type VsCodeWindow } from '../window.ts';
import { withNewHost } from './hostMemory.ts';
import { noteConnections } from './pageMemory.ts';
import { seededRandom, type Random } from './random.ts';

/** A camera that changes its picture often enough to be seen moving, and seldom enough for three people on two processors. */
const SLOWEST_CAMERA = '--use-fake-device-for-media-stream=fps=5';
/** Milliseconds that anything may take. It is not how quick something is that is measured, and the machine may be busy. */
const PATIENCE = 180_000;
/** Chat lines that are held against what everybody shows. */
const REMEMBERED = 12;

/** Somebody in the soaked meeting, and how the others should see them. */
export interface Person {
  readonly name: string;
  readonly window: VsCodeWindow;
  readonly folder: string;
  /** Process id of their extension host. */
  readonly extensionHost: number;
  microphone: boolean;
  camera: boolean;
  hand: boolean;
  /** Names of what they have on offer. */
  offers: string[];
}

/** A meeting that is under way, and what is known of it. */
export interface SoakedMeeting {
  readonly people: readonly Person[];
  /** Who holds it stays: with them their server would leave. */
  readonly host: Person;
  readonly invite: string;
  readonly random: Random;
  presenter: Person | null;
  /** The last lines of the chat, in order. */
  said: string[];
  /** Of names of files and lines, so that each is said once. */
  count: number;
}

/** Where people meet. */
export interface Place {
  readonly host: Host;
  /** Of all workspaces. */
  readonly folder: string;
  /** See `measuredHosts`. */
  readonly sockets: string;
  /** The windows that were opened so far. */
  readonly windows: VsCodeWindow[];
}

/** Opens a window for each name, and brings all of them together in one meeting of the first. */
export async function gather(place: Place, names: readonly string[], seed: number): Promise<SoakedMeeting> {
  const people: Person[] = [];
  for (const name of names) people.push(await openPerson(place, name));
  const [first, ...others] = people;
  if (!first) throw new Error('there is nobody to meet');
  const invite = await startMeeting(first.window);
  for (const { window } of others) await joinMeeting(window, invite);
  const random = seededRandom(seed);
  const meeting = { people, host: first, invite, random, presenter: null, said: [], count: 0 };
  await isWhole(meeting);
  return meeting;
}

async function openPerson({ host, folder, sockets, windows }: Place, name: string): Promise<Person> {
  const workspace = join(folder, name);
  await mkdir(workspace);
  const [window, extensionHost] = await withNewHost(host, sockets, () =>
    openWindow({ host, folder: workspace, name, timeout: PATIENCE, browserArgs: [SLOWEST_CAMERA] }),
  );
  windows.push(window);
  await window.page.context().addInitScript(noteConnections);
  // A page that asks whether it may go is answered by the person who reloads it.
  window.page.on('dialog', (dialog) => void dialog.accept());
  const state = { microphone: true, camera: true, hand: false, offers: [] };
  return { name, window, folder: workspace, extensionHost, ...state };
}

/** Everybody but one. */
export function othersOf({ people }: SoakedMeeting, who: Person): Person[] {
  return people.filter((person) => person !== who);
}

/** The panels of everybody but one. */
export function panelsOfOthers(meeting: SoakedMeeting, who: Person): Promise<Frame[]> {
  return Promise.all(othersOf(meeting, who).map(({ window }) => window.panel()));
}

/** Waits until the others see a mark on somebody's tile, or do not. */
export async function othersSee(
  meeting: SoakedMeeting,
  who: Person,
  says: string,
  shown: boolean,
): Promise<void> {
  const panels = await panelsOfOthers(meeting, who);
  const state = shown ? 'visible' : 'hidden';
  await Promise.all(panels.map((panel) => mark(panel, who.name, says).waitFor({ state })));
}

/** Waits until a person's picture, or a screen, moves at somebody's. */
export async function moves(panel: Frame, title: string, frames = 2): Promise<void> {
  await differingFrames(tile(panel, title).locator('video'), frames, PATIENCE);
}

/** Remembers a line that was said, and gives all that are remembered. */
export function remember(meeting: SoakedMeeting, line: string): readonly string[] {
  meeting.said = [...meeting.said, line].slice(-REMEMBERED);
  return meeting.said;
}

/** Waits until everybody shows the same: who is here and how, who presents, the last lines in order, what is on offer. */
export async function isWhole(meeting: SoakedMeeting): Promise<void> {
  await Promise.all(meeting.people.map((person) => showsAll(meeting, person)));
}

async function showsAll(meeting: SoakedMeeting, viewer: Person): Promise<void> {
  const { people, presenter, said } = meeting;
  const panel = await viewer.window.panel();
  for (const person of people) {
    const { name, microphone, camera, hand } = person;
    await tile(panel, name).waitFor();
    const marks = { 'Microphone off': !microphone, 'Camera off': !camera, 'Hand raised': hand };
    const shown = { ...marks, 'Reconnecting…': false, Presenting: person === presenter };
    for (const [says, expected] of Object.entries(shown)) {
      await mark(panel, name, says)
        .first()
        .waitFor({ state: expected ? 'visible' : 'hidden' });
    }
    if (person === viewer) continue;
    for (const offer of person.offers)
      await button(panel, `Save ${offer}`)
        .or(button(panel, `Show ${offer}`))
        .first()
        .waitFor();
  }
  await chatShows(panel, said);
  const count = await panel.getByRole('list', { name: 'Participants' }).getByRole('listitem').count();
  if (count !== people.length) throw new Error(`${viewer.name} shows ${String(count)} participants`);
}
