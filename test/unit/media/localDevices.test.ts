import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'mocha';
import { LocalDevices, type Refusal } from '../../../src/webview/media/localDevices.ts';
import { replaceGlobals } from '../../support/globals.ts';
import { until } from '../../support/turn.ts';

/** What a page's browser answers; Node has no devices. */
interface Browser {
  readonly capture?: (constraints: MediaStreamConstraints) => Promise<object>;
  readonly permission?: () => Promise<{ readonly state: string }>;
  readonly policy?: readonly string[];
}

describe('LocalDevices', () => {
  let restore: () => void = () => undefined;
  afterEach(() => restore());

  function make(refusal: Refusal, { capture, permission, policy }: Browser) {
    const mediaDevices = capture && {
      getUserMedia: capture,
      enumerateDevices: () => Promise.resolve([]),
      addEventListener: () => undefined,
      removeEventListener: () => undefined,
    };
    const permissions = { query: permission ?? (() => Promise.resolve({ state: 'prompt' })) };
    const featurePolicy = policy && { allowsFeature: (name: string) => policy.includes(name) };
    restore = replaceGlobals({
      navigator: { mediaDevices, permissions },
      document: featurePolicy ? { featurePolicy } : {},
    });
    return new LocalDevices(refusal, () => undefined);
  }
  async function ask(refusal: Refusal, browser: Browser): Promise<string> {
    const devices = make(refusal, browser);
    devices.want('camera', true);
    await until(() => devices.camera.status !== 'starting');
    return `${devices.camera.problem ?? devices.camera.status}, ${devices.allowed}`;
  }
  const refuse = () => Promise.reject(new DOMException('', 'NotAllowedError'));
  const refuseLate = async (): Promise<never> => {
    await new Promise((resolve) => {
      setTimeout(resolve, 320);
    });
    throw new DOMException('', 'NotAllowedError');
  };
  const state = (is: string) => () => Promise.resolve({ state: is });
  const unknown = () => Promise.reject(new TypeError('no such permission'));
  const give = () =>
    Promise.resolve({ getTracks: () => [{ kind: 'video', stop: () => undefined, contentHint: '' }] });

  it('has none where the page has no access to devices', async () => {
    assert.equal(await ask('person', {}), 'not-allowed-here, no');
  });

  it('may capture where it was given a device, or would have been', async () => {
    assert.equal(await ask('unless-unasked', { capture: give }), 'on, yes');
    const busy = () => Promise.reject(new DOMException('', 'NotReadableError'));
    assert.equal(await ask('unless-unasked', { capture: busy }), 'busy, yes');
  });

  it('may not capture in a frame without the right, wherever it is', async () => {
    for (const refusal of ['person', 'unless-unasked', 'unless-at-once'] as const)
      assert.equal(await ask(refusal, { capture: refuse, policy: [] }), 'not-allowed-here, no');
  });

  it('takes a refusal in the system’s browser for a person’s', async () => {
    for (const permission of [state('prompt'), state('denied'), unknown])
      assert.equal(await ask('person', { capture: refuse, permission, policy: ['camera'] }), 'denied, yes');
  });

  it('takes a refusal in a panel for its own when nobody was asked', async () => {
    assert.equal(
      await ask('unless-unasked', { capture: refuse, permission: state('prompt') }),
      'not-allowed-here, no',
    );
    assert.equal(
      await ask('unless-unasked', { capture: refuse, permission: unknown }),
      'not-allowed-here, no',
    );
    assert.equal(
      await ask('unless-unasked', { capture: refuse, permission: state('denied') }),
      'denied, yes',
    );
    assert.equal(
      await ask('unless-unasked', { capture: refuseLate, permission: state('prompt') }),
      'denied, yes',
    );
  });

  it('takes a refusal at once in the integrated browser for its own', async () => {
    for (const permission of [state('prompt'), state('denied')])
      assert.equal(await ask('unless-at-once', { capture: refuse, permission }), 'not-allowed-here, no');
    assert.equal(await ask('unless-at-once', { capture: refuseLate }), 'denied, yes');
  });

  it('takes the default while the chosen device is not plugged in', async () => {
    const asked: unknown[] = [];
    const devices = make('person', {
      capture: ({ video }) => {
        const chosen = typeof video === 'object' ? video.deviceId : undefined;
        asked.push(chosen);
        return chosen === undefined ? give() : Promise.reject(new DOMException('', 'OverconstrainedError'));
      },
    });
    devices.choose({ microphone: null, camera: 'gone', speaker: null });
    devices.want('camera', true);
    await until(() => devices.camera.status === 'on');
    assert.deepEqual(asked, [{ exact: 'gone' }, undefined]);
  });
});
