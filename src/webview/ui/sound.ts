import { h, KeyedList } from './dom.ts';
import type { Widget } from './dom.ts';

/** One voice or the sound of one screen. */
export interface SoundSource {
  readonly key: string;
  readonly track: MediaStreamTrack;
}

/** Where and whether it is heard in this page. */
export interface SoundOutlet {
  /** True while another page plays the voices: they go on here unheard, because Chromium pulls only what is played. */
  readonly muted: boolean;
  /** The output device by id; null for the system's default. */
  readonly speaker: string | null;
}

class Speaker implements Widget<SoundSource> {
  readonly elem: HTMLVideoElement;
  #track: MediaStreamTrack | null = null;
  #blocked = false;
  #speaker: string | null = null;
  readonly #onChange: () => void;

  constructor(outlet: SoundOutlet, onChange: () => void) {
    this.#onChange = onChange;
    // A video for sound alone: without a click Chromium lets a muted video play, but no muted audio element.
    this.elem = h('video', { attrs: { playsinline: '' } });
    this.elem.muted = outlet.muted;
    this.#route(outlet.speaker);
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

  setOutlet({ muted, speaker }: SoundOutlet): void {
    this.#route(speaker);
    if (this.elem.muted === muted) return;
    this.elem.muted = muted;
    // What only played because it was muted is paused by the browser; what was refused may play now that it is.
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

  #route(speaker: string | null): void {
    if (speaker === this.#speaker || !('setSinkId' in this.elem)) return;
    this.#speaker = speaker;
    this.elem.setSinkId(speaker ?? '').catch((error: unknown) => {
      // The device is gone: the default goes on being heard.
      if (!(error instanceof DOMException)) throw error;
    });
  }

  #setBlocked(blocked: boolean): void {
    if (this.#blocked === blocked || !this.#track) return;
    this.#blocked = blocked;
    this.#onChange();
  }
}

/** Plays what is heard of the others. Knows whether the browser wants a click first. */
export class SoundOutput {
  readonly elem: HTMLElement;
  readonly #speakers = new Map<string, Speaker>();
  readonly #list: KeyedList<SoundSource, Speaker>;
  readonly #onBlocked: (blocked: boolean) => void;
  #blocked = false;
  #outlet: SoundOutlet = { muted: false, speaker: null };

  constructor(onBlocked: (blocked: boolean) => void) {
    this.#onBlocked = onBlocked;
    this.elem = h('div', { attrs: { hidden: '' } });
    this.#list = new KeyedList(
      this.elem,
      (source) => source.key,
      (source) => {
        const speaker = new Speaker(this.#outlet, () => this.#check());
        this.#speakers.set(source.key, speaker);
        return speaker;
      },
    );
  }

  update(sources: readonly SoundSource[], outlet: SoundOutlet): void {
    this.#outlet = outlet;
    for (const speaker of this.#speakers.values()) speaker.setOutlet(outlet);
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
