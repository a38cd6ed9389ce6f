import type { PeerId } from '../../../src/shared/ids.ts';
import {
  type Broker,
  BrokerError,
  type BrokerSeat,
  type ConnectBroker,
  type RawLink,
} from '../../../src/webview/rtc/broker.ts';
import { type FakeConnection, turn, wire, type Wired } from '../rtc/fakeConnection.ts';

/** A signalling server in memory: whose id is whose, and connections between them. */
export class FakeServer {
  /** Every connection that was made, oldest first, with who made it. */
  readonly wires: (Wired & { readonly from: PeerId })[] = [];
  readonly #seats = new Map<PeerId, { readonly seat: BrokerSeat; lost: boolean }>();
  #up = true;

  readonly connect: ConnectBroker = async (seat) => {
    await turn();
    if (!this.#up) throw new BrokerError('unreachable');
    if (this.#seats.has(seat.id)) throw new BrokerError('id-taken');
    const taken = { seat, lost: false };
    this.#seats.set(seat.id, taken);
    const connected = (): boolean => !taken.lost && this.#seats.get(seat.id) === taken;
    const broker: Broker = {
      get connected() {
        return connected();
      },
      call: async (called) => {
        if (!connected()) throw new BrokerError('unreachable');
        return this.call(called, seat.id);
      },
      dispose: () => {
        if (connected()) this.#seats.delete(seat.id);
      },
    };
    seat.onServer(true);
    return broker;
  };

  /** Whether somebody has this id. */
  knows(id: PeerId): boolean {
    return this.#seats.has(id);
  }

  /** Calls an id, also as somebody who has none. @throws {BrokerError} `absent` */
  async call(called: PeerId, from: PeerId = 'nobody'): Promise<RawLink> {
    await turn();
    const callee = this.#seats.get(called);
    if (!callee) throw new BrokerError('absent');
    const wired = wire(called);
    this.wires.push({ ...wired, from });
    callee.seat.onLink(wired.callee);
    return wired.caller;
  }

  /** The server dies: connections between people live on. */
  stop(): void {
    this.#up = false;
    this.drop([...this.#seats.keys()]);
  }

  /** The server loses sight of these ids, and they of it. */
  drop(ids: readonly PeerId[]): void {
    for (const id of ids) {
      const taken = this.#seats.get(id);
      this.#seats.delete(id);
      if (!taken) continue;
      taken.lost = true;
      taken.seat.onServer(false);
    }
  }

  start(): void {
    this.#up = true;
  }

  /** The machine behind an id is gone without a word; the server knows no more of it. */
  kill(id: PeerId): void {
    this.#seats.delete(id);
  }

  /** Connections that an id has, from its side. */
  endsOf(id: PeerId, called: readonly PeerId[] = [id]): FakeConnection[] {
    return this.wires.flatMap((wired) => {
      if (wired.from === id) return [wired.callerEnd];
      return called.includes(wired.caller.called) ? [wired.calleeEnd] : [];
    });
  }
}
