import { rm } from 'node:fs/promises';
import { loadavg } from 'node:os';
import { sha256, writeRandomFile } from '../../test/support/files.ts';
import { button, chat } from '../../test/support/meeting.ts';
import { fileRow, reaches } from '../../test/support/transfers.ts';
import type { Fault } from './faults.ts';
import { type MeetingOfThree, NAMES, pathOf, type Person } from './meetingOfThree.ts';
import {
  chatWith,
  listedSince,
  loadedAt,
  longestGaps,
  picturesBack,
  savedAt,
  story,
  tracksShown,
} from './watchMeeting.ts';

/** How a meeting came through one fault; milliseconds since the network was back, or since the kill. */
export interface Outcome {
  readonly victim: string;
  /** Until the last one had a fresh picture of the last other; null when one had none within a minute. */
  readonly media: number | null;
  /** Until all lists held everybody; null when one did not within ten seconds after the pictures. */
  readonly roster: number | null;
  /** Until the file was whole; null when it did not get so. */
  readonly file: number | null;
  /** "Alice of Bob": until Alice had a picture of Bob. */
  readonly pairs: Readonly<Record<string, number>>;
  /** By the same names: the longest time without a picture, from the fault's beginning to the end of the repetition. */
  readonly gaps: Readonly<Record<string, number>>;
  readonly figures: Readonly<Record<string, number>>;
  /** Processes that wanted to run, on average over the last minute: what else the machine was doing. */
  readonly load: number;
  /** What did not come out as it should, in sentences. */
  readonly failed: readonly string[];
  /** What each page noted. */
  readonly stories: Readonly<Record<string, readonly string[]>>;
}

const FILE_SIZE = 4_000_000;
/** Where a command has to be chosen first, or a page comes anew, more of it should be left. */
const LONGER_FILE_SIZE = 9_000_000;
/** Milliseconds within which somebody has to be seen again before the repetition counts as failed. */
const PATIENCE = 60_000;
const ROSTER_PATIENCE = 10_000;
const FILE_PATIENCE = 30_000;

/** Has a fault befall a meeting while a file is on its way and people write, and looks at what becomes of it all. */
export async function repeat(
  meeting: MeetingOfThree,
  name: string,
  fault: Fault,
  round: number,
): Promise<Outcome> {
  const failed: string[] = [];
  /** Notes a failure and goes on with null. */
  const attempt = async <T>(what: Promise<T>): Promise<T | null> =>
    what.catch((error: unknown) => {
      failed.push(error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error));
      return null;
    });
  const { people } = meeting;
  const victim = meeting.person(fault.victims[round % fault.victims.length] ?? 'Alice');
  const lines: string[] = [];
  const speak = async (when: string, who: readonly Person[]): Promise<void> => {
    for (const person of who) {
      const line = `${name} ${String(round)} ${when} ${person.name}`;
      lines.push(line);
      await chat(await person.window.panel(), line);
    }
  };

  const transfer = await beginTransfer(
    meeting,
    victim,
    { file: `${name}-${String(round)}.bin`, size: fault.newPage ? LONGER_FILE_SIZE : FILE_SIZE },
    round,
  );
  const before = new Map<Person, Record<string, string>>();
  for (const person of people) before.set(person, await tracksShown(await person.window.panel()));
  const began = Date.now();
  const injected = await fault.inject({
    meeting,
    victim,
    round,
    speak: (who) => speak('during', who),
  });

  const { since } = injected;

  const pairs: Record<string, number> = {};
  const seen = await Promise.all(
    people.map(async (person) => {
      const shown = before.get(person) ?? {};
      const notOf = !fault.newPage
        ? {}
        : person === victim
          ? shown
          : { [victim.name]: shown[victim.name] ?? '' };
      const names = meeting.others(person.name).map((other) => other.name);
      const back = await attempt(picturesBack(person.window, { names, since, notOf }, PATIENCE));
      for (const [other, at] of Object.entries(back ?? {}))
        pairs[`${person.name} of ${other}`] = Math.round(at - since);
      return back ? Math.max(...Object.values(back)) : null;
    }),
  );
  const listed = await Promise.all(
    people.map((person) => {
      const loadedAfter = fault.newPage && person === victim ? since : 0;
      return attempt(listedSince(person.window, NAMES, ROSTER_PATIENCE, loadedAfter));
    }),
  );
  await attempt(speak('after', people));
  const logs = await Promise.all(people.map(({ window }) => attempt(chatWith(window, lines, PATIENCE))));
  if (new Set(logs.map((log) => log?.join('\n'))).size > 1)
    failed.push('the chat is not the same everywhere');
  const file = await attempt(endTransfer(transfer));
  if (file === null) failed.push(`at ${transfer.taker.name}'s: ${await shownOf(transfer)}`);

  const ended = Date.now();
  const gaps: Record<string, number> = {};
  const stories: Record<string, readonly string[]> = {};
  for (const { name: whose, window } of people) {
    const panel = await window.panel();
    const { lines: told, twice } = await story(panel, since);
    stories[whose] = told;
    for (const person of twice) failed.push(`${whose} saw ${person} twice`);
    const found = await longestGaps(window, began, ended);
    for (const { name: other } of meeting.others(whose)) gaps[`${whose} of ${other}`] = found[other] ?? 0;
  }
  const media = latest(seen, since);
  const figures: Record<string, number> = { ...injected.figures };
  if (fault.newPage) figures['pageLoads'] = Math.round((await loadedAt(await victim.window.panel())) - since);
  if (injected.runsAgain !== undefined) {
    figures['runsAgain'] = Math.round(injected.runsAgain - since);
    if (media !== null) figures['sinceThen'] = Math.round(media - (injected.runsAgain - since));
  }
  figures['longestGap'] = Math.max(...Object.values(gaps));
  const unseen = Object.entries(gaps).filter(([pair]) => pair.endsWith(` of ${victim.name}`));
  figures['unseen'] = Math.max(...unseen.map(([, gap]) => gap));
  return {
    victim: victim.name,
    media,
    roster: latest(listed, since),
    file: file === null ? null : Math.round(file - since),
    pairs,
    gaps,
    figures,
    load: Math.round(loadavg()[0] ?? 0),
    failed,
    stories,
  };
}

interface Transfer {
  readonly file: string;
  readonly owner: Person;
  readonly taker: Person;
}

/** A file is on its way from or to the victim, in turn. */
async function beginTransfer(
  meeting: MeetingOfThree,
  victim: Person,
  { file, size }: { readonly file: string; readonly size: number },
  round: number,
): Promise<Transfer> {
  const [other = victim] = meeting.others(victim.name);
  const [owner, taker] = round % 2 === 0 ? [victim, other] : [other, victim];
  await writeRandomFile(pathOf(owner, file), size);
  await owner.window.explorerMenu([file], 'Share File in Meeting');
  const panel = await taker.window.panel();
  await button(panel, `Save ${file}`).click();
  await reaches(panel, file, 5);
  return { file, owner, taker };
}

/** Waits until it is there; gives when it was. */
async function endTransfer({ file, owner, taker }: Transfer): Promise<number> {
  const saved = await savedAt(taker.window, file, FILE_PATIENCE);
  const [here, there] = [await sha256(pathOf(owner, file)), await sha256(pathOf(taker, file))];
  if (here !== there) throw new Error(`${file} is not what was sent`);
  for (const person of [owner, taker]) await rm(pathOf(person, file), { force: true });
  return saved;
}

/** What the panel says of the file. */
async function shownOf({ file, taker }: Transfer): Promise<string> {
  const rows = await fileRow(await taker.window.panel(), file).allInnerTexts();
  return rows.join(' | ').replaceAll(/\s+/gu, ' ');
}

function latest(times: readonly (number | null)[], since: number): number | null {
  const known = times.filter((time) => time !== null);
  // Who was never missed was in the list before.
  return known.length < times.length ? null : Math.max(0, Math.round(Math.max(...known) - since));
}
