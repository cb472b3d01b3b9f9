import { Interface } from "ethers";
import type { EngineTransaction, UnsignedEngineTransaction } from "../../../ground/transaction/transaction.ts";
import type { StateCheat } from "../../../ground/protocol/state-cheat.ts";
import { OPENING } from "../../../ground/protocol/system-transactions.ts";
import {
  type Cheat,
  cheatHints,
  closingHints,
  impersonationHints,
  importHints,
  openingHints,
  operationHints,
  type QueuedOperation,
  type StepBlock,
} from "../../machine/hints/batch-hints.ts";
import { blockHints, transactionHints } from "../../machine/hints/transaction-hints.ts";
import type { Hint } from "../../machine/interpreter/machine-state.ts";
import { VERSION_PREDEPLOYS } from "../../../ground/protocol/generated/version-predeploys.ts";
import { NO_HASHES } from "../../../ground/protocol/block-hashes.ts";
import { fromHex } from "../../../ground/protocol/hex.ts";
import type { ChainId } from "../../../ground/protocol/ids.ts";
import { BOOTLOADER_ADDRESS } from "../../../ground/protocol/l2-log.ts";
import { PREDEPLOYS } from "../../../ground/protocol/predeploys.ts";
import type { L2CanonicalTransaction } from "../../../ground/protocol/priority-op.ts";
import type { InTurns } from "../../../ground/runtime/turns.ts";
import type { ExecutedBatch, ExecutedBlock } from "./executed-batch.ts";
import { UnprovableBatch } from "./unproven-execution.ts";
import { signedTransaction } from "./user-transaction.ts";

const abi = new Interface(["function importRoot(uint256 registryIndex, bytes32 root)", OPENING]);

/** Words of each predeploy that a first opening installs. */
const PREDEPLOY_WORDS = VERSION_PREDEPLOYS.map(({ address, codeHash, codeDigest }) => [
  BigInt(address),
  BigInt(codeHash),
  BigInt(codeDigest),
]);

/** Part of the witness that one step of the kernel reads. Chunks are cut between steps. */
export interface BatchStep {
  readonly hints: readonly Hint[];
}

/** A block with its place in the batch. */
interface PlacedBlock extends ExecutedBlock {
  readonly step: StepBlock;
  readonly isFirst: boolean;
  readonly isLast: boolean;
}

/** The kernel's steps of which a batch consists. Throws UnprovableBatch for an operation that is not among those given. */
export function* batchSteps(batch: Omit<ExecutedBatch, "batchNumber" | "coinbase">): InTurns<BatchStep[]> {
  const { blocks, parentHash, operations, cheats } = batch;
  const placed = blocks.map((block, i): PlacedBlock => {
    const step = { timestamp: block.environment.timestamp, parentHash: BigInt(blocks[i - 1]?.hash ?? parentHash) };
    return { ...block, step, isFirst: i === 0, isLast: i === blocks.length - 1 };
  });
  const { isQueueAlone } = openingOf(blocks);
  const steps: BatchStep[] = [];
  let taken = 0;
  for (let at = 0; at < placed.length;) {
    const own = placed.slice(at, endOfStep(placed, at));
    const [block] = own as [PlacedBlock];
    yield;
    // The step of the next operation skips the numbers that the empty blocks have.
    const isLeftOut = isQueueAlone && block.transactions.length === 0;
    if (isOperation(block)) steps.push({ hints: operationStep(operations[taken++], own) });
    else if (!isLeftOut) steps.push(...blockSteps(block, batch).map((hints) => ({ hints })));
    for (const { blockNumber, cheat } of cheats)
      if (own.some(({ environment }) => environment.number === blockNumber)) steps.push({ hints: cheatHints(cheatOf(cheat)) });
    at += own.length;
  }
  return steps;
}

/** Behind the blocks of the step that begins at a place: an operation has all up to that of its result. */
function endOfStep(blocks: readonly PlacedBlock[], at: number): number {
  let last = at;
  if (isOperation(blocks[at] as PlacedBlock)) while (last < blocks.length - 1 && !concludes(blocks[last] as PlacedBlock)) last++;
  return last + 1;
}

/** True if the block is the first of an operation; openings, imports and closings are the bootloader's. */
function isOperation({ transactions: [first] }: ExecutedBlock): boolean {
  if (first?.kind !== "unsigned" || first.isImpersonated === true) return false;
  const isBatchs = first.to === PREDEPLOYS.SystemContext || first.to === PREDEPLOYS.ImportedRoots;
  return first.from !== BOOTLOADER_ADDRESS || !isBatchs;
}

function concludes({ transactions }: ExecutedBlock): boolean {
  const last = transactions.at(-1);
  return last?.kind === "unsigned" && last.from === BOOTLOADER_ADDRESS && last.to === PREDEPLOYS.L1Messenger;
}

/** The steps of a block without an operation. */
function blockSteps(
  { step, isFirst, isLast, environment, transactions }: PlacedBlock,
  { chainId, configuration, installsPredeploys = false }: Pick<ExecutedBatch, "chainId" | "configuration" | "installsPredeploys">,
): Hint[][] {
  const [first] = transactions;
  const isOwn = first?.kind === "unsigned" && first.from === BOOTLOADER_ADDRESS && first.isImpersonated !== true;
  if (isOwn && isFirst) {
    const { forgetsHashes, coinbase } = openingOf([{ environment, transactions }]);
    const predeploys = installsPredeploys ? PREDEPLOY_WORDS : [];
    return [openingHints(step, forgetsHashes, { coinbase, configuration, predeploys })];
  }
  if (isOwn && isLast) return [closingHints(step)];
  if (isOwn) return [importHints(step, transactions.map(importedRoot))];
  return [blockHints(step.timestamp, step.parentHash), ...transactions.map((transaction) => userStep(transaction, chainId))];
}

/** Inputs of the opening of a batch with these blocks. */
export function openingOf([opening]: readonly Pick<ExecutedBlock, "environment" | "transactions">[]): {
  /** Whether it forgets the hashes of the blocks before it. */
  readonly forgetsHashes: boolean;
  /** True if L1's queue alone makes the chain's order: then BLOCKHASH is 0. */
  readonly isQueueAlone: boolean;
  readonly coinbase: bigint;
} {
  const [first] = opening?.transactions ?? [];
  const call = first === undefined ? null : abi.parseTransaction({ data: first.data });
  if (call === null) throw new UnprovableBatch("disagreement", "the batch's first block does not open it");
  const since = call.args["since"] as bigint;
  return {
    forgetsHashes: since === opening?.environment.number,
    isQueueAlone: since === NO_HASHES,
    coinbase: BigInt(call.args["coinbase"] as string),
  };
}

function importedRoot({ data }: EngineTransaction): { index: bigint; root: bigint } {
  const args = abi.parseTransaction({ data })?.args;
  return { index: args?.["registryIndex"] as bigint, root: BigInt(args?.["root"] as string) };
}

function userStep(transaction: EngineTransaction, chainId: ChainId): Hint[] {
  return transaction.kind === "signed"
    ? transactionHints(signedTransaction(transaction, chainId))
    : impersonationHints(impersonated(transaction));
}

function impersonated({
  from,
  to,
  valueWei,
  gasLimit,
  data,
}: UnsignedEngineTransaction): Parameters<typeof impersonationHints>[0] {
  const target = to === undefined ? undefined : BigInt(to);
  return { from: BigInt(from), to: target, value: valueWei, gasLimit, data: fromHex(data) };
}

function operationStep(operation: L2CanonicalTransaction | undefined, blocks: readonly PlacedBlock[]): Hint[] {
  const [first] = blocks;
  if (operation === undefined || first === undefined)
    throw new UnprovableBatch("operation-unknown", "the batch executes an operation that was not stored");
  const parents = blocks.map(({ step }) => step.parentHash);
  return operationHints(queuedOperation(operation), first.step.timestamp, parents);
}

function queuedOperation(operation: L2CanonicalTransaction): QueuedOperation {
  const { from, to, gasLimit, paymaster, nonce, value, data, reserved } = operation;
  const [minted = 0n, refundRecipient = 0n, queuedAt = 0n] = reserved;
  return {
    from,
    to,
    gasLimit,
    paymaster,
    nonce,
    value,
    minted,
    refundRecipient,
    queuedAt,
    data: fromHex(data),
    gasPerPubdata: operation.gasPerPubdataByteLimit,
    gasPrice: operation.maxFeePerGas,
    priorityFee: operation.maxPriorityFeePerGas,
  };
}

/** A cheat as the kernel takes it. */
export function cheatOf(cheat: StateCheat): Cheat {
  const account = BigInt(cheat.address);
  switch (cheat.type) {
    case "balance":
      return { kind: "balance", account, wei: cheat.balanceWei };
    case "nonce":
      return { kind: "nonce", account, nonce: cheat.nonce };
    case "code":
      return { kind: "code", account, code: fromHex(cheat.code) };
    case "storage":
      return { kind: "storage", account, slot: cheat.slot, value: cheat.value };
  }
}
