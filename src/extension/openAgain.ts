import * as vscode from 'vscode';
import { allOrNothing } from './allOrNothing.ts';
import type { PanelPlace } from './comingBack.ts';
import type { Gateway } from './gateway/gateway.ts';
import { randomTicket } from './gateway/tickets.ts';
import type { KeptMeeting } from './keptMeeting.ts';
import { errorText } from './log.ts';
import { othersServer, type RunningServer } from './meetingServer.ts';
import type { MeetingSession } from './meetingSession.ts';
import { makeSession, openGateway, runServer, type OpenMeetingOptions } from './openMeeting.ts';
import { findServer } from './server/findServer.ts';
import { withTimeLimit } from './timeLimit.ts';
import { mayBeThisWindow } from './windowSession.ts';

/** Milliseconds for the server of another to answer once more; what led to it before is used meanwhile. */
const SEARCH_TIME_LIMIT = 10_000;
/**
 * Milliseconds for which the page waits for a server of one's own: without one it finds nobody, and asks for it again less
 * and less often.
 */
const PATIENCE = 5_000;

/**
 * Goes on with a meeting where an extension host before this one left it: as the same person, with the gateway and a server
 * of one's own under the same ports where they are free. The panel is there at once; its page waits for the server.
 * @param findPanel says where the panel is, or is to be.
 * @throws the signal's reason, or Node's error when there is no port at all. Nothing is left open then.
 */
export function openAgain(
  options: OpenMeetingOptions,
  kept: KeptMeeting,
  findPanel: () => Promise<PanelPlace>,
): Promise<MeetingSession> {
  return allOrNothing(async (open) => {
    const { facts, server } = kept;
    const [way, place] = await Promise.all([openGateway(options, open, gatewayFor(kept)), findPanel()]);
    way.gateway.setUpstream({ url: server.url, key: facts.serverKey });
    if (server.ownPort === null) {
      void findAgain(options, kept, way.gateway);
      const upstream = othersServer(server, server.addresses);
      return makeSession(options, { facts, way, upstream }, { kept, place, ready: Promise.resolve() });
    }
    const own = startAgain(options, kept, way.gateway, server.ownPort);
    const upstream = await open(Promise.resolve(own.upstream), ({ stop }) => stop());
    const ready = withTimeLimit(own.started, PATIENCE);
    return makeSession(options, { facts, way, upstream }, { kept, place, ready });
  }, options);
}

/**
 * The page of a panel that nobody listens to any more still runs. It may go on with the links it has, but not call anybody,
 * nor take the door, beside the page that is to take its place: so the gateway does not know it any more.
 */
function gatewayFor({ window, gateway }: KeptMeeting): KeptMeeting['gateway'] {
  return mayBeThisWindow(window) ? { ...gateway, key: randomTicket() } : gateway;
}

/** Starts the server of one's own beside everything else; until it runs, it is what it was. */
function startAgain(
  options: OpenMeetingOptions,
  { facts, server }: KeptMeeting,
  gateway: Gateway,
  port: number,
): { readonly upstream: RunningServer; readonly started: Promise<void> } {
  const { dialogs, log } = options;
  const ended = new AbortController();
  let running: RunningServer | undefined;
  const signal = AbortSignal.any([options.signal, ended.signal]);
  const key = facts.serverKey;
  const started = runServer({ ...options, signal }, key, gateway, {
    port,
    term: server.term,
    isKnown: true,
  }).then(
    (upstream) => {
      running = upstream;
      gateway.setUpstream({ url: upstream.url(), key });
      // Who hears of it asks where the server is now.
      if (upstream.ownPort() !== port) options.onServerMoved();
    },
    (error: unknown) => {
      if (signal.aborted) return;
      log('error', `the server could not be started again: ${errorText(error)}`);
      void dialogs.warning(
        vscode.l10n.t(
          'The meeting server could not be started again. Who is in the meeting stays in it; nobody new can come in.',
        ),
      );
    },
  );
  const upstream: RunningServer = {
    term: server.term,
    url: () => running?.url() ?? server.url,
    servers: () => running?.servers() ?? server.addresses,
    ownPort: () => running?.ownPort() ?? port,
    stop: async () => {
      ended.abort();
      await started;
      await running?.stop();
    },
  };
  return { upstream, started };
}

/** The machine may have come to another network meanwhile, where another of the addresses leads to the server. */
async function findAgain(
  { signal, log }: OpenMeetingOptions,
  { facts, server }: KeptMeeting,
  gateway: Gateway,
): Promise<void> {
  try {
    const urls = [...new Set([server.url, ...server.addresses, ...server.earlier])];
    const { url } = await findServer(urls, facts.serverKey, { signal, timeout: SEARCH_TIME_LIMIT });
    gateway.setUpstream({ url, key: facts.serverKey });
  } catch (error) {
    log('info', `the server does not answer yet: ${errorText(error)}`);
  }
}
