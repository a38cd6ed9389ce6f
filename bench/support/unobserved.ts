import type { Page } from 'playwright-core';

interface Session {
  readonly _client: { send(method: string): Promise<unknown> };
}

/**
 * Lets the browser no longer report a page's network to this process. Playwright asks for that in every page, and has
 * no way to decline: each WebSocket message then comes here whole, in base64, which costs more than sending it. Reaches
 * into Playwright, whose version is exact in package.json.
 */
export async function leaveUnobserved(page: Page): Promise<void> {
  const { _connection } = page as unknown as { _connection: { toImpl(of: Page): unknown } };
  const { delegate } = _connection.toImpl(page) as { delegate: { _sessions: Map<string, Session> } };
  for (const { _client } of delegate._sessions.values()) await _client.send('Network.disable');
}
