import { spawnSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bin } from '../../scripts/lib/paths.ts';

/** Command of the extension that the floor is measured with, as the palette shows it. */
export const FLOOR_COMMAND = 'Floor: Open Panel';

const MANIFEST = {
  name: 'floor',
  displayName: 'Floor',
  description: 'The least that a command with a panel can take',
  publisher: 'bench',
  version: '0.0.1',
  license: 'MIT',
  engines: { vscode: '^1.100.0' },
  main: './main.cjs',
  contributes: { commands: [{ command: 'floor.open', title: 'Open Panel', category: 'Floor' }] },
};

const HTML = `<!doctype html><html lang="en"><head><meta charset="utf-8" />
<meta http-equiv="Content-Security-Policy" content="default-src 'none'" /></head>
<body><button type="button">Join</button></body></html>`;

const MAIN = `const { commands, window } = require('vscode');
exports.activate = ({ subscriptions }) => {
  subscriptions.push(commands.registerCommand('floor.open', () => {
    const options = { enableScripts: true, retainContextWhenHidden: true };
    window.createWebviewPanel('floor', 'Floor', 1, options).webview.html = ${JSON.stringify(HTML)};
  }));
};
`;

/** Packs, into the folder, an extension whose command opens a panel with one button in it; gives the VSIX. */
export async function packFloorExtension(folder: string): Promise<string> {
  const source = join(folder, 'floor');
  const vsix = join(folder, 'floor.vsix');
  await mkdir(source);
  await writeFile(join(source, 'package.json'), JSON.stringify(MANIFEST));
  await writeFile(join(source, 'main.cjs'), MAIN);
  await writeFile(join(source, 'README.md'), 'Measures the floor.');
  await writeFile(join(source, 'LICENSE'), 'MIT');
  const flags = ['--no-dependencies', '--allow-missing-repository', '--skip-license', '--out', vsix];
  const packed = spawnSync(process.execPath, [bin('@vscode/vsce', 'vsce'), 'package', ...flags], {
    cwd: source,
    encoding: 'utf8',
  });
  if (packed.status !== 0) throw new Error(`the floor's extension was not packed:\n${packed.stderr}`);
  return vsix;
}
