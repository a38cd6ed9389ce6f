import * as v from 'valibot';
import type { WebSocket } from 'ws';
import { STAGE_CLOSE, stageGreeting, type StagePurpose, type stageWelcome } from '../../shared/stageRpc.ts';
import type { Log } from '../log.ts';
import { StageLine } from './stageLine.ts';
import { randomTicket, sameSecret, Tickets } from './tickets.ts';

/** Stages at once, and sockets that have not said yet who they are. */
const MAX_STAGES = 8;
const MAX_STRANGERS = 4;
/** Links of one stage that are good at once: a browser may still be on its way with one while another is copied. */
const MAX_CODES = 3;
/** Milliseconds for a socket to say who it is, and between two pings: it is dead after three. */
const GREETING_DEADLINE = 5_000;
const BEAT = 2_000;

/** How a door is made. The times are the ones above unless said otherwise. */
export interface StageDoorOptions {
  readonly log: Log;
  /** A message of a stage that has proven itself; its content is anything. */
  readonly onMessage: (stage: string, message: unknown) => void;
  /** A page of a stage came (also in place of another, without a word of that one's going) or went. Not told of `close`. */
  readonly onConnected: (stage: string, connected: boolean) => void;
  /** Stages of a door before a restart. */
  readonly kept?: readonly KeptStage[];
  /** Milliseconds for which a code is good; a minute unless said otherwise. */
  readonly codeLifetime?: number;
  readonly greetingDeadline?: number;
  readonly beat?: number;
}

/** A stage as others may know it. */
export interface StageState {
  readonly stage: string;
  readonly purpose: StagePurpose;
  readonly connected: boolean;
}

/** There are as many stages as there may be. */
export class TooManyStagesError extends Error {
  override readonly name = 'TooManyStagesError';
  readonly code = 'too-many-stages';
}

/** What a door after a restart needs to know of a stage, whose page may still be there. */
export interface KeptStage extends Pick<StageState, 'stage' | 'purpose'> {
  readonly session: string;
}

interface Stage {
  readonly id: string;
  readonly purpose: StagePurpose;
  /** What its tab is known by after a reload. */
  readonly session: string;
  /** The codes of its last links, oldest first; used or too old, they are good for nothing. */
  codes: readonly string[];
  line: StageLine | undefined;
}

/**
 * Where the pages of the stages come in: a one-time code makes a socket the line of a stage, and a session brings the
 * same tab back after a reload. What is said on a line is handed on unread.
 */
export class StageDoor {
  readonly #options: StageDoorOptions;
  readonly #stages = new Map<string, Stage>();
  readonly #codes: Tickets<string>;
  readonly #strangers = new Set<StageLine>();
  #disposed = false;

  constructor(options: StageDoorOptions) {
    this.#options = options;
    for (const { stage, purpose, session } of options.kept ?? [])
      this.#stages.set(stage, { id: stage, purpose, session, codes: [], line: undefined });
    this.#codes = new Tickets((id) => {
      const stage = this.#stages.get(id);
      if (stage) this.#log(stage, 'a link was not used in time');
    }, options.codeLifetime);
  }

  get stages(): StageState[] {
    return Array.from(this.#stages.values(), ({ id, purpose, line }) => ({
      stage: id,
      purpose,
      connected: line !== undefined,
    }));
  }

  /** What `StageDoorOptions.kept` is to be after a restart. */
  get kept(): KeptStage[] {
    return Array.from(this.#stages.values(), ({ id, purpose, session }) => ({ stage: id, purpose, session }));
  }

  /** Whether no socket can be taken now. */
  get full(): boolean {
    return this.#disposed || this.#strangers.size >= MAX_STRANGERS;
  }

  /** Makes a stage and the one-time code of its link. @throws {TooManyStagesError} */
  issue(purpose: StagePurpose): { readonly stage: string; readonly code: string } {
    if (this.#stages.size >= MAX_STAGES) throw new TooManyStagesError('there are too many stages');
    const id = randomTicket();
    const code = this.#codes.issue(id);
    const stage: Stage = { id, purpose, session: randomTicket(), codes: [code], line: undefined };
    this.#stages.set(id, stage);
    this.#log(stage, 'a link was made');
    return { stage: id, code };
  }

  /**
   * One more code for a stage, be its page there (the next one takes over) or not; the last few stay good, each once and
   * in its own time. `undefined` when there is no such stage.
   */
  fresh(id: string): string | undefined {
    const stage = this.#stages.get(id);
    if (!stage) return undefined;
    const code = this.#codes.issue(id);
    const codes = [...stage.codes, code];
    for (const old of codes.slice(0, -MAX_CODES)) this.#codes.redeem(old);
    stage.codes = codes.slice(-MAX_CODES);
    this.#log(stage, 'a fresh link was made');
    return code;
  }

  /** Hands a message to the page of a stage; false when there is none, or the message is too long. */
  send(id: string, message: unknown): boolean {
    return this.#stages.get(id)?.line?.send(message) ?? false;
  }

  /** Ends a stage: its code and session are void, its page is told after what was sent. Resolves when that is closed. */
  async close(id: string): Promise<void> {
    const stage = this.#stages.get(id);
    if (!stage) return;
    this.#stages.delete(id);
    for (const code of stage.codes) this.#codes.redeem(code);
    const { line } = stage;
    stage.line = undefined;
    this.#log(stage, 'over');
    await line?.close(STAGE_CLOSE.over, 'over');
  }

  /** Takes a socket whose Host and Origin were found right. */
  accept(socket: WebSocket): void {
    let stage: Stage | undefined;
    const line = new StageLine(socket, {
      beat: this.#options.beat ?? BEAT,
      onMessage: (message) => {
        if (!stage) stage = this.#greet(line, message);
        // What a tab says after another took over, the line does not hand on.
        else this.#options.onMessage(stage.id, message);
        if (stage) clearTimeout(deadline);
      },
      onClosed: (why) => {
        clearTimeout(deadline);
        this.#strangers.delete(line);
        if (stage?.line !== line) return;
        stage.line = undefined;
        this.#log(stage, `lost: ${why}`);
        this.#options.onConnected(stage.id, false);
      },
    });
    const deadline = setTimeout(
      () => this.#refuse(line, 'no greeting'),
      this.#options.greetingDeadline ?? GREETING_DEADLINE,
    );
    this.#strangers.add(line);
  }

  /** Ends every stage. Resolves when their pages are told. */
  async dispose(): Promise<void> {
    this.#disposed = true;
    const strangers = Array.from(this.#strangers, (line) => line.close(STAGE_CLOSE.over, 'over'));
    await Promise.all([...strangers, ...Array.from(this.#stages.keys(), (id) => this.close(id))]);
    this.#codes.dispose();
  }

  #greet(line: StageLine, message: unknown): Stage | undefined {
    const greeting = v.safeParse(stageGreeting, message);
    if (!greeting.success) {
      this.#refuse(line, 'no greeting');
      return undefined;
    }
    const { output } = greeting;
    const stage = output.t === 'code' ? this.#byCode(output.code) : this.#bySession(output.session);
    if (!stage || this.#disposed) {
      this.#refuse(line, output.t === 'code' ? 'the link is not good' : 'the stage is over');
      return undefined;
    }
    this.#strangers.delete(line);
    const before = stage.line;
    stage.line = line;
    void before?.close(STAGE_CLOSE.takenOver, 'taken over');
    this.#log(stage, before ? 'another tab has taken over' : 'connected');
    const welcome: v.InferOutput<typeof stageWelcome> = {
      t: 'welcome',
      session: stage.session,
      purpose: stage.purpose,
    };
    line.send(welcome);
    this.#options.onConnected(stage.id, true);
    return stage;
  }

  #byCode(code: string): Stage | undefined {
    const id = this.#codes.redeem(code);
    return id === undefined ? undefined : this.#stages.get(id);
  }

  #bySession(session: string): Stage | undefined {
    return [...this.#stages.values()].find((stage) => sameSecret(stage.session, session));
  }

  #refuse(line: StageLine, reason: string): void {
    this.#strangers.delete(line);
    this.#options.log('warn', `stage: a page was refused: ${reason}`);
    void line.close(STAGE_CLOSE.refused, reason);
  }

  #log(stage: Stage, what: string): void {
    this.#options.log('info', `stage for ${stage.purpose}: ${what}`);
  }
}
