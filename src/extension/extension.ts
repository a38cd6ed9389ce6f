import { loadedAt } from './loadTime.ts';
import * as vscode from 'vscode';
import { Dialogs, type DialogWatcher } from './dialogs.ts';
import { closeLookTabs, lookTabs } from './files/lookTabs.ts';
import { Commands, KEPT_MARK, PANEL_VIEW_TYPE, type CommandId } from './ids.ts';
import { errorText } from './log.ts';
import type { MeetingManager } from './meetingManager.ts';

/** What extension tests are handed by `activate`; nobody else is handed anything. */
export interface TestHooks {
  /** Milliseconds for running the extension's module and `activate`, without what VS Code does in between. */
  readonly activation: number;
  /** Whether anything was asked of the extension, so that the rest of it was loaded. */
  readonly isAwake: boolean;
  /** A folder of the extension's own, for meetings that are kept over a restart (keptMeetings.ts). */
  readonly storage: string;
  /** Sees, and may answer, what is shown to the person. */
  watcher: DialogWatcher | undefined;
}

let manager: Promise<MeetingManager> | undefined;

/** Registers the commands and the way in for invites. All else is loaded when one of them is used. */
export function activate(extension: vscode.ExtensionContext): TestHooks | undefined {
  const hooks = extension.extensionMode === vscode.ExtensionMode.Test ? new Hooks(extension) : undefined;
  const dialogs = new Dialogs(hooks);
  const began = performance.now();
  let activation = 0;
  const load = (): Promise<MeetingManager> => {
    manager ??= loadManager(extension, dialogs, () => activation);
    return manager;
  };
  const command = (
    id: CommandId,
    run: (m: MeetingManager, ...args: unknown[]) => unknown,
  ): vscode.Disposable =>
    vscode.commands.registerCommand(id, async (...args: unknown[]) => run(await load(), ...args));
  extension.subscriptions.push(
    command(Commands.startMeeting, (meetings) => meetings.startMeeting()),
    command(Commands.joinMeeting, (meetings, invite) => meetings.joinMeeting(invite)),
    command(Commands.leaveMeeting, (meetings) => meetings.leaveMeeting()),
    command(Commands.copyInvite, (meetings) => meetings.copyInvite()),
    command(Commands.shareFile, (meetings, clicked, selected) => meetings.shareFile(clicked, selected)),
    command(Commands.shareFileWith, (meetings, clicked, selected) =>
      meetings.shareFileWith(clicked, selected),
    ),
    command(Commands.openPanel, (meetings) => meetings.openPanel()),
    command(Commands.toggleMicrophone, (meetings) => meetings.press('microphone')),
    command(Commands.toggleCamera, (meetings) => meetings.press('camera')),
    command(Commands.toggleHand, (meetings) => meetings.press('hand')),
    command(Commands.setTurnPassword, (meetings) => meetings.setTurnPassword()),
    command(Commands.testSetup, (meetings) => meetings.testSetup()),
    vscode.window.registerUriHandler({ handleUri: async (uri) => (await load()).handleUri(uri) }),
    vscode.window.registerWebviewPanelSerializer(PANEL_VIEW_TYPE, {
      deserializeWebviewPanel: async (panel) => (await load()).revive(panel),
    }),
  );
  activation = evaluation + performance.now() - began;
  if (hooks) hooks.activation = activation;
  // The window or the extension host was loaded anew in the middle of a meeting.
  if (extension.workspaceState.get(KEPT_MARK) !== undefined) void load();
  // Not while VS Code waits for this.
  setImmediate(() => {
    if (lookTabs().length > 0) void load();
  });
  return hooks;
}

/** Makes what the commands work with, and the log channel: making one costs more than all of `activate`. */
async function loadManager(
  extension: vscode.ExtensionContext,
  dialogs: Dialogs,
  activation: () => number,
): Promise<MeetingManager> {
  const channel = vscode.window.createOutputChannel('Parley', { log: true });
  extension.subscriptions.push(channel);
  channel.info(`activated in ${activation().toFixed(1)} ms`);
  const { MeetingManager: Manager } = await import('./meetingManager.ts');
  const made = new Manager(extension, dialogs, (level, message) => channel[level](message));
  void made.comeBack();
  // What was looked at is gone with the extension host that had it; VS Code brings its tabs back all the same.
  closeLookTabs().catch((error: unknown) => channel.warn(`tabs were not closed: ${errorText(error)}`));
  return made;
}

/** Ends what runs here; a meeting can be gone on with. VS Code waits a few seconds for it. */
export async function deactivate(): Promise<void> {
  const loaded = await manager;
  manager = undefined;
  await loaded?.dispose();
}

class Hooks implements TestHooks, DialogWatcher {
  readonly storage: string;
  activation = 0;
  watcher: DialogWatcher | undefined;

  constructor({ globalStorageUri }: vscode.ExtensionContext) {
    this.storage = globalStorageUri.fsPath;
  }

  get isAwake(): boolean {
    return manager !== undefined;
  }

  onShow(...dialog: Parameters<DialogWatcher['onShow']>): string | undefined {
    return this.watcher?.onShow(...dialog);
  }

  onInput(...options: Parameters<DialogWatcher['onInput']>): ReturnType<DialogWatcher['onInput']> {
    return this.watcher?.onInput(...options);
  }
}

// Last in this module: by now all of what it imports at once has run.
const evaluation = performance.now() - loadedAt;
