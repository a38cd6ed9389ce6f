/** Px from the end within which a log counts as being at its end. */
const NEAR = 24;

/** A box that scrolls, as the DOM has it. */
export type ScrollBox = Pick<HTMLElement, 'scrollTop' | 'scrollHeight' | 'clientHeight'>;

/**
 * Keeps a log at its end until a person scrolls up. A scroll event alone does not tell that: it comes a frame later, when the
 * box may have become smaller since, as it does when several things happen behind another tab.
 */
export class EndKeeper {
  readonly #box: ScrollBox;
  #top = 0;
  #height = 0;
  #atEnd = true;

  constructor(box: ScrollBox) {
    this.#box = box;
  }

  get atEnd(): boolean {
    return this.#atEnd;
  }

  /** Goes to the end, and stays there. */
  goToEnd(): void {
    this.#atEnd = true;
    this.#box.scrollTop = this.#box.scrollHeight;
    this.#look();
  }

  /** The box or what is in it has another size. */
  keep(): void {
    if (this.#atEnd) this.goToEnd();
    else this.#look();
  }

  /** The box says that it was scrolled. */
  onScroll(): void {
    const { scrollTop, scrollHeight, clientHeight } = this.#box;
    if (clientHeight === 0) return; // Hidden: nobody scrolled.
    const isNear = scrollHeight - scrollTop - clientHeight < NEAR;
    const isUp = scrollTop < this.#top && clientHeight === this.#height;
    if (isNear) this.#atEnd = true;
    else if (isUp) this.#atEnd = false;
    this.#look();
    if (this.#atEnd && !isNear) this.goToEnd();
  }

  #look(): void {
    this.#top = this.#box.scrollTop;
    this.#height = this.#box.clientHeight;
  }
}
