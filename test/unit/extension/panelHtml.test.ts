import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { panelHtml } from '../../../src/extension/panelHtml.ts';

const page = {
  language: 'de',
  title: 'Parley "meeting"',
  script: 'https://res/panel.js',
  style: 'https://res/panel-style.css',
  cspSource: "'self' https://*.vscode-cdn.net",
  nonce: 'abc+/=',
  styleNonce: 'def+/=',
  connect: ['wss://box.example:443', 'ws://127.0.0.1:47115'],
};

describe('the page of the panel', () => {
  const html = panelHtml(page);
  const policy = decode(/Content-Security-Policy" content="([^"]*)"/.exec(html)?.[1] ?? '');

  it('connects to the gateway only and runs nothing but its own script', () => {
    assert.match(policy, /^default-src 'none';/);
    assert.match(policy, /script-src 'nonce-abc\+\/=';/);
    assert.match(policy, /style-src 'self' https:\/\/\*\.vscode-cdn\.net 'nonce-def\+\/=';/);
    assert.match(policy, /connect-src wss:\/\/box\.example:443 ws:\/\/127\.0\.0\.1:47115;/);
    assert.doesNotMatch(policy, /unsafe|\*;|http:/);
  });

  it('has nothing inline', () => {
    assert.doesNotMatch(html, /<style|style="|\son\w+=/);
    assert.deepEqual(html.match(/<script[^>]*>[^<]*/g), [
      '<script nonce="abc+/=" src="https://res/panel.js">',
    ]);
  });

  it('tells the toolkit the nonce of styles, and nobody that of scripts', () => {
    assert.match(html, /<meta property="csp-nonce" content="def\+\/=">/);
    // Once in the policy and once at the script; a browser shows neither to the page's styles.
    assert.equal(html.match(/abc\+\/=/g)?.length, 2);
  });

  it('says its language and title, whatever is in them', () => {
    assert.match(html, /<html lang="de">/);
    assert.match(html, /<title>Parley &#34;meeting&#34;<\/title>/);
    assert.match(html, /<div id="app"><\/div>/);
  });
});

function decode(text: string): string {
  return text.replace(/&#(\d+);/g, (_all, code: string) => String.fromCodePoint(Number(code)));
}
