import { IN_VSCODE } from '../shared/stageRpc.ts';
import { StageEngine } from './stage/stageEngine.ts';
import { StageApp } from './ui/stageApp.ts';

/** Takes the one-time code out of the page's address, so that it stands neither in the history nor in a bookmark. */
function takeCode(): string | null {
  const code = /^#([A-Za-z0-9_-]{22})$/.exec(location.hash)?.[1] ?? null;
  history.replaceState(null, '', location.pathname + location.search);
  return code;
}

// A fresh link pasted into this tab changes nothing but the fragment, which alone would load nothing.
window.addEventListener('hashchange', () => location.reload());

const root = document.getElementById('app');
if (root) {
  const url = new URL('stage/link', location.href);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  const integrated = location.search === `?${IN_VSCODE}`;
  const engine = new StageEngine({ url: url.href, code: takeCode(), integrated });
  const app = new StageApp(root, engine);
  window.addEventListener('pagehide', () => {
    app.dispose();
    engine.dispose();
  });
  // Back to a page that the browser had kept: what was disposed of is made anew, by the tab's session.
  window.addEventListener('pageshow', ({ persisted }) => {
    if (persisted) location.reload();
  });
}
