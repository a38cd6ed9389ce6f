import type { HostClient } from '../host/hostContext.ts';
import type { TrackSource } from '../media/trackSource.ts';
import type { MeetingActions } from '../model.ts';
import type { Chat } from './chat.ts';
import type { FileActions } from './fileActions.ts';
import type { Notices } from './notices.ts';
import type { Presenting } from './presenting.ts';
import type { Store } from './store.ts';

/** What the actions act on. */
export interface ActionsOptions {
  readonly store: Store;
  readonly host: HostClient;
  readonly source: TrackSource;
  readonly chat: Chat;
  readonly presenting: Presenting;
  readonly files: FileActions;
  readonly notices: Notices;
  readonly join: (name: string) => void;
  readonly leave: (how: 'left' | 'ended') => void;
  readonly hostOn: () => void;
  /** Says so when the extension host does not answer. */
  readonly tell: (reply: Promise<unknown>) => void;
}

const CAPTURED = ['microphone', 'camera'] as const;

/** Makes the object that the views call. Every action ends in a new state; nothing throws at the person who clicked. */
export function makeActions(options: ActionsOptions): MeetingActions {
  const { store, host, source, chat, presenting, files, notices, join, leave, hostOn, tell } = options;
  return {
    ...files,
    join: (name) => {
      // Within the click: a browser may only be opened, and sound only be played, for somebody who asked for it.
      if (source.devices.stage?.status === 'none') source.open();
      join(name);
    },
    joinWithoutDevices: (name) => {
      for (const device of CAPTURED) source.want(device, false);
      join(name);
    },
    openStage: () => {
      // Who joined without devices asks for them with this.
      if (source.devices.stage?.status === 'none') for (const device of CAPTURED) source.want(device, true);
      source.open();
    },
    copyStageLink: () => source.copyLink(),
    chooseDevice: (kind, id) => source.choose({ ...source.devices.chosen, [kind]: id }),
    setMicrophone: (on) => source.want('microphone', on),
    setCamera: (on) => source.want('camera', on),
    startPresenting: () => void presenting.start(),
    stopPresenting: () => source.stopScreen(),
    setHand: (hand) => store.set({ hand }),
    sendChat: (text) => chat.send(text),
    openLink: (href) => tell(host.call('openLink', { href })),
    copyInvite: () => tell(host.call('copyInvite', {})),
    hostOn,
    leave: () => leave('left'),
    endForAll: () => leave('ended'),
    dismissNotice: (id) => notices.dismiss(id),
  };
}
