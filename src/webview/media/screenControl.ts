import type { CaptureProblem } from '../../shared/stageRpc.ts';
import type { DeviceModel } from '../model.ts';
import { captureProblem } from './captureProblem.ts';

/** Text is read, not watched: full resolution matters more than smoothness. */
const SCREEN: DisplayMediaStreamOptions = {
  video: { frameRate: { ideal: 15, max: 30 }, width: { max: 2560 }, height: { max: 1600 } },
  audio: true,
};

/** The captured screen or window. Ends from here, or from the browser's own "Stop sharing". */
export class ScreenControl {
  readonly #onChange: () => void;
  #asking = false;
  #video: MediaStreamTrack | null = null;
  #audio: MediaStreamTrack | null = null;
  #problem: CaptureProblem | null = null;
  #disposed = false;

  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  get model(): DeviceModel {
    return {
      wanted: this.#asking || this.#video !== null,
      status: this.#video ? 'on' : this.#asking ? 'starting' : this.#problem ? 'failed' : 'off',
      problem: this.#problem,
      track: this.#video,
    };
  }

  /** The sound of what is shown, where there is some. */
  get audio(): MediaStreamTrack | null {
    return this.#audio;
  }

  /** Must be called within a click. Resolves to whether a screen is captured. */
  async start(): Promise<boolean> {
    if (this.#asking || this.#video) return this.#video !== null;
    this.#asking = true;
    this.#problem = null;
    this.#onChange();
    try {
      this.#take(await navigator.mediaDevices.getDisplayMedia(SCREEN));
    } catch (error) {
      this.#problem = captureProblem(error);
    }
    this.#asking = false;
    this.#onChange();
    return this.#video !== null;
  }

  stop(): void {
    this.#release();
    this.#onChange();
  }

  dispose(): void {
    this.#disposed = true;
    this.#release();
  }

  #take(stream: MediaStream): void {
    const video = stream.getVideoTracks()[0] ?? null;
    if (this.#disposed || !video) {
      for (const track of stream.getTracks()) track.stop();
      return;
    }
    video.contentHint = 'detail';
    video.onended = () => this.stop();
    this.#video = video;
    this.#audio = stream.getAudioTracks()[0] ?? null;
  }

  #release(): void {
    for (const track of [this.#video, this.#audio]) {
      if (!track) continue;
      track.onended = null;
      track.stop();
    }
    this.#video = null;
    this.#audio = null;
  }
}
