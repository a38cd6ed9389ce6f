import type { TakePurpose } from '../shared/filesRpc.ts';
import type { ParticipantId } from '../shared/ids.ts';
import type { ConnectionLevel, ConnectionsView } from './connectionModel.ts';
import type { CaptureProblem, ChosenDevices, DeviceChoice, DeviceKind } from '../shared/stageRpc.ts';
import type { TransferProblem } from '../shared/transfer.ts';

// What the page shows, and what a person can do in it. The meeting engine (meeting/) makes a `MeetingModel` from its
// state on every change; the views (ui/) draw it and call `MeetingActions`. Neither knows the other's insides.

/** Where the person is: before entering, on the way in, in, or out again. */
export type Phase = 'loading' | 'lobby' | 'joining' | 'in' | 'left' | 'failed';

/** One device as it is wanted and as it is. */
export interface DeviceModel {
  readonly wanted: boolean;
  readonly status: 'off' | 'starting' | 'on' | 'failed';
  readonly problem: CaptureProblem | null;
  /** The local track while status is `on`. */
  readonly track: MediaStreamTrack | null;
}

/**
 * The page in the system's browser that captures where this page may not. `none`: not opened (or closed again);
 * `opening`: asked for; `waiting`: its page is there, but nobody has clicked in it yet; `live`: it captures;
 * `lost`: its page is gone without a good-bye (closed tab, crash) and can be opened again; `no-browser`: none could be
 * opened, and the link has to be copied.
 */
export interface StageModel {
  readonly status: 'none' | 'opening' | 'waiting' | 'live' | 'lost' | 'no-browser';
  /** The page in VS Code's integrated browser may not capture: the one that is meant is in the system's browser. */
  readonly instead?: boolean;
  /** Opened for a while, and its page has not come: it may not load where it was opened. */
  readonly late?: boolean;
}

/** The devices of this person. */
export interface DevicesModel {
  /** Whether this page may capture at all; `unknown` until it was tried. */
  readonly allowed: 'unknown' | 'yes' | 'no';
  /** The stage for camera and microphone; null where this page captures by itself. */
  readonly stage: StageModel | null;
  /** The stage for a screen, while there is one; null where this page captures by itself. */
  readonly screenStage: StageModel | null;
  /** Where the others are heard: in this page, or in the stage, so that its echo canceller knows what is played. */
  readonly voices: 'here' | 'stage';
  /** Devices that can be chosen; empty until a permission was given. */
  readonly choices: readonly DeviceChoice[];
  readonly chosen: ChosenDevices;
  readonly microphone: DeviceModel;
  readonly camera: DeviceModel;
  readonly screen: DeviceModel;
}

/** One person in the meeting, oneself included. */
export interface PersonModel {
  readonly id: ParticipantId;
  readonly name: string;
  /** The place in which they came, from 0 on; nobody else's. */
  readonly ordinal: number;
  readonly self: boolean;
  readonly host: boolean;
  readonly microphone: boolean;
  readonly camera: boolean;
  readonly hand: boolean;
  readonly presenting: boolean;
  /** `connecting` until the link is proven and media negotiated; `reconnecting` while nothing is heard of them. */
  readonly link: 'connecting' | 'connected' | 'reconnecting';
  /** How well the connection to them goes; null for oneself, and until it was measured. */
  readonly quality: ConnectionLevel | null;
  /** Shown when `camera` is true. Live once frames arrive. */
  readonly video: MediaStreamTrack | null;
  /** What is heard of them; null for oneself. */
  readonly audio: MediaStreamTrack | null;
}

/** The screen that is shown to all. */
export interface PresentationModel {
  readonly presenter: ParticipantId;
  readonly name: string;
  readonly self: boolean;
  readonly video: MediaStreamTrack | null;
  /** The sound of the shared screen, of others only. */
  readonly audio: MediaStreamTrack | null;
}

/** A line of the chat, in the order that is the same on all sides. */
export interface ChatModel {
  /** Unique in the meeting and stable. */
  readonly key: string;
  readonly author: ParticipantId;
  readonly name: string;
  readonly self: boolean;
  /** Milliseconds since 1970 by the author's clock. */
  readonly sentAt: number;
  readonly text: string;
}

/**
 * A transfer as the person sees it. `queued`: waits for others to end; `asking`: the host asks where it goes; `running`;
 * `paused`: by the person; `interrupted`: the link or the owner is gone, it goes on by itself when they are back; `saved`;
 * `failed`, for a reason that does not pass by itself. Bytes; `bytes` never exceeds `size`.
 */
export interface TransferModel {
  readonly status: 'queued' | 'asking' | 'running' | 'paused' | 'interrupted' | 'saved' | 'failed';
  readonly purpose: TakePurpose;
  readonly bytes: number;
  /** Bytes a second over the last seconds; null while that cannot be told. */
  readonly rate: number | null;
  /** Seconds until it is done, at that rate. */
  readonly left: number | null;
  readonly problem: TransferProblem | null;
  /** Something is kept of it, to go on from or to discard. */
  readonly kept: boolean;
  /** Name under which it was saved, when `saved`; in other states, as what it is saved from before. */
  readonly savedAs: string | null;
}

/** Somebody to whom an own file is on its way. */
export interface SendingModel {
  readonly name: string;
  readonly bytes: number;
}

/** A file or folder in "Shared files". */
export interface FileModel {
  /** Unique in the meeting: owner and offer id. What the actions on files take. */
  readonly id: string;
  readonly kind: 'file' | 'folder';
  readonly owner: ParticipantId;
  readonly ownerName: string;
  readonly self: boolean;
  /** Nobody offers it (any more): it cannot be taken, but what was saved can be shown. */
  readonly gone: boolean;
  /** Whether its owner is in the meeting: then what is gone was withdrawn. Of what an earlier panel left nobody is. */
  readonly ownerHere: boolean;
  readonly name: string;
  /** Bytes, and files in a folder. */
  readonly size: number;
  readonly files: number;
  /** Where it lies in its owner's workspace, each segment made safe; null outside of one. */
  readonly path: string | null;
  /** Taking it: of others' files only. */
  readonly transfer: TransferModel | null;
  /** Of one's own files: to whom it goes just now, how many have taken it, and who may (null: everybody). */
  readonly sending: readonly SendingModel[];
  readonly taken: number;
  readonly to: readonly string[] | null;
  /** Of one's own files: why it could not be handed over when it was asked for last. */
  readonly problem: TransferProblem | null;
}

/** A sentence that appears for a while (and is read aloud): somebody came, a second presenter was turned down… */
export interface Notice {
  readonly id: number;
  readonly level: 'info' | 'warning' | 'error';
  readonly text: string;
}

/** Why the person is not (or no longer) in, with the one thing to do about it. */
export interface OutcomeModel {
  readonly title: string;
  readonly detail: string;
  /** Whether "Try again" makes sense. */
  readonly retry: boolean;
  /** Whether an extension host has to be there again before anything else can be done. */
  readonly recover?: boolean;
}

/** All that the page shows; immutable, a new one for every change. */
export interface MeetingModel {
  readonly phase: Phase;
  /** Set in phases `left` and `failed`. */
  readonly outcome: OutcomeModel | null;
  /** In phase `joining`: what is being waited for, when that is somebody else; null while it is a matter of a moment. */
  readonly waitingFor: string | null;
  readonly role: 'host' | 'guest';
  readonly hostName: string;
  /** The name offered in the lobby, the one in use afterwards. */
  readonly name: string;
  readonly devices: DevicesModel;
  /** Oneself first, then the others in order of arrival. */
  readonly people: readonly PersonModel[];
  readonly presentation: PresentationModel | null;
  readonly hand: boolean;
  readonly chat: readonly ChatModel[];
  readonly files: readonly FileModel[];
  readonly notices: readonly Notice[];
  /** Milliseconds since 1970, or null before entering. */
  readonly startedAt: number | null;
  /** True while the meeting's server cannot be reached: people inside go on, nobody new can enter. */
  readonly serverLost: boolean;
  /** Names of people whom others in the meeting reach and this page does not; empty where it was never told. */
  readonly unreached: readonly string[];
  /** VS Code's extension host does not answer: the meeting goes on, but nothing that needs it can be done. */
  readonly hostAway: boolean;
  /** Its host has left with it, and this person can run one for the others. */
  readonly mayHostOn: boolean;
}

/** What a person can do. None of them throws: what goes wrong shows up in the model. */
export interface MeetingActions {
  /** Enters; where a stage captures, it is opened by the same click. */
  join(name: string): void;
  /** Enters without opening a stage. */
  joinWithoutDevices(name: string): void;
  /** Opens the stage for camera and microphone (again). */
  openStage(): void;
  /** Puts a link to the stage that was asked for last on the clipboard. */
  copyStageLink(): void;
  /** Chooses a device; null for the system's default. */
  chooseDevice(kind: DeviceKind, id: string | null): void;
  setMicrophone(on: boolean): void;
  setCamera(on: boolean): void;
  /** Must be called within the click: the browser asks for a screen. */
  startPresenting(): void;
  stopPresenting(): void;
  setHand(raised: boolean): void;
  /** Gives false when the text is empty or too long, and nothing was sent. */
  sendChat(text: string): boolean;
  /** Opens an address out of the chat. */
  openLink(href: string): void;
  /** Lets the person choose files or folders to share. */
  shareFiles(): void;
  /** Shares what was dropped: URIs from VS Code itself, files from anywhere else. */
  shareDropped(uris: readonly string[], files: readonly File[]): void;
  /** Takes a file, or goes on with it from where it stopped. */
  takeFile(file: string, purpose: TakePurpose): void;
  /** Saves all of others' that were not saved yet. */
  takeAllFiles(): void;
  pauseFile(file: string): void;
  /** Stops taking a file and removes what has arrived of it. */
  cancelFile(file: string): void;
  withdrawFile(file: string): void;
  /** Shares an own file as it is now, in place of what it was. */
  shareAgain(file: string): void;
  /** Lets the person choose who may take an own file. */
  chooseReceivers(file: string): void;
  showFile(file: string, how: 'open' | 'reveal'): void;
  copyInvite(): void;
  /** Runs a server for the meeting in place of one that is gone. */
  hostOn(): void;
  leave(): void;
  /** Host only. */
  endForAll(): void;
  dismissNotice(id: number): void;
}

/** The engine as the views see it. */
export interface MeetingView {
  readonly model: MeetingModel;
  readonly actions: MeetingActions;
  readonly connections: ConnectionsView;
  /** Calls back after every change, at most once a microtask; gives the way to stop. */
  subscribe(listener: (model: MeetingModel) => void): () => void;
  /** Fired when "Leave Meeting" is asked for from outside the page; the view shows its confirmation. */
  onAskToLeave(listener: () => void): () => void;
}
