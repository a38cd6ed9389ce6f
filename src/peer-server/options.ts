import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import * as v from 'valibot';

/** How the server runs; see `USAGE` for what each means on the command line. */
export interface ServerOptions {
  readonly host: string | undefined;
  readonly port: number;
  /** Begins and ends with a slash. */
  readonly path: string;
  readonly key: string;
  readonly tls: { readonly cert: Buffer; readonly key: Buffer } | undefined;
  readonly allowedOrigins: readonly string[];
  readonly nextPort: boolean;
  readonly maxPerAddress: number;
  readonly maxJoinsPerMinute: number;
  /** How many servers its meeting has had before. */
  readonly term: number;
}

/** What a command line asks for. */
export type Command =
  | { readonly run: 'serve'; readonly options: ServerOptions }
  | { readonly run: 'help' }
  | { readonly run: 'version' };

/** A command line that makes no sense; `message` is a sentence for who typed it. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export const USAGE = `Usage: parley-peer-server [options]

  --host HOST              address to listen on (default: every address, IPv6 and IPv4)
  --port PORT              port, 0 for any free one (default: 9000)
  --next-port              when the port is taken, try the following 20, then any
  --path PATH              path in front of everything (default: /)
  --key KEY                key that clients must know (default: peerjs);
                           better given as PARLEY_SERVER_KEY, which process lists do not show
  --tls-cert FILE          certificate chain (PEM); with --tls-key the server speaks https and wss
  --tls-key FILE           private key (PEM)
  --allow-origin ORIGIN    a web page's origin that may connect; may be repeated (default: none,
                           Parley itself connects without an Origin)
  --max-per-address N      connections an address may hold at once (default: 64)
  --max-joins-per-minute N connections an address may try to open in a minute (default: 240)
  --term N                 how many servers its meeting has had before (default: 0); told at healthz
  --help                   this text
  --version                the version

Behind a reverse proxy everybody shares one address: raise the two limits there.
`;

const number = (least: number, most: number) =>
  v.pipe(
    v.string(),
    v.regex(/^\d{1,9}$/),
    v.transform(Number),
    v.check((n) => n >= least && n <= most),
  );
const schema = v.object({
  port: number(0, 65_535),
  path: v.pipe(v.string(), v.maxLength(128), v.regex(/^[A-Za-z0-9._~/-]*$/)),
  key: v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{1,64}$/)),
  'allow-origin': v.array(v.pipe(v.string(), v.regex(/^[a-z][a-z0-9+.-]*:\/\/[^\s/]+$/))),
  'max-per-address': number(1, 1_000_000),
  'max-joins-per-minute': number(1, 1_000_000),
  term: number(0, 1_000_000),
});

/**
 * Reads a command line (without node and program) and the environment.
 * @throws {UsageError} when an option is unknown, malformed or names a file that cannot be read.
 */
export function parseOptions(
  argv: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Command {
  const values = readArguments(argv);
  if (values.help) return { run: 'help' };
  if (values.version) return { run: 'version' };
  const parsed = v.safeParse(schema, {
    ...values,
    key: values.key ?? environment['PARLEY_SERVER_KEY'] ?? 'peerjs',
  });
  if (!parsed.success) {
    const option = v.getDotPath(parsed.issues[0])?.replace(/\..*/, '') ?? 'option';
    throw new UsageError(`The value of --${option} cannot be used. Run with --help for what is expected.`);
  }
  const { port, path, key } = parsed.output;
  return {
    run: 'serve',
    options: {
      host: values.host,
      port,
      path: `/${path}/`.replace(/\/+/g, '/'),
      key,
      tls: readTls(values['tls-cert'], values['tls-key']),
      allowedOrigins: parsed.output['allow-origin'],
      nextPort: values['next-port'],
      maxPerAddress: parsed.output['max-per-address'],
      maxJoinsPerMinute: parsed.output['max-joins-per-minute'],
      term: parsed.output.term,
    },
  };
}

function readArguments(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        host: { type: 'string' },
        port: { type: 'string', default: '9000' },
        'next-port': { type: 'boolean', default: false },
        path: { type: 'string', default: '/' },
        key: { type: 'string' },
        'tls-cert': { type: 'string' },
        'tls-key': { type: 'string' },
        'allow-origin': { type: 'string', multiple: true, default: [] },
        'max-per-address': { type: 'string', default: '64' },
        'max-joins-per-minute': { type: 'string', default: '240' },
        term: { type: 'string', default: '0' },
        help: { type: 'boolean', default: false },
        version: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

function readTls(cert: string | undefined, key: string | undefined): ServerOptions['tls'] {
  if (cert === undefined && key === undefined) return undefined;
  if (cert === undefined || key === undefined)
    throw new UsageError('Give both --tls-cert and --tls-key, or neither.');
  try {
    return { cert: readFileSync(cert), key: readFileSync(key) };
  } catch (error) {
    throw new UsageError(
      `The TLS files cannot be read: ${error instanceof Error ? error.message : String(error)}`,
      {
        cause: error,
      },
    );
  }
}
