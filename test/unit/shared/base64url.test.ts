import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { fromBase64Url, toBase64Url } from '../../../src/shared/base64url.ts';

describe('base64url', () => {
  it('writes what Node writes, and reads it back', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const text = toBase64Url(bytes);
        assert.equal(text, Buffer.from(bytes).toString('base64url'));
        assert.deepEqual(fromBase64Url(text), new Uint8Array(bytes));
      }),
    );
  });

  it('refuses what no encoder writes', () => {
    for (const text of ['A', 'AAAAA', 'AA==', 'A+A', 'A/A', 'Ä', ' AA'])
      assert.equal(fromBase64Url(text), undefined);
  });
});
