import type * as vscode from 'vscode';
import type { Handlers, Params } from '../../shared/rpc.ts';
import type { SetupHostApi, SetupPageApi, SetupPlan, SetupServerResult } from '../../shared/setupRpc.ts';
import type { OpenPart } from '../allOrNothing.ts';
import type { Dialogs } from '../dialogs.ts';
import type { GatewayAddress } from '../gatewayAddress.ts';
import { errorText, type Log } from '../log.ts';
import { describeEntry } from '../networkSettings.ts';
import { openGateway, type GatewayWay } from '../openMeeting.ts';
import type { Settings } from '../settings.ts';
import { StageDesk } from '../stageDesk.ts';
import { stageSurroundings } from '../stageWays.ts';
import { makePlan, setupServers } from './setupPlan.ts';
import { startSetupServer } from './setupServer.ts';
import { surroundings } from './surroundings.ts';

/** What a run is made with. */
export interface SetupRunOptions {
  readonly extension: vscode.ExtensionContext;
  readonly settings: Settings;
  readonly dialogs: Dialogs;
  readonly log: Log;
  /** Whether a meeting is on in this window. */
  readonly inMeeting: () => boolean;
  /** Tells the page of a stage. */
  readonly tell: <K extends keyof SetupPageApi>(what: K, params: Params<SetupPageApi[K]>) => void;
}

/** One run of the test: a gateway, a server and a desk for stages of its own, which a meeting that is on does not notice. */
export class SetupRun {
  readonly #options: SetupRunOptions;
  readonly #ended = new AbortController();
  readonly #closers: (() => unknown)[] = [];
  readonly #way: GatewayWay;
  readonly #stages: StageDesk;
  #server: Promise<SetupServerResult> | undefined;

  private constructor(options: SetupRunOptions, way: GatewayWay) {
    this.#options = options;
    this.#way = way;
    const { extension, dialogs, log, tell } = options;
    this.#closers.push(() => way.gateway.dispose());
    this.#stages = new StageDesk({
      ...stageSurroundings(extension.extensionUri, dialogs, log),
      gateway: way.gateway,
      reach: way.reach,
      log,
      onMessage: (stage, message) => tell('fromStage', { stage, message }),
      onConnected: (stage, connected) => tell('stageConnected', { stage, connected }),
    });
    this.#closers.push(() => this.#stages.end());
  }

  /** Opens the gateway. Rejects when not even a free port can be had. */
  static async start(options: SetupRunOptions): Promise<SetupRun> {
    const { extension, settings, log } = options;
    const open: OpenPart = (opening) => opening;
    return new SetupRun(options, await openGateway({ extension, settings, network: settings, log }, open));
  }

  /** Where the page reaches the gateway. */
  get gateway(): GatewayAddress {
    return this.#way.address;
  }

  /** What a page asks for that runs the test. */
  handlers(): Pick<
    Handlers<SetupHostApi>,
    'open' | 'startServer' | 'openStage' | 'copyStageLink' | 'toStage' | 'closeStage'
  > {
    return {
      open: () => this.#plan(),
      startServer: () => {
        this.#server ??= this.#startServer();
        return this.#server;
      },
      ...this.#stages.handlers(),
    };
  }

  /** Ends server, stages and gateway. */
  async end(): Promise<void> {
    if (this.#ended.signal.aborted) return;
    this.#ended.abort(new Error('the test has ended'));
    // One that is being started is ended by whoever waits for it.
    await this.#server?.catch(() => undefined);
    for (const close of this.#closers.toReversed()) {
      try {
        await close();
      } catch (error) {
        this.#options.log('warn', `test: not ended cleanly: ${errorText(error)}`);
      }
    }
    this.#options.log('info', 'test: its server, gateway and pages have ended');
  }

  async #plan(): Promise<SetupPlan> {
    const { extension, settings } = this.#options;
    const { gateway, address, addresses } = this.#way;
    return makePlan({
      settings,
      servers: await setupServers(settings, extension.secrets),
      gateway,
      gatewayAddress: address,
      addresses: addresses(),
      // By place: an address that is none may hold anything, a password too.
      badEntries: settings.iceServers.bad.map((entry) => describeEntry({ ...entry, address: '' })),
      surroundings: surroundings(extension, settings),
    });
  }

  #startServer(): Promise<SetupServerResult> {
    const { extension, settings, log, inMeeting } = this.#options;
    const { signal } = this.#ended;
    const open: OpenPart = async (opening, close) => {
      const part = await opening;
      this.#closers.push(() => close(part));
      signal.throwIfAborted();
      return part;
    };
    return startSetupServer({ extension, settings, log, signal, inMeeting }, this.#way.gateway, open);
  }
}
