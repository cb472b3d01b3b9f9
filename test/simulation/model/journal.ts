/** Reverts the changes of a call, as L1 does when a call reverts. */
export class Journal {
  readonly #undo: (() => void)[] = [];

  record(undo: () => void): void {
    this.#undo.push(undo);
  }

  /** Runs a call: its changes stay if it returns, and are reverted if it throws. */
  attempt<T>(call: () => T): T {
    const mark = this.#undo.length;
    try {
      return call();
    } catch (error) {
      this.#rewind(mark);
      throw error;
    }
  }

  /** Runs a call and reverts its changes. */
  imagine<T>(call: () => T): T {
    const mark = this.#undo.length;
    try {
      return call();
    } finally {
      this.#rewind(mark);
    }
  }

  /** Forgets earlier changes, which can no longer be reverted. */
  settle(): void {
    this.#undo.length = 0;
  }

  #rewind(mark: number): void {
    while (this.#undo.length > mark) this.#undo.pop()?.();
  }
}

/** A variable of the model. */
export class Cell<Value> {
  readonly #journal: Journal;
  #value: Value;

  constructor(journal: Journal, value: Value) {
    this.#journal = journal;
    this.#value = value;
  }

  get value(): Value {
    return this.#value;
  }

  set value(next: Value) {
    const before = this.#value;
    this.#journal.record(() => {
      this.#value = before;
    });
    this.#value = next;
  }
}

/** A mapping of the model. */
export class Table<Value> {
  readonly #journal: Journal;
  readonly #values = new Map<string, Value>();

  constructor(journal: Journal) {
    this.#journal = journal;
  }

  get(...path: readonly unknown[]): Value | undefined {
    return this.#values.get(path.join());
  }

  set(value: Value, ...path: readonly unknown[]): void {
    const key = path.join();
    const before = this.#values.get(key);
    this.#journal.record(() => {
      if (before === undefined) this.#values.delete(key);
      else this.#values.set(key, before);
    });
    this.#values.set(key, value);
  }

  entries(): IterableIterator<[string, Value]> {
    return this.#values.entries();
  }
}

/** A mapping to amounts: absent is 0. */
export class Amounts {
  readonly #table: Table<bigint>;

  constructor(journal: Journal) {
    this.#table = new Table(journal);
  }

  get(...path: readonly unknown[]): bigint {
    return this.#table.get(...path) ?? 0n;
  }

  add(amount: bigint, ...path: readonly unknown[]): void {
    this.#table.set(this.get(...path) + amount, ...path);
  }

  entries(): IterableIterator<[string, bigint]> {
    return this.#table.entries();
  }
}
