import type { Hint } from "../interpreter/machine-state.ts";

import { dataHints } from "./transaction-hints.ts";

const STEP = { opening: 3n, imports: 4n, closing: 5n, operation: 6n, cheat: 7n, impersonation: 8n } as const;
const CHEAT = { storage: 0n, balance: 1n, nonce: 2n, code: 3n } as const;

/** Block that a step makes without a transaction: seconds, and the hash of the block before it. */
export interface StepBlock {
  readonly timestamp: bigint;
  readonly parentHash: bigint;
}

/** Words of an opening in addition to its block. */
export interface OpeningWords {
  /** Recipient of the batch's fees. */
  readonly coinbase: bigint;
  /** Slots 2 to 6 and 9 of the system context, for a chain's first batch. */
  readonly configuration?: readonly bigint[] | undefined;
  /** Address, code hash and code digest of each predeploy that the opening installs. Default none. */
  readonly predeploys?: readonly (readonly bigint[])[] | undefined;
}

/** Witness of a batch's opening. `forgets`: the chain of blocks' hashes restarts with its block. */
export function openingHints({ timestamp, parentHash }: StepBlock, forgets: boolean, words: OpeningWords): Hint[] {
  return [
    STEP.opening,
    ...predeployHints(words.predeploys),
    ...(words.configuration ?? []),
    forgets ? 1n : 0n,
    timestamp,
    ...(forgets ? [] : [parentHash]),
    words.coinbase,
  ];
}

function predeployHints(predeploys: readonly (readonly bigint[])[] = []): Hint[] {
  return [BigInt(predeploys.length), ...predeploys.flat()];
}

/** Witness of imports of roots, in one block. */
export function importHints(
  { timestamp, parentHash }: StepBlock,
  roots: readonly { readonly index: bigint; readonly root: bigint }[],
): Hint[] {
  return [STEP.imports, timestamp, parentHash, BigInt(roots.length), ...roots.flatMap(({ index, root }) => [index, root])];
}

/** Witness of a batch's closing. */
export function closingHints({ timestamp, parentHash }: StepBlock): Hint[] {
  return [STEP.closing, timestamp, parentHash];
}

/** An operation of L1's queue, in the words of its ABI encoding. */
export interface QueuedOperation {
  readonly from: bigint;
  /** 0 with data creates a contract. */
  readonly to: bigint;
  readonly gasLimit: bigint;
  readonly gasPerPubdata: bigint;
  /** Wei a unit of gas, as L1 charged it. */
  readonly gasPrice: bigint;
  readonly priorityFee: bigint;
  readonly paymaster: bigint;
  /** Place in the queue. */
  readonly nonce: bigint;
  readonly value: bigint;
  readonly minted: bigint;
  readonly refundRecipient: bigint;
  /** Second of L1 when it was queued. */
  readonly queuedAt: bigint;
  readonly data: Uint8Array;
}

/**
 * Witness of an operation: seconds of its blocks, and the hashes of the blocks before each. One that does not run has one block;
 * one that runs has two, or three where it is paid out.
 */
export function operationHints(operation: QueuedOperation, timestamp: bigint, parentHashes: readonly bigint[]): Hint[] {
  const { from, to, gasLimit, gasPerPubdata, gasPrice, priorityFee, paymaster, nonce, value, minted, refundRecipient, queuedAt } =
    operation;
  const words = [from, to, gasLimit, gasPerPubdata, gasPrice, priorityFee, paymaster, nonce, value, minted, refundRecipient];
  return [STEP.operation, ...words, queuedAt, ...dataHints(operation.data), timestamp, ...parentHashes];
}

/** A change of the state between two blocks. */
export type Cheat =
  | { readonly kind: "storage"; readonly account: bigint; readonly slot: bigint; readonly value: bigint }
  | { readonly kind: "balance"; readonly account: bigint; readonly wei: bigint }
  | { readonly kind: "nonce"; readonly account: bigint; readonly nonce: bigint }
  | { readonly kind: "code"; readonly account: bigint; readonly code: Uint8Array };

/** Witness of a cheat. */
export function cheatHints(cheat: Cheat): Hint[] {
  const start = [STEP.cheat, CHEAT[cheat.kind], cheat.account];
  switch (cheat.kind) {
    case "storage":
      return [...start, cheat.slot, cheat.value];
    case "balance":
      return [...start, cheat.wei];
    case "nonce":
      return [...start, cheat.nonce];
    case "code":
      return [...start, ...dataHints(cheat.code)];
  }
}

/** A transaction that its sender did not sign. */
interface Impersonation {
  readonly from: bigint;
  /** Undefined for a creation. */
  readonly to: bigint | undefined;
  readonly value: bigint;
  readonly gasLimit: bigint;
  readonly data: Uint8Array;
}

/** Witness of an impersonation, which is in the block of the step before it. */
export function impersonationHints({ from, to, value, gasLimit, data }: Impersonation): Hint[] {
  return [STEP.impersonation, from, to === undefined ? 1n : 0n, to ?? 0n, value, gasLimit, ...dataHints(data)];
}
