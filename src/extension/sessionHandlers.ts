import type { HostApi, MeetingBootstrap, MeetingStatus, SessionRecord } from '../shared/hostRpc.ts';
import type { Handlers, Params } from '../shared/rpc.ts';
import type { SaveDesk } from './files/saveDesk.ts';
import type { ShareDesk } from './files/shareDesk.ts';
import type { Log } from './log.ts';
import type { MeetingServer } from './meetingServer.ts';
import type { PageLine } from './pageLine.ts';
import type { StageDesk } from './stageDesk.ts';

/** What answers a page, and what it tells the session. */
export interface SessionHandlersOptions {
  readonly page: Pick<PageLine, 'ready' | 'reveal'>;
  readonly shares: Pick<ShareDesk, 'handlers'>;
  readonly saves: Pick<SaveDesk, 'handlers'>;
  readonly stages: Pick<StageDesk, 'handlers' | 'attend'>;
  readonly server: Pick<MeetingServer, 'handlers'>;
  readonly log: Log;
  readonly copyInvite: () => Promise<void>;
  /** Opens an address from the chat, as VS Code does. */
  readonly openLink: (href: string) => Promise<void>;
  /** The page can be told how the meeting stands. */
  readonly ready: Promise<unknown>;
  readonly bootstrap: () => MeetingBootstrap;
  readonly onName: (name: string) => void;
  readonly onStatus: (status: MeetingStatus) => void;
  readonly onSession: (record: SessionRecord) => void;
  /** What is kept of the meeting has changed. */
  readonly onChanged: () => void;
  readonly onLeft: (how: Params<HostApi['left']>['how']) => void;
}

/** The extension host's side of `hostApi`, put together from those who know the answers. */
export function sessionHandlers(options: SessionHandlersOptions): Handlers<HostApi> {
  const { page, shares, saves, stages, log, onChanged } = options;
  const done = null;
  return {
    open: async () => {
      await options.ready;
      page.ready();
      stages.attend();
      log('info', 'the page is ready');
      return options.bootstrap();
    },
    beat: () => done,
    rememberName: ({ name }) => {
      options.onName(name);
      return done;
    },
    reportStatus: (status) => {
      options.onStatus(status);
      return done;
    },
    rememberSession: (record) => {
      options.onSession(record);
      onChanged();
      return done;
    },
    showPanel: () => {
      page.reveal();
      return done;
    },
    copyInvite: () => options.copyInvite().then(() => done),
    openLink: ({ href }) => options.openLink(href).then(() => done),
    ...serverHandlers(options),
    ...shares.handlers(),
    ...saves.handlers(),
    left: ({ how }) => {
      // The answer goes out before the panel that waits for it is gone.
      setImmediate(() => options.onLeft(how));
      return done;
    },
    ...stages.handlers(),
    log: ({ level, message }) => {
      log(level, `page: ${message}`);
      return done;
    },
  };
}

/** Where the server is has to be kept, too. */
function serverHandlers({
  server,
  onChanged,
}: SessionHandlersOptions): Pick<Handlers<HostApi>, 'serversChanged' | 'lookAtServer' | 'hostOn'> {
  const { serversChanged, lookAtServer, hostOn } = server.handlers();
  return {
    lookAtServer: async (params) => {
      const answer = await lookAtServer(params);
      // It may have been found elsewhere.
      if (answer.state === 'answers') onChanged();
      return answer;
    },
    serversChanged: (params) => Promise.resolve(serversChanged(params)).finally(onChanged),
    hostOn: (params) => Promise.resolve(hostOn(params)).finally(onChanged),
  };
}
