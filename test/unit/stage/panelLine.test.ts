import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { RpcEndpoint } from '../../../src/shared/rpc.ts';
import { panelApi, stageApi, type PanelApi, type StageApi } from '../../../src/shared/stageRpc.ts';
import type { DeviceModel } from '../../../src/webview/model.ts';
import { PanelLine } from '../../../src/webview/stage/panelLine.ts';

const OFF: DeviceModel = { wanted: false, status: 'off', problem: null, track: null };
const MODEL = {
  started: false,
  soundBlocked: false,
  microphone: OFF,
  camera: OFF,
  screen: OFF,
  choices: [],
};

/** A line whose messages go to a panel that keeps what it is told. */
function makeLine(): { readonly line: PanelLine; readonly told: [string, unknown][] } {
  const told: [string, unknown][] = [];
  const keep = (name: string) => (params: unknown) => {
    told.push([name, params]);
    return null;
  };
  const timers = { set: () => 0, clear: () => undefined };
  const panel = new RpcEndpoint<PanelApi, StageApi>({
    local: panelApi,
    remote: stageApi,
    handlers: {
      report: keep('report'),
      signal: keep('signal'),
      wish: keep('wish'),
      problem: keep('problem'),
      leave: keep('leave'),
    },
    post: () => undefined,
    timers,
    onProblem: (what) => assert.fail(what),
  });
  const line = new PanelLine({
    handlers: { attach: () => null, want: () => null, signal: () => null, finish: () => null },
    post: (message) => panel.receive(structuredClone(message)),
    integrated: false,
    onUnanswered: () => undefined,
  });
  return { line, told };
}

describe('what a stage says to its panel', () => {
  it('is nothing before there is a way to it', () => {
    const { line, told } = makeLine();
    line.report(MODEL);
    line.tell('leave', {});
    assert.deepEqual(told, []);
  });

  it('is how things are, each time they are otherwise, and once more to the next panel', () => {
    const { line, told } = makeLine();
    line.open();
    line.greet(MODEL);
    line.report(MODEL);
    line.report({ ...MODEL, started: true });
    line.report({ ...MODEL, started: true });
    line.greet({ ...MODEL, started: true });
    const reports = told.filter(([name]) => name === 'report').map(([, report]) => report);
    assert.deepEqual(
      reports.map((report) => (report as { started: boolean }).started),
      [false, true, true],
    );
    line.dispose();
  });

  it('is what was wished for in its absence, the last of each, to the next one alone', () => {
    const { line, told } = makeLine();
    line.keep({ camera: true });
    line.keep({ microphone: false });
    line.keep({ camera: false });
    line.open();
    line.greet(MODEL);
    line.greet(MODEL);
    const wishes = told.filter(([name]) => name === 'wish').map(([, wish]) => wish);
    assert.deepEqual(wishes, [{ camera: false, microphone: false }, {}]);
    line.dispose();
  });

  it('is what goes wrong, without end only over many panels', () => {
    const { line, told } = makeLine();
    line.open();
    for (let n = 0; n < 30; n++) line.problem('this', new TypeError('that'));
    const problems = () => told.filter(([name]) => name === 'problem');
    assert.equal(problems().length, 20);
    assert.deepEqual(problems()[0], ['problem', { what: 'this: TypeError that' }]);
    line.greet(MODEL);
    line.problem('x'.repeat(600));
    assert.deepEqual(problems()[20], ['problem', { what: 'x'.repeat(500) }]);
    line.dispose();
  });
});
