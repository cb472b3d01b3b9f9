import { Interface } from "ethers";
import { wordToHex } from "../../ground/protocol/hex.ts";
import type { ChainId } from "../../ground/protocol/ids.ts";
import { InputKind } from "../../ground/protocol/noted-inputs.ts";
import type { BlockRecord, InputRecord } from "../../ground/protocol/input-records.ts";
import { recordOfTransaction } from "../../ground/transaction/recorded-transaction.ts";
import { OPENING } from "../../ground/protocol/system-transactions.ts";
import type { BatchInputs, InputBlock } from "./batch-inputs.ts";
import { rawOf, rootOf, stepsOfBlocks, type BlockStep } from "./inputs-of-blocks.ts";

const abi = new Interface([OPENING]);

/**
 * Records of a batch's inputs, of a chain whose proof exports their hash. Bodies of operations are in L1's queue. Throws
 * TypeError for blocks that no batch consists of.
 */
export function recordsOfBatch(
  { blocks, parentHash }: Pick<BatchInputs, "blocks" | "parentHash">,
  chainId: ChainId,
): InputRecord[] {
  const { opening, steps, closing } = stepsOfBlocks(blocks);
  const since = sinceOf(opening);
  const hashes = new Map(blocks.map(({ environment, hash }) => [environment.number, hash]));
  hashes.set(opening.environment.number - 1n, parentHash);
  const blockRecord = (kind: bigint, { environment: { number, timestamp } }: InputBlock): BlockRecord => {
    // No transaction can ask for an older one.
    const parent = number - 1n < since ? wordToHex(0n) : hashes.get(number - 1n);
    if (parent === undefined) throw new TypeError(`block ${number} follows no block of its batch`);
    return { type: "block", kind, timestamp, parentHash: parent, roots: [] };
  };
  const recordsOf = (step: BlockStep): readonly InputRecord[] => {
    switch (step.type) {
      case "block":
        return [blockRecord(InputKind.block, step.block), ...transactionsOf(step.block, chainId)];
      case "imports":
        return [{ ...blockRecord(InputKind.imports, step.block), roots: step.block.transactions.map(rootOf) }];
      case "empty":
        return step.blocks.map((block) => blockRecord(InputKind.block, block));
      case "operation":
        return step.blocks.map((block, i) => blockRecord(i === 0 ? InputKind.operation : InputKind.nextOfOperation, block));
    }
  };
  const forgets = since === opening.environment.number;
  return [
    blockRecord(forgets ? InputKind.forgettingOpening : InputKind.opening, opening),
    ...steps.flatMap(recordsOf),
    blockRecord(InputKind.closing, closing),
  ];
}

function transactionsOf({ transactions }: InputBlock, chainId: ChainId): readonly InputRecord[] {
  return transactions.map((transaction): InputRecord => recordOfTransaction(rawOf(transaction), chainId));
}

/** First block whose hash transactions of the batch can ask for, as its opening says. */
function sinceOf({ transactions: [transaction] }: InputBlock): bigint {
  const call = transaction?.kind === "unsigned" ? abi.parseTransaction({ data: transaction.data }) : null;
  if (call === null) throw new TypeError("a batch begins with its opening");
  return call.args["since"] as bigint;
}
