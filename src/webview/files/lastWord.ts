/** How long who said the last word leaves it to the other side to close the channel; milliseconds. */
const CLOSE_PATIENCE = 5_000;
/** How long the extension host may take to close its stream. */
const HOST_PATIENCE = 2_000;

/**
 * Closes a transfer's channels: at once when the last word was heard; otherwise the other side does, having heard it, because
 * a message that is followed by a close may be lost (measured: one in ten).
 * @param channels the first is the one on which words are said.
 */
export function closeInTime(channels: readonly RTCDataChannel[], heard: boolean): void {
  const [first] = channels;
  const close = (): void => {
    clearTimeout(timer);
    for (const channel of channels) {
      channel.onopen = channel.onclose = null;
      channel.close();
    }
  };
  const timer = setTimeout(close, CLOSE_PATIENCE);
  for (const channel of channels) channel.onmessage = channel.onclose = null;
  if (!first || heard || first.readyState === 'closed') close();
  else first.onclose = close;
}

/** Closes the stream of the extension host, and resolves when that is done with all that was sent on it. */
export function closeSocket(socket: WebSocket | null): Promise<void> {
  if (!socket || socket.readyState === WebSocket.CLOSED) return Promise.resolve();
  return new Promise((resolve) => {
    const finish = (): void => {
      clearTimeout(timer);
      socket.onclose = null;
      resolve();
    };
    const timer = setTimeout(finish, HOST_PATIENCE);
    socket.onmessage = null;
    socket.onclose = finish;
    // One that is still opening has nobody to hear the last word: it is closed without.
    socket.onopen = null;
    socket.close();
  });
}
