import { lstat, rename } from 'node:fs/promises';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { Stream } from '../gateway/streams.ts';
import { receiveBundle } from '../gateway/receiveBundle.ts';
import type { Log } from '../log.ts';
import { type ChosenFile, fileHere } from './chosen.ts';
import type { Spool } from './spool.ts';

/** Who is told of what was dropped. */
export interface DropOptions {
  readonly log: Log;
  /** Aborts with the meeting. */
  readonly signal: AbortSignal;
  /** It is here, whole, and can be shared; resolves with whether it was. */
  readonly onReceived: (chosen: ChosenFile) => Promise<boolean>;
}

/**
 * A stream by which the page writes a file to disk that was dropped on it from outside of VS Code. What comes of it is
 * kept as long as it is on offer.
 * @param file with a safe name.
 */
export async function receiveDrop(
  { name, size }: { readonly name: string; readonly size: number },
  spool: Spool,
  { log, signal, onReceived }: DropOptions,
): Promise<Stream> {
  const folder = await spool.make();
  const remove = (): void => void spool.remove(folder);
  return {
    onUnused: remove,
    serve: (socket, ended) =>
      receiveBundle(
        socket,
        {
          kind: 'file',
          size,
          files: 1,
          part: join(folder, 'part'),
          left: null,
          // Nobody goes on with it: the page that has the file would have to be told which one it was.
          onPart: () => undefined,
          place: async (part) => {
            const path = join(folder, 'file');
            await rename(part, path);
            const chosen = await asChosen(path, name, remove);
            // The page is not kept waiting for what the person is asked.
            void onReceived(chosen).then((shared) => shared || remove());
            return name;
          },
          onFailed: remove,
          signal: AbortSignal.any([signal, ended]),
        },
        log,
      ),
  };
}

async function asChosen(path: string, name: string, remove: () => void): Promise<ChosenFile> {
  const uri = vscode.Uri.file(path);
  return fileHere(path, await lstat(path), { uri, key: uri.toString(), name, path: null }, remove);
}
