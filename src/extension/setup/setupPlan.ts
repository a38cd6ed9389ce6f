import type * as vscode from 'vscode';
import type { SetupPlan, SetupServer } from '../../shared/setupRpc.ts';
import type { Gateway } from '../gateway/gateway.ts';
import type { GatewayAddress } from '../gatewayAddress.ts';
import { passwordKey, relays } from '../iceServers.ts';
import { machineAddresses } from '../machineAddresses.ts';
import type { Settings } from '../settings.ts';

/** The servers of the settings with the passwords that are kept, those without one included. */
export async function setupServers(
  { iceServers }: Pick<Settings, 'iceServers'>,
  secrets: Pick<vscode.SecretStorage, 'get'>,
): Promise<SetupServer[]> {
  const servers: SetupServer[] = [];
  for (const server of iceServers.servers) {
    const { urls, username = '' } = server;
    if (!relays(server)) {
      servers.push({ kind: 'stun', urls: [...urls], access: null });
      continue;
    }
    const credential = (await secrets.get(passwordKey(server))) ?? '';
    servers.push({
      kind: 'turn',
      urls: [...urls],
      access: credential === '' ? null : { username, credential },
    });
  }
  return servers;
}

/** What a plan is made of. */
export interface PlanParts {
  readonly settings: Pick<Settings, 'iceTransportPolicy' | 'shareAddresses'>;
  readonly servers: readonly SetupServer[];
  readonly gateway: Pick<Gateway, 'brokerKey'>;
  readonly gatewayAddress: GatewayAddress;
  /** Those that a meeting's page would be given. */
  readonly addresses: readonly string[];
  /** Entries of the settings that cannot be used, each as a sentence. */
  readonly badEntries: readonly string[];
  readonly surroundings: readonly string[];
  /** Those of the machine on which the extension runs; asked of the system unless given. */
  readonly machine?: readonly string[];
}

/** What the page is to test, as a meeting that is opened now would have it. */
export function makePlan(parts: PlanParts): SetupPlan {
  const { settings, servers, gateway, gatewayAddress, addresses } = parts;
  return {
    broker: { ...gatewayAddress, key: gateway.brokerKey },
    iceServers: servers
      .filter(({ kind, access }) => kind === 'stun' || access !== null)
      .map(({ urls, access }) =>
        access ? { urls, username: access.username, credential: access.credential } : { urls },
      ),
    iceTransportPolicy: settings.iceTransportPolicy,
    addresses: [...addresses],
    addressesKnown: knownOf(parts),
    servers: [...servers],
    badEntries: [...parts.badEntries],
    surroundings: [...parts.surroundings],
  };
}

/** The last of each list is loopback. */
function knownOf({ settings, addresses, machine }: PlanParts): SetupPlan['addressesKnown'] {
  if (addresses.length > 1) return 'told';
  if (!settings.shareAddresses) return 'hidden';
  return (machine ?? machineAddresses()).length > 1 ? 'elsewhere' : 'none';
}
