import type { SetupServerResult } from '../../shared/setupRpc.ts';
import type { OpenPart } from '../allOrNothing.ts';
import { randomHex } from '../identity.ts';
import { errorText } from '../log.ts';
import { runServer, SEARCH_TIME_LIMIT, type ServerSurroundings } from '../openMeeting.ts';
import { findServer, ServerUnreachableError } from '../server/findServer.ts';
import type { Gateway } from '../gateway/gateway.ts';
import { addressesToShow, hostOf, normalizeServerUrl } from '../serverUrl.ts';

/** What a server for the test needs. */
export interface SetupSurroundings extends Omit<ServerSurroundings, 'onServerMoved'> {
  /** Whether a meeting is on in this window, which may have the port. */
  readonly inMeeting: () => boolean;
}

/**
 * Starts a server of one's own, or looks for the one that the settings name, and leads the gateway to it.
 * @throws the signal's reason; everything else that may go wrong is the result.
 */
export async function startSetupServer(
  surroundings: SetupSurroundings,
  gateway: Gateway,
  open: OpenPart,
): Promise<SetupServerResult> {
  const { settings, log, signal } = surroundings;
  if (settings.serverUrl !== '') return findTeamServer(surroundings, gateway);
  try {
    const key = randomHex();
    const starting = runServer({ ...surroundings, onServerMoved: () => undefined }, key, gateway);
    const server = await open(starting, ({ stop }) => stop());
    gateway.setUpstream({ url: server.url(), key });
    return {
      is: 'own',
      port: server.ownPort() ?? settings.serverPort,
      wanted: settings.serverPort,
      inMeeting: surroundings.inMeeting(),
      addresses: [...addressesToShow(server.servers())],
    };
  } catch (error) {
    signal.throwIfAborted();
    log('warn', `test: no server: ${errorText(error)}`);
    return { is: 'none', reason: 'not-started', host: '' };
  }
}

async function findTeamServer(
  { settings, log, signal }: SetupSurroundings,
  gateway: Gateway,
): Promise<SetupServerResult> {
  const url = normalizeServerUrl(settings.serverUrl);
  // What is no address may hold a password: it is not repeated.
  if (url === undefined) return { is: 'none', reason: 'bad-url', host: '' };
  try {
    await findServer([url], settings.serverKey, { signal, timeout: SEARCH_TIME_LIMIT });
  } catch (error) {
    signal.throwIfAborted();
    log('warn', `test: ${errorText(error)}`);
    const tried = error instanceof ServerUnreachableError ? error.tried[0]?.reason : undefined;
    return {
      is: 'none',
      reason: tried === 'bad-address' ? 'bad-url' : (tried ?? 'network'),
      host: hostOf(url),
    };
  }
  gateway.setUpstream({ url, key: settings.serverKey });
  return { is: 'team', host: hostOf(url) };
}
