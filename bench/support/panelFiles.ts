import type { Frame } from 'playwright-core';

/**
 * Presses "Save" of a shared file in a panel and waits until it says that it is saved, all by the page's own clock.
 * Gives milliseconds; throws the row's text when it says something else.
 */
export function saveAndTime(panel: Frame, name: string): Promise<number> {
  return panel.evaluate(async (file) => {
    const find = (label: string): HTMLElement | null =>
      document.querySelector(`[aria-label="${label}"]`) ??
      [...document.querySelectorAll<HTMLElement>('button')].find(({ title }) => title === label) ??
      null;
    const press = find(`Save ${file}`);
    if (!press) throw new Error(`there is no "Save ${file}"`);
    const started = performance.now();
    press.click();
    return new Promise<number>((resolve, reject) => {
      const look = (): void => {
        const failed = find(`Try again to save ${file}`);
        if (failed) reject(new Error(failed.closest('li')?.textContent ?? 'it failed'));
        else if (find(`Show ${file}`)) resolve(performance.now() - started);
        else return;
        observer.disconnect();
      };
      const observer = new MutationObserver(look);
      observer.observe(document.body, { subtree: true, childList: true, attributes: true });
      look();
    });
  }, name);
}
