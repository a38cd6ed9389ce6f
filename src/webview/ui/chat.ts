import { MAX_CHAT_TEXT } from '../../shared/limits.ts';
import type { ChatModel } from '../model.ts';
import { EndKeeper } from './chatEnd.ts';
import { h, KeyedList, setAttr, setText, show } from './dom.ts';
import type { Widget } from './dom.ts';
import { icon } from './icons.ts';
import { formatTime } from './format.ts';
import { cutAtLinks } from './links.ts';
import type { Piece } from './links.ts';
import { strings } from './strings.ts';
import { iconButton, markInvalid, textArea } from './toolkit.ts';
import type { TextAreaElement } from './toolkit.ts';

/** Messages of one person within this time (ms) stand under one head. */
const GROUP = 5 * 60_000;

interface Line {
  readonly message: ChatModel;
  readonly continued: boolean;
}

class LineView implements Widget<Line> {
  readonly elem: HTMLElement;
  readonly #head = h('div', { class: 'message-head' });
  readonly #name = h('span', { class: 'message-name' });
  readonly #time = h('time', { class: 'message-time' });
  readonly #text = h('div', { class: 'message-text' });
  readonly #openLink: (href: string) => void;

  constructor(openLink: (href: string) => void) {
    this.#openLink = openLink;
    this.#head.append(this.#name, ' ', this.#time);
    this.elem = h('div', { class: 'message' }, this.#head, this.#text);
  }

  update({ message, continued }: Line): void {
    const at = new Date(message.sentAt);
    setText(this.#name, message.name);
    setText(this.#time, formatTime(message.sentAt));
    setAttr(this.#time, 'datetime', at.toISOString());
    setAttr(this.#time, 'title', at.toLocaleString());
    // Made anew only when it is another: a selection in it stays.
    if (this.#text.textContent !== message.text)
      this.#text.replaceChildren(...cutAtLinks(message.text).map((piece) => this.#pieceView(piece)));
    this.elem.classList.toggle('self', message.self);
    // The head stays for screen readers: each message is read alone.
    this.#head.classList.toggle('visually-hidden', continued);
    this.elem.classList.toggle('continued', continued);
  }

  dispose(): void {
    this.elem.remove();
  }

  #pieceView({ text, href }: Piece): Node | string {
    if (href === null) return text;
    const link = h('a', { text, title: href, attrs: { href, rel: 'noopener noreferrer' } });
    link.addEventListener('click', (event) => {
      // Also from VS Code, which would open it a second time, and of the browser that the panel may be in.
      event.preventDefault();
      event.stopPropagation();
      this.#openLink(href);
    });
    return link;
  }
}

/** The chat: what was said, and where to say something. */
export class Chat implements Widget<readonly ChatModel[]> {
  readonly elem: HTMLElement;
  readonly #log = h('div', {
    class: 'chat-log',
    attrs: { role: 'log', 'aria-live': 'polite', 'aria-label': strings.side.chat, tabindex: '0' },
  });
  readonly #empty = h('div', { class: 'empty', text: strings.chat.empty });
  readonly #newer = h('button', { class: 'chat-newer', attrs: { type: 'button' } });
  readonly #problem = h('div', { class: 'problem', attrs: { role: 'alert' } });
  readonly #input: TextAreaElement = textArea(strings.chat.input, strings.chat.input);
  readonly #list: KeyedList<Line, LineView>;
  readonly #send: (text: string) => boolean;
  readonly #observer: ResizeObserver;
  readonly #end = new EndKeeper(this.#log);

  /** `send` gives false when the text was not sent; it stays in the input then. */
  constructor(send: (text: string) => boolean, openLink: (href: string) => void) {
    this.#send = send;
    this.#list = new KeyedList(
      this.#log,
      (line) => line.message.key,
      () => new LineView(openLink),
    );
    this.#newer.append(icon('arrow-down'), h('span', { text: strings.chat.newMessages }));
    show(this.#newer, false);
    show(this.#problem, false);
    const sendButton = iconButton('send', strings.chat.send, () => this.#submit());
    const composer = h('div', { class: 'composer' }, this.#input, sendButton);
    const scroller = h('div', { class: 'chat-view' }, this.#log, this.#empty, this.#newer);
    this.elem = h('div', { class: 'pane-body chat' }, scroller, this.#problem, composer);
    this.#log.addEventListener('scroll', () => this.#onScroll());
    this.#newer.addEventListener('click', () => {
      this.#goToEnd();
      this.focus();
    });
    this.#input.addEventListener('keydown', (event) => this.#onKey(event));
    this.#input.addEventListener('input', () => this.#checkLength());
    // Also when the pane opens or the panel changes its size.
    this.#observer = new ResizeObserver(() => this.#end.keep());
    this.#observer.observe(this.#log);
  }

  update(messages: readonly ChatModel[]): void {
    const lines = messages.map((message, at): Line => {
      const before = messages[at - 1];
      const continued = before?.author === message.author && Math.abs(message.sentAt - before.sentAt) < GROUP;
      return { message, continued };
    });
    const made = this.#list.update(lines);
    show(this.#empty, messages.length === 0);
    if (made === 0) return;
    if (this.#end.atEnd || messages.at(-1)?.self === true) this.#goToEnd();
    else show(this.#newer, true);
  }

  focus(): void {
    this.#input.focus();
  }

  dispose(): void {
    this.#observer.disconnect();
    this.#list.dispose();
  }

  #onScroll(): void {
    this.#end.onScroll();
    if (this.#end.atEnd) show(this.#newer, false);
  }

  #goToEnd(): void {
    this.#end.goToEnd();
    show(this.#newer, false);
  }

  #onKey(event: KeyboardEvent): void {
    // While an input method composes, Enter chooses a word (229 is what Safari reports on its last key).
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    this.#submit();
  }

  #submit(): void {
    const text = this.#input.value;
    this.focus();
    if (text.trim() === '' || !this.#checkLength()) return;
    if (!this.#send(text)) {
      this.#tell(strings.chat.notSent);
      return;
    }
    this.#input.value = '';
    this.#input.control.value = ''; // The toolkit would do it with the next frame; a fast typist is faster.
    this.#tell('');
  }

  #checkLength(): boolean {
    const { length } = this.#input.value.trim();
    const fits = length <= MAX_CHAT_TEXT;
    this.#tell(fits ? '' : strings.chat.tooLong(length, MAX_CHAT_TEXT));
    markInvalid(this.#input, !fits);
    return fits;
  }

  #tell(sentence: string): void {
    setText(this.#problem, sentence);
    show(this.#problem, sentence !== '');
  }
}
