import type { PressedControl } from '../../shared/hostRpc.ts';
import type { MeetingActions, MeetingModel } from '../model.ts';
import { ControlButton } from './controlButton.ts';
import { DeviceChooser } from './deviceChooser.ts';
import { cameraControl, microphoneControl, screenControl } from './deviceControls.ts';
import { h, setText, show } from './dom.ts';
import type { Widget } from './dom.ts';
import { icon } from './icons.ts';
import { formatDuration } from './format.ts';
import type { Pane } from './panes.ts';
import { pressControl } from './pressControl.ts';
import { strings } from './strings.ts';

/** What the bar shows besides the meeting itself. */
export interface BarModel {
  readonly meeting: MeetingModel;
  readonly open: ReadonlySet<Pane>;
  readonly unread: number;
  /** False while the room offers the invite. */
  readonly invite: boolean;
}

/** What the bar asks for that is not a thing of the meeting. */
export interface BarEvents {
  readonly toggle: (pane: Pane) => void;
  readonly leave: () => void;
  /** A sentence why something cannot be used. */
  readonly tell: (hint: string) => void;
}

/** The controls of one's own part in the meeting, and what is shown beside it. */
export class ControlBar implements Widget<BarModel> {
  readonly elem: HTMLElement;
  readonly #time = h('span');
  readonly #microphone: ControlButton;
  readonly #camera: ControlButton;
  readonly #chooser: DeviceChooser;
  readonly #screen: ControlButton;
  readonly #hand: ControlButton;
  readonly #panes: Readonly<Record<Pane, ControlButton>>;
  readonly #invite: ControlButton;
  readonly #timer: ReturnType<typeof setInterval>;
  #model: MeetingModel | null = null;

  constructor(actions: MeetingActions, events: BarEvents) {
    const { tell, toggle } = events;
    const model = () => this.#model;
    const press = (what: PressedControl) => (): void => {
      if (this.#model) pressControl(what, { model: this.#model, actions });
    };
    this.#microphone = new ControlButton(press('microphone'), tell);
    this.#camera = new ControlButton(press('camera'), tell);
    this.#chooser = new DeviceChooser(actions);
    this.#screen = new ControlButton(() => {
      if (presents(model())) actions.stopPresenting();
      else actions.startPresenting();
    }, tell);
    this.#hand = new ControlButton(press('hand'));
    this.#panes = {
      participants: new ControlButton(() => toggle('participants')),
      files: new ControlButton(() => toggle('files')),
      chat: new ControlButton(() => toggle('chat')),
    };
    this.#invite = new ControlButton(() => actions.copyInvite());
    this.#invite.update({ label: strings.copyInvite, icon: 'link' });
    const leave = new ControlButton(events.leave, undefined, strings.controls.leave);
    leave.update({ label: strings.leaveMeeting, icon: 'sign-out', tone: 'danger' });

    const clock = h(
      'div',
      { class: 'bar-clock', title: strings.controls.elapsed },
      icon('clockface'),
      this.#time,
    );
    const own = [this.#microphone, this.#camera, this.#chooser, this.#screen, this.#hand, leave];
    const side = [this.#panes.participants, this.#panes.files, this.#panes.chat, this.#invite];
    this.elem = h('footer', {
      class: 'bar',
      attrs: { role: 'group', 'aria-label': strings.controls.region },
    });
    this.elem.append(
      clock,
      h('div', { class: 'bar-own' }, ...own.map((button) => button.elem)),
      h('div', { class: 'bar-side' }, ...side.map((button) => button.elem)),
    );
    this.#timer = setInterval(() => this.#tick(), 1_000);
  }

  update({ meeting, open, unread, invite }: BarModel): void {
    this.#model = meeting;
    const { controls } = strings;
    this.#microphone.update(microphoneControl(meeting.devices, 'meeting'));
    this.#camera.update(cameraControl(meeting.devices, 'meeting'));
    this.#chooser.update(meeting.devices);
    this.#screen.update(screenControl(meeting.devices, presents(meeting)));
    this.#hand.update({
      label: meeting.hand ? controls.lowerHand : controls.raiseHand,
      icon: 'hand',
      tone: meeting.hand ? 'active' : 'plain',
    });
    this.#panes.participants.update({
      label: controls.participants,
      icon: 'organization',
      pressed: open.has('participants'),
      count: meeting.people.length,
      description: controls.inMeeting(meeting.people.length),
    });
    this.#panes.files.update({
      label: controls.files,
      icon: 'files',
      pressed: open.has('files'),
      count: meeting.files.length,
      description: meeting.files.length > 0 ? controls.onOffer(meeting.files.length) : null,
    });
    this.#panes.chat.update({
      label: controls.chat,
      icon: 'comment-discussion',
      pressed: open.has('chat'),
      count: unread,
      description: unread > 0 ? controls.unread(unread) : null,
    });
    this.#panes.chat.elem.classList.toggle('unread', unread > 0);
    show(this.#invite.elem, invite);
    this.#tick();
  }

  /** Puts the focus on the button of a side bar's part. */
  focusPane(pane: Pane): void {
    this.#panes[pane].elem.focus();
  }

  dispose(): void {
    clearInterval(this.#timer);
  }

  #tick(): void {
    if (document.hidden) return;
    const since = this.#model?.startedAt ?? null;
    setText(this.#time, since === null ? '' : formatDuration(Date.now() - since));
  }
}

function presents(model: MeetingModel | null): boolean {
  return model?.presentation?.self === true || model?.devices.screen.status === 'on';
}
