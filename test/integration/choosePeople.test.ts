import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { Dialogs, type ShownDialog } from '../../src/extension/dialogs.ts';
import { changePeople, choosePeople, peopleItems } from '../../src/extension/files/choosePeople.ts';
import type { MeetingStatus } from '../../src/shared/hostRpc.ts';

type People = MeetingStatus['others'];
const person = (name: string): People[number] => ({ id: name.padEnd(43, 'x'), name });

describe('choosing people for a file', function () {
  this.timeout(20_000);

  /** Presses Enter in the pick until it has taken it. */
  async function accept<T>(choosing: Promise<T>): Promise<T> {
    const pressing = setInterval(() => {
      void vscode.commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem');
    }, 50);
    try {
      return await choosing;
    } finally {
      clearInterval(pressing);
    }
  }

  function listen(): { readonly shown: ShownDialog[]; readonly dialogs: Dialogs } {
    const shown: ShownDialog[] = [];
    const onShow = (dialog: ShownDialog): string => {
      shown.push(dialog);
      return '';
    };
    return { shown, dialogs: new Dialogs({ onShow, onInput: () => undefined }) };
  }

  it('takes one click where there is one', () => {
    const bob = person('Bob');
    assert.deepEqual(peopleItems([bob]), [{ label: 'Bob', id: bob.id, picked: true }]);
    assert.ok(peopleItems([bob, person('Carol')]).every(({ picked }) => picked === false));
  });

  it('says so when nobody was chosen', async () => {
    const { shown, dialogs } = listen();
    const people = [person('Bob'), person('Carol')];
    assert.equal(await accept(choosePeople(['a.txt'], people, dialogs)), undefined);
    assert.equal(await accept(changePeople('a.txt', people, [], dialogs)), null);
    assert.deepEqual(
      shown.map(({ message }) => message),
      [
        'Nobody was chosen, so nothing was shared.',
        'Nobody was chosen, so nothing was changed. Withdraw takes it back.',
      ],
    );
  });
});
