/** Fault that stopped a chain or its settlement, until it continues from an earlier state. */
export class Fault {
  readonly #onStop: (error: unknown) => void;
  #error: unknown;

  constructor(onStop: (error: unknown) => void) {
    this.#onStop = onStop;
  }

  /** The first error; undefined while both run. */
  get error(): unknown {
    return this.#error;
  }

  readonly raise = (error: unknown): void => {
    this.#error ??= error;
    this.#onStop(error);
  };

  clear(): void {
    this.#error = undefined;
  }
}
