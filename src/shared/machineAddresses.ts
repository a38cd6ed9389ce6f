/** One address of a network interface, as Node's `os.networkInterfaces()` gives it. */
export interface InterfaceAddress {
  readonly address: string;
  readonly family: 'IPv4' | 'IPv6';
  readonly internal: boolean;
}

type Reachable = Pick<InterfaceAddress, 'address' | 'family'>;

/** Of one interface: privacy extensions give it a new IPv6 address a day, and the older ones stay for a while. */
const MAX_PER_FAMILY = 2;

/**
 * Networks inside of a machine, by the names that Docker, libvirt, LXC, VirtualBox, VMware, Hyper-V, Podman, Kubernetes
 * and macOS give them. A bridge with a name of its own (`br0`) is not among them: it often is the machine's way out.
 */
const VIRTUAL =
  /^(docker|br-[0-9a-f]{12}$|veth|virbr|lxc|lxd|incusbr|vboxnet|vmnet|podman|cni|flannel|cali|kube|bridge1\d\d$|vEthernet \((WSL|Default Switch)|VirtualBox|VMware)/;

/**
 * The addresses by which other machines may reach this one, best first: the machine's own networks and VPNs before
 * addresses that a machine gives itself for want of others, IPv4 before IPv6. Left out are
 * - link-local IPv6: without a zone it leads nowhere, and a zone means nothing on another machine;
 * - what no packet can be sent to (unspecified, multicast, IPv4 written as IPv6) and the withdrawn Teredo and site-local;
 * - networks inside of the machine, as long as there is another: their addresses are the same on every machine with
 *   Docker, so that they would lead others to themselves.
 */
export function reachableAddresses(
  interfaces: Readonly<Record<string, readonly InterfaceAddress[] | undefined>>,
  max: number,
): string[] {
  const own: Reachable[] = [];
  const virtual: Reachable[] = [];
  for (const [name, list = []] of Object.entries(interfaces)) {
    const usable = list
      .filter(({ internal }) => !internal)
      .map(({ address, family }) => ({ address: address.replace(/%.*$/, '').toLowerCase(), family }))
      .filter(isUsable);
    for (const family of ['IPv4', 'IPv6']) {
      const few = usable.filter((entry) => entry.family === family).slice(0, MAX_PER_FAMILY);
      (VIRTUAL.test(name) ? virtual : own).push(...few);
    }
  }
  const found = own.length > 0 ? own : virtual;
  const ranked = found.toSorted((one, other) => rank(one) - rank(other));
  return [...new Set(ranked.map(({ address }) => address))].slice(0, max);
}

function rank({ address, family }: Reachable): number {
  if (address.startsWith('169.254.')) return 3;
  if (family === 'IPv4') return 0;
  return /^f[cd]/.test(address) ? 2 : 1;
}

function isUsable({ address, family }: Reachable): boolean {
  if (family === 'IPv4') return !/^(0|127|22[4-9]|23\d|24\d|25[0-5])\./.test(address);
  // 2000::/3 is all that is given out, fc00::/7 what a network gives itself.
  return /^([23][0-9a-f]{3}|f[cd][0-9a-f]{2}):/.test(address) && !/^2001:(0{1,4})?:/.test(address);
}
