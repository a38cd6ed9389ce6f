import type { TransferProblem } from '../../shared/transfer.ts';
import type { PumpEnd, PumpOptions } from './runningPump.ts';

/** What the page says to the pumps' worker; `pump` is the page's number for one. Channels are transferred. */
export type PumpOrder = { readonly pump: number } & (
  | {
      readonly t: 'start';
      readonly direction: PumpOptions['direction'];
      readonly size: number;
      readonly channel: RTCDataChannel;
    }
  /** The extension host's stream; null: there is none. */
  | { readonly t: 'url'; readonly url: string | null }
  | { readonly t: 'lane'; readonly channel: RTCDataChannel }
  | { readonly t: 'pause' }
  | { readonly t: 'cancel'; readonly problem: TransferProblem }
);

/** What the worker says of a pump. */
export type PumpNews =
  | { readonly t: 'progress' | 'content'; readonly pump: number; readonly bytes: number }
  | { readonly t: 'done'; readonly pump: number; readonly bytes: number; readonly end: PumpEnd }
  /** Something went wrong in the worker that no transfer tells of. */
  | { readonly t: 'problem'; readonly what: string };
