import type { CaptureProblem } from '../../shared/stageRpc.ts';
import { fileStrings } from './fileStrings.ts';

// Every text of the page's views. Names that tests and screen readers rely on stand in the design and may not change.

/** A device of one's own, as sentences speak of it. */
export type DeviceKind = 'microphone' | 'camera' | 'screen';

const people = (count: number) => (count === 1 ? '1 person' : `${String(count)} people`);

export const strings = {
  loading: 'Getting the meeting ready…',
  close: 'Close',
  copyInvite: 'Copy invite',
  leaveMeeting: 'Leave meeting',
  tryAgain: 'Try again',
  dismiss: 'Dismiss',
  you: '(you)',
  host: 'Host',

  lobby: {
    title: (role: 'host' | 'guest', hostName: string) =>
      role === 'host' ? 'Your meeting' : hostName === '' ? 'The meeting' : `${hostName}'s meeting`,
    intro: (role: 'host' | 'guest') =>
      role === 'host'
        ? 'Send the invite to whoever should come. They can come in as soon as you have joined.'
        : 'Nobody sees or hears you until you join.',
    name: 'Your name',
    nameMissing: 'Enter the name that the others will see.',
    nameUnusable: 'This name holds characters that cannot be shown. Use letters, numbers and spaces.',
    join: 'Join',
    preview: 'Camera preview',
    cameraOff: 'Your camera is off',
    cameraStarting: 'Starting your camera…',
    cameraStartsInPage: 'Your camera starts in your browser',
    opensPage: 'Join opens a page in your browser',
    opensPageDetail:
      'VS Code does not let its panels use camera and microphone, so a page does it: one click there, and everything else happens here.',
    joinWithoutDevices: 'Join without devices',
  },
  joining: (role: 'host' | 'guest', hostName: string) =>
    role === 'host'
      ? 'Opening your meeting…'
      : hostName === ''
        ? 'Joining…'
        : `Joining ${hostName}'s meeting…`,
  cancelJoining: 'Cancel',

  controls: {
    region: 'Meeting controls',
    mute: 'Mute microphone',
    unmute: 'Unmute microphone',
    stopCamera: 'Stop camera',
    startCamera: 'Start camera',
    share: 'Share screen',
    stopSharing: 'Stop sharing',
    raiseHand: 'Raise hand',
    lowerHand: 'Lower hand',
    leave: 'Leave',
    chat: 'Chat',
    participants: 'Participants',
    files: 'Files',
    unread: (count: number) => `${String(count)} unread ${count === 1 ? 'message' : 'messages'}`,
    inMeeting: (count: number) => `${people(count)} in the meeting`,
    onOffer: (count: number) => (count === 1 ? '1 shared file' : `${String(count)} shared files`),
    elapsed: 'Time since the meeting began',
  },

  room: {
    screenOf: (name: string) => `Screen of ${name}`,
    presents: (name: string) => `${name} is presenting`,
    youPresent: 'You are presenting',
    stopPresenting: 'Stop presenting',
    actualSize: 'Show actual size',
    fit: 'Fit to panel',
    focus: 'Hide people',
    unfocus: 'Show people',
    waiting: 'Waiting for the picture…',
    connecting: 'Connecting…',
    reconnecting: 'Reconnecting…',
    alone: "You're the only one here",
    aloneDetail: 'Send the invite to whoever should join you.',
    microphoneOff: 'Microphone off',
    cameraOff: 'Camera off',
    hand: 'Hand raised',
    presenting: 'Presenting',
    people: 'People',
  },

  // About the page that captures where the panel may not.
  stage: {
    opened: 'A page has opened in your browser: press Start there.',
    late: 'The page has not reached VS Code yet. If it does not load, copy the link into another browser on this machine.',
    openedInstead:
      "VS Code's own browser may not use your devices. Press Start in the page in your system's browser.",
    waiting: 'Press Start in the page in your browser.',
    noBrowser: 'No browser could be opened. Copy the link and open it in one on this machine.',
    lost: 'The page for camera and microphone was closed.',
    none: 'You joined without camera and microphone.',
    startsWithStage: 'It starts when you press Start in the page in your browser.',
    open: 'Open the page again',
    use: 'Use camera and microphone',
    copy: 'Copy link',
    chooseScreen: 'Choose the screen in the page in your browser.',
    noBrowserForScreen:
      'No browser could be opened. Copy the link, open it in one, and choose the screen there.',
    screenLost: 'The page that shares your screen was closed.',
    share: 'Open the page again',
    cancel: 'Cancel',
  },

  devices: {
    choose: 'Choose devices',
    title: 'Devices',
    camera: 'Camera',
    microphone: 'Microphone',
    speaker: 'Speaker',
    systemDefault: 'System default',
    defaultNamed: (name: string) => `System default (${name})`,
    gone: 'Not connected',
    bothBlocked: {
      panel:
        "Camera and microphone are blocked. Allow them in the browser or in the system's privacy settings.",
      stage:
        "Camera and microphone are blocked. Allow them beside the address of the page in your browser, or in the system's privacy settings.",
    },
  },

  // In the page that captures.
  page: {
    title: (meeting: string) => `Camera and microphone for ${meeting}`,
    screenTitle: (meeting: string) => `Share your screen with ${meeting}`,
    why: 'VS Code does not let its panels use camera and microphone, so this page does it. Everything else happens in VS Code.',
    whyScreen:
      'VS Code does not let its panels capture the screen, so this page does it. Everything else happens in VS Code.',
    start: 'Start camera and microphone',
    choose: 'Choose what to share',
    choosing: 'Choose a screen or window in the question of your browser.',
    sharing: 'You are sharing your screen',
    closeEnds: 'Closing this page ends the share.',
    connected: 'Connected to VS Code',
    connecting: 'Connecting to VS Code…',
    background: 'You may leave this tab in the background.',
    preview: 'Camera preview',
    screenPreview: 'Your shared screen',
    level: 'Microphone level',
    levelOff: 'Microphone off',
    levelOn: 'Microphone on',
    voices: (count: number) => (count === 0 ? 'Nobody is heard here yet.' : 'You hear the others here.'),
    soundBlocked: 'The browser holds back the sound of the others.',
    leaveAsked: 'VS Code asks whether you want to leave.',
    leaveUnheard: 'VS Code cannot be reached. Closing this page turns camera and microphone off.',
    refusedTitle: 'This link cannot be used any more',
    refused: 'It was used already or is too old. Go back to VS Code and press “Open the page again”.',
    noWebrtcTitle: 'This browser does not let pages connect',
    noWebrtc:
      'WebRTC is turned off in it: by a policy of your organization, a setting, or an extension. Go back to VS Code, press “Copy link”, and open the link in another browser on this machine.',
    takenOverTitle: 'Another tab does this now',
    takenOver: 'This one can be closed.',
    overTitle: 'The meeting is over for you',
    over: 'Camera and microphone are off. This page can be closed.',
    shareOverTitle: 'You are not sharing your screen any more',
    shareOver: 'This page can be closed.',
    tab: {
      start: 'Parley – start camera and microphone',
      choose: 'Parley – choose what to share',
      sharing: '● Parley – sharing your screen',
      both: '● Parley – camera and microphone on',
      camera: '● Parley – camera on',
      microphone: '● Parley – microphone on',
      off: 'Parley – camera and microphone off',
      connecting: 'Parley – connecting…',
      refused: 'Parley – link cannot be used',
      noWebrtc: 'Parley – needs another browser',
      takenOver: 'Parley – in another tab',
      over: 'Parley – over',
    },
  },

  side: {
    region: 'Participants, files and chat',
    participants: 'Participants',
    files: 'Shared files',
    chat: 'Chat',
    closePane: (name: string) => `Close ${name.toLowerCase()}`,
    alone: "You're the only one here.",
  },

  chat: {
    input: 'Message everyone',
    send: 'Send message',
    empty: 'No messages yet. What is written here stays between the people in the meeting.',
    newMessages: 'New messages',
    tooLong: (length: number, limit: number) =>
      `That is ${length.toLocaleString()} characters; a message has at most ${limit.toLocaleString()}. Shorten it or send it in parts.`,
    notSent: 'The message was not sent. It is still here; try once more.',
  },

  files: fileStrings,

  leave: {
    title: 'Leave the meeting?',
    guest: 'You can come back with the same invite as long as the meeting goes on.',
    host: 'The others can go on without you. Ending it sends everybody home.',
    leave: 'Leave',
    end: 'End for everyone',
    stay: 'Stay',
  },

  // While VS Code's extension host does not answer. Pairs stand around the links.
  hostAway: {
    silent: "VS Code's extension host does not answer. ",
    inMeeting: 'You are still in the meeting; files, links and invites wait until it is back. ',
    // Where a page in the browser captures, which lets go of devices without VS Code.
    byStage:
      'You are still in the meeting, but the page in your browser may turn camera and microphone off. Files, links and invites wait until it is back. ',
    outside: 'Parley waits for it. ',
    lasts: ['If that lasts, ', '.'],
    over: ['To meet again, ', '. Then start a meeting, or join with the invite.'],
    restart: 'restart the extension host',
    restartTitle: 'Developer: Restart Extension Host',
    or: ' or ',
    reload: 'reload the window',
    reloadTitle: 'Developer: Reload Window',
    closeTab: 'You can close this tab.',
  },
  serverLost: "The meeting's server cannot be reached. You can go on; nobody new can join until it is back.",
  unreached: (names: readonly string[]): string =>
    `${names.length > 1 ? `${names.length} people are` : `${names[0] || 'Somebody'} is`} in the meeting, but cannot be reached from here. Parley keeps trying; a TURN server would help (setting “parley.iceServers”).`,
  hostLeft: 'The host is gone, and the meeting has no server: nobody new can join.',
  hostOn: 'Keep the meeting open',
  soundBlocked: 'You cannot hear the others yet.',
  turnOnSound: 'Turn on sound',
} as const;

const NOT_ALLOWED_HERE: Readonly<Record<DeviceKind, string>> = {
  microphone: 'VS Code does not let panels use the microphone.',
  camera: 'VS Code does not let panels use the camera.',
  screen: 'VS Code does not let panels share the screen.',
};

/**
 * What a person reads when a device gave nothing. `where` says what captures: the panel itself, or a page of the
 * system's browser.
 */
export function captureSentence(
  kind: DeviceKind,
  problem: CaptureProblem,
  where: 'panel' | 'stage' = 'panel',
): string {
  switch (problem) {
    case 'not-allowed-here':
      return where === 'panel'
        ? NOT_ALLOWED_HERE[kind]
        : `The browser does not let the page use the ${kind}.`;
    case 'denied':
      if (kind === 'screen') return 'No screen was chosen, or sharing it was not allowed.';
      return where === 'panel'
        ? `The ${kind} is blocked. Allow it in the browser or in the system's privacy settings.`
        : `The ${kind} is blocked. Allow it beside the page's address or in the system's privacy settings.`;
    case 'missing':
      return kind === 'screen'
        ? 'There is no screen to share.'
        : `No ${kind} was found. Plug one in and try again.`;
    case 'busy':
      return kind === 'screen'
        ? 'The system did not let the screen be recorded.'
        : `The ${kind} is in use by another program. Close that and try again.`;
    case 'ended':
      return kind === 'screen'
        ? 'Sharing was ended outside of Parley.'
        : `The ${kind} was unplugged or taken away.`;
    case 'unknown':
      return kind === 'screen' ? 'The screen could not be shared.' : `The ${kind} could not be started.`;
  }
}
