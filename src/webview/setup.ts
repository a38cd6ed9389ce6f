import { type SetupHostApi, setupHostApi, type SetupPageApi, setupPageApi } from '../shared/setupRpc.ts';
import { RpcEndpoint } from '../shared/rpc.ts';
import { vscodeHost } from './host/vscodeHost.ts';
import { SetupEngine } from './setup/setupEngine.ts';
import { SetupApp } from './ui/setup/setupApp.ts';

/** Makes the page of "Test My Setup", which begins at once. */
function main(root: HTMLElement): void {
  const context = vscodeHost();
  const host = new RpcEndpoint<SetupPageApi, SetupHostApi>({
    local: setupPageApi,
    remote: setupHostApi,
    handlers: {
      stageConnected: ({ stage, connected }) => {
        engine.stageConnected(stage, connected);
        return null;
      },
      fromStage: ({ stage, message }) => {
        engine.fromStage(stage, message);
        return null;
      },
      stop: () => {
        engine.stop();
        return null;
      },
    },
    post: (message) => context.post(message),
    timers: {
      set: (callback, ms) => setTimeout(callback, ms),
      clear: (handle) => clearTimeout(handle as number),
    },
    onProblem: (message) => log(message),
  });
  const log = (message: string): void => {
    // There is nobody else to tell.
    host.call('log', { level: 'warn', message: message.slice(0, 2_000) }).catch(() => undefined);
  };
  context.onMessage((message) => host.receive(message));
  window.addEventListener('unhandledrejection', ({ reason }) => log(`unhandled: ${String(reason)}`));
  const engine = new SetupEngine(host, () => app.update(engine.model));
  const app = new SetupApp(root, engine);
  app.update(engine.model);
  window.addEventListener('pagehide', () => engine.dispose());
  void engine.run();
}

const root = document.getElementById('app');
if (root) main(root);
