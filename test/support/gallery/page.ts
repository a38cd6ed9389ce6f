import type { MeetingModel, MeetingView } from '../../../src/webview/model.ts';
import { App } from '../../../src/webview/ui/app.ts';
import { connections } from './connections.ts';
import { loggingActions } from './fakes.ts';
import { scenes } from './scenes.ts';
import themes from './themes.json' with { type: 'json' };

// A scene of the gallery: `?scene=NAME&theme=dark|light|hc|hcl`. The theme is put on as VS Code puts it on a webview.

const query = new URLSearchParams(location.search);
const theme = themes[(query.get('theme') ?? 'dark') as keyof typeof themes];
document.body.className = theme.kind;
document.body.dataset['vscodeThemeKind'] = theme.kind;
for (const [name, value] of Object.entries(theme.variables))
  document.documentElement.style.setProperty(name, value);

const log: string[] = [];
const make = scenes[query.get('scene') ?? 'lobby'];
if (!make) throw new Error('there is no such scene');
const listeners = new Set<(model: MeetingModel) => void>();
const asks = new Set<() => void>();
let model = make();
const view: MeetingView = {
  get model() {
    return model;
  },
  actions: loggingActions((line) => log.push(line)),
  connections,
  subscribe: (listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
  onAskToLeave: (listener) => {
    asks.add(listener);
    return () => asks.delete(listener);
  },
};
const root = document.getElementById('app');
if (!root) throw new Error('the page has no root');
const app = new App(root, view);
Object.assign(globalThis, {
  gallery: {
    app,
    log,
    model: () => model,
    change: (changes: Partial<MeetingModel>) => {
      model = { ...model, ...changes };
      for (const listener of listeners) listener(model);
    },
    askToLeave: () => asks.forEach((ask) => ask()),
  },
});
