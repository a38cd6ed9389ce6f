import assert from 'node:assert/strict';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { isPanelTab } from '../../src/extension/panelTabs.ts';
import { configure, leave, Person, start } from './parley.ts';

const AUTO_LOCK = 'workbench.editor.autoLockGroups';

const folder = (): string => vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? '';

/** What each column shows. */
function shown(): string[] {
  return vscode.window.tabGroups.all.map(({ activeTab }) =>
    activeTab === undefined ? '' : isPanelTab(activeTab) ? 'meeting' : activeTab.label,
  );
}

/** Resolves when the editors are so. */
async function until(are: () => boolean): Promise<void> {
  const { tabGroups } = vscode.window;
  while (!are()) {
    await new Promise<void>((resolve) => {
      const listener = vscode.Disposable.from(
        ...[tabGroups.onDidChangeTabs, tabGroups.onDidChangeTabGroups].map((event) =>
          event(() => {
            listener.dispose();
            resolve();
          }),
        ),
      );
    });
  }
}

describe('files beside the meeting', function () {
  this.timeout(30_000);
  beforeEach(async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await vscode.commands.executeCommand('workbench.action.joinAllGroups');
    await vscode.workspace.fs.writeFile(
      vscode.Uri.file(join(folder(), 'other.txt')),
      new TextEncoder().encode('other\n'),
    );
  });
  afterEach(async () => {
    await leave();
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });

  const open = (name: string): Thenable<unknown> =>
    vscode.commands.executeCommand('vscode.open', vscode.Uri.file(join(folder(), name)));

  for (const before of ['hello.txt', undefined]) {
    it(`open there from the meeting, ${before ? 'where code is open' : 'where nothing else is open'}`, async () => {
      await Person.sitDown();
      if (before) await open(before);
      await start();
      await until(() => shown().includes('meeting'));
      await open('other.txt');
      await until(() => shown().join() === 'other.txt,meeting');
    });
  }

  it('open where VS Code opens them for who wants it so', async () => {
    const restore = await configure({ [AUTO_LOCK]: { 'mainThreadWebview-parley.meeting': false } });
    try {
      await Person.sitDown();
      await start();
      await until(() => shown().includes('meeting'));
      await open('other.txt');
      await until(() => shown().includes('other.txt'));
      assert.equal(shown().join(), 'other.txt');
    } finally {
      await restore();
    }
  });

  it('leave the meeting covered where somebody has opened one over it on purpose', async () => {
    await Person.sitDown();
    await open('hello.txt');
    await start();
    await until(() => shown().join() === 'hello.txt,meeting');
    const uri = vscode.Uri.file(join(folder(), 'other.txt'));
    await vscode.window.showTextDocument(uri, { viewColumn: vscode.ViewColumn.Two });
    await until(() => shown().join() === 'hello.txt,other.txt');
  });

  it('have the column where the setup is tested', async () => {
    await Person.sitDown();
    await start();
    await until(() => shown().includes('meeting'));
    await vscode.commands.executeCommand('parley.testSetup');
    await until(() => shown().includes('Test My Setup'));
    assert.ok(shown().includes('meeting'), shown().join());
  });
});
