import { BODY_GREETING, BODY_HOST, RecordError, RecordReader } from '../../shared/records.ts';

/** Milliseconds for the gateway, on this machine, to begin an answer. */
const GREETING_TIME_LIMIT = 2_000;

/** The content of a source as the body of an answer of the gateway's. */
export class SourceBody {
  /** Told of each frame but the greeting. */
  onFrame: ((frame: string | ArrayBuffer) => void) | null = null;
  readonly #address: string;
  readonly #given = new AbortController();
  readonly #records: RecordReader;
  #reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  #greeted = false;

  /** @param word by which it is asked for, at that port. */
  constructor(port: string, word: string) {
    this.#address = `http://${BODY_HOST}:${port}/bodies/${word}`;
    this.#records = new RecordReader((frame) => this.#take(frame));
  }

  /** Asks for it. @returns whether it has begun, and comes without delay. Never rejects. */
  async begin(): Promise<boolean> {
    const late = setTimeout(() => this.drop(), GREETING_TIME_LIMIT);
    try {
      const { ok, body } = await fetch(this.#address, { cache: 'no-store', signal: this.#given.signal });
      if (!ok || !body) return false;
      this.#reader = body.getReader();
      while (!this.#greeted) if (!(await this.#next(this.#reader))) return false;
      return true;
    } catch {
      // A policy of the browser's, somebody else's answer, or none: messages serve, whatever it was.
      return false;
    } finally {
      clearTimeout(late);
      if (!this.#greeted) this.drop();
    }
  }

  /** Hands on what is in it. Resolves at its end, true where it was not cut off. @throws what `onFrame` throws. */
  async read(): Promise<boolean> {
    if (!this.#reader) return false;
    try {
      while (await this.#next(this.#reader));
      return true;
    } catch (error) {
      if (!(error instanceof CutOff || error instanceof RecordError)) throw error;
      return false;
    } finally {
      this.drop();
    }
  }

  /** Reads no further. */
  drop(): void {
    this.#given.abort();
  }

  async #next(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<boolean> {
    const part = await reader.read().catch((cause: unknown) => {
      throw new CutOff('the body has ended too early', { cause });
    });
    if (!part.done) this.#records.take(part.value);
    return !part.done;
  }

  #take(frame: string | ArrayBuffer): void {
    if (this.#greeted) this.onFrame?.(frame);
    else if (frame === BODY_GREETING) this.#greeted = true;
    else throw new RecordError('no gateway begins so');
  }
}

/** A body ended in the middle. */
class CutOff extends Error {
  override readonly name = 'CutOff';
}
