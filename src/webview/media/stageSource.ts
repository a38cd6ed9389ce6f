import type { MeetingBootstrap } from '../../shared/hostRpc.ts';
import type { ChosenDevices, StagePurpose } from '../../shared/stageRpc.ts';
import type { StageClient } from '../host/hostContext.ts';
import type { DevicesModel } from '../model.ts';
import type { LocalTracks } from '../rtc/mediaSlots.ts';
import { StageHandle } from './stageHandle.ts';
import { deviceModel } from './stageReports.ts';
import type { TrackSource } from './trackSource.ts';

/** Milliseconds in which the page of a stage comes, where it can be loaded at all. */
const LATE = 20_000;

/** What a stage source needs, and whom it tells. */
export interface StageSourceOptions {
  readonly host: StageClient;
  readonly bootstrap: Pick<MeetingBootstrap, 'stages' | 'addresses'>;
  /** What is wanted of the devices at first. */
  readonly wanted: { readonly microphone: boolean; readonly camera: boolean };
  readonly chosen: ChosenDevices;
  /** The meeting as the stage shows it. */
  readonly title: () => string;
  /** "Leave" was pressed in the stage. */
  readonly onLeave: () => void;
  readonly onProblem: (what: string, error?: unknown) => void;
  /** Milliseconds after which a page that has not come is late; 20 s unless said otherwise. */
  readonly late?: number;
}

/**
 * Devices captured by pages of the system's browser, for a panel that may not capture. What is wanted is kept here and
 * told to the stage whole, whenever it changes and whenever a stage (re)appears, so that no click is lost and no stage
 * can be left in a state that the panel does not show.
 */
export class StageSource implements TrackSource {
  readonly #options: StageSourceOptions;
  readonly #listeners = new Set<() => void>();
  readonly #devices: StageHandle;
  readonly #screen: StageHandle;
  #wanted: { readonly microphone: boolean; readonly camera: boolean };
  #chosen: ChosenDevices;
  #voices: readonly MediaStreamTrack[] = [];
  /** The machine's, when it was told last that they are others. */
  #addresses: readonly string[];

  constructor(options: StageSourceOptions) {
    this.#options = options;
    this.#addresses = [...options.bootstrap.addresses];
    this.#wanted = options.wanted;
    this.#chosen = options.chosen;
    this.#devices = this.#makeStage('devices');
    this.#screen = this.#makeStage('screen');
    for (const { stage, purpose, connected } of options.bootstrap.stages) {
      (purpose === 'devices' ? this.#devices : this.#screen).resume(stage, connected);
    }
  }

  get devices(): DevicesModel {
    const { report, tracks } = this.#devices;
    const { microphone, camera } = this.#wanted;
    const screen = this.#screen;
    return {
      allowed: 'no',
      stage: this.#devices.model,
      screenStage: screen.status === 'none' ? null : screen.model,
      voices: this.#devices.plays ? 'stage' : 'here',
      choices: report?.choices ?? [],
      chosen: this.#chosen,
      microphone: deviceModel(microphone, report?.microphone, tracks?.audio ?? null),
      camera: deviceModel(camera, report?.camera, tracks?.video ?? null),
      screen: deviceModel(screen.status !== 'none', screen.report?.screen, screen.tracks?.video ?? null),
    };
  }

  get tracks(): LocalTracks {
    const { microphone, camera, screen } = this.devices;
    const screenAudio = screen.status === 'on' ? (this.#screen.tracks?.audio ?? null) : null;
    return { microphone: microphone.track, camera: camera.track, screen: screen.track, screenAudio };
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  want(device: 'microphone' | 'camera', on: boolean): void {
    this.#wanted = { ...this.#wanted, [device]: on };
    this.#tellWishes();
  }

  choose(chosen: ChosenDevices): void {
    this.#chosen = chosen;
    this.#tellWishes();
  }

  open(): void {
    void this.#devices.open();
  }

  copyLink(): void {
    // The one that is still waited for: a screen that is shared needs no link.
    const { status } = this.#screen;
    (status === 'none' || status === 'live' ? this.#devices : this.#screen).copyLink();
  }

  async startScreen(): Promise<boolean> {
    if (this.#screen.report?.screen.status === 'on') return true;
    await this.#screen.open();
    return this.#screen.status !== 'none' && this.#screen.status !== 'lost';
  }

  stopScreen(): void {
    this.#screen.close('stopped');
  }

  hear(tracks: readonly MediaStreamTrack[]): void {
    this.#voices = tracks;
    this.#devices.hear(tracks);
  }

  /**
   * The machine has other addresses now. A stage whose connection goes by one that is gone is connected with anew, as is
   * one that is not connected yet; any other goes on undisturbed, as what it captures is interrupted for everybody.
   */
  networkChanged(): void {
    const { addresses } = this.#options.bootstrap;
    const gone = this.#addresses.filter((address) => !addresses.includes(address));
    this.#addresses = [...addresses];
    for (const stage of [this.#devices, this.#screen]) void stage.followNetwork(gone);
  }

  /** A stage's page came or went; told by the extension host. */
  stageConnected(id: string, connected: boolean): void {
    this.#find(id)?.setConnected(connected);
  }

  /** A message of stageRpc, handed on by the extension host. */
  fromStage(id: string, message: unknown): void {
    this.#find(id)?.receive(message);
  }

  dispose(): void {
    this.#listeners.clear();
    this.#screen.close('left');
    this.#devices.close('left');
  }

  #makeStage(purpose: StagePurpose): StageHandle {
    const { host, bootstrap, title, onLeave, onProblem, late = LATE } = this.#options;
    return new StageHandle({
      purpose,
      host,
      bootstrap,
      title,
      late,
      onAttached: () => {
        if (purpose === 'devices') this.#devices.hear(this.#voices);
        this.#tellWishes();
      },
      onFailed: (devices) => {
        // A device that failed comes back when somebody asks for it, not with the next click on something else.
        for (const device of devices) this.#wanted = { ...this.#wanted, [device]: false };
        this.#tellWishes();
      },
      onWish: ({ microphone = this.#wanted.microphone, camera = this.#wanted.camera, chosen }) => {
        this.#wanted = { microphone, camera };
        if (chosen !== undefined) this.#chosen = chosen;
        this.#tellWishes();
      },
      onLeave,
      onChange: () => this.#changed(),
      onProblem,
    });
  }

  #find(id: string): StageHandle | undefined {
    return [this.#devices, this.#screen].find((stage) => stage.id === id);
  }

  #tellWishes(): void {
    this.#devices.want({ ...this.#wanted, chosen: this.#chosen });
    this.#changed();
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }
}
