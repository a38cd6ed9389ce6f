/** A view of one thing: made once, updated in place, disposed of by who made it. */
export interface Widget<M> {
  readonly elem: HTMLElement;
  update(model: M): void;
  dispose(): void;
}

interface Props {
  readonly class?: string;
  readonly text?: string;
  readonly title?: string;
  readonly attrs?: Readonly<Record<string, string>>;
}

/** Makes an element with its children; text is always text. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  props: Props = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[K] {
  const elem = document.createElement(tag);
  if (props.class !== undefined) elem.className = props.class;
  if (props.text !== undefined) elem.textContent = props.text;
  if (props.title !== undefined) elem.title = props.title;
  for (const [name, value] of Object.entries(props.attrs ?? {})) elem.setAttribute(name, value);
  elem.append(...children);
  return elem;
}

/** Sets the text when it differs, so that a live region does not speak twice and a selection stays. */
export function setText(elem: Element, text: string): void {
  if (elem.textContent !== text) elem.textContent = text;
}

/** Sets an attribute when it differs; null takes it away. */
export function setAttr(elem: Element, name: string, value: string | null): void {
  if (elem.getAttribute(name) === value) return;
  if (value === null) elem.removeAttribute(name);
  else elem.setAttribute(name, value);
}

/** Shows or hides an element, for the eye and for screen readers. */
export function show(elem: HTMLElement, visible: boolean): void {
  if (elem.hidden === visible) elem.hidden = !visible;
}

/** True while the focus is on the element or inside it. */
export function hasFocus(elem: Element): boolean {
  return elem.contains(document.activeElement);
}

/** Children of one parent, one widget a key: kept, never made again, while their key stays. */
export class KeyedList<M, W extends Widget<M>> {
  readonly #parent: HTMLElement;
  readonly #keyOf: (model: M) => string;
  readonly #make: (model: M) => W;
  readonly #widgets = new Map<string, W>();

  constructor(parent: HTMLElement, keyOf: (model: M) => string, make: (model: M) => W) {
    this.#parent = parent;
    this.#keyOf = keyOf;
    this.#make = make;
  }

  /** Gives how many widgets are new. Nodes that are in order are not moved: moving a video stops it. */
  update(models: readonly M[]): number {
    const keys = new Set(models.map(this.#keyOf));
    for (const [key, widget] of this.#widgets) {
      if (keys.has(key)) continue;
      this.#widgets.delete(key);
      widget.elem.remove();
      widget.dispose();
    }
    let made = 0;
    let cursor = this.#parent.firstElementChild;
    for (const model of models) {
      const key = this.#keyOf(model);
      let widget = this.#widgets.get(key);
      if (!widget) {
        widget = this.#make(model);
        this.#widgets.set(key, widget);
        made++;
      }
      if (widget.elem === cursor) cursor = cursor.nextElementSibling;
      else this.#parent.insertBefore(widget.elem, cursor);
      widget.update(model);
    }
    return made;
  }

  dispose(): void {
    for (const widget of this.#widgets.values()) {
      widget.elem.remove();
      widget.dispose();
    }
    this.#widgets.clear();
  }
}
