import type { FileModel, TransferModel } from '../../../src/webview/model.ts';
import { person } from './fakes.ts';

// Shared files in every state.

const MB = 1024 * 1024;

/** A transfer that runs; `changes` on top. */
export function transfer(changes: Partial<TransferModel> = {}): TransferModel {
  return {
    status: 'running',
    purpose: 'save',
    bytes: 0,
    rate: null,
    left: null,
    problem: null,
    kept: false,
    savedAs: null,
    ...changes,
  };
}

/** A file that Bob shares with everybody; `changes` on top. */
export function file(name: string, size: number, changes: Partial<FileModel> = {}): FileModel {
  return {
    id: name,
    kind: 'file',
    owner: person(1, { camera: false }).id,
    ownerName: 'Bob',
    self: false,
    gone: false,
    ownerHere: changes.gone !== true,
    name,
    size,
    files: 1,
    path: null,
    transfer: null,
    sending: [],
    taken: 0,
    to: null,
    problem: null,
    ...changes,
  };
}

const own = { self: true, ownerName: 'Alice Nguyen' } as const;
const half = { bytes: 12.3 * MB, kept: true } as const;

/** A handful, as in a meeting of every day. */
export const files: readonly FileModel[] = [
  file('retry.test.ts', 4_321, { path: 'test/unit/retry.test.ts' }),
  file('trace-of-last-night-with-a-very-long-name-that-must-not-break-anything.zip', 734_003_200, {
    transfer: transfer({ bytes: 251_658_240, rate: 9.1 * MB, left: 50.4 }),
  }),
  file('diagram.png', 182_000, {
    transfer: transfer({ status: 'saved', bytes: 182_000, savedAs: 'diagram (2).png' }),
  }),
  file('core.dump', 9_000_000_000, { transfer: transfer({ status: 'failed', problem: 'disk-full' }) }),
  file('notes.md', 2_000, { ...own, sending: [{ name: 'Bob', bytes: 860 }], taken: 2 }),
];

/** One of every state. */
export const everyState: readonly FileModel[] = [
  file('retry.test.ts', 4_321, { path: 'test/unit/retry.test.ts' }),
  file('fixtures', 28.1 * MB, { kind: 'folder', files: 1_234, path: 'test/fixtures' }),
  file('queued.bin', 28.1 * MB, { transfer: transfer({ status: 'queued' }) }),
  file('asking.bin', 28.1 * MB, { transfer: transfer({ status: 'asking' }) }),
  file('running-with-a-long-name-for-a-small-panel.tar.gz', 28.1 * MB, {
    transfer: transfer({ ...half, rate: 9.1 * MB, left: 2 }),
  }),
  file('just-begun.bin', 28.1 * MB, { transfer: transfer() }),
  file('paused.bin', 28.1 * MB, { transfer: transfer({ ...half, status: 'paused' }) }),
  file('interrupted.bin', 28.1 * MB, { transfer: transfer({ ...half, status: 'interrupted' }) }),
  file('main.ts', 9_000, {
    path: 'src/main.ts',
    transfer: transfer({ status: 'saved', bytes: 9_000, savedAs: 'main (2).ts' }),
  }),
  file('looked-at.ts', 9_000, {
    path: 'src/looked-at.ts',
    transfer: transfer({ status: 'saved', purpose: 'compare', bytes: 9_000 }),
  }),
  file('full.bin', 9_000_000_000, {
    transfer: transfer({ status: 'failed', problem: 'disk-full', bytes: 4_000_000_000, kept: true }),
  }),
  file('changed.log', 70_000, { transfer: transfer({ status: 'failed', problem: 'source-changed' }) }),
  file('gone.md', 70_000, { gone: true }),
  file('gone-half-way.zip', 28.1 * MB, {
    gone: true,
    transfer: transfer({ ...half, status: 'interrupted' }),
  }),
  file('gone-but-saved.pdf', 70_000, {
    gone: true,
    transfer: transfer({ status: 'saved', bytes: 70_000, savedAs: 'gone-but-saved.pdf' }),
  }),
  file('mine.ts', 28.1 * MB, {
    ...own,
    sending: [
      { name: 'Bob', bytes: 12.1 * MB },
      { name: 'Chandra Patel-Worthington', bytes: 3.4 * MB },
    ],
  }),
  file('mine-changed.ts', 3_000, { ...own, problem: 'source-changed', taken: 1 }),
  file('to-some.ts', 3_000, { ...own, to: ['Bob', 'Carol'], taken: 1 }),
  file('to-many', 28.1 * MB, {
    ...own,
    kind: 'folder',
    files: 1,
    taken: 3,
    sending: ['Bob', 'Carol', 'Dana', 'Heinz'].map((name) => ({ name, bytes: 0 })),
  }),
];

/** Many at once. */
export const queue: readonly FileModel[] = Array.from({ length: 12 }, (_, at) =>
  file(`part-${String(at + 1)}.bin`, 100 * MB, {
    transfer: transfer(
      at < 3 ? { bytes: (20 + at) * MB, rate: 3 * MB, left: 28 - at } : { status: 'queued' },
    ),
  }),
);
