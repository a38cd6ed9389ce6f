import type { Server } from 'node:http';
import { errorCode } from './errorCode.ts';

/** Where the gateway listens, and nowhere else. */
export const LOOPBACK = '127.0.0.1';

/** The URL of a request, under a host of no meaning; `undefined` when there is none. */
export function parseUrl(url: string | undefined): URL | undefined {
  const absolute = `http://${LOOPBACK}${url ?? ''}`;
  return url?.startsWith('/') && URL.canParse(absolute) ? new URL(absolute) : undefined;
}

/** The same of IPv6. */
const LOOPBACK_6 = '::1';

/**
 * Listens at the same port of ::1, so that nobody else does.
 * @returns false when somebody may. Where the machine has no ::1, nobody can.
 */
export async function listenTwin(server: Server, port: number): Promise<boolean> {
  try {
    await listen(server, port, LOOPBACK_6);
    return true;
  } catch (error) {
    return ['EADDRNOTAVAIL', 'EAFNOSUPPORT'].includes(errorCode(error) ?? '');
  }
}

/** Listens on loopback and gives the port. Rejects with Node's error. */
export function listen(server: Server, port: number, host = LOOPBACK): Promise<number> {
  return new Promise((resolve, reject) => {
    const onError = (error: Error): void => {
      server.off('listening', onListening);
      reject(error);
    };
    const onListening = (): void => {
      server.off('error', onError);
      const address = server.address();
      if (address !== null && typeof address !== 'string') resolve(address.port);
      else reject(new Error('the gateway has no port'));
    };
    server.once('error', onError).once('listening', onListening).listen({ host, port });
  });
}
