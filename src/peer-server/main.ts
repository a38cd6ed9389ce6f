import manifest from '../../package.json' with { type: 'json' };
import { parseOptions, USAGE, UsageError } from './options.ts';
import { ServerError, startServer, type RunningServer } from './server.ts';

// The program. On stdout it says one line of JSON when it is ready, on stderr sentences for people. Exit codes: 0 it was
// asked to end, 1 the command line is wrong, 2 it cannot start.

// Forked by an extension host, it goes when that goes, whichever way and however early. A channel tells, open or not:
// whether it is still open would take who lost their parent on the way in for one that stands alone.
let end = (): void => process.exit(0);
if (process.send) {
  if (!process.connected) process.exit(0);
  process.once('disconnect', () => end());
}

/** Milliseconds that a server may take to say goodbye to its clients. */
const GOODBYE = 500;

function endWith(server: RunningServer): void {
  end = (): void => {
    setTimeout(() => process.exit(0), GOODBYE);
    void server.close().then(() => process.exit(0));
  };
  process.once('SIGTERM', end);
  process.once('SIGINT', end);
}

async function main(): Promise<void> {
  const command = parseOptions(process.argv.slice(2), process.env);
  if (command.run === 'help') {
    process.stdout.write(USAGE);
    return;
  }
  if (command.run === 'version') {
    process.stdout.write(`${manifest.version}\n`);
    return;
  }
  const server = await startServer(command.options, manifest.version);
  endWith(server);
  const { port, addresses } = server;
  process.stdout.write(`${JSON.stringify({ event: 'listening', port, addresses })}\n`);
}

// Who reads the output may go away before the server does; that is no reason to end.
process.stdout.on('error', () => undefined);
process.stderr.on('error', () => undefined);

main().catch((error: unknown) => {
  if (!(error instanceof UsageError) && !(error instanceof ServerError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exit(error instanceof UsageError ? 1 : 2);
});
