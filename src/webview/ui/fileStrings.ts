import type { TransferProblem } from '../../shared/transfer.ts';
import type { TakePurpose } from '../../shared/filesRpc.ts';

// Every text about shared files. Names of buttons are relied on by tests and screen readers.

const people = (count: number) => (count === 1 ? '1 person' : `${String(count)} people`);
const filesOf = (count: number) => (count === 1 ? '1 file' : `${count.toLocaleString('en')} files`);
const list = new Intl.ListFormat('en', { type: 'conjunction' });

/** More names than this make a line that nobody reads. */
const MAX_NAMES = 3;

const PURPOSES: Readonly<Record<TakePurpose, { readonly doing: string; readonly infinitive: string }>> = {
  save: { doing: 'Saving', infinitive: 'save' },
  'save-as': { doing: 'Saving', infinitive: 'save' },
  open: { doing: 'Opening', infinitive: 'open' },
  compare: { doing: 'Comparing', infinitive: 'compare' },
};

/** What is said about shared files. */
export const fileStrings = {
  share: 'Share files…',
  saveAll: 'Save all files',
  empty: 'Nothing shared yet.',
  emptyMenu:
    'Right-click files or folders in the explorer, or the tab of an editor, and choose “Share File in Meeting”.',
  emptyDrop: 'Or drag them onto this panel: hold Shift before you let go.',
  overall: (done: number, total: number, bytes: string) =>
    `${String(done)} of ${String(total)} done · ${bytes}`,

  inFiles: filesOf,
  from: (owner: string) => `from ${owner}`,
  fromGone: (owner: string) => `from ${owner}, who has left`,
  withdrawn: (owner: string) => `from ${owner}, who withdrew it`,
  leftBefore: 'left from before',
  own: 'Shared by you',
  ownWith: (names: readonly string[]) => {
    if (names.length === 0) return 'Shared by you with nobody';
    const shown = names.length > MAX_NAMES ? names.slice(0, MAX_NAMES - 1) : names;
    const rest = names.length - shown.length;
    return `Shared by you with ${list.format(rest > 0 ? [...shown, `${String(rest)} others`] : shown)}`;
  },
  taken: (count: number) => `taken by ${people(count)}`,
  sending: (whom: readonly { readonly name: string; readonly percent: number }[]) =>
    whom.length > MAX_NAMES
      ? `Going to ${people(whom.length)}`
      : `Going to ${whom.map(({ name, percent }) => `${name} ${String(percent)}%`).join(', ')}`,

  save: { text: 'Save', label: (name: string) => `Save ${name}` },
  saveAs: { text: 'Save as…', label: (name: string) => `Save ${name} as…` },
  open: { text: 'Open', label: (name: string) => `Open ${name}` },
  compare: { text: 'Compare', label: (name: string) => `Compare ${name} with mine` },
  pause: { text: 'Pause', label: (name: string) => `Pause ${name}` },
  resume: { text: 'Resume', label: (name: string) => `Resume ${name}` },
  cancel: { text: 'Cancel', label: (name: string) => `Cancel ${name}` },
  discard: { text: 'Discard', label: (name: string) => `Discard ${name}` },
  retry: {
    text: 'Try again',
    label: (name: string, purpose: TakePurpose) => `Try again to ${PURPOSES[purpose].infinitive} ${name}`,
  },
  show: { text: 'Show', label: (name: string) => `Show ${name}` },
  reveal: { text: 'Reveal', label: (name: string) => `Reveal ${name}` },
  withdraw: { text: 'Withdraw', label: (name: string) => `Withdraw ${name}` },
  shareAgain: { text: 'Share as it is now', label: (name: string) => `Share ${name} as it is now` },
  receivers: { text: 'Choose who gets it', label: (name: string) => `Choose who gets ${name}` },

  asking: 'Waiting for your answer…',
  fetching: 'Getting it…',
  queued: (ahead: number) =>
    ahead === 0 ? 'Waits for its turn' : `Waits for ${ahead === 1 ? '1 other' : `${String(ahead)} others`}`,
  paused: 'Paused',
  interrupted: (owner: string) => `Goes on when ${owner} is back`,
  goesOn: 'It goes on by itself.',
  sharedAgain: 'Goes on when it is shared again',
  saved: (name: string) => `Saved as ${name}`,
  looked: 'Looked at, not saved',
  kept: 'What has arrived is kept.',
  progressOf: (name: string, purpose: TakePurpose) => `${PURPOSES[purpose].doing} ${name}`,
  left: (time: string) => `${time} left`,
  lessThanASecond: 'less than a second',
  moreThanADay: 'more than a day',

  drop: 'Drop to share with everyone',
  dropFolders:
    'Folders from outside of VS Code cannot be dropped here. Open their parent in VS Code and share them with the explorer’s menu.',
  dropUnusable: 'Only files and folders can be shared by dropping them here.',
  dropTooMany: (limit: number) =>
    `Only the first ${String(limit)} were shared: no more can be dropped at once.`,
} as const;

/** Who reads a sentence about a transfer. */
export type TransferPart = 'receiver' | 'sender';

const RECEIVER: Readonly<Record<TransferProblem, string>> = {
  withdrawn: 'It is not shared any more.',
  'source-changed': 'It was changed after it was shared. Ask for it to be shared as it is now.',
  'source-gone': "It is not on the sender's disk any more.",
  'source-unreadable': "The sender's machine cannot read it.",
  'target-unwritable': 'It could not be written to that folder.',
  'disk-full': 'There is not enough room on the disk.',
  mismatch: 'What arrived is not what was sent, so it was thrown away.',
  protocol: "The sender's Parley said something that could not be understood.",
  cancelled: 'The transfer was cancelled.',
  paused: 'The sender paused it.',
  'too-many': 'Too many files are on their way just now.',
  'link-lost': 'The connection to the sender was lost.',
};

const SENDER: Readonly<Record<TransferProblem, string>> = {
  ...RECEIVER,
  withdrawn: 'You do not share it any more.',
  'source-changed': 'It has changed since you shared it.',
  'source-gone': 'It is not on your disk any more.',
  'source-unreadable': 'It cannot be read on this machine.',
  'target-unwritable': "It could not be written on the receiver's machine.",
  'disk-full': "There is not enough room on the receiver's disk.",
  mismatch: 'What arrived is not what was sent, so the receiver threw it away.',
  protocol: "The receiver's Parley said something that could not be understood.",
  paused: 'The receiver paused it.',
  'link-lost': 'The connection to the receiver was lost.',
};

/** What a person reads when a file did not arrive. */
export function transferSentence(problem: TransferProblem, reader: TransferPart = 'receiver'): string {
  return (reader === 'sender' ? SENDER : RECEIVER)[problem];
}
