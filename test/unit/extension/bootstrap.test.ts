import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import * as v from 'valibot';
import { makeBootstrap } from '../../../src/extension/bootstrap.ts';
import { Gateway } from '../../../src/extension/gateway/gateway.ts';
import { ownServerUrls } from '../../../src/extension/machineAddresses.ts';
import { meetingBootstrap } from '../../../src/shared/hostRpc.ts';

describe('what a page is given', () => {
  it('names the server that runs here where it is now, and nobody else’s', async () => {
    const gateway = await Gateway.start({
      preferredPort: 0,
      allowedOrigins: () => true,
      log: () => undefined,
    });
    const many = Array.from({ length: 16 }, (_, at) => `10.0.0.${String(at)}`);
    const urls = ownServerUrls(65_535, many);
    const named = (port: number | null): readonly string[] => {
      const lasting = {
        facts: {
          role: 'host',
          room: '0'.repeat(32),
          secret: 's',
          hostId: 'h',
          hostName: 'Alice',
          identity: { publicKey: 'p', privateKey: 'q' },
        },
        name: 'Alice',
        gateway,
        gatewayAddress: { host: '127.0.0.1', port: gateway.port, path: '/', secure: false },
        network: { iceServers: [], iceTransportPolicy: 'all', shareAddresses: true },
        addresses: () => many,
        server: { ownPort: () => port, servers: () => urls },
      } as unknown as Parameters<typeof makeBootstrap>[0];
      const present = {
        record: null,
        predecessor: false,
        name: undefined,
        offers: [],
        parts: [],
        stages: [],
        near: null,
      };
      return v.parse(meetingBootstrap.entries.servers, makeBootstrap(lasting, present).servers);
    };
    try {
      assert.deepEqual([named(65_535), named(null)], [urls, []]);
    } finally {
      await gateway.dispose();
    }
  });
});
