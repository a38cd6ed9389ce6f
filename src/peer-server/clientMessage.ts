import * as v from 'valibot';
import { peerIdSchema } from '../shared/ids.ts';
import { parseJson } from '../shared/parseJson.ts';
import { MAX_DEPTH } from './limits.ts';

const clientMessage = v.variant('type', [
  v.object({ type: v.literal('HEARTBEAT') }),
  v.object({
    type: v.picklist(['OFFER', 'ANSWER', 'CANDIDATE']),
    dst: peerIdSchema,
    payload: v.pipe(
      v.unknown(),
      v.check((payload) => isShallow(payload, MAX_DEPTH)),
    ),
  }),
  v.object({ type: v.picklist(['LEAVE', 'EXPIRE']), dst: v.nullish(peerIdSchema) }),
]);
/** What a client may say, by PeerJS's own names. */
export type ClientMessage = v.InferOutput<typeof clientMessage>;

/** Parses a frame of a client; `undefined` for anything that is not a message of PeerJS. */
export function parseClientMessage(text: string): ClientMessage | undefined {
  return parseJson(clientMessage, text);
}

function isShallow(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return depth > 0 && Object.values(value).every((inner) => isShallow(inner, depth - 1));
}
