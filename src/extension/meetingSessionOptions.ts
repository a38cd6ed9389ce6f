import type * as vscode from 'vscode';
import type { HostApi } from '../shared/hostRpc.ts';
import type { Params } from '../shared/rpc.ts';
import type { PanelPlace } from './comingBack.ts';
import type { Dialogs } from './dialogs.ts';
import type { Gateway } from './gateway/gateway.ts';
import type { GatewayAddress } from './gatewayAddress.ts';
import type { KeptMeeting } from './keptMeeting.ts';
import type { Log } from './log.ts';
import type { MeetingFacts } from './meetingFacts.ts';
import type { MeetingServer } from './meetingServer.ts';
import type { MeetingSession } from './meetingSession.ts';
import type { Network } from './networkSettings.ts';
import type { PageStreams } from './pageStreams.ts';
import type { SessionState } from './sessionState.ts';
import type { News } from './unseen.ts';

/** How the meeting came to its end for this person. */
export type EndedHow = Params<HostApi['left']>['how'] | 'panel-closed' | 'replaced';

/** What a session is made of; it disposes of gateway and server. */
export interface MeetingSessionOptions {
  readonly facts: MeetingFacts;
  /** The name to offer in the lobby. */
  readonly name: string;
  readonly extensionUri: vscode.Uri;
  /** A folder of this extension's own, for what is on its way between file systems. */
  readonly storage: vscode.Uri;
  /** Remembers what was not received to its end. */
  readonly memento: vscode.Memento;
  readonly gateway: Gateway;
  readonly gatewayAddress: GatewayAddress;
  readonly streams: PageStreams;
  /** Where a browser reaches the gateway now; forwards its port anew where that is needed. */
  readonly reachGateway: () => Promise<GatewayAddress>;
  /** Addresses of the machine on which the page runs, loopback last. */
  readonly addresses: () => string[];
  readonly network: Network;
  readonly dialogs: Dialogs;
  /** The meeting's server; ended with the session, when it is one of its own. */
  readonly server: MeetingServer;
  /** What an extension host before this one kept of the meeting; null for a new one. */
  readonly kept: KeptMeeting | null;
  /** Where the first panel is to be. */
  readonly place: PanelPlace;
  /** Resolves, and never rejects, when the page can be told how things stand. */
  readonly ready: Promise<unknown>;
  readonly log: Log;
  readonly rememberName: (name: string) => void;
  readonly copyInvite: () => Promise<void>;
  readonly onState: (state: SessionState) => void;
  /** What `keep()` gives has changed. */
  readonly onChanged: (session: MeetingSession) => void;
  /** Others did something while the panel is out of view; told once until it is shown. */
  readonly onNews: (session: MeetingSession, news: News) => void;
  /** The person closed the panel while in the meeting. */
  readonly onPanelClosed: (session: MeetingSession) => void;
  /** The meeting is over for this person; `end()` has to follow. */
  readonly onEnded: (session: MeetingSession, how: EndedHow) => void;
}
