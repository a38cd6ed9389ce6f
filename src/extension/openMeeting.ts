import * as vscode from 'vscode';
import { allOrNothing, type OpenPart } from './allOrNothing.ts';
import type { Invite } from '../shared/invite.ts';
import type { Dialogs } from './dialogs.ts';
import { Gateway } from './gateway/gateway.ts';
import {
  directAddress,
  externalAddress,
  isAllowedOrigin,
  nearAddress,
  pageOrigin,
  type GatewayAddress,
} from './gatewayAddress.ts';
import { randomHex } from './identity.ts';
import { errorText, type Log } from './log.ts';
import type { KeptMeeting } from './keptMeeting.ts';
import { machineAddresses, ownServerUrls } from './machineAddresses.ts';
import { guestFacts, hostFacts } from './meetingFacts.ts';
import { MeetingServer, othersServer, type RunningServer } from './meetingServer.ts';
import { MeetingSession } from './meetingSession.ts';
import type { MeetingSessionOptions } from './meetingSessionOptions.ts';
import type { Network } from './networkSettings.ts';
import { findServer } from './server/findServer.ts';
import { startServerProcess } from './server/serverProcess.ts';
import { PageStreams } from './pageStreams.ts';
import { ServerKeeper } from './serverKeeper.ts';
import { isLoopbackHost, normalizeServerUrl } from './serverUrl.ts';
import type { Settings } from './settings.ts';
import { withTimeLimit } from './timeLimit.ts';

/** Milliseconds for finding the server: with what is around it, the person knows within five seconds. */
export const SEARCH_TIME_LIMIT = 4_500;
/** Milliseconds for VS Code to say how the gateway is reached; a tunnel that hangs keeps nobody out of a local meeting. */
const FORWARD_TIME_LIMIT = 3_000;
const LOOPBACK = '127.0.0.1';

/** `parley.server.url` is no address of a server. */
export class ServerUrlError extends Error {
  override readonly name = 'ServerUrlError';
  readonly code = 'bad-server-url';
}

/** What both ways into a meeting need. */
export interface OpenMeetingOptions {
  readonly extension: vscode.ExtensionContext;
  readonly settings: Settings;
  readonly network: Network;
  /** The name to offer in the lobby. */
  readonly name: string;
  readonly dialogs: Dialogs;
  readonly log: Log;
  readonly callbacks: Pick<
    MeetingSessionOptions,
    'rememberName' | 'copyInvite' | 'onState' | 'onNews' | 'onChanged' | 'onPanelClosed' | 'onEnded'
  >;
  /** The server of one's own had to take another port after a crash: invites from before lead nowhere. */
  readonly onServerMoved: () => void;
  /** Gives up; nothing is left open then. */
  readonly signal: AbortSignal;
}

/** What a server of one's own needs. */
export type ServerSurroundings = Pick<
  OpenMeetingOptions,
  'extension' | 'settings' | 'log' | 'signal' | 'onServerMoved'
>;

/**
 * Starts a meeting: on a server of its own, or on the one that the settings name.
 * @throws {ServerUrlError | ServerUnreachableError} the server of the settings cannot be used.
 * @throws {ServerStartError} the server of one's own does not start.
 * @throws the signal's reason when that aborts. Nothing is left open in any of these cases.
 */
export function openAsHost(options: OpenMeetingOptions): Promise<MeetingSession> {
  const { settings, name, log } = options;
  const own = settings.serverUrl === '';
  return allOrNothing(async (open) => {
    const [facts, way] = await Promise.all([
      hostFacts(name, own ? randomHex() : settings.serverKey),
      openGateway(options, open),
    ]);
    const { gateway } = way;
    const upstream = own
      ? await open(runServer(options, facts.serverKey, gateway), ({ stop }) => stop())
      : await reachServer(settings, options.signal);
    gateway.setUpstream({ url: upstream.url(), key: facts.serverKey });
    log(
      'info',
      own ? 'the meeting runs on a server of its own' : 'the meeting runs on the server of the settings',
    );
    return makeSession(options, { facts, way, upstream });
  }, options);
}

/**
 * Joins the meeting of an invite.
 * @throws {ServerUnreachableError} none of its servers answers.
 * @throws the signal's reason when that aborts. Nothing is left open in any of these cases.
 */
export function openAsGuest(options: OpenMeetingOptions, invite: Invite): Promise<MeetingSession> {
  return allOrNothing(async (open) => {
    const [facts, found] = await Promise.all([
      guestFacts(invite),
      findServer(invite.servers, invite.key, { signal: options.signal, timeout: SEARCH_TIME_LIMIT }),
    ]);
    const way = await openGateway(options, open);
    way.gateway.setUpstream({ url: found.url, key: invite.key });
    options.log('info', 'a server of the invite has answered');
    const upstream = othersServer(found, invite.servers);
    return makeSession(options, { facts, way, upstream });
  }, options);
}

/** What an earlier extension host left, for a session that goes on. */
type Earlier = Pick<MeetingSessionOptions, 'kept' | 'place' | 'ready'>;

/** Makes the session, which owns all of it from then on. @throws the signal's reason. */
export function makeSession(
  options: OpenMeetingOptions,
  parts: {
    readonly facts: MeetingSessionOptions['facts'];
    readonly way: GatewayWay;
    readonly upstream: RunningServer;
  },
  earlier: Earlier = { kept: null, place: {}, ready: Promise.resolve() },
): MeetingSession {
  options.signal.throwIfAborted();
  const { facts, way } = parts;
  const key = facts.serverKey;
  const server = new MeetingServer({
    first: parts.upstream,
    earlier: earlier.kept?.server.earlier ?? [],
    find: (urls, how) => findServer(urls, key, { timeout: SEARCH_TIME_LIMIT, ...how }),
    run: async (term) => {
      // What gave up the opening has no say in a server that is asked for later.
      const late = { ...options, signal: new AbortController().signal };
      const own = await runServer(late, key, way.gateway, { port: options.settings.serverPort, term });
      way.gateway.setUpstream({ url: own.url(), key });
      return own;
    },
    lead: (url) => way.gateway.moveUpstream({ url, key }),
    ask: (signal) => way.gateway.askUpstream(signal),
    isInItsNetwork: () => way.gateway.isWhereItReachedIt,
    log: options.log,
  });
  return new MeetingSession({
    ...options.callbacks,
    ...earlier,
    facts: parts.facts,
    name: options.name,
    extensionUri: options.extension.extensionUri,
    storage: options.extension.globalStorageUri,
    memento: options.extension.workspaceState,
    gateway: parts.way.gateway,
    gatewayAddress: parts.way.address,
    streams: new PageStreams(way.gateway, { far: way.address, isDirect: way.isDirect, near: way.near }),
    reachGateway: parts.way.reach,
    addresses: parts.way.addresses,
    network: options.network,
    dialogs: options.dialogs,
    server,
    log: options.log,
  });
}

/** What a server of one's own is to be. */
interface WantedServer {
  readonly port: number;
  /** How many servers the meeting has had before. */
  readonly term: number;
  /** Others know it by this port: see `ServerKeeperOptions.insistAtFirst`. */
  readonly isKnown?: boolean;
}

/** Forks a server. @throws {ServerStartError} or the signal's reason. */
export async function runServer(
  options: ServerSurroundings,
  key: string,
  gateway: Gateway,
  { port, term, isKnown = false }: WantedServer = { port: options.settings.serverPort, term: 0 },
): Promise<RunningServer> {
  const local = (at: number): string => `http://127.0.0.1:${at}/`;
  const keeper = await ServerKeeper.start({
    start: startServerProcess,
    program: options.extension.asAbsolutePath('dist/peer-server.js'),
    port,
    insistAtFirst: isKnown,
    key,
    term,
    log: options.log,
    signal: options.signal,
    onRestarted: (at, moved) => {
      gateway.setUpstream({ url: local(at), key });
      if (moved) options.onServerMoved();
    },
  });
  return {
    term,
    url: () => local(keeper.port),
    // Not those it had when it was started: the machine may have come to another network.
    servers: () => ownServerUrls(keeper.port),
    ownPort: () => keeper.port,
    stop: () => keeper.dispose(),
  };
}

async function reachServer(settings: Settings, signal: AbortSignal): Promise<RunningServer> {
  const wanted = normalizeServerUrl(settings.serverUrl);
  if (wanted === undefined) throw new ServerUrlError('the setting is no http(s) address');
  const found = await findServer([wanted], settings.serverKey, { signal, timeout: SEARCH_TIME_LIMIT });
  return othersServer(found, [wanted]);
}

/** A gateway and the way to it. */
export interface GatewayWay {
  readonly gateway: Gateway;
  /** Where the page reaches it. */
  readonly address: GatewayAddress;
  /** See `PageWays`. */
  readonly isDirect: boolean;
  readonly near: GatewayAddress | null;
  /** Where a browser reaches it now. */
  readonly reach: () => Promise<GatewayAddress>;
  /** See `MeetingSessionOptions.addresses`. */
  readonly addresses: () => string[];
}

/** Starts the gateway; `before` is what an extension host before this one had. */
export async function openGateway(
  {
    extension,
    settings,
    network,
    log,
  }: Pick<OpenMeetingOptions, 'extension' | 'settings' | 'log'> & {
    readonly network: Pick<Network, 'shareAddresses'>;
  },
  open: OpenPart,
  before?: KeptMeeting['gateway'],
): Promise<GatewayWay> {
  const inBrowser = vscode.env.uiKind === vscode.UIKind.Web;
  const workbench: { readonly inBrowser: boolean; externalHost?: string } = { inBrowser };
  const starting = Gateway.start({
    preferredPort: before?.port ?? settings.gatewayPort,
    ...(before ? { brokerKey: before.key } : {}),
    allowedOrigins: (origin) => isAllowedOrigin(origin, workbench),
    log,
  });
  const gateway = await open(starting, (started) => started.dispose());
  const nextToUi = !inBrowser && extension.extension.extensionKind === vscode.ExtensionKind.UI;
  const reach = async (): Promise<GatewayAddress> => {
    const address =
      (nextToUi ? undefined : await forwardedAddress(gateway.port, log)) ?? directAddress(gateway.port);
    // A Host header names no port where it is the scheme's own.
    gateway.allowHost(address.host);
    gateway.allowHost(`${address.host}:${String(address.port)}`);
    gateway.allowStageOrigin(pageOrigin(address));
    return address;
  };
  const address = await reach();
  workbench.externalHost = address.host;
  log('info', `the gateway is on port ${gateway.port}`);
  // The machine of a remote window has addresses that lead to nobody's panel. A stage is reached by loopback.
  const sameMachine =
    nextToUi || vscode.env.remoteName === undefined || (inBrowser && isLoopbackHost(address.host));
  const shared = sameMachine && network.shareAddresses;
  return {
    gateway,
    address,
    isDirect: nextToUi,
    near: nearAddress(address, gateway.port, inBrowser),
    reach,
    addresses: () => (shared ? machineAddresses() : [LOOPBACK]),
  };
}

/** The address under which VS Code makes a port of this machine reachable for the machine with the window. */
async function forwardedAddress(port: number, log: Log): Promise<GatewayAddress | undefined> {
  try {
    const asking = vscode.env.asExternalUri(vscode.Uri.parse(directUrl(port)));
    const external = await withTimeLimit(asking, FORWARD_TIME_LIMIT);
    if (!external) {
      log('warn', "VS Code does not say how the gateway's port is reached; it is tried directly");
      return undefined;
    }
    log('trace', `the gateway is reached as ${external.toString(true)}`);
    return externalAddress(external.toString(true));
  } catch (error) {
    log('warn', `the gateway's port could not be forwarded: ${errorText(error)}`);
    return undefined;
  }
}

function directUrl(port: number): string {
  return `http://127.0.0.1:${port}/`;
}
