import { h } from './dom.ts';

/** A muted picture of one track. It is `live` (class and callback) from the first frame on. */
export class VideoSurface {
  readonly elem: HTMLVideoElement;
  #track: MediaStreamTrack | null = null;
  readonly #onLive: (live: boolean) => void;

  constructor(onLive: (live: boolean) => void) {
    this.#onLive = onLive;
    this.elem = h('video', { class: 'video', attrs: { playsinline: '', autoplay: '' } });
    this.elem.muted = true;
    this.elem.disablePictureInPicture = true;
    this.elem.addEventListener('loadeddata', () => this.#setLive(this.#track !== null));
    this.elem.addEventListener('emptied', () => this.#setLive(false));
    // Moving the element in the document pauses it.
    this.elem.addEventListener('pause', () => this.#play());
  }

  /** Shows a track, or nothing. The same track again changes nothing. */
  setTrack(track: MediaStreamTrack | null): void {
    if (track === this.#track) return;
    this.#track = track;
    if (!track) this.#setLive(false);
    this.elem.srcObject = track ? new MediaStream([track]) : null;
    this.#play();
  }

  dispose(): void {
    this.#track = null;
    this.elem.srcObject = null;
  }

  #setLive(live: boolean): void {
    this.elem.classList.toggle('live', live);
    this.#onLive(live);
  }

  #play(): void {
    if (!this.#track || !this.elem.isConnected) return; // `autoplay` starts it once it is connected.
    this.elem.play().catch((error: unknown) => {
      // Taken away before it began; a muted video is never refused.
      if (!(error instanceof DOMException)) throw error;
    });
  }
}
