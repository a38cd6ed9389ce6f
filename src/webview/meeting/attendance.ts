import type { MeetingBootstrap } from '../../shared/hostRpc.ts';
import { MAX_NAME } from '../../shared/limits.ts';
import type { HostClient } from '../host/hostContext.ts';
import { EnterError } from './entry.ts';
import type { Mesh } from './mesh.ts';
import * as say from './sentences.ts';
import type { Store } from './store.ts';

/** What coming and going needs of the meeting. */
export interface AttendanceOptions {
  readonly store: Store;
  readonly bootstrap: MeetingBootstrap;
  readonly host: HostClient;
  readonly mesh: Pick<Mesh, 'enter'>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Tells the others and lets go of everything. */
  readonly leaveNow: (end: boolean) => Promise<void>;
  /** Says so when the extension host does not answer. */
  readonly tell: (reply: Promise<unknown>) => void;
  readonly onProblem: (what: string, error?: unknown) => void;
}

/** Owns where this person is: before the meeting, on the way in, in it, or out again. */
export class Attendance {
  readonly #options: AttendanceOptions;

  constructor(options: AttendanceOptions) {
    this.#options = options;
  }

  /** Goes in under a name, which is remembered. Does nothing when that is under way or done. */
  join(typed: string): void {
    const { store, bootstrap, host, mesh, now, tell, onProblem } = this.#options;
    const { phase, place: before } = store.state;
    const name = typed.trim().slice(0, MAX_NAME);
    if (name === '' || phase === 'joining' || phase === 'in') return;
    store.set({ phase: 'joining', name, outcome: null, waitingFor: null });
    tell(host.call('rememberName', { name }));
    const onWaiting = (): void => store.set({ waitingFor: say.waitingSentence(bootstrap.hostName) });
    const known = bootstrap.session?.members ?? [];
    mesh.enter(name, before, now(), onWaiting, known).then(
      (place) => {
        if (store.state.phase === 'joining') store.set({ phase: 'in', place, waitingFor: null });
      },
      (error: unknown) => {
        onProblem('the meeting was not entered', error);
        const problem = error instanceof EnterError ? error.problem : 'no-connection';
        // Who has left meanwhile is not told that they could not come in.
        if (problem !== 'left' && store.state.phase === 'joining') {
          store.set({ phase: 'failed', outcome: say.enterOutcome(problem) });
        }
      },
    );
  }

  /** Leaves, or ends the meeting, and tells the extension host how; with `host-away` one that may never hear it. */
  async leave(how: 'left' | 'ended' | 'ended-by-host' | 'host-away'): Promise<void> {
    const { store, host, leaveNow, tell } = this.#options;
    const { phase } = store.state;
    if (phase === 'left') return;
    const hostLost = how === 'host-away';
    const outcome = hostLost ? say.hostLostOutcome : how === 'left' ? say.leftOutcome : say.endedOutcome;
    store.set({ phase: 'left', outcome, hostLost });
    await leaveNow(how === 'ended');
    tell(host.call('left', { how: phase === 'in' || hostLost ? how : 'gave-up' }));
  }
}
