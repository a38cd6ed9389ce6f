import { fork, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import * as v from 'valibot';
import { describeError } from '../gateway/errorCode.ts';
import type { Log } from '../log.ts';

/** Milliseconds. */
const START_DEADLINE = 10_000;
const STOP_DEADLINE = 2_000;

const readyLine = v.object({
  event: v.literal('listening'),
  port: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65_535)),
  addresses: v.pipe(
    v.array(v.pipe(v.string(), v.maxLength(300), v.regex(/^https?:\/\//))),
    v.minLength(1),
    v.maxLength(32),
  ),
});

/** What a server process is started with. */
export interface ServerProcessOptions {
  /** Path of dist/peer-server.js. */
  readonly program: string;
  /** The wanted port; 0 for any. */
  readonly port: number;
  /** Whether another port will not do when that one is taken; else the next free one is used. */
  readonly exactPort?: boolean;
  /** What clients must know: 1 to 64 URL-safe characters. */
  readonly key: string;
  readonly log: Log;
  /** How many servers its meeting has had before; none unless said otherwise. */
  readonly term?: number;
  /** More options for its command line. */
  readonly args?: readonly string[];
  /** Gives up while it starts. */
  readonly signal?: AbortSignal | undefined;
}

/** How a process ended; both null when it could not be started at all. */
export interface ServerExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** Why there is no server: it could not be run, ended, or kept silent. */
export class ServerStartError extends Error {
  override readonly name = 'ServerStartError';
  readonly code: 'cannot-run' | 'exited' | 'timeout' | 'bad-answer';
  constructor(code: ServerStartError['code'], message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
  }
}

/** A PeerServer in a process of its own. It ends with `dispose`, and by itself when this process ends. */
export interface ServerProcess {
  readonly port: number;
  /** Base URLs by which it may be reached, best first, loopback last. */
  readonly addresses: readonly string[];
  readonly key: string;
  readonly pid: number | undefined;
  /** Calls back when the process ends without having been disposed of. */
  onExit(listener: (exit: ServerExit) => void): { dispose(): void };
  /** Ends the process and resolves when it has ended. */
  dispose(): Promise<void>;
}

/**
 * Starts the PeerServer and resolves when it listens.
 * @throws {ServerStartError} or the signal's reason, always; nothing is left running then.
 */
export async function startServerProcess(options: ServerProcessOptions): Promise<ServerProcess> {
  const { log, signal } = options;
  signal?.throwIfAborted();
  const child = fork(
    options.program,
    [
      '--port',
      String(options.port),
      '--term',
      String(options.term ?? 0),
      ...(options.exactPort ? [] : ['--next-port']),
      ...(options.args ?? []),
    ],
    {
      // On the desktop this process is Electron, which is Node only when told so. NODE_OPTIONS may hold a debugger's hook.
      env: {
        ...process.env,
        NODE_OPTIONS: undefined,
        ELECTRON_RUN_AS_NODE: '1',
        PARLEY_SERVER_KEY: options.key,
      },
      execArgv: [],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    },
  );
  const ended = new Promise<ServerExit>((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
    child.on('error', (error) => {
      log('warn', `peer server: ${describeError(error)}`);
      if (child.pid === undefined) resolve({ code: null, signal: null });
    });
  });
  try {
    const ready = await whenReady(child, { ended, lastComplaint: collectComplaints(child, log), signal });
    log('info', `peer server: process ${String(child.pid)} listens on port ${String(ready.port)}`);
    return handleOf(child, ended, options, ready);
  } catch (error) {
    await stop(child, ended);
    throw error;
  }
}

function handleOf(
  child: ChildProcess,
  ended: Promise<ServerExit>,
  { key, log }: ServerProcessOptions,
  { port, addresses }: v.InferOutput<typeof readyLine>,
): ServerProcess {
  const listeners = new Set<(exit: ServerExit) => void>();
  void ended.then((exit) => {
    log('info', `peer server: ended (${String(exit.signal ?? exit.code)})`);
    for (const listener of listeners) listener(exit);
  });
  return {
    port,
    addresses,
    key,
    pid: child.pid,
    onExit: (listener) => {
      listeners.add(listener);
      return { dispose: () => void listeners.delete(listener) };
    },
    dispose: () => {
      listeners.clear();
      return stop(child, ended);
    },
  };
}

interface Waiting {
  readonly ended: Promise<ServerExit>;
  readonly lastComplaint: () => string;
  readonly signal: AbortSignal | undefined;
}

async function whenReady(child: ChildProcess, { ended, lastComplaint, signal }: Waiting) {
  const { stdout } = child;
  let onAbort: (() => void) | undefined;
  if (!stdout) throw new ServerStartError('cannot-run', 'the server has no output');
  let timer: NodeJS.Timeout | undefined;
  try {
    const line = await new Promise<string>((resolve, reject) => {
      timer = setTimeout(
        () => reject(new ServerStartError('timeout', `no answer within ${String(START_DEADLINE)} ms`)),
        START_DEADLINE,
      );
      onAbort = () => reject(new Error('given up'));
      signal?.addEventListener('abort', onAbort);
      // It goes on reading after the first line, so that the pipe never fills.
      createInterface({ input: stdout }).once('line', resolve);
      child.once('error', (error) => reject(new ServerStartError('cannot-run', describeError(error), error)));
      void ended.then(({ code, signal }) =>
        reject(new ServerStartError('exited', lastComplaint() || `it ended with ${String(signal ?? code)}`)),
      );
    });
    return v.parse(readyLine, JSON.parse(line));
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof ServerStartError) throw error;
    throw new ServerStartError(
      'bad-answer',
      'what the server says when it is ready is not understood',
      error,
    );
  } finally {
    clearTimeout(timer);
    if (onAbort) signal?.removeEventListener('abort', onAbort);
  }
}

/** Writes what the process complains of to the log; gives the last of it. */
function collectComplaints(child: ChildProcess, log: Log): () => string {
  let last = '';
  if (child.stderr) {
    createInterface({ input: child.stderr }).on('line', (line) => {
      last = line.slice(0, 500);
      log('warn', `peer server: ${last}`);
    });
  }
  return () => last;
}

async function stop(child: ChildProcess, ended: Promise<ServerExit>): Promise<void> {
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_DEADLINE);
  child.kill('SIGTERM');
  await ended;
  clearTimeout(timer);
}
