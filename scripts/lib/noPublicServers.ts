import { readFile } from 'node:fs/promises';
import type { Plugin } from 'esbuild';

/** What PeerJS falls back to when it is told nothing else: a cloud, and STUN and TURN servers on the internet. */
const DEFAULTS = [
  { named: /iceServers: \[[^;]*?\n {4}\],/, instead: 'iceServers: [],' },
  { named: /"0\.peerjs\.com"/, instead: '"parley.invalid"' },
];

/**
 * Takes the public servers out of PeerJS while it is bundled: what the bundle cannot name it cannot contact, whatever
 * is forgotten elsewhere. The build fails when a new PeerJS words them in another way.
 */
export const noPublicServers: Plugin = {
  name: 'no-public-servers',
  setup: (build) => {
    build.onLoad({ filter: /[\\/]peerjs[\\/]dist[\\/]bundler\.mjs$/ }, async ({ path }) => {
      let contents = await readFile(path, 'utf8');
      for (const { named, instead } of DEFAULTS) {
        if (!named.test(contents)) throw new Error(`PeerJS no longer names its defaults by ${String(named)}`);
        contents = contents.replace(named, instead);
      }
      return { contents, loader: 'js' };
    });
  },
};
