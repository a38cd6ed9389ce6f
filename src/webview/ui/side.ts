import type { MeetingActions, MeetingModel } from '../model.ts';
import { Chat } from './chat.ts';
import type { ConnectionOpener } from './connectionButton.ts';
import { h, setText, show } from './dom.ts';
import type { Widget } from './dom.ts';
import { Files } from './files.ts';
import { PANES } from './panes.ts';
import type { Pane } from './panes.ts';
import { Participants } from './participants.ts';
import { strings } from './strings.ts';
import { iconButton } from './toolkit.ts';

/** What the side bar shows. */
export interface SideModel {
  readonly meeting: MeetingModel;
  readonly open: ReadonlySet<Pane>;
}

class PaneView {
  readonly elem: HTMLElement;
  readonly #count = h('span', { class: 'pane-count' });

  constructor(
    pane: Pane,
    title: string,
    body: HTMLElement,
    tools: readonly HTMLElement[],
    close: () => void,
  ) {
    const closeButton = iconButton('close', strings.side.closePane(title), close);
    closeButton.classList.add('pane-close');
    const head = h(
      'div',
      { class: 'pane-head' },
      h('h2', { text: title }),
      this.#count,
      ...tools,
      closeButton,
    );
    this.elem = h('section', { class: `pane pane-${pane}` }, head, body);
  }

  update(open: boolean, count: number): void {
    show(this.elem, open);
    setText(this.#count, count > 0 ? String(count) : '');
  }
}

/** The side bar: participants, shared files and chat, each of which may be closed. */
export class Side implements Widget<SideModel> {
  readonly elem: HTMLElement;
  readonly #participants: Participants;
  readonly #files: Files;
  readonly #chat: Chat;
  readonly #panes: Readonly<Record<Pane, PaneView>>;

  constructor(actions: MeetingActions, details: ConnectionOpener, close: (pane: Pane) => void) {
    this.#participants = new Participants(details);
    this.#files = new Files(actions);
    this.#chat = new Chat(
      (text) => actions.sendChat(text),
      (href) => actions.openLink(href),
    );
    const { side } = strings;
    const make = (pane: Pane, title: string, body: HTMLElement, tools: readonly HTMLElement[] = []) =>
      new PaneView(pane, title, body, tools, () => close(pane));
    this.#panes = {
      participants: make('participants', side.participants, this.#participants.elem),
      files: make('files', side.files, this.#files.elem, this.#files.tools),
      chat: make('chat', side.chat, this.#chat.elem),
    };
    this.elem = h('aside', { class: 'side', attrs: { 'aria-label': side.region } });
    this.elem.append(...PANES.map((pane) => this.#panes[pane].elem));
  }

  update({ meeting, open }: SideModel): void {
    show(this.elem, open.size > 0);
    this.#panes.participants.update(open.has('participants'), meeting.people.length);
    this.#panes.files.update(open.has('files'), meeting.files.length);
    this.#panes.chat.update(open.has('chat'), 0);
    this.#participants.update(meeting.people);
    this.#files.update(meeting.files);
    this.#chat.update(meeting.chat);
  }

  /** Puts the focus where a person goes on after opening a part. */
  focusPane(pane: Pane): void {
    if (pane === 'chat') this.#chat.focus();
    else this.#panes[pane].elem.querySelector<HTMLElement>('vscode-button:not([hidden])')?.focus();
  }

  dispose(): void {
    this.#participants.dispose();
    this.#files.dispose();
    this.#chat.dispose();
  }
}
