import type { MeetingBootstrap } from '../../shared/hostRpc.ts';
import type { ChosenDevices, StageReport } from '../../shared/stageRpc.ts';
import type { StageClient } from '../host/hostContext.ts';
import type { DevicesModel } from '../model.ts';
import type { LocalTracks } from '../rtc/mediaSlots.ts';
import { StageConnection } from './stageConnection.ts';
import {
  deviceModel,
  makeStage,
  mayCapture,
  newlyFailed,
  type Stage,
  stageModel,
  tracksOf,
} from './stageState.ts';
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
  readonly #devices = makeStage('devices');
  readonly #screen = makeStage('screen');
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
    for (const { stage, purpose, connected } of options.bootstrap.stages) {
      const known = purpose === 'devices' ? this.#devices : this.#screen;
      known.id = stage;
      known.status = connected ? 'waiting' : 'lost';
      if (connected) this.#attach(known);
    }
  }

  get devices(): DevicesModel {
    const { report } = this.#devices;
    const tracks = tracksOf(this.#devices);
    const { microphone, camera } = this.#wanted;
    return {
      allowed: 'no',
      stage: stageModel(this.#devices),
      screenStage: this.#screen.status === 'none' ? null : stageModel(this.#screen),
      voices: this.#hearsThere() ? 'stage' : 'here',
      choices: report?.choices ?? [],
      chosen: this.#chosen,
      microphone: deviceModel(microphone, report?.microphone, tracks?.audio ?? null),
      camera: deviceModel(camera, report?.camera, tracks?.video ?? null),
      screen: deviceModel(
        this.#screen.status !== 'none',
        this.#screen.report?.screen,
        tracksOf(this.#screen)?.video ?? null,
      ),
    };
  }

  get tracks(): LocalTracks {
    const { microphone, camera, screen } = this.devices;
    const screenAudio = screen.status === 'on' ? (tracksOf(this.#screen)?.audio ?? null) : null;
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
    void this.#open(this.#devices);
  }

  copyLink(): void {
    // The one that is still waited for: a screen that is shared needs no link.
    const { status } = this.#screen;
    const stage = status === 'none' || status === 'live' ? this.#devices : this.#screen;
    // While VS Code is still opening it, there is none yet: it is copied as soon as there is.
    if (stage.id === null) stage.copies = stage.asking;
    else this.#copyLink(stage.id);
  }

  async startScreen(): Promise<boolean> {
    if (this.#screen.report?.screen.status === 'on') return true;
    await this.#open(this.#screen);
    return this.#screen.status !== 'none' && this.#screen.status !== 'lost';
  }

  stopScreen(): void {
    this.#close(this.#screen, 'stopped');
  }

  hear(tracks: readonly MediaStreamTrack[]): void {
    this.#voices = tracks;
    this.#devices.connection?.hear(tracks);
  }

  /**
   * The machine has other addresses now. A stage whose connection goes by one that is gone is connected with anew, as is
   * one that is not connected yet; any other goes on undisturbed, as what it captures is interrupted for everybody.
   */
  networkChanged(): void {
    const { addresses } = this.#options.bootstrap;
    const gone = this.#addresses.filter((address) => !addresses.includes(address));
    this.#addresses = [...addresses];
    for (const stage of [this.#devices, this.#screen]) void this.#followNetwork(stage, gone);
  }

  /** A stage's page came or went; told by the extension host. */
  stageConnected(id: string, connected: boolean): void {
    const stage = this.#find(id);
    if (!stage) return;
    this.#detach(stage);
    if (connected) this.#attach(stage);
    else if (stage.purpose === 'screen') this.#close(stage, 'stopped');
    else stage.status = 'lost';
    this.#changed();
  }

  /** A message of stageRpc, handed on by the extension host. */
  fromStage(id: string, message: unknown): void {
    this.#find(id)?.connection?.receive(message);
  }

  dispose(): void {
    this.#listeners.clear();
    this.#close(this.#screen, 'left');
    this.#close(this.#devices, 'left');
  }

  async #followNetwork(stage: Stage, gone: readonly string[]): Promise<void> {
    const { connection } = stage;
    if (!connection || (connection.connected && !(await connection.mayGoBy(gone)))) return;
    if (stage.connection === connection) this.#reattach(stage);
  }

  /** Whether the others are played by the stage. */
  #hearsThere(): boolean {
    const { status, connection, report } = this.#devices;
    return status === 'live' && connection?.connected === true && report?.soundBlocked === false;
  }

  #find(id: string): Stage | undefined {
    return [this.#devices, this.#screen].find((stage) => stage.id === id);
  }

  #copyLink(stage: string): void {
    this.#options.host.call('copyStageLink', { stage }).catch((error: unknown) => {
      this.#options.onProblem('the link to the stage could not be copied', error);
    });
  }

  async #open(stage: Stage): Promise<void> {
    if (stage.connection || stage.asking) return;
    const { purpose, instead } = stage;
    const attempt = ++stage.attempt;
    stage.asking = true;
    stage.status = 'opening';
    stage.late = false;
    this.#changed();
    try {
      const browser = instead ? ({ browser: 'system' } as const) : {};
      const opening = await this.#options.host.call('openStage', { purpose, ...browser });
      if (attempt !== stage.attempt) {
        this.#drop(stage, opening.stage);
        return;
      }
      stage.id = opening.stage;
      if (stage.instead !== instead) {
        // It has come, and said that it may not capture, before this answer.
        stage.asking = false;
        await this.#open(stage);
        return;
      }
      // Its page may have come before the answer that says which it is.
      if (opening.connected && !stage.connection) this.#attach(stage);
      if (!stage.connection) stage.status = opening.opened ? 'opening' : 'no-browser';
    } catch (error) {
      this.#options.onProblem('the stage could not be opened', error);
      if (attempt !== stage.attempt) return;
      // Said as that of a page that is gone: it can be opened again.
      stage.status = 'lost';
    }
    stage.asking = false;
    if (stage.copies && stage.id !== null) this.#copyLink(stage.id);
    stage.copies = false;
    if (stage.status === 'opening') this.#expect(stage);
    this.#changed();
  }

  /** What was opened for somebody who cancelled meanwhile is not wanted, unless it was asked for again since. */
  #drop(stage: Stage, id: string): void {
    if (stage.asking || stage.id !== null) return;
    stage.id = id;
    this.#close(stage, 'stopped');
  }

  /** Its page should come now. */
  #expect(stage: Stage): void {
    clearTimeout(stage.lateTimer);
    stage.lateTimer = setTimeout(() => {
      stage.late = stage.status === 'opening';
      this.#changed();
    }, this.#options.late ?? LATE);
  }

  #attach(stage: Stage): void {
    const { title, addresses, host } = {
      title: this.#options.title(),
      addresses: this.#options.bootstrap.addresses,
      host: this.#options.host,
    };
    const { id, purpose } = stage;
    stage.status = 'waiting';
    stage.report = null;
    const connection = new StageConnection({
      purpose,
      title,
      addresses,
      post: (message) => {
        host.call('toStage', { stage: id ?? '', message }).catch((error: unknown) => {
          this.#options.onProblem('a message did not reach the stage', error);
        });
      },
      onReport: (report) => this.#onReport(stage, connection, report),
      onWish: ({ microphone, camera, chosen }) => {
        if (microphone !== undefined) this.#wanted = { ...this.#wanted, microphone };
        if (camera !== undefined) this.#wanted = { ...this.#wanted, camera };
        if (chosen !== undefined) this.#chosen = chosen;
        this.#tellWishes();
      },
      onLeave: this.#options.onLeave,
      onTracks: () => this.#changed(),
      onBroken: () => {
        if (stage.connection === connection) this.#reattach(stage);
      },
      onProblem: this.#options.onProblem,
    });
    stage.connection = connection;
    if (purpose === 'devices') connection.hear(this.#voices);
    this.#tellWishes();
  }

  #reattach(stage: Stage): void {
    this.#detach(stage);
    this.#attach(stage);
    this.#changed();
  }

  #onReport(stage: Stage, connection: StageConnection, report: StageReport): void {
    if (stage.connection !== connection) return;
    const ended = stage.report?.screen.status === 'on' && report.screen.status !== 'on';
    if (report.integrated === true && !stage.instead && !mayCapture(report)) {
      this.#openInstead(stage);
      return;
    }
    const failed = newlyFailed(stage.report, report);
    stage.report = report;
    stage.status = report.started ? 'live' : 'waiting';
    // A device that failed comes back when somebody asks for it, not with the next click on something else.
    for (const device of failed) this.#wanted = { ...this.#wanted, [device]: false };
    if (failed.length > 0) this.#tellWishes();
    // The browser's own "Stop sharing" ends the share from the other end.
    if (ended) this.#close(stage, 'stopped');
    this.#changed();
  }

  #tellWishes(): void {
    this.#devices.connection?.want({ ...this.#wanted, chosen: this.#chosen });
    this.#changed();
  }

  /** Leaves a page that may not capture for one in another browser, which takes over when it comes. Wishes stay. */
  #openInstead(stage: Stage): void {
    stage.instead = true;
    this.#detach(stage);
    this.#options.onProblem('the integrated browser may not capture');
    void this.#open(stage);
    this.#changed();
  }

  /** Ends a stage for good; its page is told why. */
  #close(stage: Stage, reason: 'left' | 'stopped'): void {
    const { id } = stage;
    clearTimeout(stage.lateTimer);
    stage.connection?.finish(reason);
    this.#detach(stage);
    stage.attempt += 1;
    stage.asking = stage.copies = stage.instead = false;
    stage.status = 'none';
    stage.id = null;
    if (id !== null) {
      this.#options.host.call('closeStage', { stage: id }).catch((error: unknown) => {
        this.#options.onProblem('the stage could not be closed', error);
      });
    }
    this.#changed();
  }

  #detach(stage: Stage): void {
    stage.connection?.dispose();
    stage.connection = null;
    stage.report = null;
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }
}
