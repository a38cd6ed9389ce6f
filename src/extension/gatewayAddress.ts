import { isLoopbackHost } from './serverUrl.ts';

/** Where the page reaches the gateway: directly on loopback, or through what VS Code forwards ports with. */
export interface GatewayAddress {
  readonly host: string;
  readonly port: number;
  /** Begins and ends with a slash. */
  readonly path: string;
  readonly secure: boolean;
}

/** The address when page and extension host are on the same machine. */
export function directAddress(port: number): GatewayAddress {
  return { host: '127.0.0.1', port, path: '/', secure: false };
}

/**
 * The way past what forwards the gateway's port, where page and extension host may be on the same machine: a workbench
 * in a browser, under a loopback address. That address may itself be forwarded from elsewhere (`ssh -L`).
 */
export function nearAddress(
  address: GatewayAddress,
  port: number,
  inBrowser: boolean,
): GatewayAddress | null {
  const near = directAddress(port);
  const isNear = socketOrigin(address) === socketOrigin(near);
  return inBrowser && isLoopbackHost(address.host) && !isNear ? near : null;
}

/** Reads what `asExternalUri` gave for the gateway; `undefined` when it is no http address. */
export function externalAddress(external: string): GatewayAddress | undefined {
  if (!URL.canParse(external)) return undefined;
  const url = new URL(external);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return undefined;
  const secure = url.protocol === 'https:';
  return {
    host: url.hostname,
    port: url.port ? Number(url.port) : secure ? 443 : 80,
    path: url.pathname.endsWith('/') ? url.pathname : `${url.pathname}/`,
    secure,
  };
}

/** A source of the page's `connect-src`. */
export function socketOrigin(address: GatewayAddress): string {
  return `${address.secure ? 'wss' : 'ws'}://${address.host}:${address.port}`;
}

/** The origin of a page that the gateway serves there, as a browser writes it. */
export function pageOrigin(address: GatewayAddress): string {
  return pageBase(address).origin;
}

/** The link to a stage. Its one-time code stands in the fragment, which no server or log gets to see. */
export function stageLink(address: GatewayAddress, code: string): string {
  return new URL(`stage#${code}`, pageBase(address)).href;
}

function pageBase({ secure, host, port, path }: GatewayAddress): URL {
  return new URL(`${secure ? 'https' : 'http'}://${host}:${String(port)}${path}`);
}

/** A stream URL of the gateway (`ws://127.0.0.1:port/files/…`) as the page reaches it. */
export function pageUrl(streamUrl: string, address: GatewayAddress): string {
  const { pathname, search } = new URL(streamUrl);
  return `${socketOrigin(address)}${address.path}${pathname.slice(1)}${search}`;
}

/**
 * Whether a page of that origin may speak to the gateway. Desktop VS Code gives each webview an origin
 * `vscode-webview://<random>`, vscode.dev and Codespaces a sub-domain of vscode-cdn.net; code-server serves webviews
 * from the workbench's own origin, which is only seen from outside (`externalHost`) or on loopback.
 */
export function isAllowedOrigin(
  origin: string | undefined,
  workbench: { readonly inBrowser: boolean; readonly externalHost?: string | undefined },
): boolean {
  if (origin === undefined || !URL.canParse(origin)) return false;
  const url = new URL(origin);
  if (url.protocol === 'vscode-webview:') return true;
  if (url.protocol === 'https:' && url.hostname.endsWith('.vscode-cdn.net')) return true;
  if (!workbench.inBrowser || (url.protocol !== 'http:' && url.protocol !== 'https:')) return false;
  return isLoopbackHost(url.hostname) || url.hostname === workbench.externalHost;
}
