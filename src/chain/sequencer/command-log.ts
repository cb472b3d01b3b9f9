import { digestOf } from "../../core/digest-of.ts";
import type { Follower } from "../../core/follower.ts";
import type { Hex } from "../../protocol/hex.ts";
import type { BatchNumber } from "../../protocol/ids.ts";
import type { CommandResult } from "../ordering/batch-reducer.ts";
import type { ChainCommand } from "../ordering/command.ts";

interface LoggedCommand {
  readonly batch: BatchNumber;
  /** Commands before it, counted as the spine does. */
  readonly position: number;
  readonly command: ChainCommand;
}

/** What a chain did since the last batch that L1 has executed. */
export class CommandLog implements Follower<CommandResult, number> {
  readonly name = "commands";
  #commands: LoggedCommand[] = [];
  #position: number;
  /** Whether blocks of nothing move those out of reach whose hashes are not known: doing it again makes them anew. */
  #passesUnknown = false;

  /** `position`: commands before the first. */
  constructor(position: number) {
    this.#position = position;
  }

  on({ command, batchNumber: batch, blocks }: CommandResult): void {
    const position = this.#position++;
    if (command.type === "open") {
      this.#passesUnknown = command.forgetsHashes === true;
      return;
    }
    const done = doneBy(command, blocks);
    if (this.#passesUnknown && done.type === "block" && done.transactions.length === 0) return;
    this.#passesUnknown = false;
    this.#commands.push({ batch, position, command: done });
  }

  mark(): number {
    return this.#position;
  }

  returnTo(position: number): void {
    this.#commands = this.#commands.filter((logged) => logged.position < position);
    this.#position = position;
  }

  digest(): Hex {
    const told = this.#commands.map(({ batch, command }) => [batch, { ...command, ...named(command) }]);
    return digestOf([this.#position, told]);
  }

  /** What was done since so many commands, in order. */
  since(position: number): readonly ChainCommand[] {
    return this.#commands.flatMap((logged) => (logged.position < position ? [] : [logged.command]));
  }

  /** Forgets what was done in the batches before this one. */
  forgetBefore(batch: BatchNumber): void {
    this.#commands = this.#commands.filter((logged) => logged.batch >= batch);
  }
}

/** What a command came to, as it is done again: without its time, and without what was refused. */
function doneBy(
  command: Exclude<CommandResult["command"], { readonly type: "open" }>,
  blocks: CommandResult["blocks"],
): ChainCommand {
  const included = blocks[0]?.transactions ?? [];
  const isRefused = command.type === "impersonation" && included.length === 0;
  if (command.type !== "block" && !isRefused) return command;
  return { type: "block", transactions: included.filter((transaction) => transaction.kind === "signed") };
}

/** Operations and signed transactions by their hashes. */
function named(command: ChainCommand): Readonly<Record<string, unknown>> {
  if (command.type === "operation") return { operation: command.operation.canonicalTxHash };
  return command.type === "block" ? { transactions: command.transactions.map(({ hash }) => hash) } : {};
}
