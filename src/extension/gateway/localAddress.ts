import { networkInterfaces } from 'node:os';
import type { WebSocket } from 'ws';

/** Milliseconds between two looks: nobody tells when an address goes, and the page calls by this connection soon after. */
const LOOK = 250;

/**
 * Ends a connection once this machine has the address no longer that it was made from: TCP would go on for minutes to
 * send from it.
 */
export function endWithAddress(
  socket: Pick<WebSocket, 'once' | 'terminate'>,
  address: string | undefined,
  interfaces = networkInterfaces,
  look = LOOK,
): void {
  const isHere = (): boolean => hasAddress(address, interfaces);
  // One that is not listed in the first place (with a zone, say) tells nothing by not being listed later.
  if (!isHere()) return;
  const timer = setInterval(() => {
    if (!isHere()) socket.terminate();
  }, look);
  socket.once('close', () => clearInterval(timer));
}

/** Whether this machine has an address. */
export function hasAddress(address: string | undefined, interfaces = networkInterfaces): boolean {
  return Object.values(interfaces()).some((list) => list?.some((entry) => entry.address === address));
}
