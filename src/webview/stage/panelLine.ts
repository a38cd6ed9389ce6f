import { type Handlers, type Params, RpcEndpoint } from '../../shared/rpc.ts';
import { type PanelApi, panelApi, type StageApi, stageApi, type StageReport } from '../../shared/stageRpc.ts';
import type { StagePageModel } from '../stageModel.ts';

/** Problems that one panel is told of: enough to know what is wrong, and no flood. */
const MAX_PROBLEMS = 20;

/** What the panel is told of a stage's page. */
type Told = Pick<StagePageModel, 'started' | 'soundBlocked' | 'microphone' | 'camera' | 'screen' | 'choices'>;

/** What a line needs, and whom it tells. */
export interface PanelLineOptions {
  readonly handlers: Handlers<StageApi>;
  /** Hands a message to the panel; lost while it cannot be reached. */
  readonly post: (message: unknown) => void;
  /** The page is one of VS Code's integrated browser. */
  readonly integrated: boolean;
  /** A call was not answered, or not taken. */
  readonly onUnanswered: () => void;
}

/** What a stage and its panel say to each other, over one panel after the other: each is told what it does not know. */
export class PanelLine {
  readonly #options: PanelLineOptions;
  #rpc: RpcEndpoint<StageApi, PanelApi> | null = null;
  /** What the panel was told last, as JSON. */
  #report = '';
  #problems = 0;
  /** What was asked for here while VS Code could not be reached. */
  #unsaid: Params<PanelApi['wish']> = {};

  constructor(options: PanelLineOptions) {
    this.#options = options;
  }

  /** There is a way to VS Code (again); calls of an earlier one are over. */
  open(): void {
    const { handlers, post } = this.#options;
    this.#rpc?.dispose();
    this.#rpc = new RpcEndpoint<StageApi, PanelApi>({
      local: stageApi,
      remote: panelApi,
      handlers,
      post,
      timers: {
        set: (callback, ms) => setTimeout(callback, ms),
        clear: (handle) => clearTimeout(handle as number),
      },
      onProblem: (what, error) => this.problem(what, error),
    });
  }

  /** A panel is at the other end, and knows nothing yet. */
  greet(model: Told): void {
    this.#report = '';
    this.#problems = 0;
    this.report(model);
    this.tell('wish', this.#unsaid);
    this.#unsaid = {};
  }

  /** Takes a message of the panel's. */
  receive(message: unknown): void {
    this.#rpc?.receive(message);
  }

  /** Tells what is, where the panel was told something else. */
  report({ started, soundBlocked, microphone, camera, screen, choices }: Told): void {
    const report: StageReport = {
      started,
      ...(this.#options.integrated ? { integrated: true } : {}),
      soundBlocked,
      microphone: { status: microphone.status, problem: microphone.problem },
      camera: { status: camera.status, problem: camera.problem },
      screen: { status: screen.status, problem: screen.problem },
      choices: choices.slice(0, 100),
    };
    const text = JSON.stringify(report);
    if (text === this.#report) return;
    this.#report = text;
    this.tell('report', report);
  }

  /** Keeps a wish for the next panel. */
  keep(wish: Params<PanelApi['wish']>): void {
    this.#unsaid = { ...this.#unsaid, ...wish };
  }

  /** For the log of VS Code; a person in this page can do nothing about it. */
  problem(what: string, error?: unknown): void {
    this.#problems += 1;
    if (this.#problems > MAX_PROBLEMS) return;
    const why = error instanceof Error ? `${what}: ${error.name} ${error.message}` : what;
    this.tell('problem', { what: why.slice(0, 500) });
  }

  /** Calls the panel; what comes of it is of no interest here. */
  tell<K extends keyof PanelApi>(name: K, params: Params<PanelApi[K]>): void {
    // A panel that does not answer is gone; the socket notices that, and the next one is told everything anew.
    this.#rpc?.call(name, params).catch(() => this.#options.onUnanswered());
  }

  dispose(): void {
    this.#rpc?.dispose();
  }
}
