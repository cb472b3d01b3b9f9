import type { Common } from "@ethereumjs/common";
import type { BatchNumber } from "../../ground/protocol/ids.ts";
import type { L2CanonicalTransaction } from "../../ground/protocol/priority-op.ts";
import { PublishedInputsError, type PublishedInputs, type PublishedStep } from "../../ground/protocol/published-inputs.ts";
import type { BatchCommand } from "../ordering/command.ts";
import { priorityOperation } from "../predeploys/priority-operation.ts";
import { decodeTransaction } from "../../ground/transaction/decode-transaction.ts";

/** Parts of a batch that its inputs lack. */
export interface InputsContext {
  readonly batchNumber: BatchNumber;
  readonly isProven: boolean;
  /** Operations of L1's queue that the batch takes, in order. */
  readonly operations: readonly L2CanonicalTransaction[];
  readonly rules: Common;
}

/**
 * Commands that published inputs lead to, in order. Throws TransactionFormatError, and PublishedInputsError if the
 * inputs take more operations than L1's record of the batch.
 */
export function commandsOfInputs(
  { coinbase, openedAt, steps }: PublishedInputs,
  context: InputsContext,
): readonly BatchCommand[] {
  const { batchNumber, isProven, operations } = context;
  const open: BatchCommand = { type: "open", batchNumber, timestamp: openedAt, isProven };
  let [before, taken] = [openedAt, 0];
  const commands = steps.map((step): BatchCommand => {
    const timestamp = before + step.seconds;
    before = step.type === "empty" ? timestamp + BigInt(step.count - 1) * step.intervalSeconds : timestamp;
    if (step.type !== "operation") return commandOf(step, timestamp, context);
    const operation = operations[taken++];
    if (operation === undefined)
      throw new PublishedInputsError(`they take operation ${taken - 1}, and L1's record says ${operations.length} operations`);
    return { type: "operation", timestamp, operation: priorityOperation(operation, coinbase) };
  });
  return [open, ...commands];
}

function commandOf(
  step: Exclude<PublishedStep, { readonly type: "operation" }>,
  timestamp: bigint,
  { rules }: InputsContext,
): BatchCommand {
  switch (step.type) {
    case "block": {
      const transactions = step.transactions.map((raw) => decodeTransaction(raw, rules, { replayProtection: "optional" }));
      return { type: "block", timestamp, transactions };
    }
    case "empty":
      return { type: "empty", timestamp, count: step.count, intervalSeconds: step.intervalSeconds };
    case "imports":
      return { type: "imports", timestamp, roots: step.roots };
    case "seal":
      return { type: "seal", timestamp };
  }
}

/** Lower bound of the number of blocks that inputs lead to: an operation makes one to three. */
export function fewestBlocks({ steps }: PublishedInputs): number {
  return steps.reduce((sum, step) => sum + (step.type === "empty" ? step.count : 1), 1);
}
