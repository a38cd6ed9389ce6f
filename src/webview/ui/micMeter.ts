import { h, setAttr, setText, show } from './dom.ts';
import type { Widget } from './dom.ts';
import { icon, setIcon } from './icons.ts';
import { levelOf } from './level.ts';
import { strings } from './strings.ts';

/** Milliseconds between two looks at the level. */
const EVERY = 60;

/** Listens to one track, until it is stopped. */
class Listening {
  readonly #context = new AudioContext();
  readonly #analyser = this.#context.createAnalyser();
  readonly #timer: ReturnType<typeof setInterval>;

  constructor(track: MediaStreamTrack, onLevel: (level: number) => void) {
    this.#analyser.fftSize = 1_024;
    this.#context.createMediaStreamSource(new MediaStream([track])).connect(this.#analyser);
    const samples = new Float32Array(this.#analyser.fftSize);
    this.#timer = setInterval(() => {
      if (this.#context.state === 'suspended' && navigator.userActivation.hasBeenActive) this.#resume();
      this.#analyser.getFloatTimeDomainData(samples);
      onLevel(levelOf(samples));
    }, EVERY);
  }

  stop(): void {
    clearInterval(this.#timer);
    void this.#context.close();
  }

  #resume(): void {
    // Closed in between: then nobody looks any more.
    this.#context.resume().catch(() => undefined);
  }
}

/** Shows that the microphone hears something. It stands still while nobody looks, and for who wants no motion. */
export class MicMeter implements Widget<MediaStreamTrack | null> {
  readonly elem: HTMLElement;
  readonly #icon = icon('mic');
  readonly #fill = h('span', { class: 'meter-fill' });
  readonly #text = h('span', { class: 'meter-text' });
  readonly #meter: HTMLElement;
  readonly #calm = matchMedia('(prefers-reduced-motion: reduce)');
  readonly #onSurroundings = (): void => this.#draw();
  #track: MediaStreamTrack | null = null;
  #listening: Listening | null = null;

  constructor() {
    this.#meter = h('span', {
      class: 'meter',
      attrs: {
        role: 'meter',
        'aria-label': strings.page.level,
        'aria-valuemin': '0',
        'aria-valuemax': '100',
        'aria-valuenow': '0',
      },
    });
    this.#meter.append(this.#fill);
    this.elem = h('div', { class: 'meter-row' }, this.#icon, this.#meter, this.#text);
    this.#calm.addEventListener('change', this.#onSurroundings);
    document.addEventListener('visibilitychange', this.#onSurroundings);
    this.#draw();
  }

  update(track: MediaStreamTrack | null): void {
    if (track === this.#track) return;
    this.#track = track;
    this.#stop();
    this.#draw();
  }

  dispose(): void {
    this.#calm.removeEventListener('change', this.#onSurroundings);
    document.removeEventListener('visibilitychange', this.#onSurroundings);
    this.#stop();
  }

  #draw(): void {
    const on = this.#track !== null;
    const moves = on && !this.#calm.matches;
    setIcon(this.#icon, on ? 'mic' : 'mic-off');
    show(this.#meter, moves);
    show(this.#text, !moves);
    setText(this.#text, on ? strings.page.levelOn : strings.page.levelOff);
    if (!this.#track || !moves || document.hidden) this.#stop();
    else this.#listening ??= new Listening(this.#track, (level) => this.#setLevel(level));
  }

  #stop(): void {
    this.#listening?.stop();
    this.#listening = null;
    this.#setLevel(0);
  }

  #setLevel(level: number): void {
    this.#fill.style.setProperty('--level', level.toFixed(3));
    // In coarse steps: who reads it wants to know whether there is sound, not each syllable.
    setAttr(this.#meter, 'aria-valuenow', String(Math.round(level * 10) * 10));
  }
}
