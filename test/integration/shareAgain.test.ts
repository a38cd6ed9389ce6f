import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { Dialogs } from '../../src/extension/dialogs.ts';
import { ShareDesk } from '../../src/extension/files/shareDesk.ts';
import type { OwnOffer } from '../../src/shared/filesRpc.ts';
import { makeTempFolder, type TempFolder } from '../support/temp.ts';

describe('sharing again what has changed', () => {
  let temp: TempFolder;
  let desk: ShareDesk;
  let shared: OwnOffer[];
  let withdrawn: string[];
  const said: string[] = [];
  const file = (): vscode.Uri => vscode.Uri.file(join(temp.path, 'a.txt'));
  const write = (text: string): Promise<void> => writeFile(file().fsPath, text);

  beforeEach(async () => {
    temp = await makeTempFolder('again');
    shared = [];
    withdrawn = [];
    said.length = 0;
    const none = (): never => assert.fail('nobody takes anything');
    desk = new ShareDesk({
      streams: { open: none, openSource: none },
      dialogs: new Dialogs({
        onShow: ({ message }) => {
          said.push(message);
          return '';
        },
        onInput: () => undefined,
      }),
      log: () => undefined,
      storage: vscode.Uri.file(join(temp.path, 'storage')),
      others: () => [],
      onShared: (offers) => {
        shared.push(...offers);
        return Promise.resolve();
      },
      onWithdrawn: (offers) => withdrawn.push(...offers),
    });
    await write('one');
    await desk.share([file()], 'everybody');
  });
  afterEach(async () => {
    await desk.dispose();
    await temp.dispose();
  });

  it('takes the place of what it was', async () => {
    await desk.share([file()], 'everybody');
    assert.deepEqual([said.at(-1), withdrawn], ['Already shared: a.txt.', []]);
    await write('another');
    await desk.share([file()], 'everybody');
    assert.equal(said.at(-1), 'Shared in the meeting: a.txt.');
    assert.deepEqual(withdrawn, [shared[0]?.offer.id]);
    assert.deepEqual(
      desk.offers.map(({ offer }) => offer.size),
      ['another'.length],
    );
  });

  it('goes to the same people when it is asked for by its row', async () => {
    const before = shared[0]?.offer.id ?? assert.fail();
    const { shareAgain } = desk.handlers();
    await write('another');
    await shareAgain({ offer: before });
    assert.deepEqual([withdrawn, desk.offers.length, desk.offers[0]?.to], [[before], 1, null]);
    // Also where it looks the same: what was wrong with it is not always to be seen.
    await shareAgain({ offer: desk.offers[0]?.offer.id ?? '' });
    assert.deepEqual([withdrawn.length, desk.offers.length], [2, 1]);
    await assert.rejects(async () => shareAgain({ offer: before }), { code: 'failed' });
  });
});
