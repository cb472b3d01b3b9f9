import type { Source } from "../../chain/core/follower.ts";
import type { CommandResult } from "../../chain/ordering/batch-reducer.ts";
import type { BatchCommand } from "../../chain/ordering/command.ts";
import { newestRootOf } from "../../ground/protocol/import-kinds.ts";

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
    this.#next = inputsAfter(this.#next, command);
  }

  mark(): NextInputs {
    return this.#next;
  }

  returnTo(next: NextInputs): void {
    this.#next = next;
  }
}

/** Inputs that come next after a command. */
export function inputsAfter(next: NextInputs, command: BatchCommand): NextInputs {
  switch (command.type) {
    case "operation":
      return { ...next, operation: next.operation + 1n };
    case "imports": {
      const newest = newestRootOf(command.roots);
      return newest === undefined ? next : { ...next, root: newest.registryIndex + 1n };
    }
    case "empty":
    case "cheat":
    case "impersonation":
      return { ...next, wish: next.wish + 1n };
    case "open":
    case "block":
    case "seal":
      return next;
  }
}
