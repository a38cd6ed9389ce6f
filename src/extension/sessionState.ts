import type { MeetingStatus } from '../shared/hostRpc.ts';
import { noNews, type News } from './unseen.ts';

/** How a meeting stands, for the status bar and the context keys. */
export interface SessionState extends Omit<MeetingStatus, 'phase'> {
  /** `closed`: the meeting is on, but its panel is not, so the person is not in it. */
  readonly phase: MeetingStatus['phase'] | 'closed';
  /** What the person has not seen yet, since the panel is behind other editors. */
  readonly news: News;
}

/** A meeting before its page has said anything. */
export const initialState: SessionState = {
  phase: 'lobby',
  people: 0,
  microphone: false,
  camera: false,
  others: [],
  presenter: null,
  presenting: false,
  ofOthers: noNews,
  news: noNews,
};
