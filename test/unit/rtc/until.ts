/** Waits until something holds; the runner's time-out says which test waited in vain, this which thing. */
export async function until(holds: () => boolean, what: string, deadline = 1_800): Promise<void> {
  const end = performance.now() + deadline;
  while (!holds()) {
    if (performance.now() > end) throw new Error(`waited in vain: ${what}`);
    await new Promise((resolve) => {
      setTimeout(resolve, 1);
    });
  }
}
