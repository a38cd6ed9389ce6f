import type { ChosenDevices } from '../../shared/stageRpc.ts';
import type { DevicesModel } from '../model.ts';
import type { LocalTracks } from '../rtc/mediaSlots.ts';
import { FASTEST_NO, lacksRight } from './localDevices.ts';
import { PanelSource } from './panelSource.ts';
import { StageSource, type StageSourceOptions } from './stageSource.ts';
import type { TrackSource } from './trackSource.ts';

/**
 * Captures in this page where that works and by a stage where it does not. Which one it is, is found out by trying:
 * there is no other way to know, and it may change with the next version of VS Code.
 */
export class AutoSource implements TrackSource {
  readonly #options: StageSourceOptions;
  readonly #listeners = new Set<() => void>();
  #wanted: StageSourceOptions['wanted'];
  #voices: readonly MediaStreamTrack[] = [];
  #source: TrackSource;
  #stage: StageSource | null = null;
  #disposed = false;

  constructor(options: StageSourceOptions) {
    this.#options = options;
    this.#wanted = options.wanted;
    // A stage of the page before this one says that this page may not capture either.
    if (options.bootstrap.stages.length > 0) this.#source = this.#stage = new StageSource(options);
    else this.#source = new PanelSource();
    this.#source.onChange(() => this.#onChange());
  }

  get devices(): DevicesModel {
    return this.#source.devices;
  }

  get tracks(): LocalTracks {
    return this.#source.tracks;
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Captures what is wanted, once somebody follows what comes of it. A stage was told at once, and may have answered. */
  begin(): void {
    if (this.#stage === null) {
      this.#source.choose(this.#options.chosen);
      // Trying one may show that neither can be had here: then the stage has its wishes already.
      for (const device of ['microphone', 'camera'] as const) this.#source.want(device, this.#wanted[device]);
    }
    for (const listener of this.#listeners) listener();
  }

  want(device: 'microphone' | 'camera', on: boolean): void {
    this.#wanted = { ...this.#wanted, [device]: on };
    this.#source.want(device, on);
  }

  choose(chosen: ChosenDevices): void {
    this.#source.choose(chosen);
  }

  async startScreen(): Promise<boolean> {
    const source = this.#source;
    const asked = performance.now();
    const captured = await source.startScreen();
    if (captured || source === this.#stage || this.#disposed) return captured;
    // Who came back with microphone and camera off asks for the screen before anybody knows whether this page may capture.
    if (source === this.#source) {
      const atOnce = performance.now() - asked < FASTEST_NO;
      if (source.devices.allowed === 'yes' || !(atOnce || lacksRight('display-capture'))) return false;
      this.#useStage();
    }
    return this.#source.startScreen();
  }

  stopScreen(): void {
    this.#source.stopScreen();
  }

  open(): void {
    this.#source.open();
  }

  copyLink(): void {
    this.#source.copyLink();
  }

  hear(tracks: readonly MediaStreamTrack[]): void {
    this.#voices = tracks;
    this.#source.hear(tracks);
  }

  /** A stage's page came or went; told by the extension host. */
  stageConnected(id: string, connected: boolean): void {
    this.#stage?.stageConnected(id, connected);
  }

  /** The machine has come to another network. */
  networkChanged(): void {
    this.#stage?.networkChanged();
  }

  /** A message of a stage, handed on by the extension host. */
  fromStage(id: string, message: unknown): void {
    this.#stage?.fromStage(id, message);
  }

  dispose(): void {
    this.#disposed = true;
    this.#listeners.clear();
    this.#source.dispose();
  }

  #onChange(): void {
    if (!this.#stage && this.#source.devices.allowed === 'no') this.#useStage();
    for (const listener of this.#listeners) listener();
  }

  #useStage(): void {
    this.#source.dispose();
    this.#stage = new StageSource({ ...this.#options, wanted: this.#wanted });
    this.#source = this.#stage;
    this.#stage.hear(this.#voices);
    this.#stage.onChange(() => this.#onChange());
  }
}
