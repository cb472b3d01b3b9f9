import assert from "node:assert/strict";
import { Interface } from "ethers";
import { codeDigestValue } from "../../../src/chain/model/code-digests.ts";
import { chainRules } from "../../../src/chain/model/rules.ts";
import type { GenesisAccount, GenesisLeaf } from "../../../src/chain/model/genesis.ts";
import { genesisLeaves } from "../../../src/chain/model/genesis.ts";
import type { FormedBatch } from "../../../src/chain/batch/form-batch.ts";
import type { SequencedBlock } from "../../../src/chain/ordering/batch-reducer.ts";
import type { EngineTransaction } from "../../../src/chain/transaction/transaction.ts";
import { isEip712Transaction } from "../../../src/chain/transaction/eip712-transaction.ts";
import {
  closingHints,
  impersonationHints,
  importHints,
  openingHints,
  operationHints,
} from "../../../src/machine/hints/batch-hints.ts";
import { blockHints, endHints, transactionHints } from "../../../src/machine/hints/transaction-hints.ts";
import type { QueuedOperation } from "../../../src/machine/hints/batch-hints.ts";
import type { CodeSource } from "../../../src/machine/interpreter/code-store.ts";
import type { Boundary } from "../../../src/machine/interpreter/environment.ts";
import { FoldedHashes } from "../../../src/machine/interpreter/folded-hashes.ts";
import type { StateSource } from "../../../src/machine/interpreter/key-table.ts";
import { Kernel } from "../../../src/machine/interpreter/kernel.ts";
import type { RunResult } from "../../../src/machine/interpreter/kernel.ts";
import type { Hint } from "../../../src/machine/interpreter/machine-state.ts";
import { BLOCK_HASHES_SLOTS } from "../../../src/protocol/block-hashes.ts";
import { fromHex } from "../../../src/protocol/hex.ts";
import type { Hex } from "../../../src/protocol/hex.ts";
import { BOOTLOADER_ADDRESS } from "../../../src/protocol/l2-log.ts";
import { PREDEPLOYS } from "../../../src/protocol/predeploys.ts";
import type { L2CanonicalTransaction } from "../../../src/protocol/priority-op.ts";
import { createTxFromRLP } from "@ethereumjs/tx";
import { CHAIN_ID, COINBASE } from "../../chain/support/engine.ts";
import { BLOCK_GAS_LIMIT } from "../../../src/chain/execution/connection.ts";
import { primitives } from "./primitives.ts";
import { userTransaction } from "./transactions.ts";

const abi = new Interface([
  "function importRoot(uint256 registryIndex, bytes32 root)",
  "function openBatch(uint64 batchNumber, uint64 since)",
]);
const rules = chainRules(CHAIN_ID);

/** A piece of a witness: what one step of the kernel reads, and the transactions of the chain's blocks that it makes. */
export interface Step {
  readonly hints: readonly Hint[];
  readonly blocks: readonly SequencedBlock[];
}

/** A state's leaves by name, and its codes by digest: what a run begins with, and after `apply` what the next one does. */
export class ReplayedState implements StateSource, CodeSource {
  readonly #leaves = new Map<string, bigint>();
  readonly #codes = new Map<bigint, Uint8Array>();

  constructor(accounts: readonly GenesisAccount[]) {
    for (const leaf of genesisLeaves(accounts)) this.#leaves.set(nameOf(leaf.leafKind, leaf.address, leaf.slot), leaf.value);
    for (const { code } of accounts) if (code !== undefined) this.addCode(fromHex(code));
  }

  addCode(code: Uint8Array): void {
    this.#codes.set(codeDigestValue(code), code);
  }

  read(leafKind: number, account: bigint, slot: bigint): bigint {
    return this.#leaves.get(nameOf(leafKind, account, slot)) ?? 0n;
  }

  codeOf(digest: bigint): Uint8Array {
    const code = this.#codes.get(digest);
    assert.ok(code !== undefined, `the state has no code ${digest.toString(16)}`);
    return code;
  }

  apply({ leaves }: Pick<RunResult, "leaves">): void {
    for (const { leafKind, account, slot, after } of leaves) this.#leaves.set(nameOf(leafKind, account, slot), after);
  }

  /** Throws where it is another than the one before with these leaves written, and the outputs' hash where there is one. */
  compare(before: ReplayedState, writes: readonly GenesisLeaf[], outputsHash?: bigint): void {
    const expected = new Map(before.#leaves);
    for (const { leafKind, address, slot, value } of writes) expected.set(nameOf(leafKind, address, slot), value);
    if (outputsHash !== undefined) expected.set(nameOf(0, BigInt(PREDEPLOYS.SystemContext), 0n), outputsHash);
    const notZero = (leaves: ReadonlyMap<string, bigint>) => [...leaves].filter(([, value]) => value !== 0n).sort();
    assert.deepEqual(notZero(this.#leaves), notZero(expected));
  }

  copy(): ReplayedState {
    const copied = new ReplayedState([]);
    for (const [name, value] of this.#leaves) copied.#leaves.set(name, value);
    for (const [digest, code] of this.#codes) copied.#codes.set(digest, code);
    return copied;
  }
}

function nameOf(leafKind: number, account: bigint, slot: bigint): string {
  return `${leafKind} ${account.toString(16)} ${slot.toString(16)}`;
}

/** The machine as a third engine of a chain: it runs the batches that the other two have agreed on. */
export class ReplayedChain {
  readonly kernel = new Kernel(primitives);
  readonly state: ReplayedState;
  readonly hashes = new FoldedHashes(primitives.compress);
  boundary: Boundary;

  constructor(accounts: readonly GenesisAccount[], firstTimestamp: bigint) {
    this.state = new ReplayedState(accounts);
    this.boundary = {
      ...{ nextBatch: 0n, open: 0n, blockNumber: 0n, timestamp: firstTimestamp },
      ...{ coinbase: BigInt(COINBASE), blockHashes: 0n, cheatCount: 0n },
    };
  }

  /** Goes on behind a batch that the machine does not follow, as the other engines have it. */
  skip({ writes, bytecodes, outputs, outputsHash }: FormedBatch): void {
    const changes = writes.map(({ leafKind, address, slot, value }) => ({
      leafKind,
      account: address,
      slot,
      before: 0n,
      after: value,
    }));
    const context = BigInt(PREDEPLOYS.SystemContext);
    const output = { leafKind: 0, account: context, slot: 0n, before: 0n, after: BigInt(outputsHash) };
    this.state.apply({ leaves: [...changes, output] });
    for (const code of bytecodes) this.state.addCode(fromHex(code));
    const { batchNumber, lastBlock, lastTimestamp, cheatCount } = outputs;
    this.boundary = {
      ...{ ...this.boundary, nextBatch: batchNumber + 1n, blockNumber: lastBlock, timestamp: lastTimestamp, cheatCount },
      blockHashes: this.state.read(0, context, BLOCK_HASHES_SLOTS.digest),
    };
  }

  /** Runs steps in one run, as a chunk; its end is the next one's start. */
  run(steps: readonly Step[]): RunResult {
    const result = this.attempt(steps);
    this.state.apply(result);
    this.boundary = result.boundary;
    return result;
  }

  /** Runs steps from here, and stays here. */
  attempt(steps: readonly Pick<Step, "hints">[]): RunResult {
    const environment = {
      ...{ chainId: BigInt(CHAIN_ID), baseFee: 0n, blockGasLimit: BLOCK_GAS_LIMIT },
      boundary: this.boundary,
    };
    const inputs = { environment, state: this.state, codes: this.state, foldedHashes: this.hashes };
    return this.kernel.run(inputs, [...steps.flatMap(({ hints }) => hints), ...endHints()]);
  }
}

/** The steps of a batch from its blocks. `parentHash` is that of the block before them. */
export function stepsOf(
  blocks: readonly SequencedBlock[],
  parentHash: Hex,
  operations: readonly L2CanonicalTransaction[] = [],
): Step[] {
  const steps: Step[] = [];
  let taken = 0;
  for (let at = 0; at < blocks.length; at++) {
    const block = blocks[at] as SequencedBlock;
    const made = { timestamp: block.environment.timestamp, parentHash: BigInt(blocks[at - 1]?.hash ?? parentHash) };
    const [first] = block.transactions;
    const isOwn = first?.kind === "unsigned" && first.from === BOOTLOADER_ADDRESS;
    if (at === 0 && isOwn) {
      const since = abi.parseTransaction({ data: first.data })?.args["since"] as bigint;
      steps.push({ hints: openingHints(made, since === block.environment.number), blocks: [block] });
    } else if (at === blocks.length - 1 && isOwn) steps.push({ hints: closingHints(made), blocks: [block] });
    else if (isOwn && first.to === PREDEPLOYS.ImportedRoots)
      steps.push({ hints: importHints(made, block.transactions.map(importedRoot)), blocks: [block] });
    else if (first?.kind === "unsigned" && first.isImpersonated !== true) {
      const operation = operations[taken++];
      assert.ok(operation !== undefined, "the queue has an operation for the block");
      const own = blocks.slice(at, blocks.findIndex((each, i) => i >= at && concludes(each)) + 1);
      const parents = own.map((_, i) => BigInt(blocks[at + i - 1]?.hash ?? parentHash));
      steps.push({ hints: operationHints(queuedOperation(operation), made.timestamp, parents), blocks: own });
      at += own.length - 1;
    } else {
      steps.push({ hints: blockHints(made.timestamp, made.parentHash), blocks: [] });
      const hints = block.transactions.flatMap((transaction) => transactionStep(transaction));
      steps.push({ hints, blocks: [block] });
    }
  }
  return steps;
}

function importedRoot({ data }: EngineTransaction): { index: bigint; root: bigint } {
  const args = abi.parseTransaction({ data })?.args;
  return { index: args?.["registryIndex"] as bigint, root: BigInt(args?.["root"] as string) };
}

/** Whether the block has the result of an operation. */
function concludes({ transactions }: SequencedBlock): boolean {
  const last = transactions.at(-1);
  return last?.kind === "unsigned" && last.from === BOOTLOADER_ADDRESS && last.to === PREDEPLOYS.L1Messenger;
}

function queuedOperation(operation: L2CanonicalTransaction): QueuedOperation {
  const { from, to, gasLimit, paymaster, nonce, value, data, reserved } = operation;
  const [minted = 0n, refundRecipient = 0n] = reserved;
  return {
    ...{ from, to, gasLimit, paymaster, nonce, value, minted, refundRecipient, data: fromHex(data) },
    ...{ gasPerPubdata: operation.gasPerPubdataByteLimit, gasPrice: operation.maxFeePerGas },
    priorityFee: operation.maxPriorityFeePerGas,
  };
}

function transactionStep(transaction: EngineTransaction): Hint[] {
  if (transaction.kind === "signed") return signedHints(transaction);
  const { from, to, valueWei, gasLimit, data } = transaction;
  const target = to === undefined ? undefined : BigInt(to);
  return impersonationHints({ from: BigInt(from), to: target, value: valueWei, gasLimit, data: fromHex(data) });
}

function signedHints(transaction: EngineTransaction): Hint[] {
  assert.ok(transaction.kind === "signed", "the transaction is signed");
  if (isEip712Transaction(transaction)) {
    const { nonce, maxFeePerGasWei, maxPriorityFeePerGasWei, gasLimit, to, valueWei, data, gasPerPubdata, from } = transaction;
    const { r, s, yParity } = transaction.signature;
    return transactionHints({
      ...{ type: 0x71, chainId: BigInt(CHAIN_ID), isReplayProtected: true, nonce, gasLimit, value: valueWei },
      ...{ feeCap: maxFeePerGasWei, priorityFeeCap: maxPriorityFeePerGasWei, to: BigInt(to ?? "0x0"), data: fromHex(data) },
      ...{ accessList: [], authorizations: [], typed: { from: BigInt(from), gasPerPubdata } },
      ...{ parity: BigInt(yParity), r: BigInt(r), s: BigInt(s) },
    });
  }
  const parsed = createTxFromRLP(fromHex(transaction.raw), { common: rules });
  return transactionHints(userTransaction(parsed, BigInt(CHAIN_ID)));
}

/** Gas and success of each transaction of the blocks, as both engines have them. */
export function compareReceipts(result: RunResult, blocks: readonly SequencedBlock[]): void {
  assert.deepEqual(
    result.transactions.map(({ gasUsed, status }) => ({ gasUsed, success: status === "success" })),
    blocks.flatMap(({ receipts }) => receipts.map(({ gasUsed, success }) => ({ gasUsed, success }))),
  );
}
