import type { Disposable } from './disposable.ts';
import { machineAddresses } from './machineAddresses.ts';
import type { RunningServer } from './meetingServer.ts';
import { isLoopbackHost } from './serverUrl.ts';

/** Milliseconds between two looks: Node is not told when an address comes or goes. */
const LOOK = 250;

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

/** What a meeting does when the machine's addresses are others. */
export interface MoveOptions {
  /** Those that the page may know. */
  readonly addresses: () => readonly string[];
  readonly server: Pick<RunningServer, 'ownPort'>;
  readonly tellPage: (addresses: readonly string[]) => void;
  /** The server of one's own is to be found elsewhere. */
  readonly tellServers: () => void;
}

/** Watches for a meeting: all addresses, since links and server have moved also where the page may know none of them. */
export function watchMoves(options: MoveOptions, read = machineAddresses, look = LOOK): AddressWatch {
  const { addresses, server, tellPage, tellServers } = options;
  const onChange = (all: readonly string[]): void => {
    tellPage(addresses());
    // Between two networks there may be none but loopback for a moment, which leads nobody here.
    if (server.ownPort() !== null && all.some((address) => !isLoopbackHost(address))) tellServers();
  };
  return new AddressWatch(() => read(), onChange, look);
}

function key(addresses: readonly string[]): string {
  return addresses.toSorted().join();
}
