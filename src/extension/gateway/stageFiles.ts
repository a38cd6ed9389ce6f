import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stageHeaders, stageHtml, type StagePage } from './stageHtml.ts';

/** What is answered: headers beyond those of every answer, and the content. */
export interface StageFile {
  readonly headers: Readonly<Record<string, string>>;
  readonly content: Buffer;
}

/** All that there is beside the page, by path; a path of a request is never a path of the disk. */
const ASSETS: Readonly<Record<string, { readonly name: string; readonly type: string }>> = {
  '/stage.js': { name: 'stage.js', type: 'text/javascript; charset=utf-8' },
  '/stage-style.css': { name: 'stage-style.css', type: 'text/css; charset=utf-8' },
  '/codicon.ttf': { name: 'codicon.ttf', type: 'font/ttf' },
};

/** How the files of the stage are made. */
export interface StageFilesOptions extends StagePage {
  /** Absolute path of the folder with the built files. */
  readonly folder: string;
}

/** The page of the stage and what it loads. Files are read once, when they are first asked for. */
export class StageFiles {
  readonly #options: StageFilesOptions;
  readonly #read = new Map<string, Promise<Buffer>>();

  constructor(options: StageFilesOptions) {
    this.#options = options;
  }

  /** Whether something is served under that path. */
  has(path: string): boolean {
    return path === '/stage' || Object.hasOwn(ASSETS, path);
  }

  /**
   * What is served under a path, if anything. Rejects with Node's error when it cannot be read.
   * @param sockets see `stageHeaders`.
   */
  async get(path: string, sockets: readonly string[]): Promise<StageFile | undefined> {
    if (path === '/stage') {
      const type = { 'Content-Type': 'text/html; charset=utf-8' };
      const nonce = randomBytes(16).toString('base64');
      const headers = { ...stageHeaders(nonce, sockets), ...type };
      return { headers, content: Buffer.from(stageHtml(this.#options, nonce)) };
    }
    const asset = Object.hasOwn(ASSETS, path) ? ASSETS[path] : undefined;
    if (!asset) return undefined;
    return { headers: { 'Content-Type': asset.type }, content: await this.#load(asset.name) };
  }

  #load(name: string): Promise<Buffer> {
    const known = this.#read.get(name);
    if (known) return known;
    const reading = readFile(join(this.#options.folder, name));
    this.#read.set(name, reading);
    // What could not be read may be there the next time.
    reading.catch(() => this.#read.delete(name));
    return reading;
  }
}
