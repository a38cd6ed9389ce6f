// The gallery of the page's views: made-up meetings in every state and theme, under the CSP of the panel.
//   node test/support/gallery/serve.mjs [port]
import { createServer } from 'node:http';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const out = await mkdtemp(join(tmpdir(), 'parley-gallery-'));
await build({
  absWorkingDir: root,
  entryPoints: {
    page: 'test/support/gallery/page.ts',
    'panel-style': 'src/webview/ui/panel.css',
    'stage-page': 'test/support/gallery/stagePage.ts',
    'stage-style': 'src/webview/ui/stage.css',
    'setup-page': 'test/support/gallery/setupPage.ts',
    'setup-style': 'src/webview/ui/setup.css',
  },
  bundle: true,
  format: 'iife',
  target: 'chrome132',
  loader: { '.ttf': 'file' },
  assetNames: '[name]',
  outdir: out,
  logLevel: 'warning',
});
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' blob: data:";
const pageOf = (script, style) => `<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>Parley gallery</title>
<link rel="stylesheet" href="${style}.css"></head>
<body><div id="app"></div><script src="${script}.js"></script></body></html>`;
const PAGES = {
  '/': pageOf('page', 'panel-style'),
  '/stage': pageOf('stage-page', 'stage-style'),
  '/setup': pageOf('setup-page', 'setup-style'),
};
const TYPES = { '.js': 'text/javascript', '.css': 'text/css', '.ttf': 'font/ttf' };
const server = createServer((request, response) => {
  const { pathname } = new URL(request.url ?? '/', 'http://localhost');
  const page = PAGES[pathname];
  if (page) {
    response.writeHead(200, { 'content-type': 'text/html', 'content-security-policy': POLICY }).end(page);
    return;
  }
  readFile(join(out, basename(pathname))).then(
    (body) => response.writeHead(200, { 'content-type': TYPES[extname(pathname)] ?? 'text/plain' }).end(body),
    () => response.writeHead(404).end(),
  );
});
server.listen(Number(process.argv[2] ?? 0), '127.0.0.1', () => {
  const at = `http://127.0.0.1:${server.address().port}`;
  console.log(`${at}/?scene=five&theme=dark\n${at}/stage?scene=page-devices\n${at}/setup?scene=trouble`);
});
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    server.close();
    server.closeAllConnections();
    void rm(out, { recursive: true, force: true });
  });
}
