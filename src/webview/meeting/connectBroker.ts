import type { MeetingBootstrap } from '../../shared/hostRpc.ts';
import type { ConnectBroker } from '../rtc/broker.ts';
import { PeerBroker } from '../rtc/peerBroker.ts';

/**
 * How ids are registered in a meeting: through the gateway, with the meeting's STUN and TURN servers and no others.
 * @param certificate one a person and meeting, so that a fingerprint means the same person on every link.
 */
export function connectBroker(
  { broker: address, addresses, iceServers }: MeetingBootstrap,
  certificate: RTCCertificate,
): ConnectBroker {
  const config: RTCConfiguration = {
    iceServers: iceServers.map(({ urls, username, credential }) => ({
      urls,
      ...(username === undefined ? {} : { username }),
      ...(credential === undefined ? {} : { credential }),
    })),
    certificates: [certificate],
    bundlePolicy: 'max-bundle',
  };
  return (seat) => PeerBroker.connect({ address, config, addresses, ...seat });
}
