import * as vscode from 'vscode';
import type { Dialogs } from './dialogs.ts';
import { Commands } from './ids.ts';
import { newsText } from './newsSentences.ts';
import type { News } from './unseen.ts';

/** The panel was closed in the meeting: what now? `undefined` when it was not said. */
export async function askPanelAgain(dialogs: Dialogs): Promise<'reopen' | 'leave' | undefined> {
  const reopen = vscode.l10n.t('Reopen');
  const leave = vscode.l10n.t('Leave Meeting');
  const sentence = vscode.l10n.t('The meeting panel was closed, so you are no longer seen or heard.');
  const answer = await dialogs.warning(sentence, reopen, leave);
  if (answer === undefined) return undefined;
  return answer === reopen ? 'reopen' : 'leave';
}

/** Others did something while the panel was out of view: says so, and whether the meeting is to be shown. */
export async function askToShow(news: News, dialogs: Dialogs): Promise<boolean> {
  const show = vscode.l10n.t('Show Meeting');
  return (await dialogs.info(vscode.l10n.t('In the meeting: {0}.', newsText(news)), show)) === show;
}

/** The extension host was away for so long that the person is out of their meeting: says so, and offers the way into one. */
export async function sayWasAway(role: 'host' | 'guest', dialogs: Dialogs): Promise<void> {
  const way =
    role === 'host'
      ? { label: vscode.l10n.t('Start Meeting'), command: Commands.startMeeting }
      : { label: vscode.l10n.t('Join Meeting'), command: Commands.joinMeeting };
  const sentence = vscode.l10n.t(
    "You are no longer in the meeting: VS Code's extension host was away for more than ten minutes.",
  );
  if ((await dialogs.warning(sentence, way.label)) === way.label) {
    await vscode.commands.executeCommand(way.command);
  }
}

/** The server has another port: says so, and whether the new invite is wanted. */
export async function askNewInvite(dialogs: Dialogs): Promise<boolean> {
  const copy = vscode.l10n.t('Copy Invite');
  const sentence = vscode.l10n.t(
    'The meeting server crashed and now runs on another port. Who is in the meeting stays in it; whoever wants to come in needs a new invite.',
  );
  return (await dialogs.warning(sentence, copy)) === copy;
}

/** Something was asked for that there is only in a meeting: says so, and leads into one. */
export async function askForMeeting(dialogs: Dialogs): Promise<void> {
  const start = vscode.l10n.t('Start Meeting');
  const join = vscode.l10n.t('Join Meeting');
  const answer = await dialogs.info(vscode.l10n.t('You are not in a meeting.'), start, join);
  if (answer === start) await vscode.commands.executeCommand(Commands.startMeeting);
  if (answer === join) await vscode.commands.executeCommand(Commands.joinMeeting);
}

/** The meeting is on, and the person is before its door, or has closed its panel: whether it is to be shown. */
export async function askToEnter(dialogs: Dialogs): Promise<boolean> {
  const show = vscode.l10n.t('Show Meeting');
  return (await dialogs.info(vscode.l10n.t('You are not in the meeting at the moment.'), show)) === show;
}

/** A meeting is on, and another is to take its place. */
export async function askToReplace(
  role: 'host' | 'guest',
  leaveAndGoOn: string,
  dialogs: Dialogs,
): Promise<boolean> {
  const answer = await dialogs.question(
    vscode.l10n.t('You are in a meeting already.'),
    role === 'host' ? vscode.l10n.t('The others can go on without you.') : '',
    leaveAndGoOn,
  );
  return answer === leaveAndGoOn;
}
