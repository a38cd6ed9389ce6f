import { describe, it } from 'mocha';
import assert from 'node:assert/strict';
import type { FileModel } from '../../../src/webview/model.ts';
import { canSave, labelOf, OFFERS, offersOf } from '../../../src/webview/ui/fileOffers.ts';
import { loggingActions } from '../../support/gallery/fakes.ts';
import { file, transfer } from '../../support/gallery/files.ts';

const of = (changes: Partial<FileModel>) => file('a.ts', 100, { path: 'src/a.ts', ...changes });
const withTransfer = (...changes: Parameters<typeof transfer>) => of({ transfer: transfer(...changes) });

/** What the row offers: the button with a text first, `-` for none. */
const offered = (model: FileModel) => {
  const { primary, tools } = offersOf(model);
  return [primary ?? '-', ...tools].join(' ');
};

describe('what can be done with a file', () => {
  for (const [what, model, expected, savable] of [
    ['new', of({}), 'save open compare saveAs', true],
    ['of no workspace', of({ path: null }), 'save open saveAs', true],
    ['a folder', of({ kind: 'folder' }), 'save saveAs', true],
    ['queued', withTransfer({ status: 'queued' }), 'pause cancel', false],
    ['asking', withTransfer({ status: 'asking' }), 'cancel', false],
    ['running', withTransfer({ kept: true }), 'pause cancel', false],
    ['paused', withTransfer({ status: 'paused', kept: true }), 'resume discard', true],
    ['paused before anything came', withTransfer({ status: 'paused' }), 'resume cancel', true],
    ['interrupted', withTransfer({ status: 'interrupted', kept: true }), 'resume discard', true],
    ['saved', withTransfer({ status: 'saved' }), 'show compare saveAs reveal', false],
    ['opened', withTransfer({ status: 'saved', purpose: 'open' }), 'save open compare saveAs', true],
    ['compared', withTransfer({ status: 'saved', purpose: 'compare' }), 'save open compare saveAs', true],
    ['failed', withTransfer({ status: 'failed' }), 'retry saveAs', true],
    ['failed half-way', withTransfer({ status: 'failed', kept: true }), 'retry saveAs discard', true],
    [
      'saved, and failed since',
      withTransfer({ status: 'failed', purpose: 'compare', savedAs: 'a (2).ts' }),
      'show retry saveAs reveal',
      false,
    ],
    [
      'saved, and a look paused since',
      withTransfer({ status: 'paused', purpose: 'open', savedAs: 'a (2).ts' }),
      'resume cancel',
      false,
    ],
    [
      'saved, failed since, and gone',
      { ...withTransfer({ status: 'failed', savedAs: 'a.ts' }), gone: true },
      'show reveal',
      false,
    ],
    ['gone', of({ gone: true }), '-', false],
    [
      'gone half-way',
      { ...withTransfer({ status: 'interrupted', kept: true }), gone: true },
      'pause discard',
      false,
    ],
    [
      'gone and paused',
      { ...withTransfer({ status: 'paused', kept: true }), gone: true },
      'resume discard',
      false,
    ],
    [
      'gone, failed half-way',
      { ...withTransfer({ status: 'failed', kept: true }), gone: true },
      '- discard',
      false,
    ],
    ['gone and saved', { ...withTransfer({ status: 'saved' }), gone: true }, 'show reveal', false],
    ['gone, looked at', { ...withTransfer({ status: 'saved', purpose: 'open' }), gone: true }, '-', false],
    ['gone and failed', { ...withTransfer({ status: 'failed' }), gone: true }, '-', false],
    ['changed since', withTransfer({ status: 'failed', problem: 'source-changed' }), '- retry', false],
    ['one’s own', of({ self: true }), 'withdraw receivers', false],
    [
      'one’s own, changed since',
      of({ self: true, problem: 'source-changed' }),
      'shareAgain receivers withdraw',
      false,
    ],
    ['one’s own, gone', of({ self: true, problem: 'source-gone' }), 'withdraw receivers', false],
  ] as const)
    it(`${what}: ${expected}`, () => {
      assert.equal(offered(model), expected);
      assert.equal(canSave(model), savable);
    });

  it('has the names that tests and screen readers rely on', () => {
    const saved = withTransfer({ status: 'failed' });
    assert.deepEqual(
      (Object.keys(OFFERS) as (keyof typeof OFFERS)[]).map((kind) => labelOf(kind, saved)),
      [
        'Save a.ts',
        'Save a.ts as…',
        'Open a.ts',
        'Compare a.ts with mine',
        'Pause a.ts',
        'Resume a.ts',
        'Cancel a.ts',
        'Discard a.ts',
        'Try again to save a.ts',
        'Show a.ts',
        'Reveal a.ts',
        'Withdraw a.ts',
        'Share a.ts as it is now',
        'Choose who gets a.ts',
      ],
    );
  });

  it('calls its action, and goes on with what the file was taken for', () => {
    const log: string[] = [];
    const actions = loggingActions((line) => log.push(line));
    const paused = withTransfer({ status: 'paused', purpose: 'compare' });
    for (const { run } of Object.values(OFFERS)) run(actions, paused);
    OFFERS.retry.run(actions, of({}));
    assert.deepEqual(log, [
      'takeFile a.ts save',
      'takeFile a.ts save-as',
      'takeFile a.ts open',
      'takeFile a.ts compare',
      'pauseFile a.ts',
      'takeFile a.ts compare',
      'cancelFile a.ts',
      'cancelFile a.ts',
      'takeFile a.ts compare',
      'showFile a.ts open',
      'showFile a.ts reveal',
      'withdrawFile a.ts',
      'shareAgain a.ts',
      'chooseReceivers a.ts',
      'takeFile a.ts save',
    ]);
  });
});
