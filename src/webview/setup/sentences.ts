import type { SetupPlan, SetupServerResult } from '../../shared/setupRpc.ts';
import type { Verdict } from './check.ts';

// Verdicts that need no judging, and words that several checks use.

/** The person has stopped the test. */
export const stoppedVerdict: Verdict = { state: 'skipped', sentence: 'The test was stopped before this.' };

/** The check itself went wrong. */
export const brokenVerdict: Verdict = {
  state: 'failed',
  sentence: 'This could not be tested.',
  advice: 'The output channel “Parley” says why. Run the test again.',
};

export const titles = {
  stage: 'Page for camera and microphone',
  camera: 'Camera',
  microphone: 'Microphone',
  server: 'Meeting server',
  addresses: 'Addresses on your network',
  entries: 'parley.iceServers',
  stun: 'STUN',
  turn: 'TURN',
  loopback: 'Connection both ways',
  throughput: 'Throughput',
  /** One server of the settings, by its first address without scheme and transport. */
  oneServer: (kind: 'stun' | 'turn', url: string): string =>
    `${kind === 'stun' ? 'STUN' : 'TURN'} server ${hostOf(url)}`,
} as const;

/** `host:port` of an address as `parley.iceServers` has it. */
export function hostOf(url: string): string {
  return url.replace(/^\w+:/, '').replace(/\?.*$/, '');
}

/** None is named: that is how most people meet. */
export const noStun: Verdict = {
  state: 'skipped',
  sentence: 'None is named in parley.iceServers. Only people on different networks need one.',
};
export const noTurn: Verdict = {
  state: 'skipped',
  sentence:
    'None is named in parley.iceServers. It is needed only where networks let no direct connection through.',
};

/** Entries of `parley.iceServers` that cannot be used. */
export function entriesVerdict(bad: SetupPlan['badEntries']): Verdict {
  return {
    state: 'failed',
    sentence: `Cannot be used: ${bad.join('; ')}.`,
    advice: 'Correct the setting. Meetings go on without these entries.',
    actions: ['ice-settings'],
  };
}

type NoServer = Extract<SetupServerResult, { is: 'none' }>;

/** Why there is no server to meet on, and what to do about it. */
export function noServerVerdict({ reason, host }: NoServer): Verdict {
  const failed = (sentence: string, advice: string): Verdict => ({
    state: 'failed',
    sentence,
    advice,
    actions: ['server-settings'],
  });
  switch (reason) {
    case 'bad-url':
      return failed(
        'The setting parley.server.url is no address of a server.',
        'It begins with http:// or https:// and has no password in it. Leave it empty for a server of your own.',
      );
    case 'refused':
      return failed(
        `Nothing listens at ${host}.`,
        'Check that the server runs, and that parley.server.url names its port.',
      );
    case 'unknown-host':
      return failed(
        `No machine by the name in parley.server.url is known (${host}).`,
        'Check the spelling, and that this network knows the name.',
      );
    case 'certificate':
      return failed(
        `The certificate of ${host} is not trusted here.`,
        'Have the server use one that your system trusts.',
      );
    case 'timeout':
      return failed(
        `${host} does not answer.`,
        'Check the address in parley.server.url, and that no firewall is in between.',
      );
    case 'not-a-peer-server':
      return failed(
        `What answers at ${host} is no PeerJS server.`,
        'Check the port and the path in parley.server.url.',
      );
    case 'wrong-key':
      return failed(`${host} does not take the key in parley.server.key.`, 'Ask who runs it for the key.');
    case 'network':
      return failed(
        `${host} cannot be reached.`,
        'Check that this machine is on the network and that no firewall is in between.',
      );
    case 'not-started':
      return failed(
        'The server of your own did not start.',
        'The output channel “Parley” says why. Another port in parley.server.port may help.',
      );
  }
}
