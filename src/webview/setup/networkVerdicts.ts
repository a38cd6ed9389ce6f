import type { SetupPlan, SetupServer } from '../../shared/setupRpc.ts';
import type { Verdict } from './check.ts';
import type { Gathered } from './gather.ts';
import { hostOf } from './sentences.ts';

/** Seconds after which a server counts as silent. */
export const PATIENCE = 8;

/** Whether others on the same network find this machine. */
export function addressesVerdict(
  { candidates }: Pick<Gathered, 'candidates'>,
  plan: Pick<SetupPlan, 'addressesKnown' | 'iceTransportPolicy'> & { readonly addresses: readonly string[] },
): Verdict {
  if (plan.iceTransportPolicy === 'relay')
    return {
      state: 'skipped',
      sentence: 'Others are not told any: parley.iceTransportPolicy sends everything through a relay.',
    };
  const hosts = candidates.filter(({ type }) => type === 'host');
  if (hosts.length === 0)
    return {
      state: 'failed',
      sentence: 'The panel has no address to be reached at, so nobody can connect to it directly.',
      advice:
        'Check that this machine is on a network, and that no policy or extension keeps the browser from using WebRTC.',
    };
  const open = hosts.filter(({ address }) => address !== '' && !address.endsWith('.local'));
  const hidden = hosts.length > open.length;
  if (plan.addressesKnown === 'told') {
    const known = plan.addresses.slice(0, -1);
    const twins = hidden ? ' The browser hides them behind names; Parley tells the others.' : '';
    return { state: 'ok', sentence: `Others on your network find you at ${known.join(', ')}.${twins}` };
  }
  if (open.length > 0 && plan.addressesKnown !== 'none') {
    const own = [...new Set(open.map(({ address }) => address))];
    return { state: 'ok', sentence: `Others on your network find you at ${own.join(', ')}.` };
  }
  const onlyNames =
    'Others are told only names (mDNS), which lead to you where the network passes on multicast.';
  switch (plan.addressesKnown) {
    case 'hidden':
      return {
        state: 'warning',
        sentence: `parley.shareAddresses is off. ${onlyNames}`,
        advice: 'Turn it on, or name a TURN server, when others get no connection to you.',
        actions: ['address-settings'],
      };
    case 'elsewhere':
      return {
        state: 'warning',
        sentence: `Parley runs on another machine than this panel and does not know its addresses. ${onlyNames}`,
        advice: 'Install Parley on this side of the remote connection, or name a TURN server.',
        actions: ['ice-settings'],
      };
    case 'none':
      return {
        state: 'warning',
        sentence: 'This machine has no address that others could reach.',
        advice: 'Connect it to a network or VPN on which the others are. Meetings with yourself work.',
      };
  }
}

/** One address of a server, and what came of it. */
export interface TriedAddress {
  readonly url: string;
  readonly gathered: Gathered;
}

/** Whether a STUN server does its part. */
export function stunVerdict(tried: readonly TriedAddress[]): Verdict {
  const seen = tried.flatMap(({ gathered }) => gathered.candidates.filter(({ type }) => type === 'srflx'));
  const silent = tried.filter(({ gathered }) => !answersStun(gathered));
  const silence = silentWords(silent.map(({ url }) => hostOf(url)));
  if (silent.length === tried.length) {
    return {
      state: 'failed',
      sentence: silence,
      advice:
        'Check name and port, that the server runs, and that this network lets UDP out to it. People on other networks may not get a connection to you.',
      actions: ['ice-settings'],
    };
  }
  const first = seen[0]?.address ?? '';
  const sentence =
    first === ''
      ? 'It answers; no router in between changes your address.'
      : `It answers: from there you are seen as ${first}.`;
  if (silent.length === 0) return { state: 'ok', sentence };
  return {
    state: 'warning',
    sentence: `${sentence} ${silence}`,
    advice: 'Check or remove that address.',
    actions: ['ice-settings'],
  };
}

/**
 * Chromium gives no candidate of its own for an answer that says what is known: then gathering ends in time and
 * without complaint.
 */
function answersStun({ candidates, errors, complete }: Gathered): boolean {
  return candidates.some(({ type }) => type === 'srflx') || (complete && errors.length === 0);
}

/** Whether a TURN server relays, over each of its addresses. */
export function turnVerdict(access: SetupServer['access'], tried: readonly TriedAddress[]): Verdict {
  if (!access)
    return {
      state: 'failed',
      sentence: 'No password is kept for it, so it is not used.',
      advice: 'Run “Parley: Set TURN Password…”, then test again.',
      actions: ['turn-password'],
    };
  const relaying = tried.filter(({ gathered }) => gathered.candidates.some(({ type }) => type === 'relay'));
  const others = tried.filter((one) => !relaying.includes(one));
  const ways = relaying.map(({ url }) => wayOf(url)).join(' and ');
  if (others.length === 0) return { state: 'ok', sentence: `It relays, over ${ways}.` };
  const problem = turnProblem(others);
  if (relaying.length === 0) return problem;
  return {
    ...problem,
    state: 'warning',
    sentence: `It relays over ${ways}, but not over ${others.map(({ url }) => wayOf(url)).join(' and ')}. ${problem.sentence}`,
  };
}

function turnProblem(tried: readonly TriedAddress[]): Verdict {
  const codes = new Set(tried.flatMap(({ gathered }) => gathered.errors.map(({ code }) => code)));
  // RFC 8656, section 19, and RFC 8489, section 14.8.
  if (codes.has(401) || codes.has(441))
    return {
      state: 'failed',
      sentence: 'It does not accept the user name and password.',
      advice: 'Check the user name in parley.iceServers, and run “Parley: Set TURN Password…” once more.',
      actions: ['turn-password', 'ice-settings'],
    };
  if (codes.has(486) || codes.has(508))
    return {
      state: 'failed',
      sentence: 'It has no room for one more connection now.',
      advice: 'Try again later, or ask who runs it to raise its quota.',
    };
  const refusal = [...codes].find((code) => code >= 300 && code < 700);
  if (refusal !== undefined)
    return {
      state: 'failed',
      sentence: `It refuses to relay (STUN error ${String(refusal)}).`,
      advice: 'Its log says why: ask who runs it.',
    };
  return {
    state: 'failed',
    sentence: silentWords(tried.map(({ url }) => `${hostOf(url)} over ${wayOf(url)}`)),
    advice:
      'Check name and port, that the server runs, and that this network lets connections out to it; where it lets no UDP out, an address with ?transport=tcp may work.',
    actions: ['ice-settings'],
  };
}

/** How an address is gone to (RFC 7065). */
function wayOf(url: string): 'UDP' | 'TCP' | 'TLS' {
  if (/^turns:/i.test(url)) return 'TLS';
  return /[?&]transport=tcp$/i.test(url) ? 'TCP' : 'UDP';
}

function silentWords(names: readonly string[]): string {
  const verb = names.length === 1 ? 'does' : 'do';
  return `${names.join(' and ')} ${verb} not answer within ${String(PATIENCE)} s.`;
}

/** How two connections of this page found each other. */
export interface LoopbackFacts {
  /** Milliseconds until the channel was open, and of one way there and back; null when that did not work. */
  readonly opened: number | null;
  readonly roundTrip: number | null;
  readonly relayed: boolean;
}

/** Whether two connections, made as those of a meeting, carry data both ways. */
export function loopbackVerdict(
  { opened, roundTrip, relayed }: LoopbackFacts,
  policy: SetupPlan['iceTransportPolicy'],
): Verdict {
  if (opened === null || roundTrip === null) {
    return policy === 'relay'
      ? {
          state: 'failed',
          sentence: 'Connections go through a relay only, and none came about.',
          advice: 'Mend the TURN server above, or set parley.iceTransportPolicy to “all”.',
          actions: ['ice-settings'],
        }
      : {
          state: 'failed',
          sentence:
            opened === null
              ? 'Two connections on this machine do not find each other.'
              : 'Two connections on this machine find each other, but data does not come back.',
          advice:
            'Security software or a VPN may block UDP on this machine. Turn it off for a test, or allow VS Code.',
        };
  }
  return {
    state: 'ok',
    sentence: `Data comes and goes ${relayed ? 'through the relay' : 'directly'}: open after ${String(Math.round(opened))} ms, there and back in ${roundTrip.toFixed(1)} ms.`,
  };
}

/** Bytes a second below which files and screens of a meeting would feel slow on any network. */
const SLOW = 2_000_000;

/** How fast this machine alone is. @param rate bytes a second, null when nothing was to be measured. */
export function throughputVerdict(rate: number | null, relayed: boolean): Verdict {
  if (rate === null) return { state: 'skipped', sentence: 'There is no connection to measure.' };
  const words = `${(rate / 1_000_000).toFixed(1)} MB/s ${relayed ? 'through the relay' : 'between two connections on this machine'}.`;
  if (rate >= SLOW) return { state: 'ok', sentence: relayed ? words : `${words} A network may be slower.` };
  return {
    state: 'warning',
    sentence: words,
    advice: relayed
      ? 'The relay, or the way to it, is slow: files will take long.'
      : 'This machine is busy, or something inspects its traffic: close what it works on and test again.',
  };
}
