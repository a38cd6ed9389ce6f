import type { DevicesModel } from '../model.ts';
import type { LocalTracks } from '../rtc/mediaSlots.ts';
import { CaptureForbiddenError } from './captureProblem.ts';
import { DeviceControl } from './deviceControl.ts';
import { ScreenControl } from './screenControl.ts';
import type { TrackSource } from './trackSource.ts';

const MICROPHONE: MediaTrackConstraints = {
  echoCancellation: true,
  noiseSuppression: true,
  autoGainControl: true,
};
const CAMERA: MediaTrackConstraints = {
  width: { ideal: 1280 },
  height: { ideal: 720 },
  frameRate: { ideal: 30, max: 30 },
};

/** Devices captured by the page itself, where the page may: code-server, and wherever a webview is given the right. */
export class PanelSource implements TrackSource {
  readonly #listeners = new Set<() => void>();
  readonly #microphone: DeviceControl;
  readonly #camera: DeviceControl;
  readonly #screen: ScreenControl;
  #allowed: DevicesModel['allowed'] = 'unknown';

  constructor() {
    const changed = (): void => this.#changed();
    const open = async (kind: 'audio' | 'video'): Promise<MediaStreamTrack> => {
      const track = await this.#capture(kind);
      track.contentHint = kind === 'audio' ? 'speech' : 'motion';
      return track;
    };
    // A microphone stays open while muted, for its first word not to be lost; a camera is released, for its light.
    this.#microphone = new DeviceControl(() => open('audio'), true, changed);
    this.#camera = new DeviceControl(() => open('video'), false, changed);
    this.#screen = new ScreenControl(changed);
  }

  get devices(): DevicesModel {
    return {
      allowed: this.#allowed,
      microphone: this.#microphone.model,
      camera: this.#camera.model,
      screen: this.#screen.model,
    };
  }

  get tracks(): LocalTracks {
    return {
      microphone: this.#microphone.model.track,
      camera: this.#camera.model.track,
      screen: this.#screen.model.track,
      screenAudio: this.#screen.audio,
    };
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  want(device: 'microphone' | 'camera', on: boolean): void {
    (device === 'microphone' ? this.#microphone : this.#camera).want(on);
  }

  startScreen(): Promise<boolean> {
    return this.#screen.start();
  }

  stopScreen(): void {
    this.#screen.stop();
  }

  dispose(): void {
    this.#listeners.clear();
    this.#microphone.dispose();
    this.#camera.dispose();
    this.#screen.dispose();
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }

  async #capture(kind: 'audio' | 'video'): Promise<MediaStreamTrack> {
    const devices = navigator.mediaDevices as MediaDevices | undefined;
    if (!devices) {
      this.#allowed = 'no';
      throw new CaptureForbiddenError('this page has no access to devices');
    }
    try {
      const stream = await devices.getUserMedia(kind === 'audio' ? { audio: MICROPHONE } : { video: CAMERA });
      this.#allowed = 'yes';
      const [track] = stream.getTracks();
      if (!track) throw new DOMException('the stream has no track', 'NotFoundError');
      return track;
    } catch (error) {
      const refused = error instanceof DOMException && error.name === 'NotAllowedError';
      if (refused && (await isForbidden(kind))) {
        this.#allowed = 'no';
        throw new CaptureForbiddenError('this page may not capture', { cause: error });
      }
      // A missing or busy device says that capturing as such is allowed.
      this.#allowed = 'yes';
      throw error;
    }
  }
}

/**
 * Whether a refusal came from the page's own lack of rights rather than from a person who said no: the frame's policy
 * lacks the feature (every desktop webview), or the browser refused while the permission still stands at "ask", as
 * Electron does for webviews.
 */
async function isForbidden(kind: 'audio' | 'video'): Promise<boolean> {
  const feature = kind === 'audio' ? 'microphone' : 'camera';
  const policy = (document as { featurePolicy?: { allowsFeature(name: string): boolean } }).featurePolicy;
  if (policy && !policy.allowsFeature(feature)) return true;
  try {
    const { state } = await navigator.permissions.query({ name: feature });
    return state === 'prompt';
  } catch (error) {
    // An engine that does not know the permission by name cannot have asked anybody.
    if (error instanceof TypeError) return true;
    throw error;
  }
}
