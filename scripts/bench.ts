// npm run bench [-- name… [--option…]]: runs the named benchmarks of bench/, or all of them; options go to each. Each
// prints its figures as one line of JSON, last.
import { basename } from 'node:path';
import { runNode } from './lib/children.ts';
import { packageExtension } from './lib/packaging.ts';
import { findFiles } from './lib/steps.ts';

const known = new Map((await findFiles('bench/*.ts')).map((file) => [basename(file, '.ts'), file]));
const words = process.argv.slice(2);
const firstOption = words.findIndex((word) => word.startsWith('--'));
const names = firstOption < 0 ? words : words.slice(0, firstOption);
const options = words.slice(names.length);
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
  if ((await runNode([file, ...options])) !== 0) process.exitCode = 1;
}
