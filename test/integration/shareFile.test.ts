import assert from 'node:assert/strict';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as vscode from 'vscode';
import { choose } from '../../src/extension/files/chosen.ts';
import { Spool } from '../../src/extension/files/spool.ts';
import { makeTempFolder, type TempFolder } from '../support/temp.ts';
import { leave, Person, start } from './parley.ts';

const share = (...uris: vscode.Uri[]): Thenable<unknown> =>
  vscode.commands.executeCommand('parley.shareFile', uris[0], uris);

/** A file system in memory, as an extension would bring one. */
class MemoryFiles implements vscode.FileSystemProvider {
  readonly files = new Map<string, string>();
  readonly onDidChangeFile = new vscode.EventEmitter<vscode.FileChangeEvent[]>().event;

  watch(): vscode.Disposable {
    return new vscode.Disposable(() => undefined);
  }

  stat(uri: vscode.Uri): vscode.FileStat {
    const content = this.files.get(uri.path);
    const isFolder = [...this.files.keys()].some((path) => path.startsWith(`${uri.path}/`));
    if (content === undefined && !isFolder) throw vscode.FileSystemError.FileNotFound(uri);
    const type = isFolder ? vscode.FileType.Directory : vscode.FileType.File;
    return { type, ctime: 0, mtime: 1_000, size: content?.length ?? 0 };
  }

  readDirectory(uri: vscode.Uri): [string, vscode.FileType][] {
    const base = `${uri.path}/`;
    const names = new Map<string, vscode.FileType>();
    for (const path of this.files.keys()) {
      if (!path.startsWith(base)) continue;
      const [name = '', ...rest] = path.slice(base.length).split('/');
      names.set(name, rest.length > 0 ? vscode.FileType.Directory : vscode.FileType.File);
    }
    return [...names];
  }

  readFile(uri: vscode.Uri): Uint8Array {
    const content = this.files.get(uri.path);
    if (content === undefined) throw vscode.FileSystemError.FileNotFound(uri);
    return new TextEncoder().encode(content);
  }

  createDirectory(): void {
    throw vscode.FileSystemError.NoPermissions();
  }

  writeFile(): void {
    throw vscode.FileSystemError.NoPermissions();
  }

  delete(): void {
    throw vscode.FileSystemError.NoPermissions();
  }

  rename(): void {
    throw vscode.FileSystemError.NoPermissions();
  }
}

describe('Share File in Meeting', function () {
  this.timeout(30_000);
  let temp: TempFolder;
  const write = async (files: Readonly<Record<string, string>>): Promise<void> => {
    for (const [path, content] of Object.entries(files)) {
      await mkdir(join(temp.path, dirname(path)), { recursive: true });
      await writeFile(join(temp.path, path), content);
    }
  };
  const at = (path: string): vscode.Uri => vscode.Uri.file(join(temp.path, path));
  before(async () => {
    temp = await makeTempFolder('share');
    await start();
  });
  after(async () => {
    await leave();
    await temp.dispose();
  });

  it('shares many files and folders at once, says so, and takes them back', async () => {
    await write({ 'a.txt': 'a', 'folder/b.txt': 'b', 'folder/inner/c.txt': 'c' });
    const person = await Person.sitDown({ 'Shared in the meeting': 'Withdraw' });
    // What lies in a folder that is shared, too, is not shared twice.
    await share(at('a.txt'), at('folder'), at('folder/b.txt'));
    assert.equal((await person.sees(/^Shared/)).message, 'Shared in the meeting: a.txt, folder.');
    const again = await Person.sitDown();
    await share(at('a.txt'));
    await again.sees(/^Shared in the meeting: a\.txt/);
    const once = await Person.sitDown();
    await share(at('a.txt'));
    assert.equal((await once.sees(/^Already/)).message, 'Already shared: a.txt.');
  });

  it('asks about what git ignores, once for all folders', async () => {
    await write({
      'one/.gitignore': 'dist',
      'one/dist/x': '',
      'one/y': '',
      'two/.gitignore': '*.o',
      'two/z.o': '',
    });
    const person = await Person.sitDown({ 'The folders hold': 'Share Without Them' });
    await share(at('one'), at('two'));
    await person.sees(/^Shared in the meeting: one, two/);
    assert.equal(person.shown.filter(({ kind }) => kind === 'question').length, 1);
    const careful = await Person.sitDown();
    await write({ 'three/.gitignore': '*', 'three/x': '' });
    await share(at('three'));
    assert.ok(!careful.shown.some(({ message }) => message.startsWith('Shared')));
    assert.deepEqual(
      careful.shown.filter(({ kind }) => kind === 'question').map(({ message }) => message),
      ['"three" holds what git ignores. Share it, too?'],
    );
    assert.match(careful.shown[0]?.detail ?? '', /^\.gitignore\nx\n\nThese are mostly/u);
    const all = await Person.sitDown({ '"three" holds': 'Share Everything' });
    await share(at('three'));
    await all.sees(/^Shared in the meeting: three/);
  });

  it('asks before it shares what looks like a secret, and says why', async () => {
    await write({
      'app/.env': 'PASSWORD=1',
      'app/main.ts': '',
      'app/notes.txt': '-----BEGIN PRIVATE KEY-----',
      id_rsa: 'x',
    });
    const stopped = await Person.sitDown({ 'This file looks like a secret': "Don't Share" });
    await share(at('id_rsa'));
    assert.equal(stopped.shown.length, 1, 'nothing was shared');
    const careful = await Person.sitDown();
    await share(at('app'), at('id_rsa'));
    const [question] = careful.shown;
    assert.equal(question?.message, '3 files look like secrets. Share them?');
    assert.deepEqual(question.buttons, ['Share Without Them', 'Share Anyway']);
    assert.match(
      question.detail,
      /^app\/\.env: settings .*\napp\/notes\.txt: a private key\nid_rsa: a private key$/,
    );
    assert.equal(careful.shown.length, 1);
    const alone = await Person.sitDown();
    await share(at('id_rsa'));
    assert.deepEqual(
      [alone.shown[0]?.kind, alone.shown[0]?.buttons],
      ['risk', ["Don't Share", 'Share Anyway']],
    );
    await write({ 'notes.txt': 'x' });
    const oneOfTwo = await Person.sitDown();
    await share(at('id_rsa'), at('notes.txt'));
    assert.deepEqual(oneOfTwo.shown[0]?.buttons, ['Share Without It', 'Share Anyway']);
    const person = await Person.sitDown({ '3 files': 'Share Without Them' });
    await share(at('app'), at('id_rsa'));
    assert.equal((await person.sees(/^Shared/)).message, 'Shared in the meeting: app.');
  });

  it('says what cannot be shared, and why', async () => {
    const untitled = await vscode.workspace.openTextDocument({ content: 'new' });
    const person = await Person.sitDown();
    await share(untitled.uri, at('absent.txt'), vscode.Uri.file('/dev/null'));
    assert.deepEqual(person.shown.map(({ message }) => message).toSorted(), [
      'Only files and folders can be shared: null.',
      'This is not there any more: absent.txt.',
      `This was never saved, so there is no file to share; save it first: ${untitled.uri.path}.`,
    ]);
  });

  it('shares what is on disk, and says that an editor holds more', async () => {
    await write({ 'dirty.txt': 'on disk' });
    const document = await vscode.workspace.openTextDocument(at('dirty.txt'));
    const edit = new vscode.WorkspaceEdit();
    edit.insert(document.uri, new vscode.Position(0, 0), 'unsaved ');
    await vscode.workspace.applyEdit(edit);
    const person = await Person.sitDown();
    await share(document.uri);
    const { message } = await person.sees(/^Shared/);
    assert.match(message, /without unsaved changes: dirty\.txt/);
    await vscode.window.showTextDocument(document);
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
  });

  it('says that nobody is there to choose from', async () => {
    await write({ 'whom.txt': 'x' });
    const person = await Person.sitDown();
    await vscode.commands.executeCommand('parley.shareFileWith', at('whom.txt'));
    assert.deepEqual(
      person.shown.map(({ message }) => message),
      ['Nobody else is in the meeting yet.'],
    );
  });
});

describe('a file that is on no disk', function () {
  this.timeout(20_000);
  let temp: TempFolder;
  let registered: vscode.Disposable;
  const memory = new MemoryFiles();
  before(async () => {
    temp = await makeTempFolder('virtual');
    registered = vscode.workspace.registerFileSystemProvider('parleytest', memory, { isReadonly: true });
  });
  after(async () => {
    registered.dispose();
    await temp.dispose();
  });
  const log = (): void => undefined;
  const uri = (path: string): vscode.Uri => vscode.Uri.parse(`parleytest:${path}`);

  it('is copied to a disk when it is asked for, and removed when it is withdrawn', async () => {
    memory.files.set('/a b.txt', 'content');
    const spool = new Spool(join(temp.path, 'spool'), log);
    const file = await choose(uri('/a b.txt'), log);
    assert.ok(typeof file === 'object' && file.kind === 'file');
    const offering = file.offering(spool);
    assert.deepEqual([offering.facts.name, offering.facts.size], ['a b.txt', 7]);
    const [one, two] = await Promise.all([offering.open(), offering.open()]);
    assert.equal(one.files[0]?.path, two.files[0]?.path);
    const path = one.files[0]?.path ?? '';
    assert.equal(await readFile(path, 'utf8'), 'content');
    await chmod(path, 0o600);
    offering.dispose();
    await spool.dispose();
    await assert.rejects(readFile(path), { code: 'ENOENT' });
  });

  it('is looked at again before it is copied', async () => {
    memory.files.set('/changing', 'one');
    const spool = new Spool(join(temp.path, 'spool'), log);
    const file = await choose(uri('/changing'), log);
    assert.ok(typeof file === 'object' && file.kind === 'file');
    memory.files.set('/changing', 'longer');
    await assert.rejects(file.offering(spool).open(), { problem: 'source-changed' });
    memory.files.delete('/changing');
    await assert.rejects(file.offering(spool).open(), { problem: 'source-gone' });
    assert.equal(await choose(uri('/changing'), log), 'gone');
  });

  it('may be a folder', async () => {
    for (const path of ['/dir/a', '/dir/sub/b', '/dir/node_modules/c']) memory.files.set(path, path);
    memory.files.set('/dir/.gitignore', 'node_modules');
    const spool = new Spool(join(temp.path, 'spool'), log);
    const folder = await choose(uri('/dir'), log);
    assert.ok(typeof folder === 'object' && folder.kind === 'folder');
    const scanned = await folder.scan(true, { signal: new AbortController().signal });
    assert.ok(typeof scanned === 'object');
    assert.deepEqual(
      scanned.files.map(({ path }) => path.join('/')),
      ['.gitignore', 'a', 'sub/b'],
    );
    const { files } = await folder.offering(scanned, spool).open();
    const contents = await Promise.all(files.map(({ path }) => readFile(path, 'utf8')));
    assert.deepEqual(contents, ['node_modules', '/dir/a', '/dir/sub/b']);
    await spool.dispose();
  });
});
