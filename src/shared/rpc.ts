import * as v from 'valibot';
import { RPC_TIMEOUT } from './limits.ts';

// A small typed RPC over a pair of `post` functions. Every request settles: with a reply, an error reply, a time-out
// or the endpoint's disposal. Parameters and results are parsed on arrival, on both sides.

/** A schema of valibot that gives `T`. */
type Schema<T> = v.GenericSchema<unknown, T>;

/** One call: what it takes and what it gives. */
export interface Method<P = unknown, R = unknown> {
  readonly params: Schema<P>;
  readonly result: Schema<R>;
  /** Milliseconds; `null` for a call that waits for a person. */
  readonly timeout: number | null;
}
export type Api = Readonly<Record<string, Method>>;

/** Declares a call. A call without a result is still answered, so that its sender knows it arrived. */
export function method<P, R>(
  params: Schema<P>,
  result: Schema<R>,
  timeout: number | null = RPC_TIMEOUT,
): Method<P, R> {
  return { params, result, timeout };
}

export type Params<M> = M extends Method<infer P, infer _R> ? P : never;
export type Result<M> = M extends Method<infer _P, infer R> ? R : never;
/** What the serving side has to write for an API. */
export type Handlers<A extends Api> = {
  readonly [K in keyof A]: (params: Params<A[K]>) => Promise<Result<A[K]>> | Result<A[K]>;
};

/** `away`: the other side gives no sign of life, and is not asked; never told by the other side itself. */
export type RpcErrorCode =
  'timeout' | 'disposed' | 'away' | 'unknown-method' | 'bad-params' | 'bad-result' | 'failed';

/** A request that did not succeed. `code` is for programs, `message` for logs. */
export class RpcError extends Error {
  override readonly name = 'RpcError';
  readonly code: RpcErrorCode;
  constructor(code: RpcErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

const envelope = v.variant('kind', [
  v.object({ kind: v.literal('request'), id: v.number(), method: v.string(), params: v.unknown() }),
  v.object({ kind: v.literal('result'), id: v.number(), result: v.unknown() }),
  v.object({ kind: v.literal('error'), id: v.number(), code: v.string(), message: v.string() }),
]);

/** Timers as the runtime has them; shared code has none of its own. */
export interface Timers {
  set(callback: () => void, milliseconds: number): unknown;
  clear(handle: unknown): void;
}

interface Pending {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: RpcError) => void;
  readonly result: Schema<unknown>;
  readonly timer: unknown;
}

/** What an endpoint needs of its surroundings. */
export interface RpcOptions<Local extends Api, Remote extends Api> {
  readonly local: Local;
  readonly remote: Remote;
  readonly handlers: Handlers<Local>;
  readonly post: (message: unknown) => void;
  readonly timers: Timers;
  /** Told of what the other side got wrong and of handlers that threw; never of secrets. */
  readonly onProblem: (message: string, error?: unknown) => void;
}

/** One end of the RPC. Hand what arrives to `receive`; call the other side with `call`. */
export class RpcEndpoint<Local extends Api, Remote extends Api> {
  readonly #options: RpcOptions<Local, Remote>;
  readonly #pending = new Map<number, Pending>();
  /** Begins anywhere: a page that was loaded anew must not take the answer to the one before for its own. */
  #nextId = 1 + Math.floor(Math.random() * 1e12);
  #disposed = false;

  constructor(options: RpcOptions<Local, Remote>) {
    this.#options = options;
  }

  /** Calls the other side. @throws {RpcError} always of this type. */
  call<K extends keyof Remote & string>(name: K, params: Params<Remote[K]>): Promise<Result<Remote[K]>> {
    const declared = this.#options.remote[name];
    if (this.#disposed || !declared)
      return Promise.reject(new RpcError('disposed', `${name}: the endpoint is gone`));
    const id = this.#nextId++;
    return new Promise<unknown>((resolve, reject) => {
      const timer =
        declared.timeout === null
          ? undefined
          : this.#options.timers.set(() => {
              this.#pending.delete(id);
              reject(new RpcError('timeout', `${name}: no answer within ${String(declared.timeout)} ms`));
            }, declared.timeout);
      this.#pending.set(id, { resolve, reject, result: declared.result, timer });
      this.#options.post({ kind: 'request', id, method: name, params });
    }) as Promise<Result<Remote[K]>>;
  }

  /** Takes a message from the other side; anything that is not of this RPC is reported and dropped. */
  receive(message: unknown): void {
    if (this.#disposed) return;
    const parsed = v.safeParse(envelope, message);
    if (!parsed.success) {
      this.#options.onProblem('a message that is no RPC envelope was dropped');
      return;
    }
    const { output } = parsed;
    if (output.kind === 'request') {
      void this.#serve(output.id, output.method, output.params);
      return;
    }
    const pending = this.#pending.get(output.id);
    if (!pending) return; // Answered after its time-out.
    this.#pending.delete(output.id);
    if (pending.timer !== undefined) this.#options.timers.clear(pending.timer);
    if (output.kind === 'error') {
      pending.reject(new RpcError(isRpcErrorCode(output.code) ? output.code : 'failed', output.message));
      return;
    }
    const result = v.safeParse(pending.result, output.result);
    if (result.success) pending.resolve(result.output);
    else pending.reject(new RpcError('bad-result', v.summarize(result.issues)));
  }

  /** Rejects what is pending and lets nothing in or out any more. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    for (const pending of this.#pending.values()) {
      if (pending.timer !== undefined) this.#options.timers.clear(pending.timer);
      pending.reject(new RpcError('disposed', 'the other side is gone'));
    }
    this.#pending.clear();
  }

  async #serve(id: number, name: string, params: unknown): Promise<void> {
    const reply = await this.#answer(name, params).then(
      (result) => ({ kind: 'result', id, result }),
      (error: unknown) => {
        if (!(error instanceof RpcError)) this.#options.onProblem(`${name} failed`, error);
        const code = error instanceof RpcError ? error.code : 'failed';
        return { kind: 'error', id, code, message: error instanceof Error ? error.message : String(error) };
      },
    );
    if (!this.#disposed) this.#options.post(reply);
  }

  async #answer(name: string, params: unknown): Promise<unknown> {
    const declared = Object.hasOwn(this.#options.local, name) ? this.#options.local[name] : undefined;
    if (!declared) throw new RpcError('unknown-method', `there is no method "${name.slice(0, 64)}"`);
    const parsed = v.safeParse(declared.params, params);
    if (!parsed.success) throw new RpcError('bad-params', `${name}: ${v.summarize(parsed.issues)}`);
    const handler = this.#options.handlers[name as keyof Local] as (value: unknown) => unknown;
    return handler(parsed.output);
  }
}

const CODES: ReadonlySet<string> = new Set<RpcErrorCode>([
  'timeout',
  'disposed',
  'unknown-method',
  'bad-params',
  'bad-result',
  'failed',
]);
function isRpcErrorCode(code: string): code is RpcErrorCode {
  return CODES.has(code);
}
