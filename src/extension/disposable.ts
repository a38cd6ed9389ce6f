/** Something that has to be ended. The shape of `vscode.Disposable`, without importing it. */
export interface Disposable {
  dispose(): unknown;
}

/** Holds what its owner made and ends all of it together, the youngest first. */
export class DisposableStore implements Disposable {
  readonly #items = new Set<Disposable>();
  #disposed = false;

  /** Takes over an item and hands it back; what comes after disposal is disposed of at once. */
  add<T extends Disposable>(item: T): T {
    if (this.#disposed) item.dispose();
    else this.#items.add(item);
    return item;
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    for (const item of [...this.#items].toReversed()) item.dispose();
    this.#items.clear();
  }
}
