import { Interface } from "ethers";
import { BOOTLOADER_ADDRESS } from "../../ground/protocol/l2-log.ts";
import { PREDEPLOYS } from "../../ground/protocol/predeploys.ts";
import type { PublishedInputs, PublishedStep } from "../../ground/protocol/published-inputs.ts";
import type { ImportedRoot } from "../../ground/protocol/rolling-hash.ts";
import type { Hex } from "../../ground/protocol/hex.ts";
import type { InputBlock, InputTransaction } from "./batch-inputs.ts";

const abi = new Interface(["function importRoot(uint256 registryIndex, bytes32 root)"]);

/** Blocks of a batch between its opening and its closing that one command makes. */
export type BlockStep =
  | { readonly type: "block" | "imports"; readonly block: InputBlock }
  /** Blocks without transactions up to the next step. */
  | { readonly type: "empty"; readonly blocks: readonly InputBlock[] }
  /** Payout, operation and conclusion. */
  | { readonly type: "operation"; readonly blocks: readonly InputBlock[] };

/** A batch's blocks by steps. Throws TypeError for blocks that no batch consists of. */
export function stepsOfBlocks(blocks: readonly InputBlock[]): {
  readonly opening: InputBlock;
  readonly steps: readonly BlockStep[];
  readonly closing: InputBlock;
} {
  const [opening, ...others] = blocks;
  const closing = others.pop();
  if (opening === undefined || closing === undefined) throw new TypeError("a batch has an opening and a closing block");
  const steps: BlockStep[] = [];
  for (let place = 0, block = others[0]; block !== undefined; block = others[place]) {
    const step = stepFrom(block, others.slice(place));
    steps.push(step);
    place += "blocks" in step ? step.blocks.length : 1;
  }
  return { opening, steps, closing };
}

function stepFrom(block: InputBlock, rest: readonly InputBlock[]): BlockStep {
  const [first] = block.transactions;
  if (first === undefined) {
    const end = rest.findIndex(({ transactions }) => transactions.length > 0);
    return { type: "empty", blocks: end === -1 ? rest : rest.slice(0, end) };
  }
  if (first.kind === "signed") return { type: "block", block };
  return isImport(first) ? { type: "imports", block } : { type: "operation", blocks: rest.slice(0, blocksOfOperation(rest)) };
}

/**
 * Inputs of a batch that its blocks show, from the opening to the closing one. A validator computes the same from the blocks that
 * it has executed. Throws TypeError for blocks that no batch consists of.
 */
export function inputsOfBlocks(blocks: readonly InputBlock[], firstState: number): PublishedInputs {
  const { opening, steps: blockSteps, closing } = stepsOfBlocks(blocks);
  const { coinbase, timestamp: openedAt } = opening.environment;
  const steps: PublishedStep[] = [];
  let before = openedAt;
  const add = (timestamp: bigint, content: ContentOf<PublishedStep>): void => {
    steps.push({ seconds: timestamp - before, ...content });
    before = timestamp;
  };
  for (const step of blockSteps)
    if (step.type === "empty")
      for (let place = 0; place < step.blocks.length;) {
        const empty = emptyBlocks(step.blocks.slice(place));
        add(timeOf(step.blocks[place]), empty);
        before += BigInt(empty.count - 1) * empty.intervalSeconds;
        place += empty.count;
      }
    else if (step.type === "operation") add(timeOf(step.blocks[0]), { type: "operation" });
    else add(timeOf(step.block), step.type === "block" ? usersOf(step.block) : importsOf(step.block));
  add(timeOf(closing), { type: "seal" });
  return { coinbase, firstState, openedAt, steps };
}

function timeOf(block: InputBlock | undefined): bigint {
  return block?.environment.timestamp ?? 0n;
}

function usersOf({ transactions }: InputBlock): ContentOf<PublishedStep> {
  return { type: "block", transactions: transactions.map(rawOf) };
}

function importsOf({ transactions }: InputBlock): ContentOf<PublishedStep> {
  return { type: "imports", roots: transactions.map(rootOf) };
}

/** Step without its time. */
type ContentOf<Step> = Step extends unknown ? Omit<Step, "seconds"> : never;

/** Longest sequence of blocks without transactions from the first one that have equal distances in time. */
function emptyBlocks(blocks: readonly InputBlock[]): Extract<ContentOf<PublishedStep>, { readonly type: "empty" }> {
  const times: bigint[] = [];
  for (const { environment, transactions } of blocks) {
    const [first = 0n, second = 0n] = times;
    const isNext = times.length < 2 || environment.timestamp - (times.at(-1) ?? 0n) === second - first;
    if (transactions.length > 0 || !isNext) break;
    times.push(environment.timestamp);
  }
  const [first = 0n, second = first] = times;
  return { type: "empty", count: times.length, intervalSeconds: second - first };
}

/** Payout, the operation, its conclusion: the last one logs the result. */
function blocksOfOperation(blocks: readonly InputBlock[]): number {
  const end = blocks.findIndex(({ transactions }) => isResult(transactions.at(-1)));
  if (end === -1) throw new TypeError("an operation ends with its result");
  return end + 1;
}

function isResult(transaction: InputTransaction | undefined): boolean {
  return transaction?.kind === "unsigned" && transaction.from === BOOTLOADER_ADDRESS && transaction.to === PREDEPLOYS.L1Messenger;
}

/** True if a block that begins with the transaction imports roots. */
export function isImport(transaction: InputTransaction): boolean {
  return (
    transaction.kind === "unsigned" && transaction.from === BOOTLOADER_ADDRESS && transaction.to === PREDEPLOYS.ImportedRoots
  );
}

/** Bytes of a transaction that its sender signed. Throws TypeError for any other transaction. */
export function rawOf(transaction: InputTransaction): Hex {
  if (transaction.kind !== "signed") throw new TypeError("a block of users holds signed transactions only");
  return transaction.raw;
}

/** Root that a transaction imports. Throws TypeError for any other transaction. */
export function rootOf(transaction: InputTransaction): ImportedRoot {
  const root = importedRootOf(transaction);
  if (root === undefined) throw new TypeError("a block of imports holds imports only");
  return root;
}

/** Root that a transaction imports; undefined for any other transaction. */
export function importedRootOf(transaction: InputTransaction): ImportedRoot | undefined {
  const call = transaction.kind === "signed" ? null : abi.parseTransaction({ data: transaction.data });
  if (call === null) return undefined;
  return { registryIndex: call.args["registryIndex"] as bigint, root: String(call.args["root"]).toLowerCase() as Hex };
}
