import { type ChildProcess, execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { atExit, endChild, startChild } from '../../scripts/lib/children.ts';
import { findChromium } from '../../scripts/lib/chromium.ts';
import { findOnPath } from '../../scripts/lib/paths.ts';
import { type Browser, launchBrowser } from '../../test/support/browser.ts';
import { makeTempFolder } from '../../test/support/temp.ts';

/** Two network namespaces with a wire between them, which stand for two machines. Linux and root only. */
export interface TwoMachines {
  /** A browser process on the first machine or the second. */
  launch(machine: 0 | 1): Promise<Browser>;
  /**
   * Bounds what the first machine sends: kbit/s, with a queue that holds `QUEUE` ms of it and drops what comes then;
   * null lifts the bound.
   */
  boundUplink(kbps: number | null): void;
  /** Puts a distance between the machines, for those who send to {@link LINE}; milliseconds each way. */
  putFar(lines: number, delay: number): Promise<void>;
  dispose(): Promise<void>;
}

/** Milliseconds that a packet may wait at the bottleneck: a home router holds about that much. */
export const QUEUE = 250;

/** Where a distance begins: the first machine is heard at an odd port of it and the second at the even one before. */
export const LINE = { address: '10.99.0.2', port: 4_000 } as const;

const [IP, TC] = [findOnPath(['ip']) ?? '', findOnPath(['tc']) ?? ''];

/** Whether this process may make namespaces and bound what goes through them. */
export function canMakeMachines(): boolean {
  return process.platform === 'linux' && process.getuid?.() === 0 && IP !== '' && TC !== '';
}

/** Makes the namespaces, named after this process. They are gone with it at the latest. */
export async function makeTwoMachines(): Promise<TwoMachines> {
  const names = [0, 1].map((index) => `parley-bench-${String(process.pid)}-${String(index)}`);
  // A wire's name may have 15 letters.
  const wires = [0, 1].map((index) => `pb${String(process.pid)}-${String(index)}`);
  const [name0 = '', name1 = ''] = names;
  const [wire0 = '', wire1 = ''] = wires;
  let made = true;
  const remove = (): void => {
    if (!made) return;
    made = false;
    for (const name of names) ip(['netns', 'del', name]);
  };
  for (const name of names) ip(['netns', 'add', name]);
  atExit(remove);
  ip(['link', 'add', wire0, 'netns', name0, 'type', 'veth', 'peer', 'name', wire1, 'netns', name1]);
  for (const [index, name] of names.entries()) {
    const wire = wires[index] ?? '';
    ip(['-n', name, 'link', 'set', 'lo', 'up']);
    ip(['-n', name, 'addr', 'add', `10.99.0.${String(index + 1)}/24`, 'dev', wire]);
    ip(['-n', name, 'link', 'set', wire, 'up']);
    // Chromium sends from the addresses that a route to the world begins at.
    ip(['-n', name, 'route', 'add', 'default', 'via', `10.99.0.${String(2 - index)}`]);
  }

  const folder = await makeTempFolder('machines');
  const chromium = await findChromium();
  const programs: string[] = [];
  for (const name of names) {
    const program = join(folder.path, name);
    await writeFile(program, `#!/bin/sh\nexec ip netns exec ${name} '${chromium}' "$@"\n`);
    await chmod(program, 0o755);
    programs.push(program);
  }
  let far: ChildProcess | undefined;
  return {
    launch: async (machine) => {
      const before = process.env['PARLEY_CHROMIUM'];
      process.env['PARLEY_CHROMIUM'] = programs[machine];
      try {
        // No multicast is needed here: it is the line that is looked at, not how people find each other.
        return await launchBrowser('allowed', ['--disable-features=WebRtcHideLocalIpsWithMdns']);
      } finally {
        if (before === undefined) delete process.env['PARLEY_CHROMIUM'];
        else process.env['PARLEY_CHROMIUM'] = before;
      }
    },
    boundUplink: (kbps) => {
      const queue = ['qdisc', 'replace', 'dev', wire0, 'root'];
      const bound = ['tbf', 'rate', `${String(kbps)}kbit`, 'burst', '8kb', 'latency', `${String(QUEUE)}ms`];
      execFileSync(IP, ['netns', 'exec', name0, TC, ...queue, ...(kbps === null ? ['pfifo'] : bound)]);
    },
    putFar: async (lines, delay) => {
      if (far) await endChild(far);
      const program = fileURLToPath(new URL('delay.ts', import.meta.url));
      const args = [LINE.address, LINE.port, lines, delay].map(String);
      far = startChild(IP, ['netns', 'exec', name1, process.execPath, program, ...args], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      if (far.stdout) await once(far.stdout, 'data');
    },
    dispose: async () => {
      if (far) await endChild(far);
      remove();
      await folder.dispose();
    },
  };
}

function ip(args: readonly string[]): void {
  execFileSync(IP, args);
}
