import type { MeetingModel, MeetingView, Phase } from '../model.ts';
import type { Widget } from './dom.ts';
import { DropZone } from './dropZone.ts';
import { HostAwayStrip } from './hostAway.ts';
import { LeaveDialog } from './leaveDialog.ts';
import { Lobby } from './lobby.ts';
import { MeetingScreen } from './meeting.ts';
import { Notices } from './notices.ts';
import { OutcomeScreen, WaitingScreen } from './simpleScreens.ts';
import { registerToolkit } from './toolkit.ts';

interface Screen extends Widget<MeetingModel> {
  /** Where notices stand, when that is not the whole page. */
  readonly noticeHost?: HTMLElement;
  focus(): void;
}
type ScreenKind = 'waiting' | 'lobby' | 'meeting' | 'outcome';

const KINDS: Readonly<Record<Phase, ScreenKind>> = {
  loading: 'waiting',
  lobby: 'lobby',
  joining: 'waiting',
  in: 'meeting',
  left: 'outcome',
  failed: 'outcome',
};

/** The whole page: one screen at a time, notices over it, and the question before leaving. */
export class App {
  readonly #root: HTMLElement;
  readonly #view: MeetingView;
  readonly #notices: Notices;
  readonly #leave: LeaveDialog;
  readonly #drop: DropZone;
  readonly #hostAway = new HostAwayStrip(() => this.#screen?.focus());
  readonly #stops: readonly (() => void)[];
  #screen: Screen | null = null;
  #kind: ScreenKind | null = null;

  /** Draws the view's model into `root` and follows it until `dispose`. */
  constructor(root: HTMLElement, view: MeetingView) {
    registerToolkit();
    this.#root = root;
    this.#view = view;
    this.#notices = new Notices((id) => view.actions.dismissNotice(id));
    this.#leave = new LeaveDialog(view.actions);
    this.#drop = new DropZone(view.actions, (sentence) => this.#notices.tell(sentence));
    root.classList.add('parley');
    root.append(this.#hostAway.elem, this.#notices.elem, this.#leave.elem, this.#drop.elem);
    const onVisibility = () => root.classList.toggle('unseen', document.hidden);
    document.addEventListener('visibilitychange', onVisibility);
    this.#stops = [
      () => document.removeEventListener('visibilitychange', onVisibility),
      view.subscribe((model) => this.#update(model)),
      view.onAskToLeave(() => this.#askToLeave()),
    ];
    onVisibility();
    this.#update(view.model);
  }

  dispose(): void {
    for (const stop of this.#stops) stop();
    this.#screen?.dispose();
    this.#notices.dispose();
    this.#leave.dispose();
    this.#drop.dispose();
    this.#root.replaceChildren();
    this.#root.classList.remove('parley', 'unseen');
  }

  #update(model: MeetingModel): void {
    const kind = KINDS[model.phase];
    const changed = kind !== this.#kind;
    if (changed) {
      this.#screen?.elem.remove();
      this.#screen?.dispose();
      this.#kind = kind;
      this.#screen = this.#make(kind);
      this.#hostAway.elem.after(this.#screen.elem);
      (this.#screen.noticeHost ?? this.#root).append(this.#notices.elem);
    }
    this.#screen?.update(model);
    this.#hostAway.update(model);
    // The focus went with the screen before; somebody who is elsewhere (in a dialog, in the editor) is left alone.
    if (changed && (document.activeElement === null || document.activeElement === document.body))
      this.#screen?.focus();
    this.#notices.update(model.notices);
    this.#drop.setOpen(model.phase === 'in');
    if (model.phase !== 'in') this.#leave.close();
  }

  #make(kind: ScreenKind): Screen {
    const { actions, connections } = this.#view;
    switch (kind) {
      case 'waiting':
        return new WaitingScreen(actions);
      case 'lobby':
        return new Lobby(actions);
      case 'meeting':
        return new MeetingScreen(actions, {
          askToLeave: () => this.#askToLeave(),
          tell: (sentence) => this.#notices.tell(sentence),
          connections,
        });
      case 'outcome':
        return new OutcomeScreen(actions);
    }
  }

  /** Outside of the meeting there is nothing to lose, so nothing to ask. */
  #askToLeave(): void {
    const { model, actions } = this.#view;
    if (model.phase === 'in') this.#leave.open(model.role);
    else actions.leave();
  }
}
