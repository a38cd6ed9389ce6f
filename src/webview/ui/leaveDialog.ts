import type { MeetingActions } from '../model.ts';
import { h, show } from './dom.ts';
import { strings } from './strings.ts';
import { textButton } from './toolkit.ts';

/** Asks before leaving. Modal: the browser keeps the focus inside, closes on Esc and gives the focus back. */
export class LeaveDialog {
  readonly elem: HTMLDialogElement;
  readonly #detail = h('p');
  readonly #end: HTMLElement;
  readonly #stay: HTMLElement;

  constructor(actions: MeetingActions) {
    const { leave } = strings;
    const act = (run: () => void) => () => {
      this.close();
      run();
    };
    const leaveButton = textButton(
      leave.leave,
      'primary',
      act(() => actions.leave()),
    );
    this.#end = textButton(
      leave.end,
      'secondary',
      act(() => actions.endForAll()),
    );
    this.#end.classList.add('danger');
    this.#stay = textButton(leave.stay, 'secondary', () => this.close());
    const title = h('h2', { text: leave.title, attrs: { id: 'leave-title' } });
    const buttons = h('div', { class: 'dialog-buttons' }, leaveButton, this.#end, this.#stay);
    this.elem = h('dialog', { class: 'dialog', attrs: { 'aria-labelledby': 'leave-title' } });
    this.elem.append(title, this.#detail, buttons);
    this.elem.addEventListener('click', (event) => {
      if (event.target === this.elem) this.close(); // The backdrop.
    });
  }

  open(role: 'host' | 'guest'): void {
    if (this.elem.open) return;
    this.#detail.textContent = role === 'host' ? strings.leave.host : strings.leave.guest;
    show(this.#end, role === 'host');
    this.elem.showModal();
    this.#stay.focus();
  }

  close(): void {
    if (this.elem.open) this.elem.close();
  }

  dispose(): void {
    this.elem.remove();
  }
}
