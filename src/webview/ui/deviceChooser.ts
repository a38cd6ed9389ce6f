import type { MeetingActions } from '../model.ts';
import { DevicePickers } from './devicePickers.ts';
import type { PickersModel } from './devicePickers.ts';
import { h, hasFocus, show } from './dom.ts';
import type { Widget } from './dom.ts';
import { icon } from './icons.ts';
import { strings } from './strings.ts';

/**
 * The button beside microphone and camera, and the device pickers that it opens. The browser closes the popover on Esc
 * and on a click elsewhere, and gives the focus back. Hidden while there is nothing to choose.
 */
export class DeviceChooser implements Widget<PickersModel> {
  readonly elem: HTMLElement;
  readonly #menu: HTMLElement;
  readonly #button: HTMLButtonElement;
  readonly #pickers: DevicePickers;

  constructor(actions: Pick<MeetingActions, 'chooseDevice'>) {
    this.#pickers = new DevicePickers((kind, id) => actions.chooseDevice(kind, id));
    this.#button = h('button', {
      class: 'control chooser-button',
      title: strings.devices.choose,
      attrs: { type: 'button', 'aria-label': strings.devices.choose, 'aria-haspopup': 'dialog' },
    });
    this.#button.append(icon('chevron-up'));
    this.#menu = h(
      'div',
      { class: 'chooser', attrs: { popover: 'auto', role: 'dialog', 'aria-label': strings.devices.title } },
      this.#pickers.elem,
    );
    this.#button.popoverTargetElement = this.#menu;
    this.#menu.addEventListener('toggle', () => {
      if (this.#menu.matches(':popover-open')) this.#pickers.focus();
    });
    // Esc closes this alone, not also what lies below.
    this.#menu.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') event.stopPropagation();
    });
    this.elem = h('span', { class: 'chooser-place' }, this.#button, this.#menu);
    show(this.elem, false);
  }

  update(model: PickersModel): void {
    const shown = model.choices.length > 0;
    if (!shown && hasFocus(this.#menu)) this.#menu.hidePopover();
    show(this.elem, shown);
    this.#pickers.update(model);
  }

  dispose(): void {
    this.elem.remove();
  }
}
