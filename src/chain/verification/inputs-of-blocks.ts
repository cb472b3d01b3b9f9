import { Interface } from "ethers";
import { BOOTLOADER_ADDRESS } from "../../protocol/l2-log.ts";
import { PREDEPLOYS } from "../../protocol/predeploys.ts";
import type { PublishedInputs, PublishedStep } from "../../protocol/published-inputs.ts";
import type { ImportedRoot } from "../../protocol/rolling-hash.ts";
import type { Hex } from "../../protocol/hex.ts";
import type { InputBlock, InputTransaction } from "./batch-inputs.ts";

const abi = new Interface(["function importRoot(uint256 registryIndex, bytes32 root)"]);

/**
 * Inputs of a batch that its blocks show, from the opening to the closing one. A validator computes the same from the blocks that
 * it has executed. Throws TypeError for blocks that no batch consists of.
 */
export function inputsOfBlocks(blocks: readonly InputBlock[], firstState: number): PublishedInputs {
  const [opening, ...others] = blocks;
  const closing = others.pop();
  if (opening === undefined || closing === undefined) throw new TypeError("a batch has an opening and a closing block");
  const { coinbase, timestamp: openedAt } = opening.environment;
  const steps: PublishedStep[] = [];
  let before = openedAt;
  const add = (timestamp: bigint, content: ContentOf<PublishedStep>): void => {
    steps.push({ seconds: timestamp - before, ...content });
    before = timestamp;
  };
  for (let place = 0, block = others[0]; block !== undefined; block = others[place]) {
    const { timestamp } = block.environment;
    const [first] = block.transactions;
    if (first === undefined) {
      const empty = emptyBlocks(others.slice(place));
      add(timestamp, empty);
      before = timestamp + BigInt(empty.count - 1) * empty.intervalSeconds;
      place += empty.count;
    } else if (first.kind === "signed") {
      add(timestamp, { type: "block", transactions: block.transactions.map(rawOf) });
      place++;
    } else if (isImport(first)) {
      add(timestamp, { type: "imports", roots: block.transactions.map(rootOf) });
      place++;
    } else {
      add(timestamp, { type: "operation" });
      place += blocksOfOperation(others.slice(place));
    }
  }
  add(closing.environment.timestamp, { type: "seal" });
  return { coinbase, firstState, openedAt, steps };
}

/** Step without its time. */
type ContentOf<Step> = Step extends unknown ? Omit<Step, "seconds"> : never;

/** As many blocks without transactions from the first one on as are the same time apart. */
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

function rawOf(transaction: InputTransaction): Hex {
  if (transaction.kind !== "signed") throw new TypeError("a block of users holds signed transactions only");
  return transaction.raw;
}

function rootOf(transaction: InputTransaction): ImportedRoot {
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
