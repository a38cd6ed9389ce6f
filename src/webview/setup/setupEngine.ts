import type { RpcEndpoint } from '../../shared/rpc.ts';
import type { SetupHostApi, SetupPageApi, SetupPlan } from '../../shared/setupRpc.ts';
import { AutoSource } from '../media/autoSource.ts';
import { DEFAULT_DEVICES } from '../media/localDevices.ts';
import { rtcConfig } from '../rtc/rtcConfig.ts';
import type { Check, CheckAction } from './check.ts';
import { deviceChecks } from './deviceChecks.ts';
import type { SetupActions, SetupModel } from './model.ts';
import { networkChecks } from './networkChecks.ts';
import { reportText } from './report.ts';
import { Runner } from './runner.ts';

const CERTIFICATE: EcKeyGenParams = { name: 'ECDSA', namedCurve: 'P-256' };

/** The extension host, as the page of the test calls it. */
export type SetupHost = Pick<RpcEndpoint<SetupPageApi, SetupHostApi>, 'call'>;

/** Runs the test once, and answers the views. */
export class SetupEngine implements SetupActions {
  readonly #host: SetupHost;
  readonly #onChange: () => void;
  #phase: SetupModel['phase'] = 'starting';
  #copied: SetupModel['copied'] = 'no';
  #runner: Runner | null = null;
  #source: AutoSource | null = null;
  #plan: SetupPlan | null = null;

  constructor(host: SetupHost, onChange: () => void) {
    this.#host = host;
    this.#onChange = onChange;
  }

  get model(): SetupModel {
    return {
      phase: this.#phase,
      stopped: this.#runner?.stopped === true,
      checks: this.#runner?.rows ?? [],
      copied: this.#copied,
    };
  }

  /** A stage's page came or went; told by the extension host. */
  stageConnected(stage: string, connected: boolean): void {
    this.#source?.stageConnected(stage, connected);
  }

  /** A message of a stage, handed on by the extension host. */
  fromStage(stage: string, message: unknown): void {
    this.#source?.fromStage(stage, message);
  }

  /** Runs all checks; resolves, and never rejects, when they have ended and nothing of them is left. */
  async run(): Promise<void> {
    try {
      this.#plan = await this.#host.call('open', {});
    } catch (error) {
      this.#problem('there is nothing to test', error);
      this.#setPhase('gone');
      return;
    }
    try {
      await this.#runChecks(this.#plan);
      this.#setPhase('done');
    } catch (error) {
      this.#problem('the test could not be run', error);
      this.#setPhase('broken');
    }
    this.#source?.dispose();
    await this.#host.call('done', {}).catch((error: unknown) => this.#problem('not ended', error));
  }

  readonly stop = (): void => this.#runner?.stop();

  readonly again = (): void => {
    this.#host.call('again', {}).catch((error: unknown) => this.#problem('not run again', error));
  };

  readonly copyReport = (): void => void this.#copyReport();

  readonly act = (action: CheckAction): void => {
    if (action === 'open-stage') this.#source?.open();
    else if (action === 'copy-stage-link') this.#source?.copyLink();
    else this.#host.call('act', { action }).catch((error: unknown) => this.#problem(action, error));
  };

  /** The page is left: what it opened is closed. */
  dispose(): void {
    this.#runner?.stop();
    this.#source?.dispose();
  }

  async #runChecks(plan: SetupPlan): Promise<void> {
    const certificate = await RTCPeerConnection.generateCertificate(CERTIFICATE);
    const source = new AutoSource({
      host: this.#host,
      bootstrap: { stages: [], addresses: plan.addresses },
      wanted: { microphone: true, camera: true },
      chosen: DEFAULT_DEVICES,
      title: () => 'your test',
      onLeave: () => this.stop(),
      onProblem: (what, error) => this.#problem(what, error),
    });
    this.#source = source;
    const devices = deviceChecks(source);
    const network = networkChecks({
      plan,
      config: rtcConfig(plan, certificate),
      startServer: () => this.#host.call('startServer', {}),
    });
    const all: readonly Check[] = [...devices, ...network.ways, ...network.pair];
    const runner = new Runner(all, this.#onChange, (check, error) => this.#problem(check, error));
    this.#runner = runner;
    this.#setPhase('running');
    const overNetwork = async (): Promise<void> => {
      await Promise.all(network.ways.map((check) => runner.inTurn([check])));
      // Alone, so that nothing else of the test is measured with it.
      await runner.inTurn(network.pair);
      network.dispose();
    };
    const withDevices = async (): Promise<void> => {
      await runner.inTurn(devices);
      // The camera's light goes out as soon as nobody looks.
      source.dispose();
    };
    await Promise.all([withDevices(), overNetwork()]);
  }

  async #copyReport(): Promise<void> {
    const text = reportText({
      rows: this.#runner?.rows ?? [],
      surroundings: this.#plan?.surroundings ?? [],
      userAgent: navigator.userAgent,
      at: Date.now(),
    });
    try {
      const { copied } = await this.#host.call('copyReport', { text });
      this.#copied = copied ? 'yes' : 'failed';
    } catch (error) {
      this.#problem('the report was not copied', error);
      this.#copied = 'failed';
    }
    this.#onChange();
  }

  #setPhase(phase: SetupModel['phase']): void {
    this.#phase = phase;
    this.#onChange();
  }

  #problem(what: string, error?: unknown): void {
    const why = error instanceof Error ? `: ${error.name} ${error.message}` : '';
    // The log itself cannot be reached when this fails, and there is nobody else to tell.
    this.#host
      .call('log', { level: 'warn', message: `${what}${why}`.slice(0, 2_000) })
      .catch(() => undefined);
  }
}
