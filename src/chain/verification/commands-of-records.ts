import type { Hex } from "../../ground/protocol/hex.ts";
import type { BlockRecord, InputRecord } from "../../ground/protocol/input-records.ts";
import { InputKind } from "../../ground/protocol/noted-inputs.ts";
import { PublishedInputsError } from "../../ground/protocol/published-inputs.ts";
import type { BatchCommand } from "../ordering/command.ts";
import { priorityOperation } from "../predeploys/priority-operation.ts";
import { decodeTransaction } from "../../ground/transaction/decode-transaction.ts";
import { rawOfRecord } from "../../ground/transaction/recorded-transaction.ts";
import type { SignedTransaction } from "../../ground/transaction/transaction.ts";
import type { InputsContext } from "./commands-of-inputs.ts";

/** Inputs of a batch as its proof has them. */
export interface RecordedBatch {
  /** The first one opens the batch, the last one seals it. */
  readonly commands: readonly BatchCommand[];
  /** Hash of each block's parent in order, as its record has it. */
  readonly parentHashes: readonly Hex[];
}

/**
 * Commands that records lead to. Throws TransactionFormatError, and PublishedInputsError if no batch has such records or they
 * take more operations than L1's record of the batch.
 */
export function commandsOfRecords(
  records: readonly InputRecord[],
  context: InputsContext & { readonly coinbase: Hex },
): RecordedBatch {
  const { batchNumber, isProven, operations, coinbase } = context;
  const blocks = blocksOf(records, context);
  let taken = 0;
  const commands = blocks.flatMap(({ record, transactions }, place): readonly BatchCommand[] => {
    const { kind, timestamp, roots } = record;
    const isOpening = kind === InputKind.opening || kind === InputKind.forgettingOpening;
    if (isOpening !== (place === 0)) throw new PublishedInputsError("their first block, and no other one, opens the batch");
    if ((kind === InputKind.closing) !== (place === blocks.length - 1))
      throw new PublishedInputsError("their last block, and no other one, closes the batch");
    if (isOpening)
      return [{ type: "open", batchNumber, timestamp, forgetsHashes: kind === InputKind.forgettingOpening, isProven }];
    if (kind === InputKind.closing) return [{ type: "seal", timestamp }];
    if (kind === InputKind.imports) return [{ type: "imports", timestamp, roots }];
    if (kind === InputKind.block) return [{ type: "block", timestamp, transactions }];
    // Further blocks of an operation follow from its first one.
    if (kind === InputKind.nextOfOperation) return [];
    const operation = operations[taken++];
    if (operation === undefined)
      throw new PublishedInputsError(`they take operation ${taken - 1}, and L1's record says ${operations.length} operations`);
    return [{ type: "operation", timestamp, operation: priorityOperation(operation, coinbase) }];
  });
  return { commands, parentHashes: blocks.map(({ record }) => record.parentHash) };
}

interface BlockOfRecords {
  readonly record: BlockRecord;
  readonly transactions: SignedTransaction[];
}

/** Each block with the transactions that follow it. */
function blocksOf(records: readonly InputRecord[], { rules }: Pick<InputsContext, "rules">): readonly BlockOfRecords[] {
  const blocks: BlockOfRecords[] = [];
  for (const record of records) {
    if (record.type === "block") blocks.push({ record, transactions: [] });
    else {
      const block = blocks.at(-1);
      if (block?.record.kind !== InputKind.block) throw new PublishedInputsError("a transaction follows no block of users");
      const raw = rawOfRecord(record, BigInt(rules.chainId()));
      block.transactions.push(decodeTransaction(raw, rules, { replayProtection: "optional" }));
    }
  }
  return blocks;
}
