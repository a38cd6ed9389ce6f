import { safeFileName } from '../../shared/fileNames.ts';
import type { TransferProblem } from '../../shared/transfer.ts';
import type { OutcomeModel } from '../model.ts';
import type { EnterProblem } from './entry.ts';

// Every sentence that the engine says to a person. Those of the views are in ui/strings.ts.

export const enteredSentence = (name: string): string => `${name} joined.`;
export const leftSentence = (name: string): string => `${name} left.`;
export const lostSentence = (name: string): string => `The connection to ${name} was lost.`;
export const presentingSentence = (name: string): string => `${name} is presenting.`;
export const shareEndedSentence =
  'Your screen is not shared any more since this panel was closed or loaded anew. Share it again to go on.';
export const notPresentingSentence = (name: string): string => `${name} stopped presenting.`;
export const oneAtATimeSentence = (name: string): string =>
  `${name} is presenting. Only one person can present at a time: ask them to stop first.`;
export const handSentence = (name: string): string => `${name} raised a hand.`;
export const offeredSentence = (name: string, files: readonly string[]): string =>
  files.length === 1 ? `${name} shares ${String(files[0])}.` : `${name} shares ${files.length} files.`;
export const strangerSentence = 'Somebody tried to join without a valid invite and was turned away.';
export const hostSilentSentence = 'VS Code could not do that. The output channel “Parley” says why.';
export const hostAwaySentence =
  "VS Code's extension host does not answer, so this cannot be done now. Try again when it is back.";
export const tooManyFilesSentence = (count: number): string =>
  `${count === 1 ? 'One file was' : `${count} files were`} not shared: withdraw others first.`;

/** Why an own file could not be handed over, and what to do about it. */
export function sourceSentence(name: string, problem: TransferProblem): string {
  const safe = safeFileName(name);
  switch (problem) {
    case 'source-changed':
      return `${safe} has changed since you shared it. Under “Shared files” you can share it as it is now.`;
    case 'source-gone':
      return `${safe} is not there any more. Put it back where it was, or withdraw it.`;
    default:
      return `${safe} cannot be read. Check that you may open it, then share it again.`;
  }
}

/** Why something that was dropped is not shared. */
export function notSharedSentence(name: string, problem: TransferProblem): string {
  switch (problem) {
    case 'disk-full':
      return `${name} was not shared: the disk is full. Make room and drop it again.`;
    case 'source-changed':
    case 'source-gone':
    case 'source-unreadable':
      return `${name} was not shared: it cannot be read, or is a folder. Share it from the explorer instead.`;
    default:
      return `${name} was not shared. The output channel “Parley” says why.`;
  }
}
export const waitingSentence = (host: string): string =>
  `Waiting for ${host || 'the host'} to open the meeting…`;

export const leftOutcome: OutcomeModel = {
  title: 'You left the meeting',
  detail: 'You can come back with the same invite while the meeting goes on.',
  retry: false,
};
export const endedOutcome: OutcomeModel = {
  title: 'The meeting has ended',
  detail: 'The host ended it for everyone. Files you saved are where you saved them.',
  retry: false,
};
export const hostLostOutcome: OutcomeModel = {
  title: 'You are no longer in the meeting',
  detail:
    "VS Code's extension host has not answered for more than ten minutes. So that nobody is seen or heard without knowing, you left the meeting, and your camera and microphone are off.",
  retry: false,
  recover: true,
};

/** Why somebody is not in, and what can be done about it. */
export function enterOutcome(problem: Exclude<EnterProblem, 'left'>): OutcomeModel {
  switch (problem) {
    case 'secret':
      return {
        title: 'This invite does not open the meeting',
        detail:
          'Its secret is not the one of the meeting at this address. Ask for a new invite and join with that.',
        retry: false,
      };
    case 'version':
      return {
        title: 'Your versions of Parley do not fit together',
        detail: 'Update Parley on both sides, then join again.',
        retry: true,
      };
    case 'identity':
      return {
        title: 'The other side could not prove who it is',
        detail:
          'Something between you and the meeting may be interfering. Ask for a new invite and join with that.',
        retry: true,
      };
    case 'full':
      return { title: 'The meeting is full', detail: 'Try again when somebody has left.', retry: true };
    case 'ended':
      return { title: 'The meeting is over', detail: 'Ask for a new invite.', retry: false };
    case 'no-connection':
      return {
        title: 'No connection to the meeting',
        detail:
          'The meeting was found, but no direct connection to it could be made. A firewall or the network may block it: run “Parley: Test My Setup” to see what works.',
        retry: true,
      };
  }
}
