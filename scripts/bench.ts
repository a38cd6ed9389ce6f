// npm run bench [-- name…]: runs the named benchmarks of bench/, or all of them. Each prints its figures as one line
// of JSON, last.
import { basename } from 'node:path';
import { runNode } from './lib/children.ts';
import { packageExtension } from './lib/packaging.ts';
import { findFiles } from './lib/steps.ts';

const known = new Map((await findFiles('bench/*.ts')).map((file) => [basename(file, '.ts'), file]));
const names = process.argv.slice(2);
const unknown = names.filter((name) => !known.has(name));
if (unknown.length > 0) {
  console.error(
    `parley: there is no benchmark ${unknown.join(', ')}; there are ${[...known.keys()].join(', ')}`,
  );
  process.exit(2);
}
console.log('parley: packing the extension that is measured');
if (!packageExtension()) process.exit(1);
for (const [name, file] of known) {
  if (names.length > 0 && !names.includes(name)) continue;
  console.log(`parley: benchmark ${name}`);
  if ((await runNode([file])) !== 0) process.exitCode = 1;
}
