import * as v from 'valibot';
import { MAX_OFFERS } from '../../shared/limits.ts';
import { parseJson } from '../../shared/parseJson.ts';
import { fileStrings as say } from './fileStrings.ts';

// What a drag onto the page carries. VS Code's explorer and tabs name resources; anything else hands over files.
// Seen in VS Code 1.139: `text/uri-list` holds the first resource only, its internal twin all of them; `resourceurls` has
// no folders, and `codefiles` no tabs and only paths of this machine.

const INTERNAL_LIST = 'application/vnd.code.uri-list';
const URI_LIST = 'text/uri-list';
const RESOURCES = 'resourceurls';
const PATHS = 'codefiles';
/** Characters of one URI, as the contract with the extension host has it, and of all that is looked at. */
const MAX_URI = 4_096;
const MAX_TEXT = MAX_OFFERS * (MAX_URI + 2) * 2;
/** Addresses that no file service of VS Code opens. */
const NO_FILES = new Set([
  'about',
  'blob',
  'data',
  'http',
  'https',
  'javascript',
  'mailto',
  'tel',
  'vscode-webview',
]);

/** The parts of a DataTransfer that are looked at. */
export interface DropData {
  readonly types: readonly string[];
  getData(type: string): string;
  readonly items: Iterable<{
    readonly kind: string;
    getAsFile(): File | null;
    webkitGetAsEntry(): { readonly isDirectory: boolean } | null;
  }>;
}

/** What was dropped, within bounds. */
export interface Dropped {
  readonly uris: readonly string[];
  readonly files: readonly File[];
  /** Why not all (or nothing) of it can be shared, for a person; null when all can. */
  readonly problem: string | null;
}

/** Whether a drag carries something to share, as far as can be told before it is dropped. Links of a web page do not. */
export function carriesFiles(types: readonly string[]): boolean {
  const named = [INTERNAL_LIST, RESOURCES, PATHS, 'Files'].some((type) => types.includes(type));
  return named || (types.includes(URI_LIST) && !types.includes('text/html'));
}

/** Reads a drop; to be called within its event, as the browser forgets what it carries. */
export function parseDrop(data: DropData): Dropped {
  const own = firstFilled([
    () => lines(data.getData(INTERNAL_LIST)),
    () => jsonList(data.getData(RESOURCES)),
    () => jsonList(data.getData(PATHS)).map(pathToUri),
  ]);
  if (own.length > 0) return dropped(own, [], false);
  const { files, folders } = outsideFiles(data);
  // A list beside files is of paths that VS Code, which may run elsewhere, could not read.
  if (files.length > 0 || folders) return dropped([], files, folders);
  return dropped(usable(lines(data.getData(URI_LIST))), [], false);
}

function dropped(uris: readonly string[], files: readonly File[], folders: boolean): Dropped {
  const count = uris.length + files.length;
  const empty = count === 0 && !folders ? say.dropUnusable : null;
  return {
    uris: uris.slice(0, MAX_OFFERS),
    files: files.slice(0, MAX_OFFERS),
    problem: folders ? say.dropFolders : count > MAX_OFFERS ? say.dropTooMany(MAX_OFFERS) : empty,
  };
}

function firstFilled(sources: readonly (() => readonly string[])[]): readonly string[] {
  for (const source of sources) {
    const uris = usable(source());
    if (uris.length > 0) return uris;
  }
  return [];
}

function usable(uris: readonly string[]): readonly string[] {
  return [...new Set(uris)].filter((uri) => {
    // A single letter is a drive, no scheme.
    const scheme = /^([a-z][a-z0-9+.-]+):[^\s\p{Cc}]+$/iu.exec(uri)?.[1];
    return uri.length <= MAX_URI && scheme !== undefined && !NO_FILES.has(scheme.toLowerCase());
  });
}

function lines(text: string): readonly string[] {
  if (text.length > MAX_TEXT) return [];
  return text.split(/\r?\n/u).filter((line) => line !== '' && !line.startsWith('#'));
}

function jsonList(text: string): readonly string[] {
  if (text === '' || text.length > MAX_TEXT) return [];
  return parseJson(v.array(v.unknown()), text)?.filter((entry) => typeof entry === 'string') ?? [];
}

/** A path of this machine as a URI; what is no absolute path gives nothing that is one. */
function pathToUri(path: string): string {
  const slashed = /^([a-z]:)?\\/iu.test(path) ? path.replaceAll('\\', '/') : path;
  const rooted = /^[a-z]:\//iu.test(slashed) ? `/${slashed}` : slashed;
  if (!rooted.startsWith('/') || /\p{Cs}/u.test(rooted)) return '';
  const encoded = rooted.split('/').map(encodeURIComponent).join('/');
  return rooted.startsWith('//') ? `file:${encoded}` : `file://${encoded}`;
}

function outsideFiles({ items }: DropData): { readonly files: readonly File[]; readonly folders: boolean } {
  const files: File[] = [];
  let folders = false;
  for (const item of items) {
    if (item.kind !== 'file') continue;
    const folder = item.webkitGetAsEntry()?.isDirectory === true;
    const file = folder ? null : item.getAsFile();
    folders ||= folder;
    if (file) files.push(file);
  }
  return { files, folders };
}
