import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import * as v from 'valibot';
import { parseJson } from '../../../src/shared/parseJson.ts';

describe('parseJson', () => {
  const schema = v.object({ n: v.pipe(v.number(), v.maxValue(9)), kind: v.optional(v.string(), 'plain') });

  it('gives what has the shape, with its defaults and nothing else', () => {
    assert.deepEqual(parseJson(schema, '{"n":1,"more":2}'), { n: 1, kind: 'plain' });
    assert.equal(parseJson(v.unknown(), 'null'), null);
  });

  for (const text of ['', '{', 'undefined', '[1]', '{"n":"1"}', '{"n":10}'])
    it(`gives nothing for ${JSON.stringify(text)}`, () => assert.equal(parseJson(schema, text), undefined));

  it('hides no other error', () => {
    const failing = v.pipe(
      v.string(),
      v.check(() => {
        throw new RangeError('a fault of our own');
      }),
    );
    assert.throws(() => parseJson(failing, '"x"'), RangeError);
  });
});
