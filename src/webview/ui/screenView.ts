import type { PresentationModel } from '../model.ts';
import { h, setAttr, setText, show } from './dom.ts';
import type { Widget } from './dom.ts';
import { icon, setIcon } from './icons.ts';
import { strings } from './strings.ts';
import { progressRing, textButton } from './toolkit.ts';
import { VideoSurface } from './video.ts';

const STEP = 60; // px an arrow key scrolls

/** The shown screen: whole, or in its actual size with scrolling and dragging. */
export class ScreenView implements Widget<PresentationModel> {
  readonly elem: HTMLElement;
  readonly #video: VideoSurface;
  readonly #viewport = h('div', { class: 'screen-viewport' });
  readonly #waiting = h('div', { class: 'screen-waiting', attrs: { role: 'status' } });
  readonly #zoom = new ToolButton('zoom-in', () => this.#setActual(!this.#actual));
  readonly #focus: ToolButton;
  readonly #stop: HTMLElement;
  readonly #title = h('span', { class: 'screen-title' });
  readonly #onFocus: (focused: boolean) => void;
  #actual = false;
  #focused = false;

  /** `stop` ends one's own presentation; `onFocus` is told when the people are to be hidden or shown. */
  constructor(stop: () => void, onFocus: (focused: boolean) => void) {
    this.#stop = textButton(strings.room.stopPresenting, 'secondary', stop);
    this.#onFocus = onFocus;
    this.#focus = new ToolButton('screen-full', () => this.setFocused(!this.#focused));
    this.#video = new VideoSurface((live) => show(this.#waiting, !live));
    this.#waiting.append(progressRing(), h('span', { text: strings.room.waiting }));
    this.#viewport.append(this.#video.elem);
    const tools = [this.#stop, this.#zoom.elem, this.#focus.elem];
    const head = h('div', { class: 'screen-head' }, icon('device-desktop'), this.#title, ...tools);
    const box = h('div', { class: 'screen-box' }, this.#viewport, this.#waiting);
    this.elem = h('div', { class: 'screen', attrs: { role: 'group', tabindex: '0' } }, head, box);
    this.#video.elem.addEventListener('resize', () => this.#size());
    this.#viewport.addEventListener('dblclick', (event) => this.#toggleAt(event));
    this.elem.addEventListener('keydown', (event) => this.#onKey(event));
    this.#draggable();
    this.#draw();
  }

  update({ name, self, video }: PresentationModel): void {
    setAttr(this.elem, 'aria-label', strings.room.screenOf(name));
    setText(this.#title, self ? strings.room.youPresent : strings.room.presents(name));
    show(this.#stop, self);
    this.#video.setTrack(video);
  }

  /** Hides the people, or shows them again. */
  setFocused(focused: boolean): void {
    if (focused === this.#focused) return;
    this.#focused = focused;
    this.#draw();
    this.#onFocus(focused);
  }

  dispose(): void {
    this.#video.dispose();
  }

  #setActual(actual: boolean): void {
    this.#actual = actual;
    this.#draw();
  }

  /** Keeps what was clicked under the pointer. */
  #toggleAt(event: MouseEvent): void {
    const video = this.#video.elem;
    const before = video.getBoundingClientRect();
    const scale = Math.min(before.width / video.videoWidth, before.height / video.videoHeight);
    const left = (before.width - video.videoWidth * scale) / 2;
    const top = (before.height - video.videoHeight * scale) / 2;
    const x = (event.clientX - before.left - left) / scale / devicePixelRatio;
    const y = (event.clientY - before.top - top) / scale / devicePixelRatio;
    this.#setActual(!this.#actual);
    if (!this.#actual) return;
    const box = this.#viewport.getBoundingClientRect();
    this.#viewport.scrollTo(x - (event.clientX - box.left), y - (event.clientY - box.top));
  }

  #onKey(event: KeyboardEvent): void {
    if (event.target !== this.elem) return;
    const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (event.key === 'Enter') this.#setActual(!this.#actual);
    else if (event.key === 'Escape' && this.#focused) this.setFocused(false);
    else if (step && this.#actual) this.#viewport.scrollBy((step[0] ?? 0) * STEP, (step[1] ?? 0) * STEP);
    else return;
    event.preventDefault();
  }

  #draggable(): void {
    const view = this.#viewport;
    let from: { x: number; y: number } | null = null;
    view.addEventListener('pointerdown', (event) => {
      if (!this.#actual || event.button !== 0) return;
      from = { x: event.clientX + view.scrollLeft, y: event.clientY + view.scrollTop };
      view.setPointerCapture(event.pointerId);
    });
    view.addEventListener('pointermove', (event) => {
      if (from) view.scrollTo(from.x - event.clientX, from.y - event.clientY);
    });
    for (const type of ['pointerup', 'pointercancel'] as const) {
      view.addEventListener(type, () => {
        from = null;
      });
    }
  }

  #size(): void {
    const { videoWidth, videoHeight, style } = this.#video.elem;
    style.setProperty('--actual-width', `${String(videoWidth / devicePixelRatio)}px`);
    style.setProperty('--actual-height', `${String(videoHeight / devicePixelRatio)}px`);
  }

  #draw(): void {
    this.elem.classList.toggle('actual', this.#actual);
    this.#zoom.set(
      this.#actual ? 'zoom-out' : 'zoom-in',
      this.#actual ? strings.room.fit : strings.room.actualSize,
    );
    this.#focus.set(
      this.#focused ? 'screen-normal' : 'screen-full',
      this.#focused ? strings.room.unfocus : strings.room.focus,
    );
  }
}

class ToolButton {
  readonly elem: HTMLButtonElement;
  readonly #icon: HTMLElement;

  constructor(iconName: string, onPress: () => void) {
    this.#icon = icon(iconName);
    this.elem = h('button', { class: 'tool', attrs: { type: 'button' } }, this.#icon);
    this.elem.addEventListener('click', onPress);
  }

  set(iconName: string, label: string): void {
    setIcon(this.#icon, iconName);
    setAttr(this.elem, 'aria-label', label);
    setAttr(this.elem, 'title', label);
  }
}
