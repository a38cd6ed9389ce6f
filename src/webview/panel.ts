import pumpWorker from 'inline:./pumpWorker.ts';
import { WorkerPumps } from './files/workerPumps.ts';
import { connectHost } from './host/hostContext.ts';
import { HostLine, isAwayError } from './host/hostLine.ts';
import { succeed, Succession } from './host/succession.ts';
import { vscodeHost } from './host/vscodeHost.ts';
import { AutoSource } from './media/autoSource.ts';
import { DEFAULT_DEVICES } from './media/localDevices.ts';
import { connectBroker } from './meeting/connectBroker.ts';
import { MeetingEngine } from './meeting/engine.ts';
import { importIdentity } from './rtc/identity.ts';
import { rtcConfig } from './rtc/rtcConfig.ts';
import { App } from './ui/app.ts';
import { pressControl } from './ui/pressControl.ts';
import type { OwnOffer } from '../shared/filesRpc.ts';
import type { MeetingBootstrap } from '../shared/hostRpc.ts';

const CERTIFICATE: EcKeyGenParams = { name: 'ECDSA', namedCurve: 'P-256' };

/** Makes the page: asks the extension host for its meeting, then puts engine and views together. */
async function main(root: HTMLElement): Promise<void> {
  let engine: MeetingEngine | null = null;
  let source: AutoSource | null = null;
  let early: readonly OwnOffer[] = [];
  let earlyServers: readonly string[] = [];
  /** The machine's own, as they are now: whoever makes twins of candidates looks here each time. */
  const addresses: string[] = [];
  /** News of stages from before there was a source to tell. */
  const news: (() => void)[] = [];
  const whenReady = (tell: () => void): void => {
    if (source) tell();
    else news.push(tell);
  };
  const endpoint = connectHost(
    vscodeHost(),
    {
      shareFiles: ({ offers }) => {
        if (engine) engine.shareFiles(offers);
        else early = [...early, ...offers];
        return null;
      },
      withdrawn: ({ offers }) => {
        if (engine) engine.withdrawn(offers);
        else early = early.filter(({ offer }) => !offers.includes(offer.id));
        return null;
      },
      networkChanged: ({ addresses: now }) => {
        addresses.splice(0, addresses.length, ...now);
        source?.networkChanged();
        engine?.networkChanged();
        return null;
      },
      serversMoved: ({ servers, runsHere }) => {
        if (engine) engine.serversMoved(servers, runsHere);
        else if (runsHere) earlyServers = servers;
        else throw new Error('nobody can be told before there is a meeting');
        return null;
      },
      askToLeave: () => {
        engine?.askToLeave();
        return null;
      },
      press: ({ what }) => (engine ? pressControl(what, engine) : { outcome: 'out', hint: null }),
      stageConnected: ({ stage, connected }) => {
        whenReady(() => source?.stageConnected(stage, connected));
        return null;
      },
      fromStage: ({ stage, message }) => {
        whenReady(() => source?.fromStage(stage, message));
        return null;
      },
      leaveNow: async ({ end }) => {
        await engine?.leaveNow(end);
        return null;
      },
    },
    (message, error) => report(`${message}${error instanceof Error ? `: ${error.message}` : ''}`),
  );
  const host = new HostLine({
    host: endpoint,
    onAway: (away) => engine?.hostAway(away),
    onLost: () => engine?.hostLost(),
  });
  const report = (message: string): void => {
    // The log itself cannot be reached when this fails, and there is nobody else to tell.
    host.call('log', { level: 'warn', message: message.slice(0, 2_000) }).catch(() => undefined);
  };
  const problem = (what: string, error?: unknown): void => {
    if (isAwayError(error)) engine?.notDone(error);
    else report(`${what}${error === undefined ? '' : `: ${describe(error)}`}`);
  };
  window.addEventListener('unhandledrejection', ({ reason }) => report(`unhandled: ${describe(reason)}`));

  const opened = await host.call('open', {});
  addresses.push(...opened.addresses);
  const succession = await Succession.open(opened);
  const before = opened.session && opened.predecessor ? await succession.ask() : undefined;
  if (typeof before === 'string') {
    await host.call('left', { how: before });
    return;
  }
  // Without an answer there is none: a tab that the window brings back after a reload looks the same to the extension host.
  const { session, withdrawn } = succeed(opened, before);
  const bootstrap = { ...opened, session, addresses };
  // First of all: after a reload the stages are there already, and are found while keys are made and views are drawn.
  const wanted = bootstrap.session?.devices ?? { microphone: true, camera: true, chosen: DEFAULT_DEVICES };
  source = new AutoSource({
    host,
    bootstrap,
    wanted,
    chosen: wanted.chosen,
    title: () => meetingTitle(bootstrap),
    onLeave: () => {
      host
        .call('showPanel', {})
        .catch((error: unknown) => report(`the panel was not shown: ${describe(error)}`));
      engine?.askToLeave();
    },
    onProblem: problem,
  });
  for (const tell of news) tell();
  const { id, publicKey, privateKey } = bootstrap.identity;
  const [identity, certificate] = await Promise.all([
    importIdentity(id, publicKey, privateKey),
    RTCPeerConnection.generateCertificate(CERTIFICATE),
  ]);
  const config = rtcConfig(bootstrap, certificate);
  const pumps = new WorkerPumps(makePumpWorker, problem);
  engine = new MeetingEngine({
    bootstrap,
    identity,
    host,
    source,
    connect: connectBroker(bootstrap, config),
    connectLane: () => new RTCPeerConnection(config),
    startPump: (options) => pumps.start(options),
    now: () => Date.now(),
  });
  engine.shareFiles(early);
  if (earlyServers.length > 0) engine.serversMoved(earlyServers, true);
  for (const offer of withdrawn) {
    host
      .call('withdrawFile', { offer })
      .catch((error: unknown) => problem('a file is still on offer', error));
  }
  succession.tell(() => engine?.standing ?? null);
  const app = new App(root, engine);
  window.addEventListener('online', () => engine?.retryNow());
  window.addEventListener('pagehide', () => {
    // The others are not to wait for long for a page that is gone.
    engine?.sayGoodBye();
    host.dispose();
    app.dispose();
  });
  host.start();
  source.begin();
  if (bootstrap.near !== null) tryNear(bootstrap.near);
}

/** Lets the extension host see whether this page reaches it by the shorter way. That it does not is no problem. */
function tryNear(url: string): void {
  const socket = new WebSocket(url);
  socket.addEventListener('open', () => socket.close());
}

/** A webview may load no worker from an address. */
function makePumpWorker(): Worker {
  const url = URL.createObjectURL(new Blob([pumpWorker], { type: 'text/javascript' }));
  return new Worker(url, { name: 'parley-files' });
}

/** The meeting as a stage names it. */
function meetingTitle({ role, hostName }: MeetingBootstrap): string {
  if (role === 'host') return 'Your meeting';
  return hostName === '' ? 'The meeting' : `${hostName}'s meeting`;
}

function describe(reason: unknown): string {
  return reason instanceof Error ? `${reason.name} ${reason.message} ${reason.stack ?? ''}` : String(reason);
}

const root = document.getElementById('app');
if (root) {
  main(root).catch((error: unknown) => {
    root.textContent = `The meeting could not be opened: ${describe(error)} Close this panel and try again.`;
  });
}
