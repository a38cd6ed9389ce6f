import { type FileExchange, fileKey } from '../files/fileExchange.ts';
import type { HostClient } from '../host/hostContext.ts';
import type { MeetingActions } from '../model.ts';
import type { Member } from './member.ts';

/** What a person can do with files. */
export type FileActions = Pick<
  MeetingActions,
  'shareFiles' | 'takeFile' | 'cancelFile' | 'withdrawFile' | 'showFile'
>;

/** What these actions act on. */
export interface FileActionsOptions {
  readonly files: FileExchange;
  readonly host: HostClient;
  readonly members: () => readonly Member[];
  /** Says so when the extension host does not answer. */
  readonly tell: (reply: Promise<unknown>) => void;
}

/** Makes the actions on files. Each takes a file by its key: its owner and its id, since an id alone is anybody's to repeat. */
export function makeFileActions({ files, host, members, tell }: FileActionsOptions): FileActions {
  return {
    shareFiles: () => tell(host.call('pickFiles', {})),
    takeFile: (key) => {
      for (const { address, state } of members()) {
        const file = state.offers.find(({ id }) => fileKey(address.id, id) === key);
        if (file) void files.take(address.id, state.name, file);
      }
    },
    cancelFile: (key) => files.cancel(key),
    withdrawFile: (key) => files.withdraw(key),
    showFile: (key) => files.show(key),
  };
}
