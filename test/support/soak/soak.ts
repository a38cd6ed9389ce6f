import { readFile } from 'node:fs/promises';
import { type Host, startHost } from '../host.ts';
import { descendants } from '../processes.ts';
import { makeTempFolder } from '../temp.ts';
import { isHostNoise, type VsCodeWindow } from '../window.ts';
import type { Action } from './action.ts';
import { ACTIONS } from './actions.ts';
import { type Growth, growthOf, type Sample } from './growth.ts';
import { measuredHosts, measureHost } from './hostMemory.ts';
import { PageProbe } from './pageMemory.ts';
import { gather, isWhole, type Person, type Place, type SoakedMeeting } from './people.ts';

const KIB = 1024;
const NAMES = ['Alice', 'Bob', 'Carol'];
/** After so many steps all is held against all. */
const LOOK_EVERY = 10;
/** Of each window, told when something fails. */
const CONSOLE_LINES = 15;

/** How long and how hard a meeting is soaked. Times are milliseconds. */
export interface SoakOptions {
  /** The same seed does the same things in the same order; a machine that is slower does less of them. */
  readonly seed: number;
  readonly duration: number;
  /** What is measured before does not count. */
  readonly warmUp: number;
  readonly sampleEvery: number;
  /** Between the end of something and the next: at least, at most. */
  readonly pause: readonly [number, number];
  readonly onProgress: (line: string) => void;
  readonly onSample?: (sample: Sample) => void;
}

/** What became of a meeting. */
export interface SoakResult {
  readonly steps: number;
  /** How often each thing was done. */
  readonly done: Readonly<Record<string, number>>;
  readonly samples: readonly Sample[];
  readonly growth: readonly Growth[];
  /** What was not caught, in pages and extension hosts, and what they complained of, each with who it was. */
  readonly complaints: readonly string[];
}

/** Three people in a meeting in windows of their own do what chance says, while what they hold in memory is measured. */
export async function soak(options: SoakOptions): Promise<SoakResult> {
  const windows: VsCodeWindow[] = [];
  const [folder, sockets] = [await makeTempFolder('soak'), await makeTempFolder('sockets')];
  let host: Host | undefined;
  try {
    host = await startHost({ env: measuredHosts(sockets.path) });
    const place = { host, folder: folder.path, sockets: sockets.path, windows };
    const meeting = await gather(place, NAMES, options.seed);
    return await new Soak(options, place, meeting).run();
  } catch (error) {
    for (const window of windows) {
      const lines = [window.name, ...(await window.shownText()), ...window.console.slice(-CONSOLE_LINES)];
      options.onProgress(lines.join('\n'));
    }
    throw error;
  } finally {
    for (const window of windows) await window.dispose();
    await host?.dispose();
    await folder.dispose();
    await sockets.dispose();
  }
}

class Soak {
  readonly #options: SoakOptions;
  readonly #place: Place;
  readonly #meeting: SoakedMeeting;
  readonly #samples: Sample[] = [];
  readonly #complaints: string[] = [];
  readonly #done = new Map<string, number>();
  readonly #pages = new Map<Person, PageProbe>();
  #bag: Action[] = [];
  #steps = 0;

  constructor(options: SoakOptions, place: Place, meeting: SoakedMeeting) {
    this.#options = options;
    this.#place = place;
    this.#meeting = meeting;
  }

  async run(): Promise<SoakResult> {
    const { duration, warmUp, sampleEvery } = this.#options;
    for (const person of this.#meeting.people) await this.#watch(person);
    const began = Date.now();
    const passed = (): number => Date.now() - began;
    let nextSample = 0;
    while (passed() < duration) {
      if (passed() >= nextSample) {
        await this.#sample(passed());
        nextSample += sampleEvery;
      }
      await this.#step();
      await this.#rest();
    }
    await this.#sample(passed());
    return {
      steps: this.#steps,
      done: Object.fromEntries([...this.#done].toSorted(([a], [b]) => a.localeCompare(b))),
      samples: this.#samples,
      growth: growthOf(this.#samples, warmUp),
      complaints: this.#complaints,
    };
  }

  async #watch(person: Person): Promise<void> {
    const { name, window } = person;
    this.#pages.set(person, await PageProbe.attach(window));
    const complain = (what: string): void => {
      if (!isHostNoise(what)) this.#complain(`page of ${name}`, what);
    };
    // Also rejections that nobody caught.
    window.page.on('pageerror', (error) => complain(`uncaught: ${error.stack ?? error.message}`));
    window.page.on('console', (message) => {
      if (message.type() === 'error') complain(`${message.text()} (${message.location().url})`);
    });
    window.page.on('crash', () => complain('the page has crashed'));
  }

  #complain(who: string, what: string): void {
    this.#complaints.push(`${who}, step ${String(this.#steps)}: ${what}`);
    this.#options.onProgress(`${who} complains: ${what.slice(0, 500)}`);
  }

  async #step(): Promise<void> {
    const [action, able] = this.#next();
    const who = this.#meeting.random.one(able);
    this.#steps++;
    this.#done.set(action.name, (this.#done.get(action.name) ?? 0) + 1);
    const began = Date.now();
    const what = `step ${String(this.#steps)}, ${who.name} ${action.name}`;
    try {
      await action.run(this.#meeting, who);
      if (this.#steps % LOOK_EVERY === 0) await isWhole(this.#meeting);
    } catch (error) {
      const where = `seed ${String(this.#options.seed)}, ${what}`;
      throw new Error(`${where}: ${error instanceof Error ? error.message : String(error)}`, {
        cause: error,
      });
    }
    this.#options.onProgress(`${what} (${String(Date.now() - began)} ms)`);
  }

  /** Something to do, and who can. All turn up as often as they should, in an order that chance makes. */
  #next(): readonly [Action, readonly Person[]] {
    for (;;) {
      if (this.#bag.length === 0) {
        const all = ACTIONS.flatMap((action) => Array.from({ length: action.weight }, () => action));
        this.#bag = this.#meeting.random.shuffled(all);
      }
      const action = this.#bag.pop();
      if (!action) throw new Error('there is nothing to do');
      const able = this.#meeting.people.filter((person) => action.may?.(this.#meeting, person) ?? true);
      if (able.length > 0) return [action, able];
    }
  }

  async #rest(): Promise<void> {
    const [least, most] = this.#options.pause;
    const pause = least + this.#meeting.random.below(most - least);
    await new Promise((resolve) => setTimeout(resolve, pause));
  }

  async #sample(at: number): Promise<void> {
    const values: Record<string, number> = {};
    for (const [{ name }, probe] of this.#pages) {
      for (const [what, value] of Object.entries(await probe.measure()))
        values[`${name} page ${what}`] = value;
    }
    for (const { name, extensionHost } of this.#meeting.people) {
      const { heap, resident, rejections } = await measureHost(this.#place.sockets, extensionHost);
      Object.assign(values, { [`${name} host heap`]: heap, [`${name} host resident`]: resident });
      for (const rejection of rejections) this.#complain(`extension host of ${name}`, rejection);
    }
    values['server resident'] = await serverMemory(this.#place.host);
    const sample = { at, values };
    this.#samples.push(sample);
    this.#options.onSample?.(sample);
    const shown = ['Alice page heap', 'Alice page connections', 'Alice host heap', 'server resident'];
    const line = shown.map((name) => `${name} ${(values[name] ?? 0).toFixed(1)}`).join(', ');
    this.#options.onProgress(`${(at / 1_000).toFixed(0)} s: ${line}`);
  }
}

/** MiB of resident memory of the one server that runs under a host. */
async function serverMemory(host: Host): Promise<number> {
  const servers = (await descendants(host.pid)).filter(({ command }) => command.includes('peer-server.js'));
  const [server] = servers;
  if (!server || servers.length > 1) throw new Error(`the meeting has ${String(servers.length)} servers`);
  const status = await readFile(`/proc/${String(server.pid)}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) / KIB;
}
