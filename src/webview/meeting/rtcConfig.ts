import type { MeetingBootstrap } from '../../shared/hostRpc.ts';

/** How this page's connections are made: with the meeting's STUN and TURN servers and no others. */
export function rtcConfig(
  servers: MeetingBootstrap['iceServers'],
  certificate: RTCCertificate,
): RTCConfiguration {
  return {
    iceServers: servers.map(({ urls, username, credential }) => ({
      urls,
      ...(username === undefined ? {} : { username }),
      ...(credential === undefined ? {} : { credential }),
    })),
    certificates: [certificate],
    bundlePolicy: 'max-bundle',
  };
}
