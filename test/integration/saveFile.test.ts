import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { Dialogs, type ShownDialog } from '../../src/extension/dialogs.ts';
import { copyOut } from '../../src/extension/files/copyOut.ts';
import { closeLookTabs, lookTabs } from '../../src/extension/files/lookTabs.ts';
import { SaveDesk } from '../../src/extension/files/saveDesk.ts';
import type { KeptSaved } from '../../src/extension/files/savedFiles.ts';
import { chooseGoal } from '../../src/extension/files/saveTargets.ts';
import type { Gateway } from '../../src/extension/gateway/gateway.ts';
import { directAddress } from '../../src/extension/gatewayAddress.ts';
import { PageStreams } from '../../src/extension/pageStreams.ts';
import type { FileOffer } from '../../src/shared/protocol.ts';
import type { TakePurpose } from '../../src/shared/filesRpc.ts';
import { makeTempFolder, type TempFolder } from '../support/temp.ts';
import { bundleOf, play, type HandBundle } from '../unit/gateway/handSource.ts';
import { Page, startGateway } from '../unit/gateway/support.ts';
import { until } from '../support/turn.ts';

const CONTENT = Buffer.from('one\ntwo\n'.repeat(20_000));

/** A file system that only VS Code gets at. */
class FarFiles implements vscode.FileSystemProvider {
  readonly files = new Map<string, Buffer>();
  readonly folders = new Set(['/']);
  isFull = false;
  readonly onDidChangeFile = new vscode.EventEmitter<vscode.FileChangeEvent[]>().event;

  watch(): vscode.Disposable {
    return new vscode.Disposable(() => undefined);
  }

  stat(uri: vscode.Uri): vscode.FileStat {
    const file = this.files.get(uri.path);
    if (!file && !this.folders.has(uri.path)) throw vscode.FileSystemError.FileNotFound(uri);
    const type = file ? vscode.FileType.File : vscode.FileType.Directory;
    return { type, ctime: 0, mtime: 0, size: file?.length ?? 0 };
  }

  readDirectory(): [string, vscode.FileType][] {
    return [];
  }

  createDirectory(uri: vscode.Uri): void {
    this.folders.add(uri.path);
  }

  readFile(uri: vscode.Uri): Uint8Array {
    const file = this.files.get(uri.path);
    if (!file) throw vscode.FileSystemError.FileNotFound(uri);
    return file;
  }

  writeFile(uri: vscode.Uri, content: Uint8Array): void {
    if (this.isFull) throw vscode.FileSystemError.Unavailable('it is full');
    this.files.set(uri.path, Buffer.from(content));
  }

  delete({ path }: vscode.Uri): void {
    for (const all of [this.files, this.folders])
      for (const one of all.keys()) if (one === path || one.startsWith(`${path}/`)) all.delete(one);
  }

  rename(): void {
    throw vscode.FileSystemError.NoPermissions();
  }
}

describe('Saving what others share', function () {
  this.timeout(30_000);
  let temp: TempFolder;
  let gateway: Gateway;
  let desk: SaveDesk;
  let memento: Map<string, unknown>;
  let shown: ShownDialog[];
  let answer: (dialog: ShownDialog) => string;
  const root = (): string => vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? '';
  const openDesk = (before: readonly KeptSaved[] = []): SaveDesk =>
    new SaveDesk({
      streams: new PageStreams(gateway, { far: directAddress(gateway.port), isDirect: true, near: null }),
      dialogs: new Dialogs({
        onShow: (dialog) => {
          shown.push(dialog);
          return answer(dialog);
        },
        onInput: () => undefined,
      }),
      log: () => undefined,
      storage: vscode.Uri.file(temp.path),
      memento: {
        keys: () => [...memento.keys()],
        get: (key: string) => memento.get(key) as never,
        update: (key: string, value: unknown) => Promise.resolve(void memento.set(key, value)),
      },
      before,
      onSaved: () => undefined,
    });
  const bundle = bundleOf('file', [{ path: 'x', content: CONTENT }]);
  const offerOf = (name: string, of: HandBundle, more: Partial<FileOffer> = {}): FileOffer => ({
    ...of.announced,
    id: Buffer.from(name.padEnd(16, '.').slice(0, 16)).toString('base64url'),
    name,
    modified: 7,
    path: null,
    ...more,
  });
  const ask = (offer: FileOffer, purpose: TakePurpose) =>
    desk.handlers().openTarget({ offer, from: 'Alice', purpose, unasked: false });
  const take = async (offer: FileOffer, of: HandBundle, purpose: TakePurpose = 'save', stopAt?: number) => {
    const opened = await ask(offer, purpose);
    assert.ok(opened && 'url' in opened);
    const page = await new Page(opened.url).open();
    const last = await play(page, of, { size: 20_000, ...(stopAt === undefined ? {} : { cutAt: stopAt }) });
    return { ...opened, last };
  };
  const unfinished = () => desk.parts.filter(({ saved }) => saved === null);
  const set = (key: string, value: unknown) =>
    vscode.workspace
      .getConfiguration()
      .update(`parley.files.${key}`, value, vscode.ConfigurationTarget.Global);
  /** The tab that VS Code shows once it does. */
  const tab = async (fits: (tab: vscode.Tab) => boolean): Promise<vscode.Tab> => {
    for (;;) {
      const found = vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs).find(fits);
      if (found) return found;
      await new Promise<void>((resolve) => {
        const listener = vscode.window.tabGroups.onDidChangeTabs(() => {
          listener.dispose();
          resolve();
        });
      });
    }
  };
  before(async () => {
    temp = await makeTempFolder('save');
    ({ gateway } = await startGateway());
    memento = new Map();
  });
  beforeEach(() => {
    shown = [];
    answer = () => '';
    desk = openDesk();
  });
  afterEach(async () => {
    desk.dispose();
    for (const key of ['folder', 'askAbove', 'autoAccept']) await set(key, undefined);
  });
  after(async () => {
    await gateway.dispose();
    await temp.dispose();
  });

  it('saves into the workspace, in the folder that the setting names', async () => {
    await set('folder', 'inbox/today');
    const { last, target } = await take(offerOf('a<b>.txt', bundle), bundle);
    assert.deepEqual(last, { t: 'saved', name: 'a_b_.txt' });
    const path = join(root(), 'inbox', 'today', 'a_b_.txt');
    assert.ok((await readFile(path)).equals(CONTENT));
    assert.deepEqual(unfinished(), []);
    await desk.handlers().showSaved({ target, how: 'open' });
    const opened = await tab(
      ({ input }) => input instanceof vscode.TabInputText && input.uri.fsPath === path,
    );
    await vscode.window.tabGroups.close(opened);
    await desk.handlers().showSaved({ target, how: 'reveal' });
    await assert.rejects(async () => desk.handlers().showSaved({ target: 'x'.repeat(22), how: 'open' }));
    await rm(join(root(), 'inbox'), { recursive: true });
  });

  it('asks about what is large, and takes no answer for a no', async () => {
    await set('askAbove', 0);
    assert.equal(await ask(offerOf('large.txt', bundle), 'save'), null);
    assert.match(shown[0]?.message ?? '', /^Save "large\.txt" from Alice\?/);
    answer = () => 'Save';
    assert.ok(await ask(offerOf('large.txt', bundle), 'save'));
  });

  it('says what there is no room for, before anything is sent', async () => {
    const huge = { ...offerOf('huge.bin', bundle), size: 2 ** 52 };
    answer = (dialog) => (dialog.kind === 'question' ? 'Save' : '');
    assert.equal(await ask(huge, 'save'), null);
    assert.match(shown.at(-1)?.message ?? '', /^There is not enough room for "huge\.bin"/);
  });

  it('asks for one place after the other', async () => {
    await set('saveTo', 'ask');
    const { showOpenDialog } = vscode.window;
    const answers: ((folder: vscode.Uri[] | undefined) => void)[] = [];
    Object.assign(vscode.window, {
      showOpenDialog: () => new Promise((resolve) => answers.push(resolve)),
    });
    try {
      const asked = ['one.txt', 'two.txt'].map((name) => ask(offerOf(name, bundle), 'save'));
      const dialog = async (n: number) => {
        await until(() => answers.length >= n);
        return answers[n - 1];
      };
      const first = await dialog(1);
      // Time enough for a second one.
      await vscode.workspace.fs.stat(vscode.Uri.file(temp.path));
      assert.equal(answers.length, 1);
      first?.(undefined);
      assert.equal(await asked[0], null);
      (await dialog(2))?.([vscode.Uri.file(temp.path)]);
      assert.ok(await asked[1]);
    } finally {
      Object.assign(vscode.window, { showOpenDialog });
      await set('saveTo', undefined);
    }
  });

  it('takes by itself only from whom the settings say, and nothing large', async () => {
    const may = async (fromHost: boolean, size = 1) =>
      (await desk.handlers().mayTake({ offer: { ...offerOf('x', bundle), size }, fromHost })).take;
    assert.deepEqual([await may(true), await may(false)], [false, false]);
    await set('autoAccept', 'host');
    assert.deepEqual([await may(true), await may(false), await may(true, 525_000_000)], [true, false, false]);
    await set('autoAccept', 'everyone');
    assert.deepEqual([await may(true), await may(false)], [true, true]);
  });

  it('takes a thing by itself once, though every offer is new to a page that was reopened', async () => {
    await set('autoAccept', 'everyone');
    const may = async (offer: FileOffer) => (await desk.handlers().mayTake({ offer, fromHost: false })).take;
    const unasked = (offer: FileOffer) =>
      desk.handlers().openTarget({ offer, from: 'Alice', purpose: 'save', unasked: true });
    const offer = offerOf('once.txt', bundle);
    const again = { ...offer, id: 'y'.repeat(22) };
    const changed = { ...offer, modified: 8 };
    assert.equal(await may(offer), true);
    const { target } = await take(offer, bundle);
    assert.deepEqual([await may(again), await may(changed)], [false, true]);
    // Two people may offer the same at the same time: both are asked about before one is here.
    const saved = { name: 'once.txt', target };
    assert.deepEqual(await unasked(again), { saved });
    // A page that is loaded anew shows it as saved.
    assert.deepEqual(
      desk.parts.filter((part) => part.name === offer.name).map((part) => [part.name, part.saved]),
      [['once.txt', saved]],
    );
    // So does one of the next extension host, which does not take it by itself either.
    const before = desk.saved;
    desk.dispose();
    desk = openDesk(before);
    assert.deepEqual(
      desk.parts.filter((part) => part.name === offer.name).map((part) => [part.name, part.saved]),
      [['once.txt', saved]],
    );
    assert.deepEqual(await desk.handlers().mayTake({ offer: again, fromHost: false }), { take: false });
    const thrownAway = offerOf('no.txt', bundle);
    await take(thrownAway, bundle, 'save', 5);
    await desk.handlers().discardPart({ offer: thrownAway });
    assert.equal(await may(thrownAway), false);
    // Who asks for it has it twice, and a second time goes on by itself like any other.
    const { last } = await take(again, bundle);
    assert.deepEqual(last, { t: 'saved', name: 'once (2).txt' });
    assert.ok(await ask(again, 'save'));
    assert.ok(await unasked(again));
    for (const name of ['once.txt', 'once (2).txt']) await rm(join(root(), name));
  });

  it('goes on after a restart, and asks at the end about what is unfinished', async () => {
    const offer = offerOf('cut.txt', bundle);
    await take(offer, bundle, 'save', 5);
    let asked: (dialog: ShownDialog) => void = () => undefined;
    const question = new Promise<ShownDialog>((resolve) => {
      asked = resolve;
    });
    answer = (dialog) => {
      asked(dialog);
      return 'Keep';
    };
    desk.dispose();
    assert.match((await question).message, /^Not received to the end: cut\.txt\./);
    desk = openDesk();
    answer = () => '';
    // Shared again by somebody who is somebody new.
    const { last, bytes } = await take({ ...offer, id: 'z'.repeat(22) }, bundle);
    assert.ok(bytes > 0);
    assert.deepEqual(last, { t: 'saved', name: 'cut.txt' });
    assert.ok((await readFile(join(root(), 'cut.txt'))).equals(CONTENT));
    await rm(join(root(), 'cut.txt'));
  });

  it('goes on where a stream was never opened, because the link was lost again', async () => {
    const offer = offerOf('again.txt', bundle);
    await take(offer, bundle, 'save', 5);
    const never = await ask(offer, 'save');
    assert.ok(never && 'bytes' in never && never.bytes > 0);
    const { last, bytes } = await take(offer, bundle);
    assert.equal(bytes, never.bytes);
    assert.deepEqual(last, { t: 'saved', name: 'again.txt' });
    assert.deepEqual(
      (await readdir(root())).filter((name) => name.startsWith('again')),
      ['again.txt'],
    );
    await rm(join(root(), 'again.txt'));
  });

  it('discards what is unfinished', async () => {
    const offer = offerOf('unwanted.txt', bundle);
    await take(offer, bundle, 'save', 5);
    await desk.handlers().discardPart({ offer });
    assert.deepEqual(unfinished(), []);
    assert.deepEqual(
      (await readdir(root())).filter((name) => name.startsWith('unwanted')),
      [],
    );
  });

  it('finds the tabs that an extension host before this one has left of such files, and closes them', async () => {
    await take(offerOf('stale.md', bundle), bundle, 'open');
    await tab(({ label }) => label === 'stale.md');
    assert.deepEqual(
      lookTabs().map(({ label }) => label),
      ['stale.md'],
    );
    assert.deepEqual(
      lookTabs(({ authority }) => authority === 'another'),
      [],
    );
    await closeLookTabs();
    assert.deepEqual(lookTabs(), []);
  });

  it('shows a file without saving it, once', async () => {
    const offer = offerOf('look.md', bundle);
    assert.equal((await take(offer, bundle, 'open')).last !== 'cut', true);
    const isLook = ({ input, label }: vscode.Tab) =>
      label === 'look.md' && input instanceof vscode.TabInputText && input.uri.scheme === 'parley-file';
    const { input } = await tab(isLook);
    assert.ok(input instanceof vscode.TabInputText);
    assert.match(input.uri.path, /^\/from Alice\//);
    const document = await vscode.workspace.openTextDocument(input.uri);
    assert.equal(document.getText(), CONTENT.toString());
    await assert.rejects(async () => vscode.workspace.fs.writeFile(input.uri, new Uint8Array()));
    assert.equal(await ask(offer, 'open'), null);
    assert.ok(!(await readdir(root())).includes('look.md'));
    const closed = new Promise<void>((resolve) => {
      const listener = vscode.window.tabGroups.onDidChangeTabs(({ closed: gone }) => {
        if (!gone.some(isLook)) return;
        listener.dispose();
        resolve();
      });
    });
    desk.dispose();
    await closed;
  });

  it('compares with the file at the same place, and says where there is none', async () => {
    await take(offerOf('hello.txt', bundle, { path: 'hello.txt' }), bundle, 'compare');
    const { input, label } = await tab((one) => one.input instanceof vscode.TabInputTextDiff);
    assert.equal(label, "hello.txt (mine ↔ Alice's)");
    assert.ok(input instanceof vscode.TabInputTextDiff);
    assert.equal(input.original.fsPath, join(root(), 'hello.txt'));
    for (const path of ['no/such', '..\\hello.txt', null]) {
      shown = [];
      assert.equal(await ask(offerOf('other.txt', bundle, { path }), 'compare'), null);
      assert.deepEqual(shown[0]?.buttons, ['Choose File…', 'Open Only']);
    }
    answer = () => 'Open Only';
    assert.ok(await ask(offerOf('third.txt', bundle), 'compare'));
  });

  it('does not look at what is too large, or at a folder', async () => {
    const large = { ...offerOf('large.iso', bundle), size: 60 * 1024 * 1024 };
    assert.equal(await ask(large, 'open'), null);
    assert.match(shown[0]?.message ?? '', /too large to look at/);
    assert.equal(await ask(offerOf('tree', bundle, { kind: 'folder' }), 'open'), null);
    assert.match(shown[1]?.message ?? '', /is a folder/);
  });

  it('saves to where only VS Code can write, by way of a disk', async () => {
    const memory = new FarFiles();
    const registered = vscode.workspace.registerFileSystemProvider('parleyfar', memory);
    await set('saveTo', 'ask');
    const { showOpenDialog } = vscode.window;
    const chosen = [vscode.Uri.parse('parleyfar:/far')];
    Object.assign(vscode.window, { showOpenDialog: () => Promise.resolve(chosen) });
    try {
      const { last, target } = await take(offerOf('far.txt', bundle), bundle);
      assert.deepEqual(last, { t: 'saved', name: 'far.txt' });
      assert.ok(memory.files.get('/far/far.txt')?.equals(CONTENT));
      assert.deepEqual(await readdir(join(temp.path, 'incoming')), []);
      await desk.handlers().showSaved({ target, how: 'open' });
      const far = await tab(
        ({ input }) => input instanceof vscode.TabInputText && input.uri.path === '/far/far.txt',
      );
      await vscode.window.tabGroups.close(far);
    } finally {
      Object.assign(vscode.window, { showOpenDialog });
      await set('saveTo', undefined);
      registered.dispose();
    }
  });

  it('copies to where only VS Code can write, and overwrites nothing there', async () => {
    const part = vscode.Uri.file(join(temp.path, 'whole.part'));
    await vscode.workspace.fs.writeFile(part, CONTENT);
    const memory = new FarFiles();
    const registered = vscode.workspace.registerFileSystemProvider('parleyfar', memory);
    const folder = vscode.Uri.parse('parleyfar:/far/away');
    for (const name of ['a.txt', 'a (2).txt', 'a (3).txt'])
      assert.equal((await copyOut(part.fsPath, folder, 'a.txt')).path, `/far/away/${name}`);
    assert.ok(memory.files.get('/far/away/a (3).txt')?.equals(CONTENT));
    const tree = join(temp.path, 'tree.part');
    await mkdir(join(tree, 'inner', 'empty'), { recursive: true });
    await writeFile(join(tree, 'inner', 'b.txt'), 'b');
    assert.equal((await copyOut(tree, folder, 'tree')).path, '/far/away/tree');
    assert.equal(memory.files.get('/far/away/tree/inner/b.txt')?.toString(), 'b');
    assert.ok(memory.folders.has('/far/away/tree/inner/empty'));
    memory.isFull = true;
    for (const whole of [part.fsPath, tree])
      await assert.rejects(copyOut(whole, folder, 'half'), { problem: 'target-unwritable' });
    const left = [...memory.files.keys(), ...memory.folders];
    assert.ok(!left.some((path) => path.startsWith('/far/away/half')), left.join());
    registered.dispose();
  });

  it('does not follow a link out of the workspace', async () => {
    const outside = await makeTempFolder('outside');
    const link = join(root(), 'link');
    await symlink(outside.path, link);
    const where = { filesSaveTo: 'workspace' as const, filesFolder: ['link', 'deep'] };
    const dialogs = new Dialogs({ onShow: (dialog) => (shown.push(dialog), ''), onInput: () => undefined });
    assert.equal(
      await chooseGoal({ offer: { kind: 'file', name: 'x' }, purpose: 'save' }, where, dialogs),
      undefined,
    );
    assert.match(shown[0]?.message ?? '', /leads out of the workspace/);
    assert.deepEqual(await readdir(outside.path), []);
    await rm(link);
    await outside.dispose();
  });
});
