import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import * as vscode from 'vscode';
import type { ShownDialog } from '../../src/extension/dialogs.ts';
import type { TestHooks } from '../../src/extension/extension.ts';
import { parseInvite, type Invite } from '../../src/shared/invite.ts';

/** The extension as VS Code loaded it. */
export function extension(): vscode.Extension<TestHooks> {
  const found = vscode.extensions.getExtension<TestHooks>('parley.parley');
  assert.ok(found, 'the extension is not installed');
  return found;
}

/** Sees every sentence that the extension shows, and answers in the person's place. */
export class Person {
  readonly shown: ShownDialog[] = [];
  readonly #events = new EventEmitter<{ shown: [ShownDialog] }>();
  readonly #answers: Readonly<Record<string, string>>;
  readonly #input: string | undefined;
  /** What the last input box was like. */
  box: vscode.InputBoxOptions | undefined;

  /**
   * @param answers by the beginning of the sentence, the button to press.
   * @param input what to type into an input box.
   */
  static async sitDown(answers: Readonly<Record<string, string>> = {}, input?: string): Promise<Person> {
    const person = new Person(answers, input);
    (await extension().activate()).watcher = person;
    return person;
  }

  private constructor(answers: Readonly<Record<string, string>>, input: string | undefined) {
    this.#answers = answers;
    this.#input = input;
  }

  onShow(dialog: ShownDialog): string | undefined {
    this.shown.push(dialog);
    this.#events.emit('shown', dialog);
    const answer = Object.entries(this.#answers).find(([start]) => dialog.message.startsWith(start))?.[1];
    // Under test VS Code refuses modal questions: one that is not answered is cancelled.
    return answer ?? (dialog.kind === 'question' || dialog.kind === 'risk' ? '' : undefined);
  }

  onInput(options: vscode.InputBoxOptions): Promise<string | undefined> {
    this.box = options;
    return Promise.resolve(this.#input);
  }

  /** The next sentence that says this, or one that was already said. */
  async sees(text: RegExp): Promise<ShownDialog> {
    for (;;) {
      const found = this.shown.find(({ message }) => text.test(message));
      if (found) return found;
      await once(this.#events, 'shown');
    }
  }
}

/** Starts a meeting and reads its invite. */
export async function start(): Promise<{ readonly text: string; readonly invite: Invite }> {
  const text = await vscode.commands.executeCommand<string | undefined>('parley.startMeeting');
  assert.ok(text, 'no meeting was started');
  const result = parseInvite(text, Date.now());
  assert.ok(result.ok, 'the invite cannot be read');
  return { text, invite: result.invite };
}

export async function leave(): Promise<void> {
  await vscode.commands.executeCommand('parley.leaveMeeting');
}

/** Resolves when the meeting's panel is among the tabs, or is not. */
export async function panelIs(open: boolean): Promise<void> {
  for (;;) {
    const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs);
    const found = tabs.some((tab) => tab.input instanceof vscode.TabInputWebview && tab.label === 'Parley');
    if (found === open) return;
    await new Promise<void>((resolve) => {
      const listener = vscode.window.tabGroups.onDidChangeTabs(() => {
        listener.dispose();
        resolve();
      });
    });
  }
}

/** Whether a Parley server answers at that address. */
export async function isHealthy(server: string): Promise<boolean> {
  try {
    return (await fetch(new URL('healthz', server), { signal: AbortSignal.timeout(2_000) })).ok;
  } catch (error) {
    if (error instanceof TypeError) return false;
    throw error;
  }
}

/** The address of an invite's server that works on every machine. */
export function loopback(invite: Invite): string {
  const found = invite.servers.find((server) => new URL(server).hostname === '127.0.0.1');
  assert.ok(found, `no loopback address among ${invite.servers.join(', ')}`);
  return found;
}

/** Sets settings for one test; `restore` in its end. */
export async function configure(settings: Readonly<Record<string, unknown>>): Promise<() => Promise<void>> {
  const set = async (values: Readonly<Record<string, unknown>>): Promise<void> => {
    for (const [id, value] of Object.entries(values)) {
      await vscode.workspace.getConfiguration().update(id, value, vscode.ConfigurationTarget.Global);
    }
  };
  await set(settings);
  return () => set(Object.fromEntries(Object.keys(settings).map((id) => [id, undefined])));
}
