import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Log } from '../log.ts';
import { describeError } from './errorCode.ts';
import { refuse, type Accept, type Status } from './routes.ts';
import type { StageDoor } from './stageDoor.ts';
import type { StageFiles } from './stageFiles.ts';

/** Where the stage is at home: the origins of its pages, their files, and who takes their sockets. */
export class StageSite {
  readonly #origins: Set<string>;
  readonly #log: Log;
  #served: { readonly files: StageFiles; readonly door: StageDoor } | undefined;

  /** @param origins those of the gateway itself. */
  constructor(origins: readonly string[], log: Log) {
    this.#origins = new Set(origins);
    this.#log = log;
  }

  /** Lets pages in under one more origin. */
  allowOrigin(origin: string): void {
    this.#origins.add(origin.toLowerCase());
  }

  allows(origin: string | undefined): boolean {
    return origin !== undefined && this.#origins.has(origin);
  }

  /** There is nothing here before this call. */
  serve(files: StageFiles, door: StageDoor): void {
    this.#served = { files, door };
  }

  /** Takes a page's socket over. */
  open(): Accept | Status {
    if (!this.#served) return 404;
    const { door } = this.#served;
    return door.full ? 429 : (socket) => door.accept(socket);
  }

  /** Answers a request for the page or one of its files. */
  async answer(path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const files = this.#served?.files;
    if (request.method !== 'GET' || !files?.has(path)) return refuse(response, 404);
    const { origin } = request.headers;
    // A page of another origin has no business with the stage's files.
    if (origin !== undefined && !this.allows(origin)) return refuse(response, 403);
    try {
      const file = await files.get(path, this.#socketOrigins(request));
      if (!file) return refuse(response, 404);
      response.writeHead(200, { ...file.headers, 'Content-Length': file.content.length }).end(file.content);
    } catch (error) {
      this.#log('error', `gateway: a file of the stage cannot be read: ${describeError(error)}`);
      refuse(response, 404);
    }
  }

  /** Where the page under the host of this request opens its socket. */
  #socketOrigins(request: IncomingMessage): string[] {
    const host = request.headers.host?.toLowerCase();
    return [...this.#origins]
      .filter((origin) => new URL(origin).host === host)
      .map((origin) => origin.replace(/^http/, 'ws'));
  }
}
