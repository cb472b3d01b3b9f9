/** Admits one caller at a time, in the order of the calls. */
export class OneAtATime {
  #last: Promise<undefined> = Promise.resolve(undefined);

  /** Resolves once all who came before have left, with what is called to leave: once, or several times. */
  async enter(): Promise<() => void> {
    const before = this.#last;
    const { promise, resolve } = Promise.withResolvers<undefined>();
    this.#last = promise;
    await before;
    return () => resolve(undefined);
  }

  /** Runs the work after all earlier work. Rejects with its error, and lets the next one in. */
  async run<Result>(work: () => Promise<Result>): Promise<Result> {
    const leave = await this.enter();
    try {
      return await work();
    } finally {
      leave();
    }
  }
}
