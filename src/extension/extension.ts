import * as vscode from 'vscode';
import { Dialogs, type DialogWatcher } from './dialogs.ts';
import { Commands, type CommandId } from './ids.ts';
import type { LogLevel } from './log.ts';
import type { MeetingManager } from './meetingManager.ts';

/** What extension tests are handed by `activate`; nobody else is handed anything. */
export interface TestHooks {
  /** Milliseconds that `activate` took. */
  readonly activation: number;
  /** Sees, and may answer, what is shown to the person. */
  watcher: DialogWatcher | undefined;
}

let manager: Promise<MeetingManager> | undefined;

/** Registers the commands and the way in for invites. All else is loaded when one of them is used. */
export function activate(extension: vscode.ExtensionContext): TestHooks | undefined {
  const began = performance.now();
  const channel = vscode.window.createOutputChannel('Parley', { log: true });
  const log = (level: LogLevel, message: string): void => channel[level](message);
  const hooks = extension.extensionMode === vscode.ExtensionMode.Test ? new Hooks() : undefined;
  const dialogs = new Dialogs(hooks);
  const load = (): Promise<MeetingManager> => {
    manager ??= import('./meetingManager.ts').then(
      ({ MeetingManager: Manager }) => new Manager(extension, dialogs, log),
    );
    return manager;
  };
  const command = (
    id: CommandId,
    run: (m: MeetingManager, ...args: unknown[]) => unknown,
  ): vscode.Disposable =>
    vscode.commands.registerCommand(id, async (...args: unknown[]) => run(await load(), ...args));
  extension.subscriptions.push(
    channel,
    command(Commands.startMeeting, (meetings) => meetings.startMeeting()),
    command(Commands.joinMeeting, (meetings, invite) => meetings.joinMeeting(invite)),
    command(Commands.leaveMeeting, (meetings) => meetings.leaveMeeting()),
    command(Commands.copyInvite, (meetings) => meetings.copyInvite()),
    command(Commands.shareFile, (meetings, clicked, selected) => meetings.shareFile(clicked, selected)),
    command(Commands.openPanel, (meetings) => meetings.openPanel()),
    vscode.window.registerUriHandler({ handleUri: async (uri) => (await load()).handleUri(uri) }),
  );
  const activation = performance.now() - began;
  log('info', `active after ${activation.toFixed(1)} ms`);
  if (hooks) hooks.activation = activation;
  return hooks;
}

/** Leaves the meeting and ends its server. VS Code waits a few seconds for it. */
export async function deactivate(): Promise<void> {
  const loaded = await manager;
  manager = undefined;
  await loaded?.dispose();
}

class Hooks implements TestHooks, DialogWatcher {
  activation = 0;
  watcher: DialogWatcher | undefined;

  onShow(...dialog: Parameters<DialogWatcher['onShow']>): string | undefined {
    return this.watcher?.onShow(...dialog);
  }

  onInput(...options: Parameters<DialogWatcher['onInput']>): ReturnType<DialogWatcher['onInput']> {
    return this.watcher?.onInput(...options);
  }
}
