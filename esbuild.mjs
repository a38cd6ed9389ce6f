// Bundles the three programs of Parley: the extension, the peer server and the meeting page.
//   node esbuild.mjs [--production] [--watch]
import { rm } from 'node:fs/promises';
import { context } from 'esbuild';
import { inlineScript } from './scripts/lib/inlineScript.ts';
import { noPublicServers } from './scripts/lib/noPublicServers.ts';

const production = process.argv.includes('--production');
const watch = process.argv.includes('--watch');

/** @type {import('esbuild').BuildOptions} */
const common = {
  bundle: true,
  minify: production,
  sourcemap: production ? false : 'linked',
  legalComments: 'none',
  logLevel: 'info',
  outdir: 'dist',
};

/** @type {import('esbuild').BuildOptions[]} */
const programs = [
  {
    ...common,
    entryPoints: { extension: 'src/extension/extension.ts' },
    platform: 'node',
    target: 'node20', // VS Code 1.100 runs extensions on Node 20.
    format: 'cjs',
    outExtension: { '.js': '.cjs' },
    external: ['vscode', 'bufferutil', 'utf-8-validate'],
  },
  {
    ...common,
    entryPoints: { 'peer-server': 'src/peer-server/main.ts' },
    platform: 'node',
    target: 'node20',
    format: 'esm',
    external: ['bufferutil', 'utf-8-validate'],
    // `peer` brings CommonJS packages that call require() for Node's own modules.
    banner: {
      js: "#!/usr/bin/env node\nimport { createRequire } from 'node:module';\nconst require = createRequire(import.meta.url);",
    },
  },
  {
    ...common,
    entryPoints: {
      panel: 'src/webview/panel.ts',
      'panel-style': 'src/webview/ui/panel.css',
      stage: 'src/webview/stage.ts',
      'stage-style': 'src/webview/ui/stage.css',
      setup: 'src/webview/setup.ts',
      'setup-style': 'src/webview/ui/setup.css',
    },
    platform: 'browser',
    target: 'chrome132', // Electron 34 of VS Code 1.100.
    format: 'iife',
    loader: { '.ttf': 'file' },
    assetNames: '[name]',
    plugins: [noPublicServers, inlineScript],
  },
];

await rm('dist', { recursive: true, force: true });
const contexts = await Promise.all(programs.map((program) => context(program)));
if (watch) {
  await Promise.all(contexts.map((program) => program.watch()));
} else {
  await Promise.all(contexts.map((program) => program.rebuild()));
  await Promise.all(contexts.map((program) => program.dispose()));
}
