import type { ServerResponse } from 'node:http';
import type { WebSocket, WebSocketServer } from 'ws';

/** Why a connection or a request is turned down, as an HTTP status. */
export type Status = 400 | 403 | 404 | 421 | 429;

/** Takes a connection over, once it is a WebSocket. */
export type Accept = (socket: WebSocket) => void;

/** What may be connected to, by path. */
export interface UpgradeRoute {
  readonly path: RegExp;
  readonly allows: (origin: string | undefined) => boolean;
  readonly sockets: WebSocketServer;
  /** @param word what stands in the path's group, if it has one. */
  readonly open: (url: URL, word: string) => Accept | Status;
}

/** Answers with a status and nothing else. */
export function refuse(response: ServerResponse, status: Status): void {
  response.writeHead(status, { 'Content-Length': 0, Connection: 'close' }).end();
}
