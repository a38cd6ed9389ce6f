import { button, chat, chatShows } from '../meeting.ts';
import type { VsCodeWindow } from '../window.ts';
import type { Action } from './action.ts';
import { othersOf, remember } from './people.ts';

/** What people open and close around a meeting. */
export const VIEW_ACTIONS: readonly Action[] = [
  {
    name: 'closes a part of the side bar and opens it again',
    weight: 1,
    run: async ({ random }, { window }) => {
      const panel = await window.panel();
      const part = random.one(['Participants', 'Files', 'Chat']);
      for (const pressed of ['false', 'true']) {
        await button(panel, part).click();
        await panel.locator(`button[aria-label="${part}"][aria-pressed="${pressed}"]`).waitFor();
      }
    },
  },
  {
    name: 'looks at the devices',
    weight: 1,
    run: async (_meeting, { window }) => {
      const panel = await window.panel();
      const devices = panel.getByRole('dialog', { name: 'Devices' });
      await button(panel, 'Choose devices').click();
      await devices.waitFor();
      await button(panel, 'Choose devices').press('Escape');
      await devices.waitFor({ state: 'hidden' });
    },
  },
  {
    name: 'works in an editor before the panel while somebody writes',
    weight: 1,
    run: async (meeting, who) => {
      const { window } = who;
      await window.runCommand('File: New Untitled Text File');
      await isInFront(window, 'Untitled');
      const writer = meeting.random.one(othersOf(meeting, who));
      const line = `${String(++meeting.count)}. ${writer.name} says something to a hidden panel`;
      await chat(await writer.window.panel(), line);
      await window.closeTab('Untitled');
      await isInFront(window, 'Parley');
      await chatShows(await window.panel(), remember(meeting, line));
    },
  },
];

/** Waits until an editor is the one that is seen. What is behind it cannot tell by itself. */
async function isInFront({ page }: VsCodeWindow, title: string): Promise<void> {
  await page.locator('.tabs-container .tab.active', { hasText: title }).waitFor();
}
