/** The longest address that fits into an invite. */
const MAX_URL = 300;

/**
 * Brings the address of a PeerServer, as a person wrote it, into the form that an invite carries:
 * `http(s)://host[:port]/path/`. Gives `undefined` for anything else, an address with a query or a password included.
 */
export function normalizeServerUrl(text: string): string | undefined {
  const trimmed = text.trim();
  if (!URL.canParse(trimmed)) return undefined;
  const url = new URL(trimmed);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return undefined;
  if (url.username || url.password || url.search || url.hash) return undefined;
  const normalized = `${url.origin}${url.pathname}${url.pathname.endsWith('/') ? '' : '/'}`;
  return normalized.length > MAX_URL ? undefined : normalized;
}

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

/** Whether a host name, as `URL.hostname` writes it, is this machine. */
export function isLoopbackHost(hostname: string): boolean {
  return LOOPBACK.has(hostname);
}

/** `host:port` of a server's address, for people to read. */
export function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : url;
}

/** The addresses that tell people something: those of other machines first, the loopback ones only when alone. */
export function addressesToShow(urls: readonly string[]): readonly string[] {
  const outside = urls.filter((url) => URL.canParse(url) && !isLoopbackHost(new URL(url).hostname));
  return (outside.length > 0 ? outside : urls).map(hostOf);
}
