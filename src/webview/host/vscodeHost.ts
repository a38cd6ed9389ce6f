import type { HostContext } from './hostContext.ts';

declare function acquireVsCodeApi(): { postMessage(message: unknown): void };

/** The page as a webview of VS Code. To be called once a page. */
export function vscodeHost(): HostContext {
  const api = acquireVsCodeApi();
  return {
    post: (message) => api.postMessage(message),
    onMessage: (listener) => {
      const onMessage = ({ data }: MessageEvent<unknown>): void => listener(data);
      window.addEventListener('message', onMessage);
      return () => window.removeEventListener('message', onMessage);
    },
  };
}
