import type { ParticipantId } from '../../shared/ids.ts';
import type { ParticipantState } from '../../shared/protocol.ts';
import type { Member } from './member.ts';
import type { Entrance, MemberEvents } from './memberEvents.ts';
import { tellGone, tellNews } from './news.ts';
import type { Notices } from './notices.ts';
import type { Presenting } from './presenting.ts';
import * as say from './sentences.ts';
import type { Servers } from './servers.ts';
import type { ServerWatch } from './serverWatch.ts';
import type { Sharing } from './sharing.ts';
import type { Store } from './store.ts';

/** What follows from who is in, and whom it is told to. */
export interface CompanyOptions {
  readonly store: Store;
  readonly notices: Notices;
  readonly presenting: Presenting;
  readonly servers: Servers;
  readonly serverWatch: ServerWatch;
  readonly sharing: Sharing;
  readonly onChange: () => void;
}

/** What the meeting does when members come, change, fall silent and go. */
export class Company implements Pick<
  MemberEvents,
  'onEntered' | 'onState' | 'onServers' | 'onAway' | 'onGone'
> {
  readonly #options: CompanyOptions;

  constructor(options: CompanyOptions) {
    this.#options = options;
  }

  onEntered(member: Member, how: Entrance): void {
    const { notices, presenting, servers, sharing } = this.#options;
    this.#remember(member);
    presenting.witness(member.state);
    if (typeof how === 'object') tellNews(notices, member, how.before.state);
    else if (how === 'came') notices.add('info', say.enteredSentence(member.state.name));
    presenting.entered(member, how);
    const greeting = servers.greeting();
    if (greeting) member.link.send(greeting);
    sharing.entered(member.address.id);
  }

  onState(member: Member, before: ParticipantState): void {
    const { notices, presenting, sharing } = this.#options;
    presenting.witness(member.state);
    tellNews(notices, member, before);
    this.#remember(member);
    presenting.stepBack();
    sharing.sync();
  }

  /** A member runs the meeting's server, or did until now. */
  onServers(from: ParticipantId, urls: readonly string[], elsewhere: boolean): void {
    const { servers, serverWatch } = this.#options;
    if (elsewhere) {
      serverWatch.onGaveWay(from);
      servers.onGaveWay(from, urls);
    } else {
      serverWatch.onTold(from, urls);
      servers.onTold(from, urls);
    }
  }

  /** They stay in the meeting; what was on its way over a link that ended goes on when there is another. */
  onAway(member: Member): void {
    const { link, address } = member;
    this.#options.serverWatch.onAway(member);
    if (link.ended) this.#options.sharing.lost(address.id);
    this.#options.onChange();
  }

  onGone(member: Member, how: 'left' | 'lost'): void {
    const { notices, presenting, servers, sharing, serverWatch } = this.#options;
    if (how === 'left') servers.onLeft(member.address.id);
    serverWatch.onGone(member);
    tellGone(notices, member, how);
    if (how === 'lost') presenting.lost();
    sharing.lost(member.address.id);
    sharing.sync();
  }

  /** Their chat lines keep their name when they are gone. */
  #remember({ address, state }: Member): void {
    const { store } = this.#options;
    store.set({ names: new Map(store.state.names).set(address.id, state.name) });
  }
}
