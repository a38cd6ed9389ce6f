import type { MeetingBootstrap } from '../../shared/hostRpc.ts';

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
