import { wantNothing } from '../../shared/stageRpc.ts';
import type { StageDoor } from './stageDoor.ts';

/**
 * Sees to it that no stage captures while its panel is closed: nobody could see that it does, or stop it there. Stages
 * for devices stay, told to want nothing until the next panel says what it wants; a shared screen is over.
 */
export class StageCaretaker {
  readonly #door: StageDoor;
  #attended = false;

  constructor(door: StageDoor) {
    this.#door = door;
  }

  /** A panel is there. */
  attend(): void {
    this.#attended = true;
  }

  /** The panel is gone. */
  leave(): void {
    this.#attended = false;
    for (const { stage } of this.#door.stages) this.#quiet(stage);
  }

  /** A stage's page has come, perhaps to find nobody. */
  connected(stage: string): void {
    if (!this.#attended) this.#quiet(stage);
  }

  #quiet(id: string): void {
    const found = this.#door.stages.find(({ stage }) => stage === id);
    if (found?.purpose === 'screen') void this.#door.close(id);
    else if (found?.connected) this.#door.send(id, wantNothing());
  }
}
