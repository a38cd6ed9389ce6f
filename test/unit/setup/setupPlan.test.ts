import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import * as v from 'valibot';
import { parseIceServers, passwordKey } from '../../../src/extension/iceServers.ts';
import { makePlan, type PlanParts, setupServers } from '../../../src/extension/setup/setupPlan.ts';
import { setupPlan } from '../../../src/shared/setupRpc.ts';

const STUN = { urls: 'stun:stun.example.com' };
const OPEN = { urls: ['turn:turn.example.com'], username: 'crew' };
const CLOSED = { urls: ['turn:other.example.com'], username: 'crew' };
const LOOPBACK = '127.0.0.1';

async function plan(changes: Partial<PlanParts> = {}) {
  const kept = new Map([[passwordKey(OPEN), 'hush']]);
  const servers = await setupServers(
    { iceServers: parseIceServers([STUN, OPEN, CLOSED]) },
    { get: (key) => Promise.resolve(kept.get(key)) },
  );
  return makePlan({
    settings: { iceTransportPolicy: 'all', shareAddresses: true },
    servers,
    gateway: { brokerKey: 'a-ticket' },
    gatewayAddress: { host: LOOPBACK, port: 47_115, path: '/', secure: false },
    addresses: ['192.168.1.23', LOOPBACK],
    badEntries: [],
    surroundings: [],
    ...changes,
  });
}

describe('what is to be tested', () => {
  it('are all servers of the settings, with the passwords that are kept', async () => {
    const { servers } = await plan();
    assert.deepEqual(servers, [
      { kind: 'stun', urls: ['stun:stun.example.com'], access: null },
      { kind: 'turn', urls: ['turn:turn.example.com'], access: { username: 'crew', credential: 'hush' } },
      { kind: 'turn', urls: ['turn:other.example.com'], access: null },
    ]);
  });

  it('are connections with the servers that a meeting would use, and no others', async () => {
    assert.deepEqual((await plan()).iceServers, [
      { urls: ['stun:stun.example.com'] },
      { urls: ['turn:turn.example.com'], username: 'crew', credential: 'hush' },
    ]);
  });

  it('is told to the page as its schema says', async () => {
    const made = await plan();
    assert.deepEqual(v.parse(setupPlan, made), made);
  });

  it('says why others are told no addresses', async () => {
    const alone = { addresses: [LOOPBACK], machine: ['10.0.0.4', LOOPBACK] };
    const hidden = { iceTransportPolicy: 'all', shareAddresses: false } as const;
    assert.equal((await plan()).addressesKnown, 'told');
    assert.equal((await plan({ ...alone, settings: hidden })).addressesKnown, 'hidden');
    assert.equal((await plan(alone)).addressesKnown, 'elsewhere');
    assert.equal((await plan({ ...alone, machine: [LOOPBACK] })).addressesKnown, 'none');
  });
});
