import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'mocha';
import type { StageSource } from '../../../src/webview/media/stageSource.ts';
import type { StageEngine } from '../../../src/webview/stage/stageEngine.ts';
import { bitrateOf, descriptions, goBy, sentOn } from './browserFakes.ts';
import { startRig } from './stageRig.ts';
import { until } from '../../support/turn.ts';

// A panel that may not capture, with the real StageSource, StageConnection, StageDesk, gateway, StageEngine and their
// parts. What the browser gives is made up: tests of that are in test/e2e/stage.test.ts.

describe('panel and stage', () => {
  let rig: Awaited<ReturnType<typeof startRig>>;
  beforeEach(async () => {
    rig = await startRig();
  });
  afterEach(() => {
    goBy(null);
    return rig.dispose();
  });

  const isOn = (panel: StageSource, device: 'microphone' | 'camera') => () =>
    panel.devices[device].status === 'on' && sentOn(panel.devices[device].track) !== null;
  const stageStatus = (panel: StageSource) => panel.devices.stage?.status;
  const linkOf = (tab: StageEngine) => tab.model.link;
  async function open(panel: StageSource): Promise<StageEngine> {
    const before = rig.links.length;
    panel.open();
    await until(() => rig.links.length > before);
    const tab = rig.openTab();
    await until(() => stageStatus(panel) === 'waiting');
    return tab;
  }
  async function start(panel: StageSource): Promise<StageEngine> {
    const tab = await open(panel);
    tab.actions.start();
    await until(() => stageStatus(panel) === 'live');
    return tab;
  }
  /** Whatever was said to the stage has arrived there, and what came of it here. */
  async function settled(): Promise<void> {
    const before = rig.problems.length;
    await say({ no: 'envelope' });
    await until(() => rig.problems.length > before);
    rig.problems.length = before;
  }
  const say = async (message: object): Promise<void> => {
    const [stage] = rig.desk.stages;
    await rig.desk.handlers().toStage({ stage: stage?.stage ?? '', message });
  };
  async function share(panel: StageSource): Promise<StageEngine> {
    await panel.startScreen();
    const tab = rig.openTab();
    await until(() => panel.devices.screenStage?.status === 'waiting');
    tab.actions.startScreen();
    await until(() => panel.devices.screen.status === 'on');
    return tab;
  }

  it('capture nothing before the click, and what is wanted after it', async () => {
    const panel = rig.openPanel();
    const tab = await open(panel);
    await settled();
    assert.deepEqual([rig.devices.captured.length, tab.model.started], [0, false]);
    tab.actions.start();
    await until(isOn(panel, 'microphone'));
    await until(isOn(panel, 'camera'));
    const [microphone, camera] = [panel.tracks.microphone, panel.tracks.camera].map(sentOn);
    assert.deepEqual(new Set([microphone, camera]), new Set(rig.devices.live));
    assert.deepEqual(rig.problems, []);
  });

  it('keep wishes while there is no page, and over the next one', async () => {
    const panel = rig.openPanel();
    const tab = await start(panel);
    await until(isOn(panel, 'camera'));
    panel.want('microphone', false);
    tab.dispose();
    await until(() => stageStatus(panel) === 'lost');
    panel.want('camera', false);
    panel.want('camera', true);
    rig.devices.captured.length = 0;
    await start(panel);
    await until(isOn(panel, 'camera'));
    assert.deepEqual(
      rig.devices.captured.map(({ kind }) => kind),
      ['video'],
      'who was muted stays so',
    );
    const { microphone } = panel.devices;
    assert.deepEqual([microphone.status, microphone.wanted], ['off', false]);
  });

  it('end in the last wish when clicks are quicker than devices, wherever they are made', async () => {
    const panel = rig.openPanel();
    const tab = await start(panel);
    await until(isOn(panel, 'camera'));
    let open: () => void = () => undefined;
    for (const last of [false, true]) {
      rig.devices.gate = () =>
        new Promise((resolve) => {
          open = resolve;
        });
      for (let n = 0; n < 6; n++) {
        panel.want('camera', n % 2 === 0);
        tab.actions.setCamera(n % 3 === 0);
        if (n === 3) await until(() => tab.model.camera.wanted);
      }
      panel.want('camera', !last);
      panel.want('camera', last);
      // What was pressed in the stage reaches the panel as a wish too: the last one is the panel's.
      await until(() => tab.model.camera.wanted === panel.devices.camera.wanted);
      panel.want('camera', last);
      await until(() => tab.model.camera.wanted === last);
      rig.devices.gate = () => Promise.resolve();
      open();
      await until(() => panel.devices.camera.status === (last ? 'on' : 'off'));
      await until(() => rig.devices.live.filter(({ kind }) => kind === 'video').length === (last ? 1 : 0));
      assert.equal(tab.model.camera.status, last ? 'on' : 'off');
    }
  });

  it('negotiate once, whatever is switched and chosen, at rates where the second encoding is the one that shows', async () => {
    const panel = rig.openPanel();
    await start(panel);
    await until(isOn(panel, 'camera'));
    await share(panel);
    const { camera, screen } = panel.tracks;
    await until(() => bitrateOf(camera) === 2_500_000 && bitrateOf(screen) === 6_000_000);
    const before = descriptions();
    for (const id of ['c1', 'c2']) {
      panel.want('camera', false);
      await until(() => panel.devices.camera.status === 'off');
      panel.want('camera', true);
      panel.choose({ ...panel.devices.chosen, camera: id });
      await until(isOn(panel, 'camera'));
    }
    panel.want('microphone', false);
    await settled();
    assert.equal(descriptions(), before);
  });

  it('take a press in the stage for a wish, and off is off at once', async () => {
    const panel = rig.openPanel();
    const tab = await start(panel);
    await until(isOn(panel, 'microphone'));
    const track = sentOn(panel.tracks.microphone);
    tab.actions.setMicrophone(false);
    assert.equal(track?.enabled, false, 'silent at its source before anybody is asked');
    await until(() => !panel.devices.microphone.wanted);
    tab.actions.setMicrophone(true);
    await until(isOn(panel, 'microphone'));
    assert.equal(track?.enabled, true);
  });

  it('show a device that was pulled out as what it is, and nothing else', async () => {
    const panel = rig.openPanel();
    await start(panel);
    await until(() => isOn(panel, 'camera')() && isOn(panel, 'microphone')());
    sentOn(panel.tracks.camera)?.pullOut();
    await until(() => panel.devices.camera.status === 'failed');
    const { camera, microphone } = panel.devices;
    assert.deepEqual([camera.problem, camera.wanted, camera.track], ['ended', false, null]);
    assert.equal(microphone.status, 'on');
    panel.want('microphone', false);
    await until(() => panel.devices.microphone.status === 'off');
    assert.deepEqual(
      rig.devices.live.map(({ kind }) => kind),
      ['audio'],
      'it does not come back with a click on something else',
    );
    panel.want('camera', true);
    await until(isOn(panel, 'camera'));
    sentOn(panel.tracks.camera)?.pullOut();
    await until(() => panel.devices.camera.status === 'failed');
    panel.want('camera', true);
    await until(isOn(panel, 'camera'));
  });

  it('do not try a device again for a wish that was under way when it failed', async () => {
    const panel = rig.openPanel();
    const tab = await start(panel);
    await until(isOn(panel, 'camera'));
    await settled();
    const wanted = { microphone: true, camera: true, chosen: panel.devices.chosen };
    const underWay = say({ kind: 'request', id: 0, method: 'want', params: wanted });
    sentOn(panel.tracks.camera)?.pullOut();
    await underWay;
    await until(() => panel.devices.camera.status === 'failed');
    await settled();
    assert.deepEqual([tab.model.camera.status, panel.devices.camera.problem], ['failed', 'ended']);
  });

  it('let go of the devices when the panel is closed, and take them again for the next', async () => {
    const panel = rig.openPanel();
    const tab = await start(panel);
    const screen = await share(panel);
    await until(() => isOn(panel, 'camera')() && isOn(panel, 'microphone')());
    rig.closePanel();
    await until(() => rig.devices.live.length === 0);
    await until(() => linkOf(screen) === 'over');
    assert.deepEqual([tab.model.microphone.status, tab.model.camera.status], ['off', 'off']);
    assert.equal(linkOf(tab), 'connected', 'its page stays for the next panel');
    const next = rig.openPanel({ microphone: false, camera: true });
    await until(isOn(next, 'camera'));
    assert.deepEqual(
      rig.devices.live.map(({ kind }) => kind),
      ['video'],
    );
  });

  it('let go of the devices when VS Code is gone without a word', async () => {
    const panel = rig.openPanel();
    panel.open();
    await until(() => rig.links.length === 1);
    // Longer than the pause between two attempts to reach it again, each of which fails.
    const tab = rig.openTab(undefined, { alone: 700 });
    await until(() => stageStatus(panel) === 'waiting');
    tab.actions.start();
    await until(() => isOn(panel, 'camera')() && isOn(panel, 'microphone')());
    await rig.gateway.dispose();
    await until(() => linkOf(tab) === 'connecting');
    assert.equal(rig.devices.live.length, 2, 'a reload of the window is waited for');
    await until(() => rig.devices.live.length === 0);
  });

  it('wait for a click of their own when another link is opened in a tab that was clicked in', async () => {
    const panel = rig.openPanel();
    const before = await start(panel);
    await until(() => isOn(panel, 'camera')() && isOn(panel, 'microphone')());
    panel.copyLink();
    await until(() => rig.links.at(-1)?.how === 'copied');
    before.dispose();
    const tab = rig.openTab(undefined, { sameTab: true });
    await until(() => stageStatus(panel) === 'waiting');
    await settled();
    assert.deepEqual([tab.model.started, rig.devices.live.length], [false, 0]);
    tab.actions.start();
    await until(isOn(panel, 'camera'));
  });

  it('let go of a page whose stage was closed, and of a cancelled one', async () => {
    const panel = rig.openPanel();
    const tab = await start(panel);
    const screen = await share(panel);
    panel.stopScreen();
    await until(() => linkOf(screen) === 'over');
    const asked = panel.startScreen();
    panel.stopScreen();
    await asked;
    await until(() => rig.desk.stages.length === 1);
    assert.equal(panel.devices.screenStage, null);
    const late = rig.openTab();
    await until(() => linkOf(late) === 'refused');
    panel.dispose();
    await until(() => linkOf(tab) === 'over');
    await until(() => rig.desk.stages.length === 0);
    assert.equal(rig.devices.live.length, 0);
  });

  it('share a screen that was cancelled and asked for again before it was opened', async () => {
    const panel = rig.openPanel();
    const asked = [panel.startScreen()];
    panel.stopScreen();
    asked.push(panel.startScreen());
    assert.deepEqual(await Promise.all(asked), [true, true]);
    const tab = rig.openTab();
    await until(() => panel.devices.screenStage?.status === 'waiting');
    tab.actions.startScreen();
    await until(() => panel.devices.screen.status === 'on');
  });

  it('say that a page for the screen could not be had', async () => {
    const panel = rig.openPanel();
    await rig.desk.end();
    assert.equal(await panel.startScreen(), false);
    assert.equal(panel.devices.screenStage?.status, 'lost');
  });

  it('find each other again when the panel is loaded anew, the shared screen included', async () => {
    const before = rig.openPanel();
    const tab = await start(before);
    const screen = await share(before);
    const [shared] = rig.devices.live.slice(-1);
    const panel = rig.openPanel();
    await until(() => isOn(panel, 'camera')() && isOn(panel, 'microphone')());
    await until(() => panel.devices.screen.status === 'on');
    assert.equal(sentOn(panel.devices.screen.track), shared, 'nobody was asked again');
    assert.deepEqual([linkOf(tab), linkOf(screen)], ['connected', 'connected']);
    screen.actions.stopScreen();
    await until(() => panel.devices.screenStage === null);
  });

  it('find each other again when the address they go by is gone, or may be, on a connection of its own', async () => {
    rig.addresses.push('192.0.2.1', '192.0.2.2');
    const panel = rig.openPanel();
    const tab = await start(panel);
    const [captured] = rig.devices.live;
    for (const address of ['192.0.2.2', null]) {
      await until(() => isOn(panel, 'camera')() && isOn(panel, 'microphone')());
      const before = panel.devices.camera.track;
      goBy(address);
      rig.addresses.pop();
      panel.networkChanged();
      // It comes on another connection.
      await until(() => isOn(panel, 'camera')() && panel.devices.camera.track !== before);
    }
    assert.ok(captured && rig.devices.live.includes(captured), 'nothing was captured anew');
    assert.equal(linkOf(tab), 'connected');
  });

  it('find each other also when an answer to one connection arrives on the next', async () => {
    rig.addresses.push('192.0.2.1');
    const panel = rig.openPanel();
    await start(panel);
    await until(isOn(panel, 'camera'));
    goBy(null);
    // As when a busy machine comes to another network: for a moment it has no address, and each step takes its time.
    const arrive = rig.delay();
    const before = descriptions();
    rig.addresses.pop();
    panel.networkChanged();
    await until(() => descriptions() === before + 2);
    rig.addresses.push('192.0.2.1');
    panel.networkChanged();
    await until(() => descriptions() > before + 2);
    arrive();
    await until(isOn(panel, 'camera'));
  });

  it('go on undisturbed when an address comes, or another than theirs goes', async () => {
    rig.addresses.push('192.0.2.1', '192.0.2.2');
    goBy('192.0.2.1');
    const panel = rig.openPanel();
    await start(panel);
    await share(panel);
    await until(() => isOn(panel, 'camera')() && isOn(panel, 'microphone')());
    const before = [panel.tracks.camera, panel.tracks.screen];
    const seen = new Set<string>();
    panel.onChange(() => {
      const { camera, screen } = panel.devices;
      seen.add(`${camera.status} ${screen.status}`);
    });
    for (const now of [['192.0.2.1', '192.0.2.2', '192.0.2.3'], ['192.0.2.1']]) {
      rig.addresses.splice(0, rig.addresses.length, ...now);
      panel.networkChanged();
      await settled();
    }
    panel.choose({ ...panel.devices.chosen });
    assert.deepEqual([...seen], ['on on']);
    assert.deepEqual([panel.tracks.camera, panel.tracks.screen], before);
  });

  it('hand out a link while the page waits, and its page takes over', async () => {
    const panel = rig.openPanel();
    const first = await open(panel);
    panel.copyLink();
    await until(() => rig.links.at(-1)?.how === 'copied');
    const second = rig.openTab();
    await until(() => linkOf(first) === 'taken-over');
    second.actions.start();
    await until(isOn(panel, 'camera'));
    assert.equal(rig.devices.live.length, 2, 'of one page only');
  });

  it('hand out a link that was asked for before there was one', async () => {
    const panel = rig.openPanel();
    panel.open();
    panel.copyLink();
    await until(() => rig.links.length === 2);
    assert.deepEqual(
      rig.links.map(({ how }) => how),
      ['system', 'copied'],
    );
    rig.openTab();
    await until(() => stageStatus(panel) === 'waiting');
  });

  it('leave the code of a slow browser good when another link is asked for', async () => {
    const panel = rig.openPanel();
    panel.open();
    await until(() => rig.links.length === 1);
    panel.copyLink();
    await until(() => rig.links.length === 2);
    panel.open();
    await until(() => rig.links.length === 3);
    const slow = rig.openTab(rig.links[0]?.link);
    await until(() => stageStatus(panel) === 'waiting');
    slow.actions.start();
    await until(isOn(panel, 'camera'));
  });

  it('copy the link of the page that is waited for', async () => {
    const panel = rig.openPanel();
    const tab = await start(panel);
    await share(panel);
    tab.dispose();
    await until(() => stageStatus(panel) === 'lost');
    panel.copyLink();
    await until(() => rig.links.at(-1)?.how === 'copied');
    const again = rig.openTab();
    await until(() => again.model.purpose === 'devices');
  });

  it('say that the page does not come, until it does', async () => {
    const panel = rig.openPanel({ microphone: true, camera: true }, 5);
    panel.open();
    await until(() => panel.devices.stage?.late === true);
    assert.equal(stageStatus(panel), 'opening');
    rig.openTab();
    await until(() => stageStatus(panel) === 'waiting');
    assert.equal(panel.devices.stage?.late, false);
  });

  it('say that no browser could be opened', async () => {
    rig.settings.hasBrowser = false;
    const panel = rig.openPanel();
    panel.open();
    await until(() => stageStatus(panel) === 'no-browser');
  });

  it('say in a browser without WebRTC that it takes another one', async () => {
    const panel = rig.openPanel();
    const { RTCPeerConnection: Real } = globalThis;
    let made = 0;
    // The panel makes its end first, in a browser of its own.
    const blocked = function (config?: RTCConfiguration): RTCPeerConnection {
      made += 1;
      if (made > 1) throw new DOMException('Failed to construct', 'NotSupportedError');
      return new Real(config);
    };
    Object.assign(globalThis, { RTCPeerConnection: blocked });
    try {
      panel.open();
      await until(() => rig.links.length > 0);
      const tab = rig.openTab();
      await until(() => linkOf(tab) === 'no-webrtc');
      await until(() => stageStatus(panel) === 'lost');
      assert.ok(rig.problems.some((what) => what.includes('does not connect: NotSupportedError')));
    } finally {
      Object.assign(globalThis, { RTCPeerConnection: Real });
    }
    await start(panel);
  });

  it('log in VS Code what goes wrong in the stage, and not without end', async () => {
    const panel = rig.openPanel();
    await open(panel);
    for (let n = 0; n < 50; n++) await say({ no: 'envelope' });
    const told = () => rig.problems.filter((what) => what.startsWith('in the stage: '));
    await until(() => told().length > 0);
    panel.want('camera', false);
    await until(() => told().length === 20);
    assert.match(told()[0] ?? '', /no RPC envelope/);
  });

  describe('in VS Code’s integrated browser', () => {
    const refuse = (after: number) => async () => {
      await new Promise((resolve) => {
        setTimeout(resolve, after);
      });
      throw new DOMException('Permission denied', 'NotAllowedError');
    };

    it('go to the system’s when that may not capture, with every wish', async () => {
      rig.settings.integrated = true;
      rig.devices.gate = refuse(0);
      const panel = rig.openPanel();
      const first = await open(panel);
      assert.equal(rig.links.at(-1)?.how, 'integrated');
      first.actions.start();
      await until(() => rig.links.at(-1)?.how === 'system');
      await until(() => panel.devices.stage?.instead === true);
      assert.equal(stageStatus(panel), 'opening');
      rig.devices.gate = () => Promise.resolve();
      const second = rig.openTab();
      await until(() => linkOf(first) === 'taken-over');
      second.actions.start();
      await until(() => isOn(panel, 'camera')() && isOn(panel, 'microphone')());
      second.dispose();
      await until(() => stageStatus(panel) === 'lost');
      await start(panel);
      assert.deepEqual(
        rig.links.map(({ how }) => how),
        ['integrated', 'system', 'system'],
      );
    });

    it('stay there when it is a person who says no', async () => {
      rig.settings.integrated = true;
      rig.devices.gate = refuse(350);
      const panel = rig.openPanel({ microphone: false, camera: true });
      const tab = await open(panel);
      tab.actions.start();
      await until(() => panel.devices.camera.status === 'failed');
      assert.equal(panel.devices.camera.problem, 'denied');
      assert.equal(rig.links.length, 1);
    });

    it('are not left for a refusal in the system’s own', async () => {
      rig.devices.gate = refuse(0);
      const panel = rig.openPanel();
      await start(panel);
      await until(() => panel.devices.camera.status === 'failed');
      assert.equal(panel.devices.camera.problem, 'denied');
      assert.equal(rig.links.length, 1);
    });

    it('are not used for a screen', async () => {
      rig.settings.integrated = true;
      const panel = rig.openPanel();
      await panel.startScreen();
      assert.equal(rig.links.at(-1)?.how, 'system');
    });
  });
});
