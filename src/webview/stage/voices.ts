/**
 * Plays the others where the microphone is, so that the browser's echo canceller knows what comes out of the speaker.
 * One element a voice: Chromium plays any number, each with its own jitter buffer.
 */
export class Voices {
  readonly #onChange: () => void;
  readonly #players = new Map<MediaStreamTrack, HTMLAudioElement>();
  #speaker: string | null = null;
  #blocked = false;

  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  /** How many are heard at this moment. */
  get count(): number {
    return [...this.#players.keys()].filter((track) => !track.muted).length;
  }

  /** The browser wants a click before it plays. */
  get blocked(): boolean {
    return this.#blocked;
  }

  /** Plays these, and no others. */
  set(tracks: readonly MediaStreamTrack[]): void {
    for (const [track, player] of this.#players) if (!tracks.includes(track)) this.#remove(track, player);
    for (const track of tracks) if (!this.#players.has(track)) this.#add(track);
    this.#onChange();
  }

  /** Chooses where it is heard; null for the system's default. */
  useSpeaker(id: string | null): void {
    this.#speaker = id;
    for (const player of this.#players.values()) this.#route(player);
  }

  /** Tries again to play what was held back; to be called within a click. */
  play(): void {
    this.#blocked = false;
    for (const player of this.#players.values()) this.#play(player);
    this.#onChange();
  }

  dispose(): void {
    for (const [track, player] of this.#players) this.#remove(track, player);
  }

  #add(track: MediaStreamTrack): void {
    const player = document.createElement('audio');
    player.srcObject = new MediaStream([track]);
    // In the page, unseen: what plays can be found there, by a test and by an extension of the browser alike.
    document.body.append(player);
    track.onmute = track.onunmute = () => this.#onChange();
    this.#players.set(track, player);
    this.#route(player);
    this.#play(player);
  }

  #remove(track: MediaStreamTrack, player: HTMLAudioElement): void {
    track.onmute = track.onunmute = null;
    player.srcObject = null;
    player.remove();
    this.#players.delete(track);
    if (this.#players.size === 0) this.#blocked = false;
  }

  #play(player: HTMLAudioElement): void {
    player.play().catch((error: unknown) => {
      // AbortError: the element was taken away in between.
      if (!(error instanceof DOMException) || error.name !== 'NotAllowedError') return;
      this.#blocked = true;
      this.#onChange();
    });
  }

  #route(player: HTMLAudioElement): void {
    // Not every browser can choose a speaker; without it the default is heard, which is what was heard before.
    if (!('setSinkId' in player)) return;
    player.setSinkId(this.#speaker ?? '').catch(() => {
      this.#speaker = null;
      this.#onChange();
    });
  }
}
