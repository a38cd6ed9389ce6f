// npm run package: builds for production and packs parley-<version>.vsix.
import { packageExtension } from './lib/packaging.ts';

process.exitCode = packageExtension() ? 0 : 1;
