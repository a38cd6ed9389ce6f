import type { Frame } from 'playwright-core';

interface Watched {
  shownAt?: Map<string, number>;
}

/** Chat lines sent in one panel, one after the other, until each is shown in the other; milliseconds, by one machine's clock. */
export async function chatTrips(from: Frame, to: Frame, count: number): Promise<number[]> {
  await to.evaluate(noteLines);
  const trips: number[] = [];
  for (let line = 0; line < count; line++) {
    const text = `line ${String(line)} ${crypto.randomUUID()}`;
    const box = from.getByRole('textbox', { name: 'Message everyone' });
    await box.fill(text);
    const sent = await from.evaluate(() => {
      const button = document.querySelector<HTMLElement>('[aria-label="Send message"]');
      if (!button) throw new Error('there is no button to send');
      const now = Date.now();
      button.click();
      return now;
    });
    const shown = await to.waitForFunction(
      (wanted) => (globalThis as Watched).shownAt?.get(wanted) ?? null,
      text,
      { polling: 50 },
    );
    trips.push(Number(await shown.jsonValue()) - sent);
  }
  return trips;
}

/** Notes when each line of the chat was put into the page. */
function noteLines(): void {
  const log = document.querySelector('[role="log"]');
  if (!log) throw new Error('there is no chat');
  const shownAt = new Map<string, number>();
  (globalThis as Watched).shownAt = shownAt;
  new MutationObserver(() => {
    const text = log.textContent ?? '';
    for (const [line] of text.matchAll(/line \d+ [0-9a-f-]{36}/g)) {
      if (!shownAt.has(line)) shownAt.set(line, Date.now());
    }
  }).observe(log, { childList: true, subtree: true, characterData: true });
}
