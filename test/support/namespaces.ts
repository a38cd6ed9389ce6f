import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { atExit, endChild, startChild } from '../../scripts/lib/children.ts';
import { requireProgram } from '../../scripts/lib/debian.ts';

// Machines on a network of their own: network namespaces on a bridge that is in a namespace as well, so that nothing
// of the machine that runs the tests is touched or can be reached.

/** The network's first 16 bits; the next eight say which part of it, 0 for the one that the switch makes. */
const NET4 = '10.87';
const NET6 = 'fd87';
/** The switch, where packets to the rest of the world go and end. In the part behind a router, that router. */
const EXIT = 254;
const PREFIX = 'parley-net-';
/** Here `ip netns exec` looks for a namespace's own files of /etc. */
const ETC = '/etc/netns';

/** What a machine tried to send beyond its network, since it was made. */
export interface SentOutside {
  /** Packets to other addresses than those of the network and of the machine itself. */
  readonly packets: number;
  /** Some of the addresses. */
  readonly addresses: readonly string[];
}

/** A network that hands on what is sent to one machine, and no multicast; without a way to anywhere else. */
export interface LocalNetwork {
  readonly machines: readonly Machine[];
  /** The names that its name server was asked for since it was made, each once; it knows none. */
  readonly names: ReadonlySet<string>;
  /** Removes it and all of its machines; programs on them should have ended. The end of this process does at the latest. */
  dispose(): Promise<void>;
}

/**
 * Makes a network of so many machines, the first of them each behind a router of its own, which hands on everything at
 * first and knows IPv4 only. Linux and root only.
 * @throws Error with a sentence that says what is missing.
 */
export async function makeNetwork(count: number, routers = 0): Promise<LocalNetwork> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) {
    throw new Error('This test makes network namespaces: it needs Linux and has to run as root.');
  }
  const tools = { ip: await requireProgram('ip', 'iproute2'), nft: await requireProgram('nft', 'nftables') };
  sweep(tools.ip);
  const ip = (...args: string[]): void => void execFileSync(tools.ip, args);
  const made: string[] = [];
  const add = (name: string): string => {
    const namespace = `${PREFIX}${String(process.pid)}-${String(networks)}-${name}`;
    ip('netns', 'add', namespace);
    made.push(namespace);
    mkdirSync(join(ETC, namespace), { recursive: true });
    writeFileSync(join(ETC, namespace, 'resolv.conf'), `nameserver ${NET4}.0.${String(EXIT)}\n`);
    ip('-n', namespace, 'link', 'set', 'lo', 'up');
    return namespace;
  };
  const removeAll = (): void => {
    for (const namespace of made.splice(0)) remove(tools.ip, namespace);
  };
  networks++;
  atExit(removeAll);
  try {
    const bridge = add('switch');
    ip('-n', bridge, 'link', 'add', 'lan', 'type', 'bridge');
    assign(ip, bridge, 'lan', 0, EXIT);
    const routeParts = (namespace: string, own: number): void => {
      for (let part = 1; part <= routers; part++) {
        if (part !== own)
          ip('-n', namespace, 'route', 'add', partOf(part), 'via', `${NET4}.0.${String(part)}`);
      }
    };
    routeParts(bridge, EXIT);
    /** Puts a namespace on the switch. */
    const connect = (namespace: string, index: number): void => {
      const port = portOf(index);
      ip('-n', bridge, 'link', 'add', port, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', namespace);
      ip('-n', bridge, 'link', 'set', port, 'master', 'lan', 'up');
      assign(ip, namespace, 'eth0', 0, index);
      // Chromium sends from the addresses that a route to the world begins at.
      ip('-n', namespace, 'route', 'add', 'default', 'via', `${NET4}.0.${String(EXIT)}`);
      ip('-n', namespace, '-6', 'route', 'add', 'default', 'via', `${NET6}::${String(EXIT)}`);
      routeParts(namespace, index);
    };
    const machines: Machine[] = [];
    for (let index = 1; index <= count; index++) {
      const namespace = add(String(index));
      if (index > routers) {
        connect(namespace, index);
        machines.push(new Machine(namespace, { part: 0, index, bridge }, tools));
        continue;
      }
      const router = add(`router${String(index)}`);
      connect(router, index);
      ip('-n', router, 'link', 'add', 'inside', 'type', 'veth', 'peer', 'name', 'eth0', 'netns', namespace);
      assign(ip, router, 'inside', index, EXIT);
      assign(ip, namespace, 'eth0', index, 1);
      ip('-n', namespace, 'route', 'add', 'default', 'via', `${NET4}.${String(index)}.${String(EXIT)}`);
      ip('netns', 'exec', router, 'sh', '-c', 'echo 1 > /proc/sys/net/ipv4/ip_forward');
      machines.push(new Machine(namespace, { part: index, index: 1 }, tools, router));
    }
    const server = await startNameServer(tools.ip, bridge, `${NET4}.0.${String(EXIT)}`);
    return {
      machines,
      names: server.names,
      dispose: async () => {
        await server.dispose();
        removeAll();
      },
    };
  } catch (error) {
    removeAll();
    throw error;
  }
}

let networks = 0;

/** Where a machine is: in which part of the network, under which number, and on which switch if no router is between. */
interface Whereabouts {
  readonly part: number;
  readonly index: number;
  readonly bridge?: string;
}

/** One machine of a network. */
export class Machine {
  /** What to put before a command so that it runs on this machine. */
  readonly prefix: readonly string[];
  readonly #tools: { readonly ip: string; readonly nft: string };
  readonly #namespace: string;
  readonly #router: string | undefined;
  readonly #place: Whereabouts;
  #index: number;

  constructor(
    namespace: string,
    place: Whereabouts,
    tools: { readonly ip: string; readonly nft: string },
    router?: string,
  ) {
    this.#place = place;
    this.#index = place.index;
    this.prefix = [tools.ip, 'netns', 'exec', namespace];
    this.#tools = tools;
    this.#router = router;
    this.#namespace = namespace;
    filter(tools, namespace, RULES);
  }

  /** Its address on the network. */
  get address(): string {
    return `${NET4}.${String(this.#place.part)}.${String(this.#index)}`;
  }

  /** Pulls its cable out of the switch, or puts it in again. */
  plug(on: boolean): void {
    const { bridge, index } = this.#onSwitch();
    this.#ip('-n', bridge, 'link', 'set', portOf(index), on ? 'up' : 'down');
  }

  /** Its addresses are taken away and it is given those of this number, as if it had gone to another network. */
  readdress(index: number): void {
    this.#onSwitch();
    const device = ['dev', 'eth0'];
    for (const [network, mask] of [
      [`${NET4}.0.`, '/24'],
      [`${NET6}::`, '/64'],
    ] as const) {
      this.#ip('-n', this.#namespace, 'addr', 'del', `${network}${String(this.#index)}${mask}`, ...device);
    }
    this.#index = index;
    assign((...args) => this.#ip(...args), this.#namespace, 'eth0', 0, index);
    // These went with the addresses.
    this.#ip('-n', this.#namespace, 'route', 'replace', 'default', 'via', `${NET4}.0.${String(EXIT)}`);
    this.#ip('-n', this.#namespace, '-6', 'route', 'replace', 'default', 'via', `${NET6}::${String(EXIT)}`);
  }

  /** From now on so many of a hundred packets are lost at random on their way here, and as many on their way from here. */
  lose(percent: number): void {
    const rule = `add rule inet parley losses numgen random mod 100 < ${String(percent)} drop`;
    filter(this.#tools, this.#namespace, `flush chain inet parley losses${percent > 0 ? `\n${rule}` : ''}`);
  }

  #ip(...args: string[]): void {
    execFileSync(this.#tools.ip, args);
  }

  #onSwitch(): { readonly bridge: string; readonly index: number } {
    const { bridge, index } = this.#place;
    if (bridge === undefined) throw new Error('this machine is behind a router');
    return { bridge, index };
  }

  /** Runs a short command to its end and gives what it printed. */
  run(...command: string[]): string {
    const [program = '', ...args] = [...this.prefix, ...command];
    return execFileSync(program, args, { encoding: 'utf8' });
  }

  /** From now on what leaves this machine and fits one of these expressions of nftables is dropped, and nothing else. */
  wall(...expressions: readonly string[]): void {
    const rules = expressions.map((expression) => `add rule inet parley walls ${expression} drop`);
    filter(this.#tools, this.#namespace, ['flush chain inet parley walls', ...rules].join('\n'));
  }

  /**
   * Its router becomes that of a home: it gives whatever comes from inside its own address and a port at random, and
   * lets in answers, and whoever wants to come to a TCP port that it was told of.
   */
  hide(port: number): void {
    if (this.#router === undefined) throw new Error('this machine has no router');
    filter(this.#tools, this.#router, homeRouter(port));
  }

  /** What it tried to send beyond the network. */
  sentOutside(): SentOutside {
    const counter = this.run(this.#tools.nft, 'list', 'counter', 'inet', 'parley', 'outside');
    const listed = this.run(this.#tools.nft, 'list', 'set', 'inet', 'parley', 'strangers');
    return {
      packets: Number(/packets (\d+)/.exec(counter)?.[1]),
      addresses:
        /elements = \{([^}]*)\}/
          .exec(listed)?.[1]
          ?.split(',')
          .map((text) => text.trim()) ?? [],
    };
  }
}

/** IPv6 finds its neighbours by multicast of its own, which no switch holds back. */
const NO_MULTICAST = `
    ip daddr 224.0.0.0/4 drop
    icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept
    ip6 daddr ff00::/8 drop
    udp dport 5353 drop`;

const RULES = `
table inet parley {
  counter outside { }
  set strangers { type ipv4_addr; size 64; flags dynamic; }
  chain walls { }
  chain losses { }
  chain input {
    type filter hook input priority 0;
    iifname != "lo" jump losses
    ${NO_MULTICAST}
  }
  chain output {
    type filter hook output priority 0;
    ip daddr != { ${NET4}.0.0/16, 127.0.0.0/8, 224.0.0.0/4 } counter name outside add @strangers { ip daddr }
    ip6 daddr != { ${NET6}::/64, ::1, ff00::/8, fe80::/10 } counter name outside
    ${NO_MULTICAST}
    oifname != "lo" jump losses
    oifname != "lo" jump walls
  }
}
`;

async function startNameServer(
  ip: string,
  namespace: string,
  address: string,
): Promise<{ readonly names: ReadonlySet<string>; dispose(): Promise<void> }> {
  const path = fileURLToPath(new URL('nameServer.ts', import.meta.url));
  const command = ['netns', 'exec', namespace, process.execPath, path, address];
  const child = startChild(ip, command, { stdio: ['ignore', 'pipe', 'inherit'] });
  if (!child.stdout) throw new Error('a child with pipes has none');
  const names = new Set<string>();
  const lines = createInterface({ input: child.stdout });
  const ended = once(child, 'exit').then(() => Promise.reject(new Error('the name server does not start')));
  await Promise.race([once(lines, 'line'), ended]);
  ended.catch(() => undefined); // From here on it ends when it is told to.
  lines.on('line', (name) => names.add(name));
  return { names, dispose: () => endChild(child) };
}

const homeRouter = (port: number): string => `
table ip parley {
  chain forward {
    type filter hook forward priority 0; policy drop;
    ct state { established, related } accept
    iifname "inside" accept
    tcp dport ${String(port)} accept
  }
  chain outward {
    type nat hook postrouting priority 100;
    oifname "eth0" masquerade random
  }
}
`;

function filter(
  tools: { readonly ip: string; readonly nft: string },
  namespace: string,
  input: string,
): void {
  execFileSync(tools.ip, ['netns', 'exec', namespace, tools.nft, '-f', '-'], { input });
}

/** The switch's end of a machine's cable. */
function portOf(index: number): string {
  return `port${String(index)}`;
}

/** The addresses behind a router. */
function partOf(part: number): string {
  return `${NET4}.${String(part)}.0/24`;
}

function assign(
  ip: (...args: string[]) => void,
  namespace: string,
  device: string,
  part: number,
  index: number,
): void {
  ip('-n', namespace, 'addr', 'add', `${NET4}.${String(part)}.${String(index)}/24`, 'dev', device);
  // Nobody else has it, so there is no wait until that is sure. Behind a router there is IPv4 only.
  if (part === 0) ip('-n', namespace, 'addr', 'add', `${NET6}::${String(index)}/64`, 'dev', device, 'nodad');
  ip('-n', namespace, 'link', 'set', device, 'up');
}

function remove(ip: string, namespace: string): void {
  execFileSync(ip, ['netns', 'del', namespace]);
  rmSync(join(ETC, namespace), { recursive: true, force: true });
}

/** Removes what was left by runs that were ended without a chance to do it. */
function sweep(ip: string): void {
  for (const line of execFileSync(ip, ['netns', 'list'], { encoding: 'utf8' }).split('\n')) {
    const [namespace = ''] = line.split(' ');
    if (!namespace.startsWith(PREFIX)) continue;
    const [pid = ''] = namespace.slice(PREFIX.length).split('-');
    if (!existsSync(`/proc/${pid}`)) remove(ip, namespace);
  }
}
