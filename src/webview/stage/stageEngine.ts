import type { Handlers } from '../../shared/rpc.ts';
import type { StageApi, StagePurpose } from '../../shared/stageRpc.ts';
import { LocalDevices } from '../media/localDevices.ts';
import { ScreenControl } from '../media/screenControl.ts';
import type { StageLinkStatus, StagePageActions, StagePageModel, StagePageView } from '../stageModel.ts';
import { PanelLine } from './panelLine.ts';
import { StagePeer, type StageTracks } from './stagePeer.ts';
import { StageSocket } from './stageSocket.ts';
import { tabMemory } from './tabMemory.ts';
import { Voices } from './voices.ts';

/** In this tab alone: the click was made, so that a reload captures again without one. */
const STARTED = 'parley.stage.started';

/** Without VS Code for so long, devices are let go of; milliseconds. A reload of the window takes less. */
const ALONE = 5_000;

/** What a stage's page is made with. */
export interface StageEngineOptions {
  /** The gateway's socket for stages. */
  readonly url: string;
  /** The one-time code of the page's address, or null after a reload. */
  readonly code: string | null;
  /** It is a page of VS Code's integrated browser. */
  readonly integrated: boolean;
  /** Milliseconds without VS Code after which devices are let go of; 5 s unless said otherwise. */
  readonly alone?: number;
}

/**
 * The stage: captures what its panel wants and plays what its panel hears. Every wish of a person in this page goes to
 * the panel first and comes back as what is wanted, so that the two can never differ.
 */
export class StageEngine implements StagePageView {
  readonly actions: StagePageActions;
  readonly #socket: StageSocket;
  readonly #devices: LocalDevices;
  readonly #line: PanelLine;
  readonly #aloneAfter: number;
  readonly #screen = new ScreenControl(() => this.#onDevices());
  readonly #voices = new Voices(() => this.#onDevices());
  readonly #listeners = new Set<(model: StagePageModel) => void>();
  #peer: StagePeer | null = null;
  /** The one that the panel made last. */
  #connection = '';
  #purpose: StagePurpose | null = null;
  #link: StageLinkStatus = 'connecting';
  #title = '';
  #started: boolean;
  #wanted = { microphone: false, camera: false };
  #alone: ReturnType<typeof setTimeout> | undefined;
  #scheduled = false;

  constructor({ url, code, integrated, alone }: StageEngineOptions) {
    this.#line = new PanelLine({
      handlers: this.#handlers(),
      post: (message) => this.#socket.send(message),
      integrated,
      onUnanswered: () => this.#changed(),
    });
    this.#aloneAfter = alone ?? ALONE;
    // A click in this tab was for the stage that it was then; a link opens one that nobody has clicked in yet.
    if (code !== null) tabMemory.remove(STARTED);
    this.#started = tabMemory.get(STARTED) !== null;
    this.#devices = new LocalDevices(integrated ? 'unless-at-once' : 'person', () => this.#onDevices());
    this.actions = this.#makeActions();
    this.#socket = new StageSocket({
      url,
      code,
      onWelcome: (purpose) => {
        this.#purpose = purpose;
        this.#line.open();
      },
      onMessage: (message) => this.#line.receive(message),
      onStatus: (status) => this.#onStatus(status),
    });
  }

  get model(): StagePageModel {
    const { microphone, camera, choices, chosen } = this.#devices;
    return {
      link: this.#link,
      purpose: this.#purpose,
      title: this.#title,
      started: this.#started,
      microphone,
      camera,
      screen: this.#screen.model,
      choices,
      chosen,
      voices: this.#voices.count,
      soundBlocked: this.#voices.blocked,
    };
  }

  subscribe(listener: (model: StagePageModel) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The page goes away. */
  dispose(): void {
    clearTimeout(this.#alone);
    this.#socket.leave();
    this.#peer?.close();
    this.#line.dispose();
    this.#devices.dispose();
    this.#screen.dispose();
    this.#voices.dispose();
  }

  #makeActions(): StagePageActions {
    return {
      start: () => {
        this.#started = true;
        tabMemory.set(STARTED, '1');
        this.#capture();
        this.#voices.play();
      },
      startScreen: () => {
        void this.#screen.start().then((captured) => {
          if (captured) this.#started = true;
          this.#onDevices();
        });
      },
      stopScreen: () => this.#screen.stop(),
      setMicrophone: (on) => this.#wish('microphone', on),
      setCamera: (on) => this.#wish('camera', on),
      chooseDevice: (kind, id) =>
        this.#line.tell('wish', { chosen: { ...this.#devices.chosen, [kind]: id } }),
      turnOnSound: () => this.#voices.play(),
      leave: () => this.#line.tell('leave', {}),
    };
  }

  #onStatus(status: StageLinkStatus): void {
    this.#link = status;
    if (status === 'connecting') {
      // Said again after each attempt in vain: the time runs from the first.
      this.#alone ??= setTimeout(() => this.#letGo(), this.#aloneAfter);
    } else {
      clearTimeout(this.#alone);
      this.#alone = undefined;
    }
    // Nobody is there to say what is wanted: the devices go off, so that no light burns for nothing.
    if (status !== 'connecting' && status !== 'connected') this.#stop();
    this.#changed();
  }

  #handlers(): Handlers<StageApi> {
    return {
      attach: ({ title, connection }) => {
        this.#title = title;
        this.#connection = connection;
        this.#attach();
        return null;
      },
      want: ({ microphone, camera, chosen, nobody }) => {
        const before = this.#wanted;
        this.#wanted = { microphone, camera };
        if (nobody === true) {
          this.#letGo();
          return null;
        }
        this.#devices.choose(chosen);
        this.#voices.useSpeaker(chosen.speaker);
        this.#capture(before);
        return null;
      },
      signal: ({ connection, message }) => {
        if (connection === this.#connection) this.#peer?.receive(message);
        return null;
      },
      finish: () => {
        this.#socket.close();
        this.#onStatus('over');
        return null;
      },
    };
  }

  /** A panel is at the other end: a fresh connection, and all that it has to know. */
  #attach(): void {
    this.#peer?.close();
    if (this.#purpose === null) return;
    const connection = this.#connection;
    try {
      this.#peer = new StagePeer({
        purpose: this.#purpose,
        tracks: this.#tracks(),
        send: (message) => this.#line.tell('signal', { connection, message }),
        onVoices: (tracks) => this.#voices.set(tracks),
        onProblem: (error) => this.#line.problem('the connection to the panel', error),
      });
    } catch (error) {
      // Taken away or forbidden: by a policy, a setting, or an extension of the browser.
      this.#line.problem('this browser does not connect', error);
      this.#socket.close();
      this.#onStatus('no-webrtc');
      return;
    }
    this.#peer.update(this.#tracks());
    this.#line.greet(this.model);
    this.#changed();
  }

  /** A button of this page: off is off at once, everything else is the panel's to say. */
  #wish(device: 'microphone' | 'camera', on: boolean): void {
    if (!on) this.#devices.want(device, false);
    if (this.#link === 'connected') this.#line.tell('wish', { [device]: on });
    else this.#line.keep({ [device]: on });
  }

  /** Nobody is there: no light burns, no screen is shown, until somebody says what they want. */
  #letGo(): void {
    this.#devices.letGo();
    this.#screen.stop();
  }

  /**
   * Works towards what is wanted, once the person has clicked here. What was wanted before is no new wish: a device that
   * has failed meanwhile is not tried again for it.
   */
  #capture(before?: { readonly microphone: boolean; readonly camera: boolean }): void {
    if (!this.#started || this.#purpose !== 'devices') return;
    for (const device of ['microphone', 'camera'] as const) {
      const wanted = this.#wanted[device];
      const { wanted: applied, status } = this.#devices[device];
      const failedSince = status === 'failed' && before?.[device] === wanted;
      if (applied !== wanted && !failedSince) this.#devices.want(device, wanted);
    }
    this.#onDevices();
  }

  #stop(): void {
    this.#peer?.close();
    this.#peer = null;
    this.#voices.set([]);
    // For good: a picker that is still open must not start a share that nobody sees.
    this.#screen.dispose();
    this.#devices.letGo();
    this.#devices.dispose();
    tabMemory.remove(STARTED);
  }

  #tracks(): StageTracks {
    return this.#purpose === 'screen'
      ? { audio: this.#screen.audio, video: this.#screen.model.track }
      : { audio: this.#devices.microphone.track, video: this.#devices.camera.track };
  }

  #onDevices(): void {
    this.#peer?.update(this.#tracks());
    this.#line.report(this.model);
    this.#changed();
  }

  #changed(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      for (const listener of this.#listeners) listener(this.model);
    });
  }
}
