import type { Frame, Locator } from 'playwright-core';
import type { VsCodeWindow } from './window.ts';

/** Any invite of any product. */
export const INVITE = /^[a-z-]+:\/\/parley\.parley\/join\?v=1#[A-Za-z0-9_-]+$/;

/** Runs "Start Meeting" and enters; resolves with the invite from the clipboard when the own tile is there. */
export async function startMeeting(
  window: VsCodeWindow,
  how: 'Join' | 'Join without devices' = 'Join',
): Promise<string> {
  await window.setClipboard('');
  await window.runCommand('Parley: Start Meeting');
  const invite = await window.clipboardMatching(INVITE);
  await enter(window, how);
  return invite;
}

/** Runs "Join Meeting", pastes the invite, and enters. */
export async function joinMeeting(window: VsCodeWindow, invite: string): Promise<void> {
  await openInvite(window, invite);
  await enter(window);
}

/** Runs "Join Meeting" and pastes the invite; the page then shows its lobby. */
export async function openInvite(window: VsCodeWindow, invite: string): Promise<void> {
  await askForInvite(window);
  await window.fillInput(invite);
}

/** Runs "Join Meeting"; resolves when the box for the invite is open. */
export async function askForInvite(window: VsCodeWindow): Promise<void> {
  await window.runCommand('Parley: Join Meeting');
  await window.page.locator('.quick-input-title', { hasText: 'Join Meeting' }).waitFor();
}

/** In the lobby: says who one is and presses Join. */
export async function enter(
  window: VsCodeWindow,
  how: 'Join' | 'Join without devices' = 'Join',
): Promise<void> {
  const panel = await window.panel();
  await panel.getByRole('textbox', { name: 'Your name' }).fill(window.name);
  await button(panel, how).click();
  await tile(panel, window.name).waitFor();
}

/** Leaves by the page's own button; resolves when the panel is closed. */
export async function leave(
  window: VsCodeWindow,
  how: 'Leave' | 'End for everyone' = 'Leave',
): Promise<void> {
  const panel = await window.panel();
  // By the key: VS Code's notifications may lie over the button, and stay while the mouse is on them.
  await button(panel, 'Leave meeting').press('Enter');
  await panel.getByRole('dialog').getByRole('button', { name: how, exact: true }).press('Enter');
  await window.page.locator('.tabs-container .tab', { hasText: 'Parley' }).waitFor({ state: 'detached' });
}

/** A button of the page by its accessible name. */
export function button(panel: Frame, name: string): Locator {
  return panel.getByRole('button', { name, exact: true });
}

/** A person's tile. */
export function tile(panel: Frame, name: string): Locator {
  return panel.getByRole('group', { name, exact: true });
}

/** What a person's tile says of them besides the name: "Microphone off", "Hand raised"… */
export function mark(panel: Frame, name: string, says: string): Locator {
  return tile(panel, name).getByRole('img', { name: says });
}

/** Types a line into the chat and sends it. By default with the key: VS Code's notifications lie over the button for seconds. */
export async function chat(panel: Frame, text: string, by: 'key' | 'button' = 'key'): Promise<void> {
  const box = panel.getByRole('textbox', { name: 'Message everyone' });
  await box.fill(text);
  if (by === 'key') await box.press('Enter');
  else await button(panel, 'Send message').click();
}

/** Waits until the chat holds these texts, in this order and no other of them. */
export async function chatShows(panel: Frame, texts: readonly string[]): Promise<void> {
  await panel.waitForFunction(
    (wanted) => {
      const shown = document.querySelector('[role="log"]')?.textContent ?? '';
      const places = wanted.map((text) => shown.indexOf(text));
      return places.every((place, index) => place >= 0 && (index === 0 || place > (places[index - 1] ?? 0)));
    },
    [...texts],
    { polling: 100 },
  );
}
