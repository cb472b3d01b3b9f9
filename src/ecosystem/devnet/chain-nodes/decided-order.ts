import type { CommandResult } from "../../../chain/ordering/batch-reducer.ts";
import type { BatchCommand } from "../../../chain/ordering/command.ts";
import type { Source } from "../../../chain/core/follower.ts";
import { NamedError } from "../../../ground/errors/named-error.ts";
import { encodeCommand } from "../../../chain/node/keeping/kept-command.ts";
import { keccak, type Hex } from "../../../ground/protocol/hex.ts";

/** A rebuilt chain has a transaction in another order than the quorum decided. */
export class DecidedOrderError extends NamedError<"OrderChanged"> {
  override readonly name = "DecidedOrderError";
}

/** Users' transactions, state cheats and impersonations of a chain, in the order of their decisions. */
export class DecidedOrder implements Source<CommandResult, number> {
  readonly name = "decided order";
  readonly sees = "decided";
  readonly #names: Hex[] = [];

  get names(): readonly Hex[] {
    return this.#names;
  }

  on({ command }: CommandResult): void {
    this.#names.push(...namesIn(command));
  }

  mark(): number {
    return this.#names.length;
  }

  returnTo(length: number): void {
    this.#names.length = length;
  }
}

/**
 * Throws DecidedOrderError if a rebuilt chain has another order than before. It may lack reverted transactions, or those
 * that can no longer run. `isComplete`: the node had decided everything; otherwise decisions that it had not seen may
 * follow.
 */
export function requireSameOrder(before: readonly Hex[], after: readonly Hex[], isComplete: boolean): void {
  const known = new Set(before);
  let position = 0;
  for (const [index, name] of after.entries()) {
    const isNew = !known.has(name);
    if (isNew && !isComplete && after.slice(index).every((later) => !known.has(later))) return;
    const found = before.indexOf(name, position);
    if (found < 0)
      throw new DecidedOrderError(
        "OrderChanged",
        `${name} is at position ${index} of the chain that the host has rebuilt, ` +
          (isNew ? "and no quorum decided it" : "after one that was decided later") +
          "; compare the host's log with other nodes'",
      );
    position = found + 1;
  }
}

function namesIn(command: BatchCommand): readonly Hex[] {
  switch (command.type) {
    case "block":
      return command.transactions.flatMap((transaction) => (transaction.kind === "signed" ? [transaction.hash] : []));
    case "cheat":
    case "impersonation":
      // A rebuilt chain may execute it at another second.
      return [keccak(new TextEncoder().encode(encodeCommand({ ...command, timestamp: 0n })))];
    case "open":
    case "empty":
    case "operation":
    case "imports":
    case "seal":
      return [];
  }
}
