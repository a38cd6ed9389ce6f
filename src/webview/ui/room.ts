import type { MeetingActions, MeetingModel, PersonModel } from '../model.ts';
import type { ConnectionOpener } from './connectionButton.ts';
import { h, hasFocus, KeyedList, show } from './dom.ts';
import type { Widget } from './dom.ts';
import { fitTiles } from './fitTiles.ts';
import { roomHeight, stripFor } from './layout.ts';
import { ScreenView } from './screenView.ts';
import { strings } from './strings.ts';
import { Tile } from './tile.ts';
import { textButton } from './toolkit.ts';

const GAP = 8; // px, as in room.css
const MIN_HEIGHT_FOR_ALONE = 300; // px; below it the picture needs all the room

/** The people as tiles, and the shown screen with the people beside or below it. */
export class Room implements Widget<MeetingModel> {
  readonly elem: HTMLElement;
  readonly #tiles: HTMLElement;
  readonly #list: KeyedList<PersonModel, Tile>;
  readonly #alone: HTMLElement;
  readonly #observer: ResizeObserver;
  readonly #actions: MeetingActions;
  readonly #onInviteShown: (shown: boolean) => void;
  #screen: ScreenView | null = null;
  #focused = false;
  #count = 0;
  #presented = false;
  #body: HTMLElement | null = null;
  #below = false;

  /** `onInviteShown` is told whether the room itself offers to copy the invite. */
  constructor(actions: MeetingActions, details: ConnectionOpener, onInviteShown: (shown: boolean) => void) {
    this.#actions = actions;
    this.#onInviteShown = onInviteShown;
    this.#tiles = h('div', { class: 'tiles' });
    this.#alone = h(
      'div',
      { class: 'alone' },
      h('div', { class: 'alone-title', text: strings.room.alone }),
      h('div', { class: 'alone-detail', text: strings.room.aloneDetail }),
      textButton(strings.copyInvite, 'primary', () => actions.copyInvite(), 'link'),
    );
    this.elem = h('main', { class: 'room', attrs: { tabindex: '-1', 'aria-label': strings.room.people } });
    this.elem.append(this.#tiles, this.#alone);
    this.#list = new KeyedList(
      this.#tiles,
      (person) => person.id,
      () => new Tile(details),
    );
    this.#observer = new ResizeObserver(() => this.#layOut());
    this.#observer.observe(this.elem);
  }

  update({ people, presentation }: MeetingModel): void {
    this.#list.update(people);
    this.#count = people.length;
    if (presentation) {
      if (!this.#screen) {
        this.#screen = new ScreenView(
          () => this.#actions.stopPresenting(),
          (focused) => {
            this.#focused = focused;
            this.#layOut();
          },
        );
        this.elem.prepend(this.#screen.elem);
      }
      this.#screen.update(presentation);
    } else if (this.#screen) {
      const focus = hasFocus(this.#screen.elem);
      this.#screen.elem.remove();
      this.#screen.dispose();
      this.#screen = null;
      this.#focused = false;
      if (focus) this.elem.focus();
    }
    this.#presented = presentation !== null;
    this.#layOut();
  }

  /** The box that the room shares with the side bar. */
  fitInto(body: HTMLElement): void {
    this.#body = body;
    this.#observer.observe(body);
  }

  /** Whether below the room there is something that has use for what the people do not fill. */
  setBelow(below: boolean): void {
    if (below === this.#below) return;
    this.#below = below;
    this.#layOut();
  }

  dispose(): void {
    this.#observer.disconnect();
    this.#screen?.dispose();
    this.#list.dispose();
  }

  #layOut(): void {
    const style = getComputedStyle(this.elem);
    const width =
      this.elem.clientWidth - Number.parseFloat(style.paddingLeft) - Number.parseFloat(style.paddingRight);
    const padding = Number.parseFloat(style.paddingTop) + Number.parseFloat(style.paddingBottom);
    const outer = (this.#below ? this.#body : null) ?? this.elem;
    const alone = this.#count === 1 && !this.#presented && outer.clientHeight >= MIN_HEIGHT_FOR_ALONE;
    if (this.#alone.hidden === alone) {
      const focus = !alone && hasFocus(this.#alone);
      show(this.#alone, alone);
      if (focus) this.elem.focus();
    }
    this.#onInviteShown(alone);
    const extra = alone ? this.#alone.offsetHeight + GAP : 0;
    const content = { count: this.#count, gap: GAP, presented: this.#presented, extra };
    const height = this.#below
      ? roomHeight(width, outer.clientHeight - padding, content)
      : this.elem.clientHeight - padding;
    this.elem.classList.toggle('fitted', this.#below);
    this.elem.style.setProperty('--room-height', `${String(height + padding)}px`);
    if (this.#presented) {
      const strip = stripFor(width, height, this.#count, GAP);
      this.elem.dataset['layout'] = this.#focused ? 'focus' : `screen-${strip.side}`;
      this.elem.style.setProperty('--strip', `${String(strip.size)}px`);
      return;
    }
    this.elem.dataset['layout'] = 'grid';
    const grid = fitTiles(width, height - extra, this.#count, GAP);
    this.elem.style.setProperty('--tile-width', `${String(grid.width)}px`);
    this.elem.style.setProperty('--tile-height', `${String(grid.height)}px`);
    // Room for exactly these columns, so that rounding never makes another row.
    this.elem.style.setProperty(
      '--tiles-width',
      `${String(grid.columns * grid.width + (grid.columns - 1) * GAP)}px`,
    );
    this.#tiles.classList.toggle('scrolls', grid.scrolls);
  }
}
