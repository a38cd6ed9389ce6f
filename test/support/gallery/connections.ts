import type {
  ConnectionModel,
  ConnectionsView,
  StreamFigures,
} from '../../../src/webview/connectionModel.ts';
import { person } from './fakes.ts';

// Made-up connections, one of each level, with figures that change every two seconds.

const stream = (changes: Partial<StreamFigures>): StreamFigures => ({
  kind: 'microphone',
  way: 'in',
  rate: 31_000,
  codec: 'Opus',
  width: null,
  height: null,
  frames: null,
  ...changes,
});
const picture = { codec: 'VP8', width: 640, height: 360, frames: 30 } as const;
const streams = [
  stream({}),
  stream({ way: 'out', rate: 33_400 }),
  stream({ kind: 'camera', rate: 1_130_000, ...picture }),
  stream({ kind: 'camera', way: 'out', rate: 1_190_000, ...picture }),
  stream({ kind: 'screen', rate: 214_000, codec: 'AV1', width: 1920, height: 1080, frames: 5 }),
];

const good: ConnectionModel = {
  level: 'good',
  causes: [],
  figures: {
    roundTrip: 3.4,
    loss: { in: 0, out: 0.002 },
    rate: { in: 1_412_000, out: 1_260_000 },
    streams,
    route: { way: 'direct', over: 'lan' },
    network: 'wifi',
    room: 2_400_000,
    limited: null,
  },
};
const poor: ConnectionModel = {
  level: 'poor',
  causes: ['loss-in', 'round-trip'],
  figures: {
    ...good.figures,
    roundTrip: 231,
    loss: { in: 0.083, out: 0.012 },
    route: { way: 'relayed', protocol: 'tcp' },
  },
};
const fair: ConnectionModel = {
  level: 'fair',
  causes: ['round-trip'],
  figures: { ...good.figures, roundTrip: 188, route: { way: 'direct', over: 'internet' } },
};

/** The connections of the gallery's people. */
export const connections: ConnectionsView = {
  of: (id) =>
    id === person(2, { camera: false }).id ? poor : id === person(3, { camera: false }).id ? fair : good,
  subscribe: (_, listener) => {
    const timer = setInterval(listener, 2_000);
    return () => clearInterval(timer);
  },
};
