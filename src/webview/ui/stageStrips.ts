import type { DevicesModel, StageModel } from '../model.ts';
import { strings } from './strings.ts';

/** What a strip about a stage can offer. */
export type StageOffer = 'open' | 'use' | 'copy' | 'share' | 'cancel';

/** One strip: a sentence and what can be done, the most likely first. */
export interface StageStrip {
  readonly text: string;
  readonly offers: readonly StageOffer[];
  /** What stands out: null while what is to be done first is done in the page. */
  readonly main: StageOffer | null;
  /** It is as the person chose: they may not want to be told again. */
  readonly dismissible?: true;
}

/** What is said about the stage for camera and microphone; null while there is nothing to do about it. */
export function devicesStrip({ stage }: Pick<DevicesModel, 'stage'>): StageStrip | null {
  const { opened, openedInstead, late, waiting, noBrowser, lost, none } = strings.stage;
  switch (stage?.status) {
    case undefined:
    case 'live':
      return null;
    case 'none':
      return { text: none, offers: ['use'], main: 'use', dismissible: true };
    case 'opening':
      if (stage?.late === true) return { text: late, offers: ['copy', 'open'], main: 'copy' };
      return { text: stage?.instead === true ? openedInstead : opened, offers: ['open', 'copy'], main: null };
    case 'waiting':
      return { text: waiting, offers: ['copy'], main: null };
    case 'no-browser':
      return { text: noBrowser, offers: ['copy', 'open'], main: 'copy' };
    case 'lost':
      return { text: lost, offers: ['open', 'copy'], main: 'open' };
  }
}

/** What is said about the page for a screen; null without one, and while it shares. */
export function screenStrip({ screenStage, screen }: Pick<DevicesModel, 'screenStage' | 'screen'>) {
  if (screen.status === 'on') return null;
  if (screenStage?.late === true)
    return { text: strings.stage.late, offers: ['copy', 'cancel'], main: 'copy' } as const;
  return screenSentence(screenStage?.status);
}

function screenSentence(status: StageModel['status'] | undefined): StageStrip | null {
  const { chooseScreen, noBrowserForScreen, screenLost } = strings.stage;
  switch (status) {
    case undefined:
    case 'none':
    case 'live':
      return null;
    case 'opening':
    case 'waiting':
      return { text: chooseScreen, offers: ['copy', 'cancel'], main: null };
    case 'no-browser':
      return { text: noBrowserForScreen, offers: ['copy', 'cancel'], main: 'copy' };
    case 'lost':
      return { text: screenLost, offers: ['share', 'cancel'], main: 'share' };
  }
}
