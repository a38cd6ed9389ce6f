import { h, KeyedList } from './dom.ts';
import type { Widget } from './dom.ts';

/** One voice or the sound of one screen. */
export interface SoundSource {
  readonly key: string;
  readonly track: MediaStreamTrack;
}

class Speaker implements Widget<SoundSource> {
  readonly elem: HTMLAudioElement;
  #track: MediaStreamTrack | null = null;
  #blocked = false;
  readonly #onChange: () => void;

  constructor(onChange: () => void) {
    this.#onChange = onChange;
    this.elem = h('audio');
    this.elem.autoplay = true;
  }

  get blocked(): boolean {
    return this.#blocked;
  }

  update({ track }: SoundSource): void {
    if (track === this.#track) return;
    this.#track = track;
    this.elem.srcObject = new MediaStream([track]);
    this.play();
  }

  play(): void {
    this.elem.play().then(
      () => this.#setBlocked(false),
      (error: unknown) => {
        // Anything else (AbortError) means that another track took its place, and that has a play() of its own.
        if (error instanceof DOMException && error.name === 'NotAllowedError') this.#setBlocked(true);
      },
    );
  }

  dispose(): void {
    this.#track = null;
    this.elem.srcObject = null;
  }

  #setBlocked(blocked: boolean): void {
    if (this.#blocked === blocked || !this.#track) return;
    this.#blocked = blocked;
    this.#onChange();
  }
}

/** Plays what is heard of the others. Knows whether the browser wants a click first. */
export class SoundOutput implements Widget<readonly SoundSource[]> {
  readonly elem: HTMLElement;
  readonly #speakers = new Map<string, Speaker>();
  readonly #list: KeyedList<SoundSource, Speaker>;
  readonly #onBlocked: (blocked: boolean) => void;
  #blocked = false;

  constructor(onBlocked: (blocked: boolean) => void) {
    this.#onBlocked = onBlocked;
    this.elem = h('div', { attrs: { hidden: '' } });
    this.#list = new KeyedList(
      this.elem,
      (source) => source.key,
      (source) => {
        const speaker = new Speaker(() => this.#check());
        this.#speakers.set(source.key, speaker);
        return speaker;
      },
    );
  }

  update(sources: readonly SoundSource[]): void {
    this.#list.update(sources);
    const keys = new Set(sources.map((source) => source.key));
    for (const key of this.#speakers.keys()) if (!keys.has(key)) this.#speakers.delete(key);
    this.#check();
  }

  /** To be called within a click: starts all that was refused. */
  unlock(): void {
    for (const speaker of this.#speakers.values()) if (speaker.blocked) speaker.play();
  }

  dispose(): void {
    this.#list.dispose();
    this.#speakers.clear();
  }

  #check(): void {
    const blocked = [...this.#speakers.values()].some((speaker) => speaker.blocked);
    if (blocked === this.#blocked) return;
    this.#blocked = blocked;
    this.#onBlocked(blocked);
  }
}
