import assert from "node:assert/strict";
import { codeDigestValue } from "../../../src/proofs/rules/code-digests.ts";
import { type GenesisAccount, type GenesisLeaf, genesisLeaves } from "../../../src/chain/model/genesis.ts";
import type { FormedBatch } from "../../../src/chain/batch/form-batch.ts";
import type { SequencedBlock } from "../../../src/chain/ordering/batch-reducer.ts";
import { type BatchStep, batchSteps } from "../../../src/proofs/execution-proof/batch/batch-steps.ts";
import type { ExecutedBatch } from "../../../src/proofs/execution-proof/batch/executed-batch.ts";
import { endHints } from "../../../src/proofs/machine/hints/transaction-hints.ts";
import type { CodeSource } from "../../../src/proofs/machine/interpreter/code-store.ts";
import type { Boundary, RunEnvironment } from "../../../src/proofs/machine/interpreter/environment.ts";
import { FoldedHashes } from "./folded-hashes.ts";
import type { StateSource } from "../../../src/proofs/machine/interpreter/key-table.ts";
import { Kernel, type RunObserver, type RunResult } from "../../../src/proofs/machine/interpreter/kernel.ts";
import { BLOCK_HASHES_SLOTS } from "../../../src/ground/protocol/block-hashes.ts";
import { fromHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { PREDEPLOYS } from "../../../src/ground/protocol/predeploys.ts";
import { CHAIN_ID, COINBASE } from "../../chain/support/engine.ts";
import { BLOCK_GAS_LIMIT } from "../../../src/ground/transaction/gas-limits.ts";
import { lengthFirstDigest } from "./length-first-digest.ts";
import { primitives } from "./primitives.ts";
import { atOnce } from "../../../src/ground/runtime/turns.ts";

/** A state's leaves by name, and its codes by digest: what a run begins with, and after `apply` what the next one does. */
export class ReplayedState implements StateSource, CodeSource {
  readonly #leaves = new Map<string, bigint>();
  readonly #codes = new Map<bigint, Uint8Array>();

  constructor(accounts: readonly GenesisAccount[]) {
    for (const leaf of genesisLeaves(accounts)) this.#leaves.set(nameOf(leaf.leafKind, leaf.address, leaf.slot), leaf.value);
    for (const { code } of accounts) if (code !== undefined) this.addCode(fromHex(code));
  }

  addCode(code: Uint8Array): void {
    for (const digest of [codeDigestValue(code), lengthFirstDigest(code)]) this.#codes.set(digest, code);
  }

  read(leafKind: number, account: bigint, slot: bigint): bigint {
    return this.#leaves.get(nameOf(leafKind, account, slot)) ?? 0n;
  }

  codeOf(digest: bigint): Uint8Array {
    const code = this.#codes.get(digest);
    assert.ok(code !== undefined, `the state has no code ${digest.toString(16)}`);
    return code;
  }

  /** True if the digest has the length first. */
  isLengthFirst(digest: bigint, code: Uint8Array): boolean {
    return lengthFirstDigest(code) === digest;
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

/** Observer of a run. */
export interface ObservedRun {
  readonly observer: (environment: RunEnvironment) => RunObserver;
  readonly ended: () => void;
}

/** The machine as a third engine of a chain: it runs the batches that the other two have agreed on. */
export class ReplayedChain {
  readonly kernel: Kernel;
  state: ReplayedState;
  readonly hashes = new FoldedHashes(primitives.compress);
  boundary: Boundary;

  constructor(accounts: readonly GenesisAccount[], firstTimestamp: bigint, kernel = new Kernel(primitives)) {
    this.kernel = kernel;
    this.state = new ReplayedState(accounts);
    this.boundary = {
      ...{ nextBatch: 0n, open: 0n, blockNumber: 0n, timestamp: firstTimestamp },
      ...{ coinbase: BigInt(COINBASE), blockHashes: 0n, cheatCount: 0n },
    };
  }

  /** Continues after a batch that the machine does not follow, with the changes of the other engines. */
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
  run(steps: readonly BatchStep[], observe?: ObservedRun): RunResult {
    const result = this.attempt(steps, observe);
    this.state.apply(result);
    this.boundary = result.boundary;
    return result;
  }

  /** Runs steps from here, and stays here. */
  attempt(steps: readonly BatchStep[], observe?: ObservedRun): RunResult {
    const environment = {
      ...{ chainId: BigInt(CHAIN_ID), baseFee: 0n, blockGasLimit: BLOCK_GAS_LIMIT },
      boundary: this.boundary,
    };
    const { state, hashes: foldedHashes } = this;
    const inputs = { environment, state, codes: state, foldedHashes };
    const result = this.kernel.run(
      inputs,
      [...steps.flatMap(({ hints }) => hints), ...endHints()],
      observe?.observer(environment),
    );
    observe?.ended();
    return result;
  }
}

/** The steps of a batch of the test chain from its blocks. `parentHash` is that of the block before them. */
export function stepsOf(
  blocks: readonly SequencedBlock[],
  parentHash: Hex,
  {
    operations = [],
    cheats = [],
    configuration,
    installsPredeploys = configuration !== undefined,
  }: Partial<Pick<ExecutedBatch, "operations" | "cheats" | "configuration" | "installsPredeploys">> = {},
): BatchStep[] {
  const chainId = BigInt(CHAIN_ID);
  return atOnce(batchSteps({ chainId, blocks, parentHash, operations, cheats, configuration, installsPredeploys }));
}

/** Gas, success and units of each transaction. An operation's gas is charged behind its run, so its receipt has the EVM's. */
export function compareReceipts({ transactions: ran }: RunResult, blocks: readonly SequencedBlock[]): void {
  const made = blocks.flatMap(({ transactions, receipts }) => transactions.map((one, i) => ({ one, receipt: receipts[i] })));
  assert.equal(made.length, ran.length);
  for (const [i, { one, receipt }] of made.entries()) {
    const { gasUsed, success, nativeUnits } = receipt ?? {};
    const isOperation = one.kind === "unsigned" && one.canonicalTxHash !== undefined;
    const { gasUsed: machineGas, status, units } = ran[i] ?? {};
    assert.deepEqual(
      { success, gasUsed: isOperation ? machineGas : gasUsed, units: nativeUnits === undefined ? units : BigInt(nativeUnits) },
      { success: status === "success", gasUsed: machineGas, units },
      `transaction ${i}`,
    );
  }
}
