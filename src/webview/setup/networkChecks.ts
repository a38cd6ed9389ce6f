import type { SetupPlan, SetupServer, SetupServerResult } from '../../shared/setupRpc.ts';
import type { Check, Verdict } from './check.ts';
import { gather } from './gather.ts';
import {
  addressesVerdict,
  loopbackVerdict,
  PATIENCE,
  stunVerdict,
  throughputVerdict,
  turnVerdict,
} from './networkVerdicts.ts';
import { Pair } from './pair.ts';
import { register } from './register.ts';
import { entriesVerdict, noStun, noTurn, titles } from './sentences.ts';
import { serverVerdict } from './serverVerdict.ts';
import { setupStrings } from './setupStrings.ts';

/** Milliseconds to register with a server that is there, for a channel to open, for an answer on it, and to send. */
const REGISTER = 10_000;
const OPEN = 10_000;
const ANSWER = 3_000;
const SEND = 2_000;

/** What the checks of the network are made with. */
export interface NetworkParts {
  readonly plan: SetupPlan;
  /** That of a meeting. */
  readonly config: RTCConfiguration;
  readonly startServer: () => Promise<SetupServerResult>;
}

/** The checks of the network: `ways` may run beside each other, `pair` one after the other when those have ended. */
export function networkChecks(parts: NetworkParts): {
  readonly ways: readonly Check[];
  readonly pair: readonly Check[];
  /** To be called when all have ended. */
  dispose(): void;
} {
  const { plan, config } = parts;
  let pair: Pair | null = null;
  let connected: { readonly relayed: boolean } | null = null;
  const loopback: Check = {
    id: 'loopback',
    title: titles.loopback,
    run: async ({ signal }) => {
      pair = new Pair(config, plan.addresses);
      const began = performance.now();
      const opened = (await pair.open(OPEN, signal)) ? performance.now() - began : null;
      const roundTrip = opened === null ? null : await pair.roundTrip(ANSWER);
      const relayed = opened !== null && (await pair.relayed());
      if (roundTrip !== null) connected = { relayed };
      return loopbackVerdict({ opened, roundTrip, relayed }, plan.iceTransportPolicy);
    },
  };
  const throughput: Check = {
    id: 'throughput',
    title: titles.throughput,
    run: async ({ signal, tell }) => {
      if (!connected || !pair) return throughputVerdict(null, false);
      tell(setupStrings.measuring);
      return throughputVerdict(await pair.measure(SEND, signal), connected.relayed);
    },
  };
  return {
    ways: [server(parts), addresses(plan), ...serverChecks(plan)],
    pair: [loopback, throughput],
    dispose: () => pair?.dispose(),
  };
}

function server({ plan, startServer }: NetworkParts): Check {
  return {
    id: 'server',
    title: titles.server,
    run: async ({ signal }) => {
      const result = await startServer();
      if (result.is === 'none' || signal.aborted) return serverVerdict(result, { milliseconds: null });
      return serverVerdict(result, { milliseconds: await register(plan.broker, REGISTER, signal) });
    },
  };
}

function addresses(plan: SetupPlan): Check {
  return {
    id: 'addresses',
    title: titles.addresses,
    run: async ({ signal }) =>
      addressesVerdict(await gather({ iceServers: [] }, { signal, patience: PATIENCE * 1_000 }), plan),
  };
}

function serverChecks({ servers, badEntries }: SetupPlan): Check[] {
  const none = (kind: 'stun' | 'turn', verdict: Verdict): Check[] =>
    servers.some((one) => one.kind === kind)
      ? []
      : [{ id: kind, title: titles[kind], run: () => Promise.resolve(verdict) }];
  const bad: Check[] =
    badEntries.length === 0
      ? []
      : [
          {
            id: 'entries',
            title: titles.entries,
            run: () => Promise.resolve(entriesVerdict(badEntries)),
          },
        ];
  const ofKind = (kind: 'stun' | 'turn'): Check[] =>
    servers.flatMap((one, index) => (one.kind === kind ? [iceServer(one, index)] : []));
  return [...bad, ...ofKind('stun'), ...none('stun', noStun), ...ofKind('turn'), ...none('turn', noTurn)];
}

function iceServer(one: SetupServer, index: number): Check {
  const { kind, urls, access } = one;
  return {
    id: `${kind}:${String(index)}`,
    title: titles.oneServer(kind, urls[0] ?? ''),
    run: async ({ signal, tell }) => {
      if (kind === 'turn' && !access) return turnVerdict(null, []);
      tell(setupStrings.gathering);
      const turn = kind === 'turn';
      // Each address for itself: the browser is content with the first that answers.
      const tried = await Promise.all(
        // A STUN address beside those of a relay is of use, but not what the entry is for.
        urls
          .filter((url) => !turn || /^turns?:/i.test(url))
          .map(async (url) => ({
            url,
            gathered: await gather(
              {
                iceServers: [{ urls: url, ...access }],
                iceTransportPolicy: turn ? 'relay' : 'all',
              },
              { signal, patience: PATIENCE * 1_000, enough: turn ? 'relay' : 'srflx' },
            ),
          })),
      );
      return turn ? turnVerdict(access, tried) : stunVerdict(tried);
    },
  };
}
