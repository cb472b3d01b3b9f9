import type { Source } from "../core/follower.ts";
import type { CommandResult } from "../chain/ordering/batch-reducer.ts";

/** First indexes that a chain has not taken: in L1's queue, in L1's registry of roots, and among the wishes of its host. */
export interface NextInputs {
  readonly operation: bigint;
  readonly root: bigint;
  readonly wish: bigint;
}

/** Counts the inputs that a chain has executed, also undecided ones. */
export class ExecutedInputs implements Source<CommandResult, NextInputs> {
  readonly name = "inputs";
  readonly sees = "executed";
  #next: NextInputs;

  constructor(next: NextInputs = { operation: 0n, root: 0n, wish: 0n }) {
    this.#next = next;
  }

  get next(): NextInputs {
    return this.#next;
  }

  on({ command }: CommandResult): void {
    const { operation, wish } = this.#next;
    switch (command.type) {
      case "operation":
        this.#next = { ...this.#next, operation: operation + 1n };
        return;
      case "imports": {
        const newest = command.roots.at(-1);
        if (newest !== undefined) this.#next = { ...this.#next, root: newest.registryIndex + 1n };
        return;
      }
      case "empty":
      case "cheat":
      case "impersonation":
        this.#next = { ...this.#next, wish: wish + 1n };
        return;
      case "open":
      case "block":
      case "seal":
    }
  }

  mark(): NextInputs {
    return this.#next;
  }

  returnTo(next: NextInputs): void {
    this.#next = next;
  }
}
