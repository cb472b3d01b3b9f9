/** Runs reads at the same time and writes alone; each waits for those of the other kind that came before it. */
export class WriteLane {
  #lastWrite: Promise<unknown> = Promise.resolve();
  readonly #reading = new Set<Promise<unknown>>();
  #writing = 0;
  readonly #later: (() => void)[] = [];

  read<T>(read: () => Promise<T>): Promise<T> {
    const answer = this.#lastWrite.then(read);
    const done = answer.then(
      () => undefined,
      () => undefined,
    );
    this.#reading.add(done);
    void done.then(() => this.#reading.delete(done));
    return answer;
  }

  write<T>(write: () => Promise<T>): Promise<T> {
    this.#writing++;
    const written = Promise.all([this.#lastWrite, ...this.#reading])
      .then(write)
      .finally(() => {
        if (--this.#writing > 0) return;
        for (const call of this.#later.splice(0)) call();
      });
    this.#lastWrite = written.catch(() => undefined);
    return written;
  }

  /** Calls back immediately while nothing is written, else after the last write. */
  afterWrite(call: () => void): void {
    if (this.#writing === 0) call();
    else this.#later.push(call);
  }
}
