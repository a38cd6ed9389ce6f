import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { serverAddresses } from '../../../src/peer-server/addresses.ts';
import { AddressLimits, addressGroup, TokenBucket } from '../../../src/peer-server/limits.ts';

describe('serverAddresses', () => {
  const machine = ['192.168.1.5', '10.0.0.2', '2001:db8::5'];

  it('names every address of the machine, loopback last', () => {
    assert.deepEqual(serverAddresses('::', 9000, '/', false, machine), [
      'http://192.168.1.5:9000/',
      'http://10.0.0.2:9000/',
      'http://[2001:db8::5]:9000/',
      'http://127.0.0.1:9000/',
    ]);
  });

  it('names no IPv6 address when it listens on IPv4, and one when it listens on one', () => {
    assert.deepEqual(serverAddresses('0.0.0.0', 1, '/a/', true, machine), [
      'https://192.168.1.5:1/a/',
      'https://10.0.0.2:1/a/',
      'https://127.0.0.1:1/a/',
    ]);
    assert.deepEqual(serverAddresses('2001:db8::5', 1, '/', false, machine), ['http://[2001:db8::5]:1/']);
  });

  it('names no more than an invite takes', () => {
    const many = Array.from({ length: 50 }, (_, n) => `10.0.0.${String(n)}`);
    const named = serverAddresses('::', 1, '/', false, many);
    assert.equal(named.length, 32);
    assert.equal(named.at(-1), 'http://127.0.0.1:1/');
  });
});

describe('limits', () => {
  it('a bucket allows its capacity at once, and its rate from then on', () => {
    const bucket = new TokenBucket(3, 2, 0);
    assert.deepEqual(
      [bucket.take(0), bucket.take(0), bucket.take(0), bucket.take(0)],
      [true, true, true, false],
    );
    assert.deepEqual([bucket.take(500), bucket.take(500)], [true, false]);
    assert.equal(bucket.isFull(1_000), false);
    assert.equal(bucket.isFull(10_000), true);
    assert.equal(bucket.take(10_000), true);
  });

  it('counts who is behind one address together', () => {
    const same = [
      ['192.168.1.5', '::ffff:192.168.1.5'],
      ['2001:db8:1:2::5', '2001:db8:1:2:ffff:0:0:1'],
      ['::1', '::2'],
      ['fe80::1%eth0', 'fe80::2%eth0'],
    ] as const;
    for (const [a, b] of same) assert.equal(addressGroup(a), addressGroup(b));
    assert.notEqual(addressGroup('2001:db8:1:2::5'), addressGroup('2001:db8:1:3::5'));
    assert.notEqual(addressGroup('192.168.1.5'), addressGroup('192.168.1.6'));
  });

  it('frees a place once', () => {
    const limits = new AddressLimits(2, 10);
    const release = limits.hold('10.0.0.1', 0);
    assert.ok(release && limits.hold('10.0.0.1', 0));
    assert.equal(limits.hold('::ffff:10.0.0.1', 0), undefined);
    assert.ok(limits.hold('10.0.0.2', 0));
    release();
    release();
    assert.ok(limits.hold('10.0.0.1', 0));
    assert.equal(limits.hold('10.0.0.1', 0), undefined);
  });

  it('gives attempts back with time', () => {
    const limits = new AddressLimits(2, 60);
    for (let n = 0; n < 60; n++) assert.equal(limits.attempt('10.0.0.1', 0), true);
    assert.equal(limits.attempt('10.0.0.1', 0), false);
    assert.equal(limits.attempt('10.0.0.1', 1_000), true);
  });
});
