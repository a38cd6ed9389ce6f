import type { FileExchange } from '../files/fileExchange.ts';
import type { HostClient } from '../host/hostContext.ts';
import type { MeetingActions } from '../model.ts';

/** What a person can do with files. */
export type FileActions = Pick<
  MeetingActions,
  | 'shareFiles'
  | 'shareDropped'
  | 'takeFile'
  | 'takeAllFiles'
  | 'pauseFile'
  | 'cancelFile'
  | 'withdrawFile'
  | 'shareAgain'
  | 'chooseReceivers'
  | 'showFile'
>;

/** What these actions act on. */
export interface FileActionsOptions {
  readonly files: FileExchange;
  readonly host: HostClient;
  /** Says so when the extension host does not answer. */
  readonly tell: (reply: Promise<unknown>) => void;
}

/** Makes the actions on files. Each takes a file by its key: its owner and its id, since an id alone is anybody's to repeat. */
export function makeFileActions({ files, host, tell }: FileActionsOptions): FileActions {
  return {
    shareFiles: () => tell(host.call('pickFiles', {})),
    shareDropped: (uris, dropped) => files.shareDropped(uris, dropped),
    takeFile: (key, purpose) => files.take(key, purpose),
    takeAllFiles: () => files.takeAll(),
    pauseFile: (key) => files.pause(key),
    cancelFile: (key) => files.cancel(key),
    withdrawFile: (key) => files.withdraw(key),
    shareAgain: (key) => files.shareAgain(key),
    chooseReceivers: (key) => void files.chooseReceivers(key),
    showFile: (key, how) => files.show(key, how),
  };
}
