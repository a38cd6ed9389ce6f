import { type HostApi, hostApi, type PageApi, pageApi } from '../../shared/hostRpc.ts';
import { type Handlers, RpcEndpoint } from '../../shared/rpc.ts';

/** Where the page runs: how it talks to whoever opened it. */
export interface HostContext {
  post(message: unknown): void;
  /** Gives the way to stop. */
  onMessage(listener: (message: unknown) => void): () => void;
}

/** The extension host, as the engine calls it. */
export type HostClient = Pick<RpcEndpoint<PageApi, HostApi>, 'call'>;

/** What of it serves the stages. */
export type StageClient = Pick<
  RpcEndpoint<PageApi, Pick<HostApi, 'openStage' | 'copyStageLink' | 'toStage' | 'closeStage'>>,
  'call'
>;

/** Connects the page to its extension host. */
export function connectHost(
  context: HostContext,
  handlers: Handlers<PageApi>,
  onProblem: (message: string, error?: unknown) => void,
): RpcEndpoint<PageApi, HostApi> {
  const endpoint = new RpcEndpoint<PageApi, HostApi>({
    local: pageApi,
    remote: hostApi,
    handlers,
    post: (message) => context.post(message),
    timers: {
      set: (callback, ms) => setTimeout(callback, ms),
      clear: (handle) => clearTimeout(handle as number),
    },
    onProblem,
  });
  context.onMessage((message) => endpoint.receive(message));
  return endpoint;
}
