import assert from 'node:assert/strict';
import { after, before, describe, it } from 'mocha';
import { StageCaretaker } from '../../../src/extension/gateway/stageCaretaker.ts';
import { RpcEndpoint, type Handlers } from '../../../src/shared/rpc.ts';
import { panelApi, stageApi, type StageApi, type StagePurpose } from '../../../src/shared/stageRpc.ts';
import { nodeTimers } from '../../../src/extension/timeLimit.ts';
import { startStage, welcome } from './stageSupport.ts';

const OVER = 4003;
const nothing = {
  microphone: false,
  camera: false,
  chosen: { microphone: null, camera: null, speaker: null },
  nobody: true,
};

describe('stages whose panel is closed', () => {
  let stage: Awaited<ReturnType<typeof startStage>>;
  let caretaker: StageCaretaker;
  before(async () => {
    stage = await startStage({
      onConnected: (id, connected) => {
        if (connected) caretaker.connected(id);
      },
    });
    caretaker = new StageCaretaker(stage.door);
  });
  after(() => stage.dispose());

  async function enter(purpose: StagePurpose) {
    const { stage: id, code } = stage.door.issue(purpose);
    const client = await stage.greet({ t: 'code', code });
    await welcome(client);
    return { id, client };
  }

  it('capture nothing, and share no screen', async () => {
    caretaker.attend();
    const devices = await enter('devices');
    const screen = await enter('screen');
    const awaited = stage.door.issue('screen');
    stage.door.send(devices.id, { last: 'word' });
    assert.deepEqual(await devices.client.next(), { last: 'word' }, 'it was told before');
    caretaker.leave();
    assert.deepEqual(await understood(await devices.client.next()), nothing);
    assert.equal(await screen.client.closed, OVER);
    assert.deepEqual(stage.door.stages, [{ stage: devices.id, purpose: 'devices', connected: true }]);
    assert.equal(stage.door.fresh(awaited.stage), undefined);
    await stage.door.close(devices.id);
  });

  it('are told when they come to find nobody', async () => {
    caretaker.leave();
    const { id, client } = await enter('devices');
    assert.deepEqual(await understood(await client.next()), nothing);
    const { client: screen } = await enter('screen');
    assert.equal(await screen.closed, OVER);
    await stage.door.close(id);
  });

  it("are the next panel's to tell", async () => {
    caretaker.attend();
    const { id, client } = await enter('devices');
    stage.door.send(id, { from: 'panel' });
    assert.deepEqual(await client.next(), { from: 'panel' });
    await stage.door.close(id);
  });
});

/** What a stage understands of a message. */
async function understood(message: unknown): Promise<unknown> {
  let wanted: unknown;
  const fail = (): never => assert.fail('not what was expected');
  const handlers: Handlers<StageApi> = {
    attach: fail,
    signal: fail,
    finish: fail,
    want: (params) => {
      wanted = params;
      return null;
    },
  };
  await new Promise<unknown>((post) => {
    new RpcEndpoint({
      local: stageApi,
      remote: panelApi,
      handlers,
      post,
      timers: nodeTimers,
      onProblem: fail,
    }).receive(message);
  });
  return wanted;
}
