import assert from 'node:assert/strict';
import { mkdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256, treeOf, writeRandomFile } from '../files.ts';
import { button } from '../meeting.ts';
import { fileRow, save } from '../transfers.ts';
import type { Action } from './action.ts';
import { othersOf, panelsOfOthers } from './people.ts';
import type { Person, SoakedMeeting } from './people.ts';

/** What one person has on offer at most. */
const MAX_OFFERS = 3;
/** Bytes. */
const LARGEST = 400_000;

const mayShare = (_meeting: SoakedMeeting, who: Person): boolean => who.offers.length < MAX_OFFERS;

/** What people do with files. */
export const FILE_ACTIONS: readonly Action[] = [
  {
    name: 'shares a file',
    weight: 2,
    may: mayShare,
    run: async (meeting, who) => {
      const name = `file-${String(++meeting.count)}.bin`;
      await writeRandomFile(join(who.folder, name), meeting.random.below(LARGEST));
      await share(meeting, who, name);
    },
  },
  {
    name: 'shares a folder',
    weight: 1,
    may: mayShare,
    run: async (meeting, who) => {
      const name = `folder-${String(++meeting.count)}`;
      const path = join(who.folder, name);
      await mkdir(join(path, 'inner'), { recursive: true });
      for (const file of ['one.txt', 'two.txt', 'inner/three.txt'])
        await writeRandomFile(join(path, file), meeting.random.below(LARGEST / 10));
      await share(meeting, who, name);
    },
  },
  {
    name: 'takes what somebody offers',
    weight: 3,
    may: (meeting, who) => othersOf(meeting, who).some(({ offers }) => offers.length > 0),
    run: async (meeting, who) => {
      const owners = othersOf(meeting, who).filter(({ offers }) => offers.length > 0);
      const owner = meeting.random.one(owners);
      const name = meeting.random.one(owner.offers);
      const panel = await who.window.panel();
      // What was taken before is there still.
      if (await button(panel, `Show ${name}`).isVisible()) return;
      await save(panel, name);
      const [own, others] = [join(owner.folder, name), join(who.folder, name)];
      assert.deepEqual(await contents(others), await contents(own), `${name} at ${who.name}`);
      await rm(others, { recursive: true });
    },
  },
  {
    name: 'withdraws what they offer',
    weight: 3,
    may: (_meeting, who) => who.offers.length > 0,
    run: async (meeting, who) => {
      const name = meeting.random.one(who.offers);
      await button(await who.window.panel(), `Withdraw ${name}`).click();
      who.offers = who.offers.filter((offer) => offer !== name);
      for (const panel of await panelsOfOthers(meeting, who)) {
        const offered = fileRow(panel, name).filter({ hasNotText: 'who withdrew it' });
        await offered.waitFor({ state: 'detached' });
      }
      await rm(join(who.folder, name), { recursive: true });
    },
  },
];

async function share(meeting: SoakedMeeting, who: Person, name: string): Promise<void> {
  await who.window.explorerMenu([name], 'Share File in Meeting');
  who.offers.push(name);
  for (const panel of await panelsOfOthers(meeting, who)) await button(panel, `Save ${name}`).waitFor();
}

/** Of a folder or a file. */
async function contents(path: string): Promise<readonly string[]> {
  const found = await stat(path);
  return found.isDirectory() ? treeOf(path) : [await sha256(path)];
}
