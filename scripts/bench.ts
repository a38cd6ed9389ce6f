// npm run bench [-- name…]: runs the named benchmarks of bench/, or all of them. Each prints its figures as one line
// of JSON, last. What stands behind a benchmark's name and is none itself goes to that benchmark, e.g. the faults and
// --times of `reliability`.
import { basename } from 'node:path';
import { runNode } from './lib/children.ts';
import { packageExtension } from './lib/packaging.ts';
import { findFiles } from './lib/steps.ts';

const known = new Map((await findFiles('bench/*.ts')).map((file) => [basename(file, '.ts'), file]));
/** What each of the wanted benchmarks is given. */
const wanted = new Map<string, string[]>();
for (const word of process.argv.slice(2)) {
  const given = [...wanted.values()].at(-1);
  if (known.has(word)) wanted.set(word, []);
  else if (given) given.push(word);
  else {
    console.error(`parley: there is no benchmark ${word}; there are ${[...known.keys()].join(', ')}`);
    process.exit(2);
  }
}
console.log('parley: packing the extension that is measured');
if (!packageExtension()) process.exit(1);
for (const [name, file] of known) {
  if (wanted.size > 0 && !wanted.has(name)) continue;
  console.log(`parley: benchmark ${name}`);
  if ((await runNode([file, ...(wanted.get(name) ?? [])])) !== 0) process.exitCode = 1;
}
