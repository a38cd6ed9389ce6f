import type { CheckRow } from './check.ts';
import { setupStrings } from './setupStrings.ts';

/** What a report is made of. */
export interface ReportParts {
  readonly rows: readonly CheckRow[];
  /** Versions and settings, line by line. */
  readonly surroundings: readonly string[];
  /** `navigator.userAgent`, of which the browser's name and version are told. */
  readonly userAgent: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/**
 * The report as plain text, to be shown to others. Verdicts are made without passwords and user names, so there are none
 * to take out; of addresses only what kind they are is left.
 */
export function reportText({ rows, surroundings, userAgent, at }: ReportParts): string {
  const lines = [
    'Parley: Test My Setup',
    `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`,
    ...surroundings,
    `Browser: ${browserOf(userAgent)}`,
    'Addresses are shortened. Passwords, user names and invites are left out.',
    '',
    ...rows.flatMap(linesOf),
  ];
  return `${shortenAddresses(lines.join('\n'))}\n`;
}

function linesOf({ title, state, sentence, advice }: CheckRow): string[] {
  const mark = `[${setupStrings.states[state]}]`.padEnd(10);
  const first = `${mark}${title}${sentence === '' ? '' : `: ${sentence}`}`;
  return advice === '' ? [first] : [first, `${' '.repeat(10)}${setupStrings.toDo}${advice}`];
}

/** Browser and version, without what else a user agent tells. */
function browserOf(userAgent: string): string {
  return /(?:Electron|Firefox|Edg|Chrome)\/\d+/.exec(userAgent)?.[0] ?? 'unknown';
}

const IPV4 = /\b(\d{1,3})\.(\d{1,3})\.\d{1,3}\.\d{1,3}\b/g;
/** Groups of hex and colons with at least two colons; `::1` among them. */
const IPV6 = /\[?(?<![\w:.])(?:[0-9a-f]{0,4}:){2,7}(?:[0-9a-f]{1,4}|:)?(?:\.\d+){0,3}(?:%\w+)?\]?/gi;
const MDNS = /\b[0-9a-f-]{36}\.local\b/gi;

/** Leaves of each address what says of what kind it is: of private IPv4 two numbers, of others one; of IPv6 the first group. */
export function shortenAddresses(text: string): string {
  return text
    .replaceAll(MDNS, '….local')
    .replaceAll(IPV4, (_all, first: string, second: string) => {
      const both =
        first === '192' || first === '172' || first === '169' || first === '100' || first === '127';
      return both ? `${first}.${second}.x.x` : `${first}.x.x.x`;
    })
    .replaceAll(IPV6, (address) => {
      const group = /^\[?([0-9a-f]{1,4}):/i.exec(address)?.[1];
      return group === undefined ? '[…]' : `[${group}:…]`;
    });
}
