import type { StagePageModel, StagePageView } from '../../../src/webview/stageModel.ts';
import { StageApp } from '../../../src/webview/ui/stageApp.ts';
import { loggingStageActions } from './fakes.ts';
import { stageScenes } from './scenes.ts';

// A scene of the stage's page: `stage?scene=NAME`. Light and dark follow the system, as they do there.

const log: string[] = [];
const make = stageScenes[new URLSearchParams(location.search).get('scene') ?? 'page-start'];
if (!make) throw new Error('there is no such scene');
const listeners = new Set<(model: StagePageModel) => void>();
let model = make();
const view: StagePageView = {
  get model() {
    return model;
  },
  actions: loggingStageActions((line) => log.push(line)),
  subscribe: (listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
};
const root = document.getElementById('app');
if (!root) throw new Error('the page has no root');
const app = new StageApp(root, view);
Object.assign(globalThis, {
  gallery: {
    app,
    log,
    change: (changes: Partial<StagePageModel>) => {
      model = { ...model, ...changes };
      for (const listener of listeners) listener(model);
    },
  },
});
