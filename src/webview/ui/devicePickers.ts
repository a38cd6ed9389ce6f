import type { ChosenDevices, DeviceChoice, DeviceKind } from '../../shared/stageRpc.ts';
import { h, show } from './dom.ts';
import type { Widget } from './dom.ts';
import { icon } from './icons.ts';
import { pickerOptions } from './pickerOptions.ts';
import type { PickerOption } from './pickerOptions.ts';
import { strings } from './strings.ts';

/** What the pickers show. */
export interface PickersModel {
  readonly choices: readonly DeviceChoice[];
  readonly chosen: ChosenDevices;
}

class Picker {
  readonly elem: HTMLElement;
  readonly select = h('select');
  readonly #kind: DeviceKind;
  #key = '';

  constructor(kind: DeviceKind, onChoose: (id: string | null) => void) {
    this.#kind = kind;
    this.select.addEventListener('change', () => onChoose(this.select.value || null));
    const box = h('span', { class: 'picker-box' }, this.select, icon('chevron-down'));
    this.elem = h('label', { class: 'picker' }, h('span', { text: strings.devices[kind] }), box);
  }

  update({ choices, chosen }: PickersModel): void {
    const options = pickerOptions(this.#kind, choices, chosen);
    show(this.elem, options.length > 0);
    // Options are made anew only when they differ: an open list would close.
    const key = JSON.stringify(options);
    if (key !== this.#key) {
      this.#key = key;
      this.select.replaceChildren(...options.map(optionElement));
    }
    const value = chosen[this.#kind] ?? '';
    if (this.select.value !== value) this.select.value = value;
  }
}

function optionElement({ value, label }: PickerOption): HTMLOptionElement {
  const option = h('option', { text: label });
  option.value = value;
  return option;
}

/** Which camera, microphone and speaker are used, one labelled list each. */
export class DevicePickers implements Widget<PickersModel> {
  readonly elem: HTMLElement;
  readonly #pickers: readonly Picker[];

  constructor(choose: (kind: DeviceKind, id: string | null) => void) {
    const kinds: readonly DeviceKind[] = ['camera', 'microphone', 'speaker'];
    this.#pickers = kinds.map((kind) => new Picker(kind, (id) => choose(kind, id)));
    this.elem = h('div', { class: 'pickers' }, ...this.#pickers.map(({ elem }) => elem));
  }

  update(model: PickersModel): void {
    for (const picker of this.#pickers) picker.update(model);
  }

  /** Puts the focus on the first list. */
  focus(): void {
    this.#pickers.find(({ elem }) => !elem.hidden)?.select.focus();
  }

  dispose(): void {
    this.elem.remove();
  }
}
