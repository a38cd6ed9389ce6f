import type { DevicesModel } from '../model.ts';
import type { TrackSource } from '../media/trackSource.ts';
import { strings } from '../ui/strings.ts';
import type { Check, CheckAction, CheckContext } from './check.ts';
import { cameraVerdict, microphoneVerdict, noDeviceVerdict, stageVerdict } from './deviceVerdicts.ts';
import { titles } from './sentences.ts';
import { setupStrings } from './setupStrings.ts';
import { listen, watchFrames } from './samples.ts';

/** Milliseconds for a person to press Start in the page, or to answer the browser's question. */
const PERSON = 120_000;
/** Milliseconds in which a device that may be used is on, and in which it brings something. */
const DEVICE = 20_000;
const PICTURE = 6_000;
const SOUND = 5_000;

/** Page, camera and microphone, in this order: the way that a meeting takes, tried on a source of its own. */
export function deviceChecks(source: TrackSource & { begin(): void }): Check[] {
  return [
    { id: 'stage', title: titles.stage, run: (context) => tryStage(source, context) },
    device('camera', source),
    device('microphone', source),
  ];
}

async function tryStage(
  source: TrackSource & { begin(): void },
  { signal, tell }: CheckContext,
): ReturnType<Check['run']> {
  tell(setupStrings.mayAsk);
  source.begin();
  await until(source, ({ allowed, stage }) => allowed !== 'unknown' || stage !== null, PERSON, signal);
  if (source.devices.allowed !== 'no') return stageVerdict(true, null);
  source.open();
  const follow = ({ stage }: DevicesModel): boolean => {
    const [words, actions] = stageWords(stage);
    tell(words, actions);
    return stage?.status === 'live' || stage?.status === 'lost';
  };
  await until(source, follow, PERSON, signal);
  return stageVerdict(false, source.devices.stage);
}

function stageWords(stage: DevicesModel['stage']): readonly [string, readonly CheckAction[]] {
  const { opened, late, openedInstead, waiting, noBrowser } = strings.stage;
  switch (stage?.status) {
    case 'waiting':
      return [waiting, []];
    case 'no-browser':
      return [noBrowser, ['copy-stage-link']];
    default:
      return [
        stage?.instead ? openedInstead : stage?.late ? late : opened,
        ['open-stage', 'copy-stage-link'],
      ];
  }
}

function device(kind: 'camera' | 'microphone', source: TrackSource): Check {
  return {
    id: kind,
    title: titles[kind],
    run: async ({ signal, tell }) => {
      const { allowed, stage } = source.devices;
      const by = allowed === 'no' ? 'stage' : 'panel';
      if (by === 'stage' && stage?.status !== 'live') return noDeviceVerdict(kind, 'nobody', by);
      // In a page of its own the browser asks for each.
      tell(setupStrings.mayAsk);
      const settled = (devices: DevicesModel): boolean =>
        devices[kind].status === 'on' || devices[kind].status === 'failed';
      await until(source, settled, by === 'stage' ? DEVICE : PERSON, signal);
      const { status, track, problem } = source.devices[kind];
      if (status !== 'on' || !track) return noDeviceVerdict(kind, problem ?? 'unknown', by);
      tell(kind === 'camera' ? setupStrings.looking : setupStrings.listening);
      return kind === 'camera'
        ? cameraVerdict(await watchFrames(track, PICTURE, signal))
        : microphoneVerdict(await listen(track, SOUND, signal));
    },
  };
}

/** Waits until the source is as it should be, at most so long. */
function until(
  source: TrackSource,
  holds: (devices: DevicesModel) => boolean,
  patience: number,
  signal: AbortSignal,
): Promise<void> {
  return new Promise((resolve) => {
    let stop = (): void => undefined;
    const finish = (): void => {
      clearTimeout(timer);
      stop();
      resolve();
    };
    const timer = setTimeout(finish, patience);
    signal.addEventListener('abort', finish, { once: true });
    stop = source.onChange(() => {
      if (holds(source.devices)) finish();
    });
    if (signal.aborted || holds(source.devices)) finish();
  });
}
