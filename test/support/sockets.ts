import { WebSocket } from 'ws';

/** Resolves when a socket is open; rejects with the HTTP status when it is turned down. */
export async function opening(socket: WebSocket): Promise<void> {
  if (socket.readyState === WebSocket.OPEN) return;
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('unexpected-response', (_request, response) => {
      response.resume();
      reject(new Error(`status ${String(response.statusCode)}`));
    });
    socket.once('error', reject);
  });
}
