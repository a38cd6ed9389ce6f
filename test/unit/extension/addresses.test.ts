import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import {
  directAddress,
  externalAddress,
  isAllowedOrigin,
  pageOrigin,
  pageUrl,
  socketOrigin,
  stageLink,
} from '../../../src/extension/gatewayAddress.ts';
import { addressesToShow, normalizeServerUrl } from '../../../src/extension/serverUrl.ts';

describe('the address of a server', () => {
  it('gets the form that invites carry', () => {
    assert.equal(normalizeServerUrl(' http://192.168.1.5:9000 '), 'http://192.168.1.5:9000/');
    assert.equal(normalizeServerUrl('https://peer.example.com/myapp'), 'https://peer.example.com/myapp/');
    assert.equal(normalizeServerUrl('HTTP://Host:80/a/'), 'http://host/a/');
  });

  for (const wrong of [
    '',
    'peer.example.com',
    'ws://h/',
    'file:///x',
    'http://h/?a',
    'http://u:p@h/',
    'http://h/#a',
  ]) {
    it(`is not "${wrong}"`, () => assert.equal(normalizeServerUrl(wrong), undefined));
  }

  it('is not one that no invite could carry', () => {
    assert.equal(normalizeServerUrl(`http://h/${'a'.repeat(300)}`), undefined);
  });

  it('is shown without the loopback ones, unless there is nothing else', () => {
    assert.deepEqual(addressesToShow(['http://10.0.0.2:9000/', 'http://127.0.0.1:9000/']), ['10.0.0.2:9000']);
    assert.deepEqual(addressesToShow(['http://127.0.0.1:9000/']), ['127.0.0.1:9000']);
  });
});

describe('the address of the gateway', () => {
  it('is loopback next to the window', () => {
    const address = directAddress(47_115);
    assert.equal(socketOrigin(address), 'ws://127.0.0.1:47115');
    assert.equal(pageUrl('ws://127.0.0.1:47115/files/abc', address), 'ws://127.0.0.1:47115/files/abc');
  });

  it('goes through what forwards the port of a remote window', () => {
    const address = externalAddress('https://box.example/proxy/47115');
    assert.deepEqual(address, { host: 'box.example', port: 443, path: '/proxy/47115/', secure: true });
    assert.equal(address && socketOrigin(address), 'wss://box.example:443');
    assert.equal(
      address && pageUrl('ws://127.0.0.1:47115/files/abc', address),
      'wss://box.example:443/proxy/47115/files/abc',
    );
  });

  it('is nothing but http', () => {
    assert.equal(externalAddress('vscode-remote://x/'), undefined);
    assert.equal(externalAddress('nonsense'), undefined);
  });
});

describe('pages that may speak to the gateway', () => {
  const desktop = { inBrowser: false };
  const browser = { inBrowser: true, externalHost: 'box.example' };

  it('are webviews, on the desktop and on vscode.dev', () => {
    assert.ok(isAllowedOrigin('vscode-webview://1f3k', desktop));
    assert.ok(isAllowedOrigin('https://abc.vscode-cdn.net', browser));
  });

  it('are pages of the workbench where it serves webviews itself', () => {
    assert.ok(isAllowedOrigin('http://127.0.0.1:8080', browser));
    assert.ok(isAllowedOrigin('https://box.example', browser));
    assert.ok(!isAllowedOrigin('http://127.0.0.1:8080', desktop));
  });

  it('are no others', () => {
    for (const origin of [undefined, 'null', 'https://evil.example', 'https://vscode-cdn.net.evil.example']) {
      assert.ok(!isAllowedOrigin(origin, browser), String(origin));
    }
    assert.ok(!isAllowedOrigin('http://x.vscode-cdn.net', desktop));
  });
});

describe('the link to a stage', () => {
  const code = 'AZaz09-_AZaz09-_AZaz09';
  const external = (url: string) => externalAddress(url) ?? assert.fail('no address');

  it('carries its code where no server sees it', () => {
    assert.equal(stageLink(directAddress(47115), code), `http://127.0.0.1:47115/stage#${code}`);
    assert.equal(
      stageLink(external('https://x-47115.app.github.dev/'), code),
      `https://x-47115.app.github.dev/stage#${code}`,
    );
    assert.equal(
      stageLink(external('http://localhost:8080/proxy/47115'), code),
      `http://localhost:8080/proxy/47115/stage#${code}`,
    );
  });

  it('leads to a page of an origin as browsers write it', () => {
    assert.equal(pageOrigin(directAddress(47115)), 'http://127.0.0.1:47115');
    assert.equal(pageOrigin(external('https://X-47115.app.github.dev/')), 'https://x-47115.app.github.dev');
  });
});
