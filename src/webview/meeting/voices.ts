import type { TrackSource } from '../media/trackSource.ts';
import type { MeetingModel } from '../model.ts';

/** Hands what is heard of the others to where the microphone is, whenever that is something else. */
export class Voices {
  readonly #source: Pick<TrackSource, 'hear'>;
  #tracks: readonly MediaStreamTrack[] = [];

  constructor(source: Pick<TrackSource, 'hear'>) {
    this.#source = source;
  }

  handOn({ people, presentation }: MeetingModel): void {
    const tracks = [...people.map(({ audio }) => audio), presentation?.audio ?? null].filter(
      (track) => track !== null,
    );
    const known = this.#tracks;
    if (tracks.length === known.length && tracks.every((track, index) => track === known[index])) return;
    this.#tracks = tracks;
    this.#source.hear(tracks);
  }
}
