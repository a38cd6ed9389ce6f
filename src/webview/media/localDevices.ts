import type { ChosenDevices, DeviceChoice, DeviceKind } from '../../shared/stageRpc.ts';
import type { DeviceModel, DevicesModel } from '../model.ts';
import { CaptureForbiddenError } from './captureProblem.ts';
import { DeviceControl } from './deviceControl.ts';

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

/** Milliseconds under which a refusal cannot be a person's. */
export const FASTEST_NO = 300;

/** Whether the frame's policy lacks a feature, as that of every desktop webview does; false where nobody can say. */
export function lacksRight(feature: 'microphone' | 'camera' | 'display-capture'): boolean {
  const policy = (document as { featurePolicy?: { allowsFeature(name: string): boolean } }).featurePolicy;
  return policy !== undefined && !policy.allowsFeature(feature);
}

/**
 * Whose a refusal is. `person`: of a page where people are asked, as in the system's browser; `unless-unasked`: the
 * page's own when it came at once while the permission still stands at "ask", as Electron refuses webviews;
 * `unless-at-once`: the page's own whenever nobody can have been asked.
 */
export type Refusal = 'person' | 'unless-unasked' | 'unless-at-once';

/** Nothing chosen: the system's default devices. */
export const DEFAULT_DEVICES: ChosenDevices = { microphone: null, camera: null, speaker: null };

const KINDS: Readonly<Record<MediaDeviceKind, DeviceKind>> = {
  audioinput: 'microphone',
  videoinput: 'camera',
  audiooutput: 'speaker',
};

/** Microphone and camera of the page that makes this, and which of the machine's devices they are. */
export class LocalDevices {
  readonly #onChange: () => void;
  readonly #microphone: DeviceControl;
  readonly #camera: DeviceControl;
  readonly #refusal: Refusal;
  readonly #onDeviceChange = (): void => void this.#enumerate();
  #allowed: DevicesModel['allowed'] = 'unknown';
  #choices: readonly DeviceChoice[] = [];
  #chosen = DEFAULT_DEVICES;

  constructor(refusal: Refusal, onChange: () => void) {
    this.#refusal = refusal;
    this.#onChange = onChange;
    // A microphone stays open while muted, for its first word not to be lost; a camera is released, for its light.
    this.#microphone = new DeviceControl(() => this.#open('microphone'), true, onChange);
    this.#camera = new DeviceControl(() => this.#open('camera'), false, onChange);
    this.#mediaDevices()?.addEventListener('devicechange', this.#onDeviceChange);
  }

  get microphone(): DeviceModel {
    return this.#microphone.model;
  }

  get camera(): DeviceModel {
    return this.#camera.model;
  }

  /** Whether this page may capture; known once it was tried. */
  get allowed(): DevicesModel['allowed'] {
    return this.#allowed;
  }

  /** Devices with their names; none before a permission was given. */
  get choices(): readonly DeviceChoice[] {
    return this.#choices;
  }

  get chosen(): ChosenDevices {
    return this.#chosen;
  }

  want(device: 'microphone' | 'camera', on: boolean): void {
    (device === 'microphone' ? this.#microphone : this.#camera).want(on);
  }

  /** Chooses devices; one in use is changed at once. The speaker is only remembered here. */
  choose(chosen: ChosenDevices): void {
    const before = this.#chosen;
    this.#chosen = chosen;
    if (before.microphone !== chosen.microphone) this.#microphone.reopen();
    if (before.camera !== chosen.camera) this.#camera.reopen();
    this.#onChange();
  }

  /** Nobody is there to want them: both are off, and released. */
  letGo(): void {
    this.#microphone.letGo();
    this.#camera.letGo();
  }

  dispose(): void {
    this.#mediaDevices()?.removeEventListener('devicechange', this.#onDeviceChange);
    this.#microphone.dispose();
    this.#camera.dispose();
  }

  /** Missing in pages that are no secure context. */
  #mediaDevices(): MediaDevices | undefined {
    return navigator.mediaDevices;
  }

  async #open(device: 'microphone' | 'camera'): Promise<MediaStreamTrack> {
    const devices = this.#mediaDevices();
    if (!devices) {
      this.#allowed = 'no';
      throw new CaptureForbiddenError('this page has no access to devices');
    }
    const asked = performance.now();
    try {
      const track = await this.#capture(devices, device);
      this.#allowed = 'yes';
      track.contentHint = device === 'microphone' ? 'speech' : 'motion';
      void this.#enumerate();
      return track;
    } catch (error) {
      const refused = error instanceof DOMException && error.name === 'NotAllowedError';
      // Who is asked takes longer to say no than a browser that does not ask.
      const atOnce = performance.now() - asked < FASTEST_NO;
      if (refused && (await this.#isForbidden(device, atOnce))) {
        this.#allowed = 'no';
        throw new CaptureForbiddenError('this page may not capture', { cause: error });
      }
      // A missing or busy device says that capturing as such is allowed.
      this.#allowed = 'yes';
      throw error;
    }
  }

  async #capture(devices: MediaDevices, device: 'microphone' | 'camera'): Promise<MediaStreamTrack> {
    const id = this.#chosen[device];
    if (id === null) return captureOnce(devices, device, {});
    try {
      // A mere wish would lose against another camera that fits the size better.
      return await captureOnce(devices, device, { deviceId: { exact: id } });
    } catch (error) {
      // The chosen one is not plugged in: the default serves until it is.
      if (!(error instanceof DOMException) || error.name !== 'OverconstrainedError') throw error;
      return captureOnce(devices, device, {});
    }
  }

  /** Whether a refusal came from the page's own lack of rights rather than from a person who said no. */
  async #isForbidden(device: 'microphone' | 'camera', atOnce: boolean): Promise<boolean> {
    if (lacksRight(device)) return true;
    if (this.#refusal === 'person') return false;
    return atOnce && (this.#refusal === 'unless-at-once' || (await standsAtAsk(device)));
  }

  async #enumerate(): Promise<void> {
    const found = (await this.#mediaDevices()?.enumerateDevices()) ?? [];
    this.#choices = found
      .filter(({ deviceId, label }) => deviceId !== '' && label !== '')
      .map(({ kind, deviceId, label }) => ({ kind: KINDS[kind], id: deviceId, label: label.slice(0, 256) }));
    this.#onChange();
  }
}

async function captureOnce(
  devices: MediaDevices,
  device: 'microphone' | 'camera',
  which: MediaTrackConstraints,
): Promise<MediaStreamTrack> {
  const wanted = { ...(device === 'microphone' ? MICROPHONE : CAMERA), ...which };
  const stream = await devices.getUserMedia(device === 'microphone' ? { audio: wanted } : { video: wanted });
  const [track] = stream.getTracks();
  if (!track) throw new DOMException('the stream has no track', 'NotFoundError');
  return track;
}

async function standsAtAsk(device: 'microphone' | 'camera'): Promise<boolean> {
  try {
    return (await navigator.permissions.query({ name: device })).state === 'prompt';
  } catch (error) {
    // An engine that does not know the permission by name cannot have asked anybody.
    if (error instanceof TypeError) return true;
    throw error;
  }
}
