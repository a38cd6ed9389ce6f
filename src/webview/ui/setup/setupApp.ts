import type { CheckRow } from '../../setup/check.ts';
import type { SetupActions, SetupModel } from '../../setup/model.ts';
import { setupStrings } from '../../setup/setupStrings.ts';
import { h, KeyedList, setText, show } from '../dom.ts';
import { registerToolkit, setProminent, textButton } from '../toolkit.ts';
import { CheckRowView } from './checkRow.ts';

/** The whole page of "Test My Setup". */
export class SetupApp {
  readonly #summary = h('p', { class: 'setup-summary', attrs: { role: 'status' } });
  readonly #note = h('p', { class: 'setup-note' });
  readonly #copied = h('p', { class: 'setup-copied', attrs: { role: 'status' } });
  readonly #list: KeyedList<CheckRow, CheckRowView>;
  readonly #stop: HTMLElement;
  readonly #again: ReturnType<typeof textButton>;
  readonly #copy: HTMLElement;

  /** Draws into `root` what `update` is given. */
  constructor(root: HTMLElement, actions: SetupActions) {
    registerToolkit();
    const list = h('ul', { class: 'checks', attrs: { 'aria-label': setupStrings.checks } });
    this.#list = new KeyedList(
      list,
      ({ id }) => id,
      () => new CheckRowView((action) => actions.act(action)),
    );
    this.#stop = textButton(setupStrings.stop, 'secondary', () => actions.stop());
    this.#again = textButton(setupStrings.again, 'primary', () => actions.again());
    this.#copy = textButton(setupStrings.copy, 'secondary', () => actions.copyReport(), 'copy');
    this.#note.textContent = setupStrings.privacy;
    const buttons = h('div', { class: 'setup-buttons' }, this.#again, this.#stop, this.#copy);
    const head = h(
      'header',
      {},
      h('h1', { text: setupStrings.title }),
      h('p', { class: 'setup-intro', text: setupStrings.intro }),
      h('div', { class: 'setup-bar' }, this.#summary, buttons),
      this.#copied,
    );
    const foot = h('footer', {}, this.#note);
    root.classList.add('parley');
    root.append(h('main', { class: 'setup' }, h('div', { class: 'setup-page' }, head, list, foot)));
    document.addEventListener('visibilitychange', () => root.classList.toggle('unseen', document.hidden));
  }

  update({ phase, stopped, checks, copied }: SetupModel): void {
    setText(this.#summary, summaryOf(phase, checks, stopped));
    this.#list.update(checks);
    const over = phase !== 'starting' && phase !== 'running';
    const held = document.activeElement === this.#stop;
    show(this.#stop, !over);
    show(this.#again, over);
    show(this.#copy, checks.length > 0);
    setProminent(this.#again, true);
    // The button that had the focus is gone: the one in its place takes it over.
    if (over && held) this.#again.focus();
    setText(
      this.#copied,
      copied === 'yes' ? setupStrings.copied : copied === 'failed' ? setupStrings.notCopied : '',
    );
  }
}

function summaryOf(phase: SetupModel['phase'], checks: SetupModel['checks'], stopped: boolean): string {
  if (phase === 'starting') return setupStrings.starting;
  if (phase === 'gone') return setupStrings.gone;
  if (phase === 'broken') return setupStrings.broken;
  return setupStrings.summary(checks, stopped);
}
