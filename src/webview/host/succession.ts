import * as v from 'valibot';
import { type MeetingBootstrap, type SessionRecord, sessionRecord } from '../../shared/hostRpc.ts';
import { toHex } from '../../shared/ids.ts';

/** Milliseconds for the page from before to answer: it has little to do for it, but may be busy with pictures. */
const PATIENCE = 500;

const question = v.object({ t: v.literal('ask') });
const answer = v.object({
  t: v.literal('session'),
  session: v.union([sessionRecord, v.picklist(['left', 'host-away'])]),
});

/** How things stand by a page: `left` when its person has, or `host-away` the page by itself, which nobody else could be told. */
export type Standing = v.InferOutput<typeof answer>['session'];

/**
 * What a page begins with that comes in the place of another. Files are the extension host's, which knows what of them is
 * left; but what was withdrawn since the one before died it does not know.
 * @param before what the page from before has said; `undefined` without one.
 */
export function succeed(
  { session }: Pick<MeetingBootstrap, 'session'>,
  before: SessionRecord | undefined,
): { readonly session: SessionRecord | null; readonly withdrawn: readonly string[] } {
  if (!session || !before) return { session, withdrawn: [] };
  const still = new Set(before.offers.map(({ offer }) => offer.id));
  const offers = session.offers.filter(({ offer }) => still.has(offer.id));
  const withdrawn = session.offers.map(({ offer }) => offer.id).filter((id) => !still.has(id));
  return { session: { ...before, offers }, withdrawn };
}

/**
 * What passes between the page of a panel that lost its extension host and the one that comes in its place. The extension
 * host that opens the new one knows only what the old one had told the one before: not what was written, muted or turned off
 * since. Both pages have one origin, and the name of the channel is known to this participant's pages only.
 */
export class Succession {
  readonly #channel: BroadcastChannel;

  private constructor(channel: BroadcastChannel) {
    this.#channel = channel;
  }

  static async open({
    secret,
    identity,
  }: Pick<MeetingBootstrap, 'secret' | 'identity'>): Promise<Succession> {
    const named = new TextEncoder().encode(`parley succession ${secret} ${identity.privateKey.d}`);
    const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', named));
    return new Succession(new BroadcastChannel(`parley-${toHex(hash)}`));
  }

  /** How things stand by the page from before; `undefined` when there is none that has been in the meeting. */
  async ask(patience = PATIENCE): Promise<Standing | undefined> {
    return new Promise((resolve) => {
      const end = (session: Standing | undefined): void => {
        clearTimeout(timer);
        this.#channel.onmessage = null;
        resolve(session);
      };
      const timer = setTimeout(() => end(undefined), patience);
      this.#channel.onmessage = ({ data }: { readonly data: unknown }) => {
        const parsed = v.safeParse(answer, data);
        if (parsed.success) end(parsed.output.session);
      };
      this.#channel.postMessage({ t: 'ask' } satisfies v.InferOutput<typeof question>);
    });
  }

  /** Tells whoever comes in the place of this page, once there is something to tell. */
  tell(session: () => Standing | null): void {
    this.#channel.onmessage = ({ data }: { readonly data: unknown }) => {
      if (!v.is(question, data)) return;
      const now = session();
      if (now) {
        this.#channel.postMessage({ t: 'session', session: now } satisfies v.InferOutput<typeof answer>);
      }
    };
  }

  close(): void {
    this.#channel.close();
  }
}
