import type { CheckAction, CheckRow } from './check.ts';

/** Every text of the views of "Test My Setup"; verdicts stand beside what judges. */
export const setupStrings = {
  title: 'Test my setup',
  intro:
    'Tries what a meeting needs on this machine: camera and microphone, the server, and the ways to others. Nobody else is called, and a meeting that is on does not notice.',
  checks: 'Checks',
  starting: 'Getting ready…',
  stop: 'Stop',
  again: 'Run again',
  copy: 'Copy report',
  copied: 'The report is on your clipboard.',
  notCopied: 'The clipboard cannot be written. The output channel “Parley” says why.',
  privacy:
    'The report holds no passwords, user names or invites, and shortens addresses. What is shown here does not.',
  gone: 'This test is over. Run it again.',
  broken: 'The test could not be run. The output channel “Parley” says why.',
  toDo: 'What to do: ',

  mayAsk: 'If the browser asks, allow it.',
  looking: 'Waiting for a picture…',
  listening: 'Listening: say a few words.',
  gathering: 'Waiting for an answer…',
  measuring: 'Sending for two seconds…',

  states: {
    waiting: 'Waiting',
    running: 'Running',
    ok: 'OK',
    warning: 'Warning',
    failed: 'Failed',
    skipped: 'Skipped',
  } satisfies Readonly<Record<CheckRow['state'], string>>,

  actions: {
    'server-settings': 'Open settings',
    'ice-settings': 'Open settings',
    'address-settings': 'Open settings',
    'turn-password': 'Set TURN password',
    'open-stage': 'Open the page again',
    'copy-stage-link': 'Copy link',
  } satisfies Readonly<Record<CheckAction, string>>,

  /** What stands above the checks. */
  summary: (rows: readonly Pick<CheckRow, 'state'>[], stopped: boolean): string => {
    const count = (state: CheckRow['state']): number => rows.filter((row) => row.state === state).length;
    const open = count('waiting') + count('running');
    if (open > 0) return `Testing: ${String(rows.length - open)} of ${String(rows.length)} done.`;
    const parts = [
      count('failed') > 0 ? `${String(count('failed'))} failed` : '',
      count('warning') > 0 ? `${String(count('warning'))} with a warning` : '',
    ].filter((part) => part !== '');
    if (parts.length > 0)
      return `${stopped ? 'Stopped: ' : ''}${parts.join(', ')}, ${String(count('ok'))} OK.`;
    return stopped ? 'Stopped.' : 'All is well: you can meet.';
  },
} as const;
