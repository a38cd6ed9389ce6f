import type { HostSocket } from './sourceSocket.ts';

/** How long who said the last word leaves it to the other side to close the channel; milliseconds. */
const CLOSE_PATIENCE = 5_000;
/** The same for the extension host's stream, which it closes when the disk has what was sent; then it is closed here. */
const HOST_PATIENCE = 3_000;

/**
 * Closes a transfer's channels: at once when the last word was heard; otherwise the other side does, having heard it, because
 * a message that is followed by a close may be lost where the channel has only just opened there (measured: 56 of 150).
 * @param channels the first is the one on which words are said.
 */
export function closeInTime(
  channels: readonly RTCDataChannel[],
  heard: boolean,
  patience = CLOSE_PATIENCE,
): void {
  const [first] = channels;
  const close = (): void => {
    clearTimeout(timer);
    for (const channel of channels) {
      channel.onopen = channel.onclose = null;
      channel.close();
    }
  };
  const timer = setTimeout(close, patience);
  for (const channel of channels) channel.onmessage = channel.onclose = null;
  if (!first || heard || first.readyState === 'closed') close();
  else first.onclose = close;
}

/** Leaves closing its stream to the extension host, which has heard the last word or said it. Resolves when it is closed. */
export function closeSocket(socket: HostSocket | null): Promise<void> {
  if (!socket || socket.readyState === WebSocket.CLOSED) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      socket.close();
      resolve();
    }, HOST_PATIENCE);
    socket.onopen = socket.onmessage = null;
    socket.onclose = () => {
      clearTimeout(timer);
      socket.onclose = null;
      resolve();
    };
    // One that is still opening is not worth waiting for.
    if (socket.readyState !== WebSocket.OPEN) socket.close();
  });
}
