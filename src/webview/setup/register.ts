import * as v from 'valibot';
import { toHex } from '../../shared/ids.ts';
import { parseJson } from '../../shared/parseJson.ts';
import type { SetupPlan } from '../../shared/setupRpc.ts';

/** The first word of a PeerServer to who has registered. */
const opened = v.object({ type: v.literal('OPEN') });

/**
 * Registers an id with the meeting's server through the gateway, as PeerJS does, and leaves again. Gives how many
 * milliseconds that took, null when it did not come about.
 */
export function register(
  { host, port, path, secure, key }: SetupPlan['broker'],
  patience: number,
  signal: AbortSignal,
): Promise<number | null> {
  const began = performance.now();
  const random = (): string => toHex(crypto.getRandomValues(new Uint8Array(16)));
  const query = new URLSearchParams({ key, id: random(), token: random() });
  const socket = new WebSocket(
    `${secure ? 'wss' : 'ws'}://${host}:${String(port)}${path}peerjs?${query.toString()}`,
  );
  return new Promise((resolve) => {
    const settle = (took: number | null): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      socket.onmessage = socket.onclose = null;
      socket.close();
      resolve(took);
    };
    const onAbort = (): void => settle(null);
    const timer = setTimeout(onAbort, patience);
    signal.addEventListener('abort', onAbort);
    socket.onmessage = ({ data }: MessageEvent<unknown>) => {
      const isOpened = typeof data === 'string' && parseJson(opened, data) !== undefined;
      settle(isOpened ? performance.now() - began : null);
    };
    // What goes wrong on the way ends here too.
    socket.onclose = onAbort;
  });
}
