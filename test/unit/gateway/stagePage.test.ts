import assert from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import { startStage } from './stageSupport.ts';
import { ORIGIN, startGateway } from './support.ts';

/** The nonce that the page tells its toolkit. */
function nonceOf(page: string): string {
  const nonce = /<meta property="csp-nonce" content="([A-Za-z0-9+/]{22}==)">/.exec(page)?.[1];
  assert.ok(nonce, 'the page has no nonce');
  return nonce;
}

describe('the page of the stage', () => {
  let stage: Awaited<ReturnType<typeof startStage>>;
  before(async () => {
    stage = await startStage();
  });
  after(() => stage.dispose());

  it('has nothing inline and loads only what stands beside it', async () => {
    const { status, headers, body } = await stage.fetch('/stage');
    assert.equal(status, 200);
    assert.equal(headers['content-type'], 'text/html; charset=utf-8');
    assert.match(body, /<html lang="de">/);
    assert.match(body, /<div id="app"><\/div>/);
    assert.doesNotMatch(body, /<style|style="|\son\w+=/);
    assert.deepEqual(body.match(/<script[^>]*>[^<]*/g), ['<script src="stage.js">']);
    assert.deepEqual(
      [...body.matchAll(/(?:src|href)="([^"]*)"/g)].map((match) => match[1]),
      ['data:,', 'stage-style.css', 'stage.js'],
    );
  });

  it('may capture and speak with its gateway, and nothing else', async () => {
    const { headers, body } = await stage.fetch('/stage');
    const nonce = nonceOf(body);
    const policy = new Map(
      String(headers['content-security-policy'])
        .split('; ')
        .map((rule) => [rule.slice(0, rule.indexOf(' ')), rule.slice(rule.indexOf(' ') + 1)]),
    );
    assert.deepEqual(Object.fromEntries(policy), {
      'default-src': "'none'",
      'script-src': "'self'",
      'style-src': `'self' 'nonce-${nonce}'`,
      'font-src': "'self'",
      'img-src': "'self' data:",
      'media-src': "'self' blob: mediastream:",
      'connect-src': `'self' ws://127.0.0.1:${String(stage.gateway.port)}`,
      'frame-ancestors': "'none'",
      'base-uri': "'none'",
      'form-action': "'none'",
    });
    assert.equal(
      headers['permissions-policy'],
      'camera=(self), microphone=(self), display-capture=(self), speaker-selection=(self)',
    );
    assert.equal(headers['referrer-policy'], 'no-referrer');
    assert.equal(headers['cross-origin-opener-policy'], 'same-origin');
    assert.equal(headers['x-content-type-options'], 'nosniff');
    assert.equal(headers['cache-control'], 'no-store');
    assert.equal(headers['access-control-allow-origin'], undefined);
  });

  it('has a nonce of its own each time', async () => {
    const [first, second] = await Promise.all([stage.fetch('/stage'), stage.fetch('/stage')]);
    assert.notEqual(nonceOf(first.body), nonceOf(second.body));
  });

  it('connects to the host under which it was asked for', async () => {
    const local = await stage.fetch('/stage', { Host: `localhost:${String(stage.gateway.port)}` });
    assert.match(
      String(local.headers['content-security-policy']),
      new RegExp(`connect-src 'self' ws://localhost:${String(stage.gateway.port)};`),
    );
    stage.gateway.allowHost('name.example');
    stage.gateway.allowStageOrigin('https://name.example');
    const forwarded = await stage.fetch('/stage', { Host: 'name.example' });
    assert.match(
      String(forwarded.headers['content-security-policy']),
      /connect-src 'self' wss:\/\/name\.example;/,
    );
  });

  it('comes with its files, read once', async () => {
    const script = await stage.fetch('/stage.js');
    assert.deepEqual(
      [script.status, script.headers['content-type'], script.body],
      [200, 'text/javascript; charset=utf-8', 'script();'],
    );
    const style = await stage.fetch('/stage-style.css');
    assert.deepEqual([style.headers['content-type'], style.body], ['text/css; charset=utf-8', 'a{}']);
    assert.equal(style.headers['content-security-policy'], "default-src 'none'");
    await rm(join(stage.folder, 'stage.js'));
    assert.equal((await stage.fetch('/stage.js')).body, 'script();');
  });

  it('finds a file that was not there the first time', async () => {
    assert.equal((await stage.fetch('/codicon.ttf')).status, 404);
    assert.ok(stage.lines.some((line) => line.includes('cannot be read: ENOENT')));
    await writeFile(join(stage.folder, 'codicon.ttf'), 'glyphs');
    const font = await stage.fetch('/codicon.ttf');
    assert.deepEqual([font.headers['content-type'], font.body], ['font/ttf', 'glyphs']);
  });

  it('is all that is served', async () => {
    for (const path of [
      '/',
      '/stage/',
      '/stage/link',
      '/secret.txt',
      '/../secret.txt',
      '/stage.js/../secret.txt',
      '/%73ecret.txt',
      '/stage.js.map',
      '/constructor',
      '/__proto__',
    ]) {
      const { status, body } = await stage.fetch(path);
      assert.deepEqual({ path, status, body }, { path, status: 404, body: '' });
    }
  });

  it('is not for another host or another origin', async () => {
    for (const path of ['/stage', '/stage.js']) {
      assert.equal((await stage.fetch(path, { Host: 'evil.example' })).status, 421);
      assert.equal((await stage.fetch(path, { Host: '127.0.0.1:1' })).status, 421);
      for (const origin of ['https://evil.example', ORIGIN, 'null', 'http://127.0.0.1:1']) {
        assert.equal((await stage.fetch(path, { Origin: origin })).status, 403);
      }
      assert.equal((await stage.fetch(path, { Origin: stage.origin })).status, 200);
    }
  });

  it('is not there before the gateway was told of it', async () => {
    const { gateway } = await startGateway();
    const answer = await fetch(`http://127.0.0.1:${String(gateway.port)}/stage`);
    assert.equal(answer.status, 404);
    await gateway.dispose();
  });
});
