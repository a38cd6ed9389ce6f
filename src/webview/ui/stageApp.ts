import type { StagePageModel, StagePageView } from '../stageModel.ts';
import type { Widget } from './dom.ts';
import { StageDevices } from './stageDevices.ts';
import { StageAsk, StageMessage } from './stageMessage.ts';
import { StageShare } from './stageShare.ts';
import { endWords, tabTitle } from './stageWords.ts';
import { registerToolkit } from './toolkit.ts';

interface Screen extends Widget<StagePageModel> {
  focus(): void;
}
type ScreenKind = 'message' | 'ask-devices' | 'ask-screen' | 'devices' | 'share';

/** The stage's page: one screen at a time. It runs in an ordinary browser, so light and dark follow the system. */
export class StageApp {
  readonly #root: HTMLElement;
  readonly #view: StagePageView;
  readonly #stops: readonly (() => void)[];
  #screen: Screen | null = null;
  #kind: ScreenKind | null = null;

  /** Draws the view's model into `root` and follows it until `dispose`. */
  constructor(root: HTMLElement, view: StagePageView) {
    const stopTheme = followSystemTheme();
    registerToolkit();
    this.#root = root;
    this.#view = view;
    root.classList.add('parley', 'stage-page');
    const onVisibility = () => root.classList.toggle('unseen', document.hidden);
    document.addEventListener('visibilitychange', onVisibility);
    this.#stops = [
      stopTheme,
      () => document.removeEventListener('visibilitychange', onVisibility),
      view.subscribe((model) => this.#update(model)),
    ];
    onVisibility();
    this.#update(view.model);
  }

  dispose(): void {
    for (const stop of this.#stops) stop();
    this.#screen?.dispose();
    this.#root.replaceChildren();
    this.#root.classList.remove('parley', 'stage-page', 'unseen');
  }

  #update(model: StagePageModel): void {
    const kind = kindOf(model);
    const changed = kind !== this.#kind;
    if (changed) {
      this.#screen?.elem.remove();
      this.#screen?.dispose();
      this.#kind = kind;
      this.#screen = this.#make(kind);
      this.#root.append(this.#screen.elem);
    }
    this.#screen?.update(model);
    if (changed) this.#screen?.focus();
    const title = tabTitle(model);
    if (document.title !== title) document.title = title;
  }

  #make(kind: ScreenKind): Screen {
    const { actions } = this.#view;
    switch (kind) {
      case 'message':
        return new StageMessage();
      case 'ask-devices':
        return new StageAsk('devices', actions);
      case 'ask-screen':
        return new StageAsk('screen', actions);
      case 'devices':
        return new StageDevices(actions);
      case 'share':
        return new StageShare(actions);
    }
  }
}

function kindOf(model: StagePageModel): ScreenKind {
  const { purpose, started, screen } = model;
  if (endWords(model) !== null || purpose === null) return 'message';
  if (purpose === 'screen') return screen.status === 'on' ? 'share' : 'ask-screen';
  return started ? 'devices' : 'ask-devices';
}

/**
 * Says on the body which theme it is, as VS Code does in a webview: the toolkit reads the theme's variables anew when
 * that changes. The variables themselves follow the system in stageTheme.css.
 */
function followSystemTheme(): () => void {
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const follow = (): void => {
    document.body.className = dark.matches ? 'vscode-dark' : 'vscode-light';
  };
  dark.addEventListener('change', follow);
  follow();
  return () => dark.removeEventListener('change', follow);
}
