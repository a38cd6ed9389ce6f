import type { CheckRow } from '../../../src/webview/setup/check.ts';
import type { SetupModel } from '../../../src/webview/setup/model.ts';
import { stageVerdict } from '../../../src/webview/setup/deviceVerdicts.ts';
import { stunVerdict, turnVerdict } from '../../../src/webview/setup/networkVerdicts.ts';
import { noStun, noTurn, titles } from '../../../src/webview/setup/sentences.ts';
import { serverVerdict } from '../../../src/webview/setup/serverVerdict.ts';
import { setupStrings } from '../../../src/webview/setup/setupStrings.ts';
import { strings } from '../../../src/webview/ui/strings.ts';
import { SetupApp } from '../../../src/webview/ui/setup/setupApp.ts';
import themes from './themes.json' with { type: 'json' };

// "Test My Setup" in a made-up state: `setup?scene=running|trouble|well&theme=dark|light|hc|hcl`.

const query = new URLSearchParams(location.search);
const theme = themes[(query.get('theme') ?? 'dark') as keyof typeof themes];
document.body.className = theme.kind;
for (const [name, value] of Object.entries(theme.variables))
  document.documentElement.style.setProperty(name, value);

const row = (id: string, title: string, changes: Partial<CheckRow> = {}): CheckRow => ({
  id,
  title,
  state: 'waiting',
  sentence: '',
  advice: '',
  actions: [],
  ...changes,
});
const ok = (sentence: string) => ({ state: 'ok', sentence }) as const;
const server = serverVerdict(
  { is: 'own', port: 9_000, wanted: 9_000, inMeeting: false, addresses: ['192.168.1.23:9000'] },
  { milliseconds: 14 },
);
const known = [
  row('server', titles.server, server),
  row(
    'addresses',
    titles.addresses,
    ok(
      'Others on your network find you at 192.168.1.23, fd12:3456::17. The browser hides them behind names; Parley tells the others.',
    ),
  ),
];
const measured = [
  row(
    'loopback',
    titles.loopback,
    ok('Data comes and goes directly: open after 41 ms, there and back in 0.6 ms.'),
  ),
  row(
    'throughput',
    titles.throughput,
    ok('26.4 MB/s between two connections on this machine. A network may be slower.'),
  ),
];
const silent = { candidates: [], errors: [], complete: false };
const stun = 'stun:stun.example.com:3478';
const turn = 'turn:turn.example.com:3478';
const refused = { ...silent, errors: [{ code: 401 }] };
const scenes: Readonly<Record<string, SetupModel>> = {
  running: {
    phase: 'running',
    stopped: false,
    copied: 'no',
    checks: [
      row('stage', titles.stage, {
        state: 'running',
        sentence: strings.stage.opened,
        actions: ['open-stage', 'copy-stage-link'],
      }),
      row('camera', titles.camera),
      row('microphone', titles.microphone),
      ...known,
      row('stun:0', titles.oneServer('stun', stun), { state: 'running', sentence: setupStrings.gathering }),
      row('turn', titles.turn, noTurn),
      row('loopback', titles.loopback),
      row('throughput', titles.throughput),
    ],
  },
  trouble: {
    phase: 'done',
    stopped: false,
    copied: 'yes',
    checks: [
      row('stage', titles.stage, stageVerdict(true, null)),
      row('camera', titles.camera, ok('Pictures come, 1280 × 720.')),
      row('microphone', titles.microphone, {
        state: 'warning',
        sentence: 'It opens, but is silent.',
        advice:
          'If you spoke: look for a mute switch, and at the input level in your system’s sound settings.',
      }),
      ...known,
      row('stun:0', titles.oneServer('stun', stun), stunVerdict([{ url: stun, gathered: silent }])),
      row(
        'turn:1',
        titles.oneServer('turn', turn),
        turnVerdict({ username: 'team', credential: 'secret' }, [{ url: turn, gathered: refused }]),
      ),
      ...measured,
    ],
  },
  well: {
    phase: 'done',
    stopped: false,
    copied: 'no',
    checks: [
      row('stage', titles.stage, stageVerdict(true, null)),
      row('camera', titles.camera, ok('Pictures come, 1280 × 720.')),
      row('microphone', titles.microphone, ok('It hears something.')),
      ...known,
      row('stun', titles.stun, noStun),
      row('turn', titles.turn, noTurn),
      ...measured,
    ],
  },
};

const root = document.getElementById('app');
const model = scenes[query.get('scene') ?? 'running'];
if (!root || !model) throw new Error('there is no such scene');
const nothing = (): void => undefined;
new SetupApp(root, { stop: nothing, again: nothing, copyReport: nothing, act: nothing }).update(model);
