import type { TransferProblem } from '../../shared/transfer.ts';
import type { HostSocket } from './sourceSocket.ts';

/** How a transfer ended: under a name, or with a problem. `byPeer`: the other participant's side said so. */
export type PumpEnd =
  { readonly saved: string } | { readonly problem: TransferProblem; readonly byPeer: boolean };

/** What a pump needs, and whom it tells of its work. */
export interface PumpOptions {
  /** `send`: disk to peer. `receive`: peer to disk. */
  readonly direction: 'send' | 'receive';
  /** The channel to the other participant, as it was made or came in just now; it may still be opening. */
  readonly channel: RTCDataChannel;
  /** The address of the extension host's stream, from `openSource` or `openTarget`. */
  readonly url: Promise<string>;
  /** Opens that address; a WebSocket unless said otherwise. */
  readonly openStream?: (url: string) => HostSocket;
  /** Content bytes, as offered. */
  readonly size: number;
  /** Bytes so far; at most four times a second. */
  readonly onProgress: (bytes: number) => void;
  /** The first content passes: both hosts know the manifest, from now on chunks may take other ways. */
  readonly onContent?: () => void;
}

/** A transfer under way. */
export interface RunningPump {
  /** Settles once, when the extension host's stream is over as well, and never rejects. */
  readonly done: Promise<PumpEnd>;
  /** Content bytes that have passed or were there before, as last told. */
  readonly bytes: number;
  /** Puts a further channel to the same participant to use, for chunks alone. False when it is not wanted. */
  addLane(channel: RTCDataChannel): boolean;
  /** Stops for now: the part that has arrived stays. */
  pause(): void;
  /** Ends the transfer from this side; the other is told why. */
  cancel(problem?: TransferProblem): void;
}

/** Begins a transfer. The channel is the pump's from then on. */
export type StartPump = (options: PumpOptions) => RunningPump;
