/** The pings of one link by their numbers: which was answered, and whose answer was missed. */
export class Pings {
  #sent = 0;
  /** The newest that was answered, and the newest that was to be and was not. */
  #answered = 0;
  #missed = 0;

  /** The number of the next one. */
  next(): number {
    return ++this.#sent;
  }

  /** The other side has answered this one. */
  onAnswer(ping: number): void {
    this.#answered = Math.max(this.#answered, ping);
  }

  /** Whether this one, or any later one, was answered, as it was to be by now: it is missed from then on where it was not. */
  isAnswered(ping: number): boolean {
    const isAnswered = this.#answered >= ping;
    if (!isAnswered) this.#missed = Math.max(this.#missed, ping);
    return isAnswered;
  }

  /** Whether no answer is missed that has not come since. */
  get areAnswered(): boolean {
    return this.#answered >= this.#missed;
  }
}
