import type { MeetingBootstrap } from '../../shared/hostRpc.ts';
import type { ConnectBroker } from '../rtc/broker.ts';
import { PeerBroker } from '../rtc/peerBroker.ts';

/**
 * How this page's connections are made: with the meeting's STUN and TURN servers and no others.
 * @param certificate one a person and meeting, so that a fingerprint means the same person on every link.
 */
export function rtcConfig(
  { iceServers, iceTransportPolicy }: Pick<MeetingBootstrap, 'iceServers' | 'iceTransportPolicy'>,
  certificate: RTCCertificate,
): RTCConfiguration {
  return {
    iceServers: iceServers.map(({ urls, username, credential }) => ({
      urls,
      ...(username === undefined ? {} : { username }),
      ...(credential === undefined ? {} : { credential }),
    })),
    iceTransportPolicy,
    certificates: [certificate],
    bundlePolicy: 'max-bundle',
  };
}

/** How ids are registered in a meeting: through the gateway. */
export function connectBroker(
  { broker: address, addresses }: MeetingBootstrap,
  config: RTCConfiguration,
): ConnectBroker {
  return (seat) => PeerBroker.connect({ address, config, addresses, ...seat });
}
