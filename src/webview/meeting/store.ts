import type { EngineState } from './engineState.ts';

/** The engine's state and the one way to change it. The parts of the engine share one store; each owns fields of its own. */
export class Store {
  readonly #onChange: () => void;
  #state: EngineState;

  constructor(state: EngineState, onChange: () => void) {
    this.#state = state;
    this.#onChange = onChange;
  }

  get state(): EngineState {
    return this.#state;
  }

  set(change: Partial<EngineState>): void {
    this.#state = { ...this.#state, ...change };
    this.#onChange();
  }
}
