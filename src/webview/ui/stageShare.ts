import type { StagePageActions, StagePageModel } from '../stageModel.ts';
import { h } from './dom.ts';
import type { Widget } from './dom.ts';
import { icon } from './icons.ts';
import { LinkState } from './stageMessage.ts';
import { strings } from './strings.ts';
import { textButton } from './toolkit.ts';
import { VideoSurface } from './video.ts';

/** While a screen is shared: what the others see, and the way to stop. */
export class StageShare implements Widget<StagePageModel> {
  readonly elem: HTMLElement;
  readonly #video = new VideoSurface(() => undefined);
  readonly #title: HTMLElement;
  readonly #link = new LinkState();

  constructor(actions: StagePageActions) {
    const { page } = strings;
    this.#title = h('h1', { attrs: { tabindex: '-1' } }, icon('device-desktop'), page.sharing);
    const picture = h('div', {
      class: 'share-picture',
      attrs: { role: 'group', 'aria-label': page.screenPreview },
    });
    picture.append(this.#video.elem);
    const stop = textButton(strings.controls.stopSharing, 'primary', () => actions.stopScreen());
    stop.classList.add('big');
    const foot = h('div', { class: 'share-foot' }, stop, h('p', { text: page.closeEnds }));
    foot.append(h('p', { text: page.background }), this.#link.elem);
    this.elem = h('main', { class: 'share' }, this.#title, picture, foot);
  }

  update(model: StagePageModel): void {
    this.#video.setTrack(model.screen.track);
    this.#link.update(model);
  }

  /** Not the button: an Enter that was held too long would stop what has just begun. */
  focus(): void {
    this.#title.focus();
  }

  dispose(): void {
    this.#video.dispose();
  }
}
