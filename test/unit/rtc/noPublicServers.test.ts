import assert from 'node:assert/strict';
import { build, type Plugin } from 'esbuild';
import { describe, it } from 'mocha';
import { inlineScript } from '../../../scripts/lib/inlineScript.ts';
import { noPublicServers } from '../../../scripts/lib/noPublicServers.ts';
import { rtcConfig } from '../../../src/webview/rtc/rtcConfig.ts';

/** The page's program as esbuild.mjs makes it, as far as its words go. */
async function bundle(plugins: Plugin[]): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: ['src/webview/panel.ts'],
    bundle: true,
    minify: true,
    write: false,
    format: 'iife',
    platform: 'browser',
    legalComments: 'none',
    plugins,
  });
  return outputFiles[0]?.text ?? '';
}

/** Addresses of STUN and TURN servers, and PeerJS's cloud. */
const PUBLIC = /\b(?:stun|turns?):[\w.]+|\b[\w-]+\.(?:peerjs|google)\.com\b/g;

describe('the servers of the internet', () => {
  it('are not named in the page’s program, though PeerJS brings some', async () => {
    assert.ok((await bundle([inlineScript])).match(PUBLIC)?.some((name) => name.startsWith('turn:')));
    assert.deepEqual((await bundle([noPublicServers, inlineScript])).match(PUBLIC), null);
  });

  it('take no part in a connection: it has the servers of the settings and no others', () => {
    const certificate = {} as RTCCertificate;
    const config = rtcConfig({ iceServers: [], iceTransportPolicy: 'all' }, certificate);
    assert.deepEqual([config.iceServers, config.iceTransportPolicy], [[], 'all']);
    const turn = { urls: ['turn:a'], username: 'u', credential: 'c' };
    const relayed = rtcConfig(
      { iceServers: [{ urls: ['stun:b'] }, turn], iceTransportPolicy: 'relay' },
      certificate,
    );
    assert.deepEqual(relayed.iceServers, [{ urls: ['stun:b'] }, turn]);
    assert.equal(relayed.iceTransportPolicy, 'relay');
  });
});
