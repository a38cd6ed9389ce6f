import type { Check, CheckRow, Verdict } from './check.ts';
import { brokenVerdict, stoppedVerdict } from './sentences.ts';

/** Runs checks and keeps what is known of each, in the order in which they are shown. */
export class Runner {
  readonly #rows: Map<string, CheckRow>;
  readonly #onChange: () => void;
  readonly #onFault: (check: string, error: unknown) => void;
  readonly #stop = new AbortController();

  /** @param onFault a check itself went wrong, which is told as such. */
  constructor(
    checks: readonly Check[],
    onChange: () => void,
    onFault: (check: string, error: unknown) => void,
  ) {
    this.#onChange = onChange;
    this.#onFault = onFault;
    this.#rows = new Map(
      checks.map(({ id, title }) => [
        id,
        { id, title, state: 'waiting', sentence: '', advice: '', actions: [] },
      ]),
    );
  }

  get rows(): readonly CheckRow[] {
    return [...this.#rows.values()];
  }

  get stopped(): boolean {
    return this.#stop.signal.aborted;
  }

  /** Ends what is running; what waits is not begun any more. */
  stop(): void {
    this.#stop.abort();
  }

  /** Runs one after the other; resolves, and never rejects, when the last has ended. */
  async inTurn(checks: readonly Check[]): Promise<void> {
    for (const check of checks) await this.#run(check);
  }

  async #run(check: Check): Promise<void> {
    const { signal } = this.#stop;
    if (signal.aborted) return this.#settle(check, stoppedVerdict);
    this.#change(check, { state: 'running' });
    const stopped = new Promise<Verdict>((resolve) => {
      signal.addEventListener('abort', () => resolve(stoppedVerdict), { once: true });
    });
    const tell = (sentence: string, actions: CheckRow['actions'] = []): void => {
      if (this.#rows.get(check.id)?.state === 'running') this.#change(check, { sentence, actions });
    };
    const running = check.run({ signal, tell }).catch((error: unknown) => {
      if (!signal.aborted) this.#onFault(check.id, error);
      return brokenVerdict;
    });
    this.#settle(check, await Promise.race([running, stopped]));
  }

  #settle(check: Check, { state, sentence, advice = '', actions = [] }: Verdict): void {
    this.#change(check, { state, sentence, advice, actions });
  }

  #change({ id }: Check, changes: Partial<CheckRow>): void {
    const row = this.#rows.get(id);
    if (!row) return;
    this.#rows.set(id, { ...row, ...changes });
    this.#onChange();
  }
}
