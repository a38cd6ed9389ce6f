import type { Disposable } from './disposable.ts';

/** Milliseconds between two looks: Node is not told when an address comes or goes. */
const LOOK = 500;

/** Tells when the machine's addresses are others than before: it has come to another network, or left one. */
export class AddressWatch implements Disposable {
  readonly #timer: NodeJS.Timeout;

  /** @param read what they are now; in any order. */
  constructor(read: () => readonly string[], onChange: (addresses: readonly string[]) => void, look = LOOK) {
    let before = key(read());
    this.#timer = setInterval(() => {
      const now = read();
      if (key(now) === before) return;
      before = key(now);
      onChange(now);
    }, look);
  }

  dispose(): void {
    clearInterval(this.#timer);
  }
}

function key(addresses: readonly string[]): string {
  return addresses.toSorted().join();
}
