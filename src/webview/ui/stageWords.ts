import type { StagePageModel } from '../stageModel.ts';
import { strings } from './strings.ts';

/** The title of the browser's tab: what this page does at this moment. */
export function tabTitle(model: StagePageModel): string {
  const { tab } = strings.page;
  const { link, purpose, started, camera, microphone, screen } = model;
  if (link === 'refused') return tab.refused;
  if (link === 'taken-over') return tab.takenOver;
  if (link === 'over') return tab.over;
  if (link === 'no-webrtc') return tab.noWebrtc;
  if (purpose === null) return tab.connecting;
  if (purpose === 'screen') return screen.status === 'on' ? tab.sharing : tab.choose;
  if (!started) return tab.start;
  if (camera.status === 'on') return microphone.status === 'on' ? tab.both : tab.camera;
  return microphone.status === 'on' ? tab.microphone : tab.off;
}

/** A meeting's title within a sentence; one that is not known yet is "the meeting". */
export function meetingInSentence(title: string): string {
  if (title === '') return 'the meeting';
  return title.replace(/^(?:Your|The) /u, (word) => word.toLowerCase());
}

/** What is said when "Leave" was pressed in the page: VS Code asks, where it can be reached. */
export function leaveWords({ link }: Pick<StagePageModel, 'link'>): string {
  return link === 'connected' ? strings.page.leaveAsked : strings.page.leaveUnheard;
}

/** What is left to say when the page is done; null while it is not. */
export function endWords({ link, purpose }: Pick<StagePageModel, 'link' | 'purpose'>) {
  const { page } = strings;
  switch (link) {
    case 'connecting':
    case 'connected':
      return null;
    case 'refused':
      return { icon: 'warning', title: page.refusedTitle, detail: page.refused };
    case 'no-webrtc':
      return { icon: 'warning', title: page.noWebrtcTitle, detail: page.noWebrtc };
    case 'taken-over':
      return { icon: 'browser', title: page.takenOverTitle, detail: page.takenOver };
    case 'over':
      return purpose === 'screen'
        ? { icon: 'check', title: page.shareOverTitle, detail: page.shareOver }
        : { icon: 'check', title: page.overTitle, detail: page.over };
  }
}
