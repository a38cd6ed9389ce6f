import type { RawLink } from './broker.ts';

/** How long a closing link may take to hand over what it has to say; milliseconds. */
const CLOSE_GRACE = 500;

/** Sends a message as JSON; lost when the channel is not open. */
export function sendText(channel: RTCDataChannel, message: object): void {
  if (channel.readyState === 'open') channel.send(JSON.stringify(message));
}

/** Closes the channel, which hands over what it still holds, and the connection once that is done. */
export function closeSoon({ pc, channel }: RawLink): void {
  const finish = (): void => {
    clearTimeout(timer);
    pc.close();
  };
  const timer = setTimeout(finish, CLOSE_GRACE);
  channel.onclose = finish;
  if (channel.readyState === 'closed') finish();
  else channel.close();
}
