import type { InterfaceKind, StreamKind } from '../connectionModel.ts';

const STREAMS: Readonly<Record<StreamKind, string>> = {
  microphone: 'Voice',
  camera: 'Camera',
  screen: 'Screen',
  screenAudio: 'Sound of the screen',
};
const NETWORKS: Readonly<Record<InterfaceKind, string>> = {
  ethernet: 'Cable',
  wifi: 'Wi-Fi',
  cellular: 'Mobile network',
  vpn: 'VPN',
  bluetooth: 'Bluetooth',
};

/** The texts about connections and their figures. */
export const connectionStrings = {
  title: (name: string) => `Connection to ${name}`,
  button: (name: string, level: string) => `Connection to ${name}: ${level}`,
  levels: {
    good: 'good',
    fair: 'fair',
    poor: 'poor',
    reconnecting: 'reconnecting',
    measuring: 'being measured',
  },
  figures: 'Figures',
  from: (name: string) => `From ${name}`,
  to: (name: string) => `To ${name}`,
  bothWays: (name: string, from: string, to: string) => `from ${name} ${from}; to ${name} ${to}`,
  roundTrip: 'Round trip',
  route: 'Route',
  network: 'Your network',
  room: 'Room to send',
  loss: 'Packets lost',
  all: 'All, with files',
  streams: STREAMS,
  networks: NETWORKS,
  direct: 'Direct',
  directBy: { lan: 'Direct, on the local network', internet: 'Direct, over the internet' },
  relayed: 'Relayed through a TURN server',
  relayedBy: (protocol: string) => `Relayed through a TURN server, over ${protocol.toUpperCase()}`,
  unknown: '–',
  copy: 'Copy',
  copied: 'Copied',
  notCopied: 'This could not be copied. Select the text instead.',

  good: 'Nothing is wrong with it.',
  measuring: 'It is being measured.',
  reconnecting: (name: string) => `Nothing is heard of ${name}. Parley looks for another route by itself.`,
  recovering: 'It was worse a few seconds ago.',
  relayedNote: 'It is relayed through a TURN server.',
  lossIn: (name: string, share: string) => `${share} of the packets from ${name} are lost.`,
  lossOut: (name: string, share: string) => `${share} of your packets to ${name} are lost.`,
  slow: (time: string) => `Packets take ${time} there and back, so you may talk over each other.`,
  slowRelayed: (time: string) =>
    `Packets take ${time} there and back, relayed through a TURN server, so you may talk over each other.`,
  narrow: (rate: string) => `There is room to send only ${rate}, so your picture is made smaller.`,
  cpu: 'Your computer has no time to spare, so your picture is made smaller.',
  adviceLossIn: (name: string) =>
    `It helps when ${name} uses a cable or goes nearer to the Wi-Fi, or when cameras are off.`,
  adviceLossOut: 'Use a cable or go nearer to your Wi-Fi, or turn your camera off.',
  adviceSlow: 'A VPN or a large download on either side may be the reason.',
  adviceSlowRelayed: 'A TURN server that is nearer to both of you would make it quicker.',
  adviceNarrow: 'Turn your camera off, or stop other uploads on your network.',
  adviceCpu: 'Close programs that are busy, or turn your camera off.',
} as const;
