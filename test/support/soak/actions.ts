import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { button, chat, chatShows, joinMeeting, leave, tile } from '../meeting.ts';
import { sharedFiles } from '../transfers.ts';
import type { Action } from './action.ts';
import { FILE_ACTIONS } from './fileActions.ts';
import { moves, othersOf, othersSee, panelsOfOthers, remember } from './people.ts';
import type { Person, SoakedMeeting } from './people.ts';
import { VIEW_ACTIONS } from './viewActions.ts';
import { freshPanel, markPanel } from '../freshPanel.ts';

/** Presses the button of a microphone or camera; the others see it. */
async function toggle(meeting: SoakedMeeting, who: Person, device: 'microphone' | 'camera'): Promise<void> {
  const panel = await who.window.panel();
  const names = device === 'microphone' ? MICROPHONE : CAMERA;
  await button(panel, who[device] ? names.stop : names.start).click();
  who[device] = !who[device];
  await othersSee(meeting, who, names.off, !who[device]);
}

const MICROPHONE = { stop: 'Mute microphone', start: 'Unmute microphone', off: 'Microphone off' };
const CAMERA = { stop: 'Stop camera', start: 'Start camera', off: 'Camera off' };

const isGuest = ({ host }: SoakedMeeting, who: Person): boolean => who !== host;
const nobodyPresents = ({ presenter }: SoakedMeeting): boolean => presenter === null;

/** All that people do, in the order in which it was thought of. */
export const ACTIONS: readonly Action[] = [
  { name: 'mutes or unmutes', weight: 4, run: (meeting, who) => toggle(meeting, who, 'microphone') },
  {
    name: 'starts or stops the camera',
    weight: 3,
    run: async (meeting, who) => {
      await toggle(meeting, who, 'camera');
      if (!who.camera) return;
      const [panel] = await panelsOfOthers(meeting, who);
      if (panel) await moves(panel, who.name);
    },
  },
  {
    name: 'clicks the camera several times',
    weight: 1,
    run: async (meeting, who) => {
      const panel = await who.window.panel();
      for (let click = 0; click < 5; click++)
        await panel.getByRole('button', { name: /^(Stop|Start) camera$/ }).click();
      who.camera = !who.camera;
      await othersSee(meeting, who, CAMERA.off, !who.camera);
    },
  },
  {
    name: 'shares the screen',
    weight: 3,
    may: nobodyPresents,
    run: async (meeting, who) => {
      await button(await who.window.panel(), 'Share screen').click();
      meeting.presenter = who;
      for (const panel of await panelsOfOthers(meeting, who)) await moves(panel, `Screen of ${who.name}`, 1);
    },
  },
  {
    name: 'stops sharing the screen',
    weight: 3,
    may: ({ presenter }, who) => presenter === who,
    run: async (meeting, who) => {
      await button(await who.window.panel(), 'Stop sharing').click();
      meeting.presenter = null;
      for (const panel of await panelsOfOthers(meeting, who))
        await tile(panel, `Screen of ${who.name}`).waitFor({ state: 'detached' });
    },
  },
  {
    name: 'wants to share the screen while somebody else does',
    weight: 1,
    may: ({ presenter }, who) => presenter !== null && presenter !== who,
    run: async ({ presenter }, who) => {
      const panel = await who.window.panel();
      await button(panel, 'Share screen').click();
      await panel
        .getByText(`${presenter?.name ?? ''} is presenting. Only one person`)
        .first()
        .waitFor();
    },
  },
  {
    name: 'raises or lowers the hand',
    weight: 2,
    run: async (meeting, who) => {
      await button(await who.window.panel(), who.hand ? 'Lower hand' : 'Raise hand').click();
      who.hand = !who.hand;
      await othersSee(meeting, who, 'Hand raised', who.hand);
    },
  },
  {
    name: 'writes to everyone',
    weight: 5,
    run: async (meeting, who) => {
      const line =
        `${String(++meeting.count)}. ${who.name} says ${'so '.repeat(meeting.random.below(20))}`.trim();
      await chat(await who.window.panel(), line);
      const said = remember(meeting, line);
      for (const { window } of meeting.people) await chatShows(await window.panel(), said);
    },
  },
  ...FILE_ACTIONS,
  ...VIEW_ACTIONS,
  {
    name: 'leaves and comes back',
    weight: 1,
    may: isGuest,
    run: async (meeting, who) => {
      const panels = await panelsOfOthers(meeting, who);
      await leave(who.window);
      await Promise.all(panels.map((panel) => tile(panel, who.name).waitFor({ state: 'detached' })));
      if (meeting.presenter === who) meeting.presenter = null;
      for (const offer of who.offers) await rm(join(who.folder, offer), { recursive: true, force: true });
      Object.assign(who, { microphone: true, camera: true, hand: false, offers: [] });
      // They come as somebody new, whom each author tells their own lines: those of who left are nobody's to tell.
      meeting.said = meeting.said.filter((line) => !`${line} `.includes(` ${who.name} says `));
      await joinMeeting(who.window, meeting.invite);
      await seesOthers(meeting, who);
    },
  },
  {
    name: 'has the panel reloaded',
    weight: 1,
    may: ({ presenter }, who) => presenter !== who,
    run: (meeting, who) => comesBack(meeting, who, () => who.window.runCommand('Developer: Reload Webviews')),
  },
  {
    name: 'closes the panel and opens it again',
    weight: 1,
    may: ({ presenter }, who) => presenter !== who,
    run: (meeting, who) =>
      comesBack(meeting, who, async () => {
        await who.window.closeTab('Parley');
        await who.window.acceptNotification('Reopen');
      }),
  },
];

/** Somebody's page goes, and another one comes: they are back in as themselves. */
async function comesBack(meeting: SoakedMeeting, who: Person, reload: () => Promise<void>): Promise<void> {
  await markPanel(who.window);
  await reload();
  const panel = await freshPanel(who.window);
  await seesOthers(meeting, who);
  who.hand = await button(panel, 'Lower hand').isVisible();
  await othersSee(meeting, who, 'Hand raised', who.hand);
}

/** Waits until somebody who came has all the others and what was said, and all the others them. */
async function seesOthers(meeting: SoakedMeeting, who: Person): Promise<void> {
  const panel = await who.window.panel();
  for (const other of othersOf(meeting, who)) {
    await tile(panel, other.name).waitFor();
    await tile(await other.window.panel(), who.name).waitFor();
    if (other.camera) await moves(panel, other.name);
  }
  await chatShows(panel, meeting.said);
  // The list is none while it is empty.
  await sharedFiles(panel).or(panel.getByText('Nothing shared yet')).first().waitFor();
}
