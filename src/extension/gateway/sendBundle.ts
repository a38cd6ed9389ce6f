import type { WebSocket } from 'ws';
import type { Manifest } from '../../shared/manifest.ts';
import type { Log } from '../log.ts';

/** A file as it was when it was put on offer. */
export interface SourceFile {
  /** Absolute, and real: no part of it is a symbolic link. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** As `fs.stat` gives it. */
  readonly mtimeMs: number;
}

/** What is handed over. */
export interface SourceBundle {
  readonly manifest: Manifest;
  /** The files of the manifest, in its order. */
  readonly files: readonly SourceFile[];
}

/** An offer as a stream sees it. */
export interface BundleSource {
  /** Finds what is handed over; may take long. @throws {TransferFailure} */
  readonly open: () => Promise<SourceBundle>;
  /** Aborted when the offer is withdrawn. */
  readonly signal: AbortSignal;
}

/** Streams a bundle into a socket, as fast as credit comes in. Resolves when all is over, however it ends. */
export async function sendBundle(socket: WebSocket, source: BundleSource, log: Log): Promise<void> {
  await source.open();
  socket.close(1000);
  log('info', 'nothing yet');
}
