import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { directAddress } from '../../../src/extension/gatewayAddress.ts';
import { StageDesk } from '../../../src/extension/stageDesk.ts';
import type { HostClient } from '../../../src/webview/host/hostContext.ts';
import { DEFAULT_DEVICES } from '../../../src/webview/media/localDevices.ts';
import { StageSource } from '../../../src/webview/media/stageSource.ts';
import { StageEngine } from '../../../src/webview/stage/stageEngine.ts';
import { startGateway } from '../gateway/support.ts';
import { installBrowser } from './browserFakes.ts';

/** What was done with a link. */
export interface UsedLink {
  readonly how: 'system' | 'integrated' | 'copied';
  readonly link: string;
}

/** Panel, extension host and gateway of one participant, all real, and browsers that open what the test opens. */
export async function startRig() {
  const { gateway, lines } = await startGateway();
  const origin = `http://127.0.0.1:${String(gateway.port)}`;
  const browser = installBrowser(() => origin);
  const folder = await mkdtemp(join(tmpdir(), 'parley-stage-'));
  const links: UsedLink[] = [];
  const addresses: string[] = [];
  const problems: string[] = [];
  const settings = { integrated: false, hasBrowser: true };
  let arrival = Promise.resolve();
  let panel: StageSource | undefined;
  const panels: StageSource[] = [];
  const tabs: StageEngine[] = [];
  const use = (how: UsedLink['how']) => (link: string) => {
    links.push({ how, link });
    return Promise.resolve(settings.hasBrowser);
  };
  const desk = new StageDesk({
    files: { folder, language: 'en', title: 'Parley' },
    gateway,
    reach: () => Promise.resolve(directAddress(gateway.port)),
    ways: {
      prefersIntegrated: () => settings.integrated,
      openIntegrated: use('integrated'),
      openSystem: use('system'),
      offerLink: () => Promise.resolve(false),
      handOut: (link) => use('copied')(link).then(() => undefined),
    },
    log: (_level, message) => void lines.push(message),
    onMessage: (stage, message) => void arrival.then(() => panel?.fromStage(stage, message)),
    onConnected: (stage, connected) => panel?.stageConnected(stage, connected),
  });
  const handlers: Record<string, (params: never) => unknown> = desk.handlers();
  const host = {
    // Answered later, as by a post of messages, and with what survives one.
    call: async (name: string, params: unknown) => {
      await Promise.resolve();
      return handlers[name]?.(structuredClone(params) as never);
    },
  } as unknown as HostClient;
  return {
    desk,
    gateway,
    lines,
    links,
    /** The machine's. */
    addresses,
    problems,
    settings,
    devices: browser.devices,
    /** From now on nothing arrives from stages until the call of what this gives; then all of it does, in order. */
    delay(): () => void {
      let arrive = (): void => undefined;
      arrival = new Promise((resolve) => {
        arrive = resolve;
      });
      return () => arrive();
    },
    /** Opens a panel, in the place of one that was there without a word to it, as a reload does. */
    openPanel(wanted = { microphone: true, camera: true }, late = 60_000): StageSource {
      desk.attend();
      panel = new StageSource({
        host,
        bootstrap: { stages: desk.stages, addresses },
        wanted,
        late,
        chosen: DEFAULT_DEVICES,
        title: () => 'Your meeting',
        onLeave: () => problems.push('leave'),
        onProblem: (what, error) =>
          problems.push(error instanceof Error ? `${what}: ${error.message}` : what),
      });
      panels.push(panel);
      return panel;
    },
    closePanel(): void {
      panel = undefined;
      desk.leave();
    },
    /** A browser's tab at the link that was used last, or at another; the same tab keeps what it remembers. */
    openTab(
      link = links.at(-1)?.link ?? '',
      { sameTab = false, alone = 60_000 }: { readonly sameTab?: boolean; readonly alone?: number } = {},
    ): StageEngine {
      if (!sameTab) browser.newTab();
      const { hash, search } = new URL(link);
      const url = `ws://127.0.0.1:${String(gateway.port)}/stage/link`;
      const tab = new StageEngine({ url, code: hash.slice(1), integrated: search !== '', alone });
      tabs.push(tab);
      return tab;
    },
    async dispose(): Promise<void> {
      // What a page would wait for when it is gone would keep the tests' process waiting.
      for (const one of panels) one.dispose();
      for (const tab of tabs) tab.dispose();
      await desk.end();
      await gateway.dispose();
      browser.restore();
      await rm(folder, { recursive: true });
    },
  };
}
