import { RECOVERY_COMMANDS } from '../../shared/hostRpc.ts';
import type { MeetingModel, Phase } from '../model.ts';
import { h, hasFocus } from './dom.ts';
import type { Widget } from './dom.ts';
import { icon } from './icons.ts';
import { strings } from './strings.ts';

/** Where the page says it by itself; the last screen has a sentence of its own. */
const SPEAKS: ReadonlySet<Phase> = new Set(['lobby', 'joining', 'in', 'failed']);

/** A slim line above everything: VS Code's extension host does not answer, and what to do about it. */
export class HostAwayStrip implements Widget<MeetingModel> {
  readonly elem: HTMLElement;
  readonly #text = h('span', { class: 'strip-text' });
  readonly #onFocusLost: () => void;
  #says = '';

  /** @param onFocusLost it goes, and had the focus. */
  constructor(onFocusLost: () => void) {
    this.#onFocusLost = onFocusLost;
    this.elem = h(
      'div',
      { class: 'strip host-away', attrs: { role: 'status', 'data-kind': 'warning' } },
      icon('debug-disconnect'),
      this.#text,
    );
    this.elem.hidden = true;
  }

  update(model: MeetingModel): void {
    const { silent, lasts } = strings.hostAway;
    const says = model.hostAway && SPEAKS.has(model.phase) ? detailOf(model) : '';
    if (says === this.#says) return;
    this.#says = says;
    const focused = hasFocus(this.elem);
    // Shown before it is filled: a status is read when its text changes while it is there.
    this.elem.hidden = says === '';
    const detail = h('span', { class: 'strip-detail', text: says });
    this.#text.replaceChildren(...(says === '' ? [] : [silent, detail, ...recovery(lasts)]));
    if (focused) this.#onFocusLost();
  }

  dispose(): void {
    this.elem.remove();
  }
}

function detailOf({ phase, devices }: MeetingModel): string {
  const { inMeeting, byStage, outside } = strings.hostAway;
  if (phase !== 'in') return outside;
  return devices.stage?.status === 'live' ? byStage : inMeeting;
}

/**
 * A sentence with links that give the window an extension host again. VS Code follows them without one, where a click of
 * a person leads to them; it can start one anew by itself on the desktop only (VS Code 1.139).
 * @param around what stands before the links, and after them.
 */
export function recovery(around: readonly [string, string]): (Node | string)[] {
  const { restart, restartTitle, or, reload, reloadTitle } = strings.hostAway;
  const anew = commandLink(RECOVERY_COMMANDS.restart, restart, restartTitle);
  const whole = commandLink(RECOVERY_COMMANDS.reload, reload, reloadTitle);
  const links = navigator.userAgent.includes('Electron/') ? [anew, or, whole] : [whole];
  return [around[0], ...links, around[1]];
}

function commandLink(command: string, text: string, title: string): HTMLAnchorElement {
  return h('a', { class: 'command-link', text, title, attrs: { href: `command:${command}` } });
}
