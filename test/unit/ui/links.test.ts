import fc from 'fast-check';
import { describe, it } from 'mocha';
import assert from 'node:assert/strict';
import * as v from 'valibot';
import { hostApi } from '../../../src/shared/hostRpc.ts';
import { cutAtLinks } from '../../../src/webview/ui/links.ts';

const linksIn = (text: string): string[] =>
  cutAtLinks(text).flatMap(({ text: shown, href }) => (href === null ? [] : [shown]));

describe('addresses in a text', function () {
  this.timeout(20_000);

  for (const [text, ...links] of [
    ['nothing here'],
    ['see https://example.com/a?b=c#d', 'https://example.com/a?b=c#d'],
    ['http://a.example and https://b.example', 'http://a.example', 'https://b.example'],
    ['HTTPS://EXAMPLE.COM', 'HTTPS://EXAMPLE.COM'],
    ['write to mailto:ann@example.com.', 'mailto:ann@example.com'],
    ['It is https://example.com.', 'https://example.com'],
    ['Is it https://example.com/x?!', 'https://example.com/x'],
    ['(as in https://example.com/a)', 'https://example.com/a'],
    ['https://en.example/Mesh_(network)', 'https://en.example/Mesh_(network)'],
    ['[https://example.com/a](b)', 'https://example.com/a'],
    ['<https://example.com/a>', 'https://example.com/a'],
    ['"https://example.com/a"', 'https://example.com/a'],
    ['https://例え.example/道', 'https://例え.example/道'],
    ['http://[::1]:9000/', 'http://[::1]:9000/'],
    ['http://localhost:3000, or so', 'http://localhost:3000'],
    // None of these.
    ['javascript:alert(1) file:///etc/passwd vscode://a.b command:x data:text/html,x'],
    ['www.example.com example.com'],
    ['xhttps://example.com'],
    ['https://'],
    ['https:// example.com'],
    ['https://bank.example@evil.example/'],
    ['http://user:password@example.com/'],
    ['mailto:nobody'],
    ['mailto:'],
  ] as const)
    it(`${text}: ${links.length === 0 ? 'none' : links.join(' and ')}`, () =>
      assert.deepEqual(linksIn(text), links));

  it('do not reach over a sign that turns the direction of the text', () => {
    assert.deepEqual(linksIn('https://example.com/\u202Egpj.exe'), ['https://example.com/']);
  });

  it('leave the text as it was, and lead nowhere but to the web and to mail', () => {
    const part = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(
        'https://',
        'http://',
        'mailto:',
        'javascript:',
        'example.com',
        'a.b',
        '/x',
        '?y=',
        '#',
        '%20',
      ),
      fc.constantFrom(' ', '(', ')', '[', ']', '.', ':', '@', '\\', '\u202E', '\u200B', '\n', '👩‍💻'),
    );
    fc.assert(
      fc.property(fc.array(part), (parts) => {
        const text = parts.join('');
        const pieces = cutAtLinks(text);
        assert.equal(pieces.map((piece) => piece.text).join(''), text);
        assert.ok(pieces.every((piece) => piece.text !== ''));
        for (const { text: shown, href } of pieces) {
          if (href === null) continue;
          const url = new URL(href);
          assert.match(url.protocol, /^(?:https?|mailto):$/);
          assert.equal(url.username + url.password, '');
          assert.ok(v.is(hostApi.openLink.params, { href }), `VS Code opens ${href}`);
          assert.doesNotMatch(shown, /[\s<>"\u202A-\u202E\u2066-\u2069]/u);
          assert.equal(new URL(shown).href, href, 'what is seen is where it leads');
        }
      }),
      { numRuns: 300 },
    );
  });

  it('finds an address whole that stands between spaces', () => {
    fc.assert(
      fc.property(fc.webUrl({ withFragments: false }), (address) => {
        fc.pre(/^[^()]*[a-z0-9/]$/i.test(address));
        assert.deepEqual(linksIn(`see ${address} there`), [address]);
      }),
    );
  });

  it('takes time that grows with the text alone', () => {
    const started = performance.now();
    for (const hostile of [
      'https://('.repeat(2_000),
      `https://a${')'.repeat(16_000)}`,
      'http://'.repeat(2_500),
    ])
      cutAtLinks(hostile);
    assert.ok(performance.now() - started < 1_000);
  });
});
