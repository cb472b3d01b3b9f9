interface DoublingPausesOptions {
  /** Length of a first pause, in seconds. */
  readonly seconds: number;
  /** Number of times that a pause doubles at most. */
  readonly maxDoublings: number;
  /** Names that are remembered; the oldest is dropped for a further one. Default: all. */
  readonly maxNames?: number;
  readonly nowSeconds: () => bigint;
}

/** Pauses by name. Each further pause of a name is twice as long as the one before. */
export class DoublingPauses<Name> {
  readonly #options: DoublingPausesOptions;
  readonly #pauses = new Map<Name, { readonly times: number; readonly until: bigint }>();

  constructor(options: DoublingPausesOptions) {
    this.#options = options;
  }

  /** Second at which the name's pause ends; undefined if none is in effect. */
  until(name: Name): bigint | undefined {
    const until = this.#pauses.get(name)?.until ?? 0n;
    return this.#options.nowSeconds() < until ? until : undefined;
  }

  /** Names whose pauses are in effect, with the seconds at which they end. */
  *inEffect(): Iterable<{ readonly name: Name; readonly until: bigint }> {
    for (const name of this.#pauses.keys()) {
      const until = this.until(name);
      if (until !== undefined) yield { name, until };
    }
  }

  begin(name: Name): void {
    const { seconds, maxDoublings, maxNames = Infinity, nowSeconds } = this.#options;
    const times = (this.#pauses.get(name)?.times ?? 0) + 1;
    this.#pauses.delete(name);
    const [oldest] = this.#pauses.keys();
    if (oldest !== undefined && this.#pauses.size >= maxNames) this.#pauses.delete(oldest);
    const length = seconds * 2 ** Math.min(times - 1, maxDoublings);
    this.#pauses.set(name, { times, until: nowSeconds() + BigInt(length) });
  }

  /** Makes the name's next pause as long as the last one. */
  ease(name: Name): void {
    const pause = this.#pauses.get(name);
    if (pause === undefined) return;
    if (pause.times === 1) this.#pauses.delete(name);
    else this.#pauses.set(name, { ...pause, times: pause.times - 1 });
  }

  /** Ends the name's pause; its next one is a first one. */
  forget(name: Name): void {
    this.#pauses.delete(name);
  }
}
