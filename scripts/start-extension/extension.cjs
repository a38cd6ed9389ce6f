// Loaded by npm start beside Parley: the window on the workspace "host" starts a meeting and leaves its invite in the
// folder that PARLEY_START_DIR names; the window on "guest" waits for the invite there and joins with it.
const { existsSync, readFileSync, renameSync, watch, writeFileSync } = require('node:fs');
const { join } = require('node:path');
const vscode = require('vscode');

exports.activate = async function activate(context) {
  const folder = process.env.PARLEY_START_DIR;
  const name = vscode.workspace.workspaceFolders?.[0]?.name;
  if (folder === undefined || name === undefined) return;
  // A window that is loaded anew is brought back into its meeting by Parley.
  if (context.workspaceState.get('begun')) return;
  await context.workspaceState.update('begun', true);
  const file = join(folder, 'invite.txt');
  if (name === 'host') {
    const invite = await vscode.commands.executeCommand('parley.startMeeting');
    if (typeof invite !== 'string') return;
    writeFileSync(`${file}.part`, invite);
    renameSync(`${file}.part`, file);
  } else if (name === 'guest') {
    await appears(folder, file, context);
    await vscode.commands.executeCommand('parley.joinMeeting', readFileSync(file, 'utf8'));
  }
};

function appears(folder, file, context) {
  return new Promise((resolve) => {
    const look = () => {
      if (!existsSync(file)) return;
      watcher.close();
      resolve();
    };
    const watcher = watch(folder, look);
    context.subscriptions.push({ dispose: () => watcher.close() });
    look();
  });
}
