import type { SetupServerResult } from '../../shared/setupRpc.ts';
import type { Verdict } from './check.ts';
import { noServerVerdict } from './sentences.ts';

/** How registering through the gateway went: milliseconds, or null when it did not work. */
export interface Registered {
  readonly milliseconds: number | null;
}

/** Whether a meeting would have its server. */
export function serverVerdict(server: SetupServerResult, { milliseconds }: Registered): Verdict {
  if (server.is === 'none') return noServerVerdict(server);
  if (milliseconds === null) {
    return {
      state: 'failed',
      sentence:
        server.is === 'own'
          ? 'The server of your own runs, but this panel cannot connect to it.'
          : `${server.host} answers, but does not let this panel connect.`,
      advice:
        server.is === 'own'
          ? 'Something on this machine may hold back connections to 127.0.0.1: look at security software and proxies.'
          : 'Proxies in between may not pass on WebSockets, or the server has no room. Ask who runs it.',
    };
  }
  const took = `connected in ${String(Math.round(milliseconds))} ms`;
  if (server.is === 'team') return { state: 'ok', sentence: `${server.host} answers, ${took}.` };
  const { port, wanted, inMeeting, addresses } = server;
  const others = addresses.length > 0 ? ` Others would reach it at ${addresses.join(', ')}.` : '';
  if (port === wanted || inMeeting) {
    const why = port === wanted ? '' : ' beside that of your meeting';
    return {
      state: 'ok',
      sentence: `A server of your own started on port ${String(port)}${why}, ${took}.${others} Whether a firewall lets them in cannot be seen from here.`,
    };
  }
  return {
    state: 'warning',
    sentence: `A server of your own started on port ${String(port)}, because ${String(wanted)} is taken, ${took}.${others}`,
    advice:
      'That is so while a meeting is on in another window. Else end what has the port, or set another one in parley.server.port, and allow it in your firewall.',
    actions: ['server-settings'],
  };
}
