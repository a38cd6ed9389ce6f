import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'mocha';
import type { Gateway } from '../../../src/extension/gateway/gateway.ts';
import type { Stream } from '../../../src/extension/gateway/streams.ts';
import { directAddress, nearAddress } from '../../../src/extension/gatewayAddress.ts';
import { PageStreams } from '../../../src/extension/pageStreams.ts';
import { Page, startGateway } from '../gateway/support.ts';

const FAR = { host: 'localhost', port: 8080, path: '/proxy/47115/', secure: false };
const stream: Stream = {
  serve: (socket) => {
    socket.close(1000);
    return Promise.resolve();
  },
};

describe('the ways of files to a page', () => {
  let gateway: Gateway;
  let streams: PageStreams;
  const near = () => directAddress(gateway.port);
  const isNear = () => streams.open(stream).startsWith(`ws://127.0.0.1:${String(gateway.port)}/files/`);
  /** The page finds its extension host on its own machine. */
  const arrive = async (url: string | null) => (await new Page(url ?? '').open()).closed;

  beforeEach(async () => {
    ({ gateway } = await startGateway());
    streams = new PageStreams(gateway, { far: FAR, isDirect: false, near: near() });
  });
  afterEach(() => gateway.dispose());

  it('is the one that VS Code names, until a page has come by the shorter one', async () => {
    assert.deepEqual(streams.origins, [
      'ws://localhost:8080',
      `ws://127.0.0.1:${String(gateway.port)}`,
      `http://parley.localhost:${String(gateway.port)}`,
    ]);
    const url = streams.beginPage();
    assert.match(streams.open(stream), /^ws:\/\/localhost:8080\/proxy\/47115\/files\//);
    await arrive(url);
    assert.ok(isNear());
    await arrive(streams.open(stream));
  });

  it('is looked for anew by each page, and an answer to one before is none', async () => {
    const first = streams.beginPage();
    await arrive(streams.beginPage());
    assert.ok(isNear());
    streams.beginPage();
    assert.ok(!isNear());
    await arrive(first);
    assert.ok(!isNear());
  });

  it('is told of once', async () => {
    const url = streams.beginPage();
    await arrive(url);
    await assert.rejects(arrive(url), /status 403/);
  });

  it('is one where there is no other', () => {
    const only = new PageStreams(gateway, { far: near(), isDirect: true, near: null });
    assert.equal(only.beginPage(), null);
    assert.deepEqual(only.origins, [
      `ws://127.0.0.1:${String(gateway.port)}`,
      `http://parley.localhost:${String(gateway.port)}`,
    ]);
    assert.match(only.open(stream), /^ws:\/\/127\.0\.0\.1:\d+\/files\/[\w-]{22}$/);
    assert.match(only.openSource(stream), /^ws:\/\/127\.0\.0\.1:\d+\/files\/[\w-]{22}\?body=[\w-]{22}$/);
  });

  it('lets content come as a body only where nothing is in between', async () => {
    const isBody = () => /\?body=/.test(streams.openSource(stream));
    const url = streams.beginPage();
    assert.ok(!isBody());
    await arrive(url);
    assert.ok(isBody());
    // A tunnel of VS Code's ends on 127.0.0.1, too.
    const tunnel = new PageStreams(gateway, { far: near(), isDirect: false, near: null });
    assert.deepEqual(tunnel.origins, [`ws://127.0.0.1:${String(gateway.port)}`]);
    assert.doesNotMatch(tunnel.openSource(stream), /body/);
  });

  it('may be shorter in a browser on the same machine only', () => {
    assert.deepEqual(nearAddress(FAR, 47_115, true), directAddress(47_115));
    assert.equal(nearAddress(FAR, 47_115, false), null);
    assert.equal(nearAddress({ ...FAR, host: 'box.example' }, 47_115, true), null);
    assert.equal(nearAddress(directAddress(47_115), 47_115, true), null);
  });
});
