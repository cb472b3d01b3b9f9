import { Interface } from "ethers";
import type { Common } from "@ethereumjs/common";
import { BLOCK_HASHES_IN_REACH, NO_HASHES } from "../../ground/protocol/block-hashes.ts";
import type { L2CanonicalTransaction } from "../../ground/protocol/priority-op.ts";
import type { ImportedRoot } from "../../ground/protocol/rolling-hash.ts";
import type { VersionOf } from "../../ground/protocol/upgrade.ts";
import type { BatchNumber } from "../../ground/protocol/ids.ts";
import { type PriorityOperation, OPENING } from "../../ground/protocol/system-transactions.ts";
import { isProvenOnL1 } from "../../ground/protocol/protocol-version.ts";
import type { BatchCommand } from "../ordering/command.ts";
import type { PolicyOf } from "../../ground/protocol/terms.ts";
import { decodeTransaction } from "../../ground/transaction/decode-transaction.ts";
import { TransactionFormatError } from "../../ground/transaction/transaction-format-error.ts";
import type { EngineTransaction } from "../../ground/transaction/transaction.ts";
import type { BatchInputs, InputBlock, InputTransaction } from "./batch-inputs.ts";
import { importedRootOf, isImport } from "./inputs-of-blocks.ts";
import { BatchRefusal } from "./refusal.ts";
import { isRequest } from "./shown-blocks.ts";

/** Facts of L1 that a verifier reads by its own connection. */
export interface L1Facts {
  /** The operation at a place of the chain's queue; undefined beyond its end. */
  operation(index: bigint): Promise<L2CanonicalTransaction | undefined>;
  /** Whether the registry of Transaction Roots has had the root at its index. */
  hasRoot(root: ImportedRoot): Promise<boolean>;
  /** The protocol version that L1 gives a batch. */
  readonly versionOf: VersionOf;
  /** The policy that L1 asks about a batch. Default: the chain's first. */
  readonly policyOf?: PolicyOf;
}

interface DecodingContext {
  readonly rules: Common;
  /** Rules of the chain's porter. Default: it has none. */
  readonly porter?: Common | undefined;
  /** Operations that earlier batches took from the queue. */
  readonly operationsTaken: bigint;
  readonly l1: L1Facts;
  /** The steps that carry an operation out. */
  readonly carriedOut: (operation: L2CanonicalTransaction) => PriorityOperation;
}

/** A batch's commands in order, and its first and its last one. */
interface DecodedBatch {
  readonly open: BatchCommand & { readonly type: "open" };
  readonly commands: readonly BatchCommand[];
  readonly seal: BatchCommand & { readonly type: "seal" };
}

const abi = new Interface([OPENING]);

/**
 * The commands of a batch, read from its blocks: senders are recovered, roots and operations are those that L1 has.
 * Executing the commands decides if they lead to exactly these blocks. Rejects with BatchRefusal.
 */
export async function decodeBatch(inputs: BatchInputs, context: DecodingContext): Promise<DecodedBatch> {
  const { blocks, batchNumber } = inputs;
  const [opening, closing] = [blocks[0], blocks.at(-1)];
  if (opening === undefined || closing === undefined)
    throw new BatchRefusal("BlockMismatch", `batch ${batchNumber} is shown without blocks`);
  const commands: BatchCommand[] = [];
  let nextOperation = context.operationsTaken;
  const open = decodeOpening(batchNumber, opening, context);
  // Empty blocks before an operation follow from the operations.
  const between = blocks.slice(1, -1).filter(({ transactions }) => !open.isQueueAlone || transactions.length > 0);
  for (let place = 0, block = between[0]; block !== undefined; block = between[place]) {
    const { command, blockCount } = await decodeNext(block, nextOperation, context);
    if (command.type === "operation") nextOperation++;
    commands.push(command);
    place += blockCount;
  }
  const { isQueueAlone: _, ...begin } = open;
  if (begin.forgetsHashes === true) requireOutOfReach(inputs);
  return {
    open: begin,
    commands,
    seal: { type: "seal", timestamp: closing.environment.timestamp },
  };
}

/** Checks the consequences of the opening; the opening is compared as a whole when it is executed. */
function decodeOpening(
  batchNumber: BatchNumber,
  { environment, transactions }: InputBlock,
  { l1, operationsTaken }: DecodingContext,
): DecodedBatch["open"] & { readonly isQueueAlone: boolean } {
  const { number, timestamp, isMetered } = environment;
  const [transaction] = transactions;
  const call = transaction?.kind === "unsigned" ? abi.parseTransaction({ data: transaction.data }) : null;
  const version = l1.versionOf(timestamp, operationsTaken, batchNumber);
  const isProven = isProvenOnL1(version);
  if (isMetered !== isProven)
    throw new BatchRefusal(
      "VersionMismatch",
      `batch ${batchNumber} opens ${isMetered ? "proven" : "trusted"}, and by this validator's view of L1 it has version ${version}, which is ${isProven ? "proven" : "trusted"}; ` +
        "where its node is behind, the validator signs once the node has caught up; where the chain's is, have the chain form the batch again (hyperchain:reseal)",
    );
  const since = call?.args["since"] as bigint | undefined;
  return { type: "open", batchNumber, timestamp, forgetsHashes: since === number, isProven, isQueueAlone: since === NO_HASHES };
}

/**
 * Checks that an opening forgets the hashes of the blocks before it only if no transaction can request them: the first
 * one comes 256 blocks later. Otherwise an operator could choose when BLOCKHASH of a block is 0.
 */
function requireOutOfReach({ batchNumber, blocks }: BatchInputs): void {
  const emptyBlocks = blocks.slice(1).findIndex(({ transactions }) => transactions.length > 0);
  if (BigInt(emptyBlocks) >= BLOCK_HASHES_IN_REACH - 1n) return;
  throw new BatchRefusal(
    "HashesForgotten",
    `batch ${batchNumber} forgets the hashes of the blocks before it, and has ${emptyBlocks} empty blocks before its first transaction, not ${BLOCK_HASHES_IN_REACH - 1n}: transactions could ask for them`,
  );
}

interface DecodedCommand {
  readonly command: BatchCommand;
  /** Blocks that it makes. */
  readonly blockCount: number;
}

/** The command that begins with the block. */
async function decodeNext(block: InputBlock, nextOperation: bigint, context: DecodingContext): Promise<DecodedCommand> {
  const [first] = block.transactions;
  if (first === undefined || first.kind === "signed") return { command: decodeSigned(block, context), blockCount: 1 };
  if (isImport(first)) return { command: await decodeImports(block, context.l1), blockCount: 1 };
  return decodeOperation(block, nextOperation, context);
}

/** A block of transactions that their senders signed. */
function decodeSigned(block: InputBlock, { rules, porter }: DecodingContext): BatchCommand {
  const { number, timestamp } = block.environment;
  const transactions = block.transactions.map((transaction): EngineTransaction => {
    if (transaction.kind !== "signed")
      throw mismatch(block, "one of the chain's own transactions is among those that were signed");
    try {
      // Replay protection is a matter of the chain's pool: the sender has signed the transaction for every chain.
      return decodeTransaction(transaction.raw, rules, { replayProtection: "optional", opened: "allowed", porter });
    } catch (error) {
      if (!(error instanceof TransactionFormatError)) throw error;
      throw new BatchRefusal("TransactionInvalid", `block ${number}: ${error.message}`, { cause: error });
    }
  });
  return { type: "block", transactions, timestamp };
}

async function decodeImports(block: InputBlock, l1: L1Facts): Promise<BatchCommand> {
  const { number, timestamp } = block.environment;
  const roots = block.transactions.map((transaction) => importedRoot(block, transaction));
  for (const root of roots) {
    if (await l1.hasRoot(root)) continue;
    throw new BatchRefusal(
      "ImportedRootUnknown",
      `block ${number} imports root ${root.root} as number ${root.registryIndex}, which L1's registry does not have`,
    );
  }
  return { type: "imports", roots, timestamp };
}

function importedRoot(block: InputBlock, transaction: InputTransaction): ImportedRoot {
  const root = importedRootOf(transaction);
  if (root === undefined) throw mismatch(block, "something else is among imports of roots");
  return root;
}

/** Payout, the operation itself and its conclusion, a block each where there is anything in it; or the conclusion alone. */
async function decodeOperation(
  { environment, transactions }: InputBlock,
  index: bigint,
  { l1, carriedOut }: DecodingContext,
): Promise<DecodedCommand> {
  const queued = await l1.operation(index);
  if (queued === undefined)
    throw new BatchRefusal(
      "OperationUnknown",
      `block ${environment.number} executes operation ${index}, which L1's queue does not have`,
    );
  const operation = carriedOut(queued);
  const payoutBlocks = operation.payout.length > 0 ? 1 : 0;
  const [first = operation.operation] = operation.payout;
  const [shown, ...others] = transactions;
  const runs = shown !== undefined && others.length === 0 && isRequest(shown, first);
  const { timestamp } = environment;
  return { command: { type: "operation", operation, runs, timestamp }, blockCount: runs ? payoutBlocks + 2 : 1 };
}

function mismatch({ environment }: InputBlock, reason: string): BatchRefusal {
  return new BatchRefusal("SystemTransactionMismatch", `block ${environment.number}: ${reason}`);
}
