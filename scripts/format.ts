// npm run format: writes every file the way `npm run check` wants it.
import { runNode } from './lib/children.ts';
import { bin } from './lib/paths.ts';

process.exitCode = await runNode([bin('prettier', 'bin/prettier.cjs'), '--write', '--log-level=warn', '.']);
