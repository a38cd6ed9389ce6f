import type { MeetingActions, MeetingModel } from '../model.ts';
import type { ConnectionsView } from '../connectionModel.ts';
import { ConnectionDetails } from './connectionDetails.ts';
import { ControlBar } from './controlBar.ts';
import { blockedDevices } from './deviceStrip.ts';
import { h, hasFocus } from './dom.ts';
import type { Widget } from './dom.ts';
import { dockFor } from './layout.ts';
import { Panes, Unread } from './panes.ts';
import { Side } from './side.ts';
import type { Pane } from './panes.ts';
import { SoundOutput } from './sound.ts';
import type { SoundSource } from './sound.ts';
import { Room } from './room.ts';
import { strings } from './strings.ts';
import { Strip } from './strip.ts';
import type { StripButton } from './strip.ts';
import { devicesStrip, screenStrip } from './stageStrips.ts';
import type { StageOffer } from './stageStrips.ts';

/** What the meeting's screen asks of the page around it. */
export interface MeetingScreenEvents {
  readonly askToLeave: () => void;
  readonly tell: (sentence: string) => void;
  readonly connections: ConnectionsView;
}

/** The screen of phase `in`. */
export class MeetingScreen implements Widget<MeetingModel> {
  readonly elem: HTMLElement;
  readonly #sound: SoundOutput;
  readonly #connection: ConnectionDetails;
  readonly #room: Room;
  readonly #side: Side;
  readonly #bar: ControlBar;
  readonly #serverLost: Strip<'hostOn'>;
  readonly #unreached: Strip;
  readonly #soundBlocked: Strip<'unlock'>;
  readonly #blocked: Strip<'retry'>;
  readonly #stage: Strip<StageOffer>;
  readonly #screenStage: Strip<StageOffer>;
  readonly #panes = new Panes();
  readonly #unread = new Unread();
  readonly #observer: ResizeObserver;
  #roomInvites = false;
  #model: MeetingModel | null = null;

  constructor(actions: MeetingActions, events: MeetingScreenEvents) {
    this.#serverLost = new Strip('warning', 'warning', {
      hostOn: { label: strings.hostOn, press: () => actions.hostOn() },
    });
    this.#unreached = new Strip('warning', 'debug-disconnect');
    this.#soundBlocked = new Strip('info', 'unmute', {
      unlock: { label: strings.turnOnSound, press: () => this.#sound.unlock() },
    });
    this.#blocked = new Strip('warning', 'warning', {
      retry: { label: strings.tryAgain, press: () => this.#tryDevicesAgain(actions) },
    });
    this.#stage = new Strip('info', 'link-external', stageOffers(actions));
    this.#screenStage = new Strip('info', 'device-desktop', stageOffers(actions));
    this.#sound = new SoundOutput((blocked) => this.#soundBlocked.set(blocked ? strings.soundBlocked : null));
    this.#connection = new ConnectionDetails(events.connections);
    this.#room = new Room(actions, this.#connection, (shown) => this.#onRoomInvites(shown));
    this.#side = new Side(actions, this.#connection, (pane) => this.#toggle(pane));
    this.#bar = new ControlBar(actions, {
      toggle: (pane) => this.#toggle(pane),
      leave: events.askToLeave,
      tell: events.tell,
    });
    const meeting = [this.#serverLost, this.#unreached, this.#soundBlocked].map(({ elem }) => elem);
    const devices = [this.#blocked, this.#stage, this.#screenStage].map(({ elem }) => elem);
    const body = h('div', { class: 'meeting-body' }, this.#room.elem, this.#side.elem);
    this.#room.fitInto(body);
    this.elem = h(
      'div',
      { class: 'meeting' },
      ...meeting,
      ...devices,
      body,
      this.#bar.elem,
      this.#sound.elem,
      this.#connection.elem,
    );
    this.elem.addEventListener('keydown', (event) => this.#onKey(event));
    this.#observer = new ResizeObserver(() => this.#onResize());
    this.#observer.observe(this.elem);
  }

  /** Notices stand over the tiles: not over what is typed or pressed. */
  get noticeHost(): HTMLElement {
    return this.#room.elem;
  }

  update(model: MeetingModel): void {
    this.#model = model;
    const lost = model.mayHostOn ? strings.hostLeft : strings.serverLost;
    // The way to it is the extension host's: without that nobody knows.
    const isLost = model.serverLost && !model.hostAway;
    this.#serverLost.set(isLost ? lost : null, model.mayHostOn ? ['hostOn'] : []);
    const { unreached, devices } = model;
    this.#unreached.set(unreached.length > 0 ? strings.unreached(unreached) : null, [], null, true);
    this.#blocked.set(blockedDevices(devices)?.text ?? null, ['retry'], 'retry', true);
    const about = devicesStrip(devices);
    this.#stage.set(about?.text ?? null, about?.offers, about?.main, about?.dismissible);
    const aboutScreen = screenStrip(devices);
    this.#screenStage.set(aboutScreen?.text ?? null, aboutScreen?.offers, aboutScreen?.main);
    this.#sound.update(soundsOf(model), {
      muted: devices.voices === 'stage',
      // The ids of a stage's devices mean nothing in this page.
      speaker: devices.stage === null ? devices.chosen.speaker : null,
    });
    this.#room.update(model);
    this.#draw();
    this.#connection.update(model.people);
  }

  /** Takes the focus when the screen before had it. */
  focus(): void {
    this.#room.elem.focus();
  }

  dispose(): void {
    this.#observer.disconnect();
    this.#connection.dispose();
    this.#sound.dispose();
    this.#room.dispose();
    this.#side.dispose();
    this.#bar.dispose();
  }

  #draw(): void {
    if (!this.#model) return;
    const { open, dock } = this.#panes;
    this.elem.dataset['dock'] = dock;
    // Of what else is open, only files and chat have use for all that the people leave.
    this.#room.setBelow(dock === 'bottom' && (open.has('files') || open.has('chat')));
    this.#unread.update(this.#model.chat, open.has('chat'));
    this.#side.update({ meeting: this.#model, open });
    this.#bar.update({
      meeting: this.#model,
      open,
      unread: this.#unread.count,
      invite: !this.#roomInvites,
    });
  }

  #tryDevicesAgain(actions: MeetingActions): void {
    const retry = this.#model ? (blockedDevices(this.#model.devices)?.retry ?? []) : [];
    if (retry.includes('camera')) actions.setCamera(true);
    if (retry.includes('microphone')) actions.setMicrophone(true);
  }

  #toggle(pane: Pane): void {
    const focused = hasFocus(this.#side.elem);
    const open = this.#panes.toggle(pane);
    this.#draw();
    if (open && (pane === 'chat' || this.#panes.dock === 'over')) this.#side.focusPane(pane);
    else if (!open && focused) this.#bar.focusPane(pane);
  }

  #onKey(event: KeyboardEvent): void {
    if (event.key !== 'Escape' || event.defaultPrevented || this.#panes.dock !== 'over') return;
    const [pane] = this.#panes.open;
    if (pane) this.#toggle(pane);
  }

  #onResize(): void {
    const dock = dockFor(this.elem.clientWidth, this.elem.clientHeight);
    if (dock === this.#panes.dock) return;
    this.#panes.dock = dock;
    this.#draw();
  }

  #onRoomInvites(shown: boolean): void {
    if (shown === this.#roomInvites) return;
    this.#roomInvites = shown;
    this.#draw();
  }
}

function stageOffers(actions: MeetingActions): Readonly<Record<StageOffer, StripButton>> {
  const { open, use, share, copy, cancel } = strings.stage;
  return {
    open: { label: open, press: () => actions.openStage() },
    use: { label: use, press: () => actions.openStage() },
    share: { label: share, press: () => actions.startPresenting() },
    copy: { label: copy, press: () => actions.copyStageLink() },
    cancel: { label: cancel, press: () => actions.stopPresenting() },
  };
}

function soundsOf({ people, presentation }: MeetingModel): readonly SoundSource[] {
  const sounds: SoundSource[] = [];
  for (const { id, audio } of people) if (audio) sounds.push({ key: id, track: audio });
  if (presentation?.audio)
    sounds.push({ key: `screen ${presentation.presenter}`, track: presentation.audio });
  return sounds;
}
