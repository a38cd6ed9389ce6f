import type { Page } from 'playwright-core';

interface Session {
  send(method: string): Promise<unknown>;
}

/**
 * Lets the browser no longer report the network of a page, and of its workers so far, to this process. Playwright asks for
 * that everywhere, and has no way to decline: each WebSocket message then comes here whole, in base64, which costs more than
 * sending it. Reaches into Playwright, whose version is exact in package.json.
 */
export async function leaveUnobserved(page: Page): Promise<void> {
  const { _connection } = page as unknown as { _connection: { toImpl(of: Page): unknown } };
  const { delegate } = _connection.toImpl(page) as {
    delegate: { _networkManager: { _sessions: Map<Session, unknown> } };
  };
  for (const session of delegate._networkManager._sessions.keys()) await session.send('Network.disable');
}
