import type { MeetingBootstrap } from '../../shared/hostRpc.ts';
import type { ConnectBroker } from '../rtc/broker.ts';
import { PeerBroker } from '../rtc/peerBroker.ts';

/** How ids are registered in a meeting: through the gateway. */
export function connectBroker(
  { broker: address, addresses }: MeetingBootstrap,
  config: RTCConfiguration,
): ConnectBroker {
  return (seat) => PeerBroker.connect({ address, config, addresses, ...seat });
}
