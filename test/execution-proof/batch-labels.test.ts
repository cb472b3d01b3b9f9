import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { FormedBatch } from "../../src/chain/batch/form-batch.ts";
import { batchWitness, type BatchWitness } from "../../src/execution-proof/batch/batch-witness.ts";
import type { ExecutionClaim } from "../../src/execution-proof/batch/execution-claim.ts";
import { createExecutionKey, type ExecutionKey } from "../../src/execution-proof/batch/execution-key.ts";
import { EXECUTION_LABELS, labelOf } from "../../src/execution-proof/batch/execution-label.ts";
import { ExecutionProving } from "../../src/execution-proof/batch/prove-execution.ts";
import { UnprovableCopyError, UnprovableRowError } from "../../src/execution-proof/recorded-run.ts";
import { createWasmBackend, type WasmBackend } from "../../src/kernels/wasm/backend.ts";
import { isUncovered, KernelPanic, PANIC_REASONS } from "../../src/machine/interpreter/machine-error.ts";
import { kernelRows } from "../../src/machine/interpreter/kernel.ts";
import { hashOutputs } from "../../src/protocol/outputs.ts";
import { wordToHex } from "../../src/protocol/hex.ts";
import { checkTraces, type Violation } from "../../src/stark/check.ts";
import type { ProverInput } from "../../src/stark/prover-input.ts";
import { startVerifiedChain, type VerifiedChain } from "../chain/support/verified-chain.ts";
import { TestWallet } from "../chain/support/wallet.ts";
import { smallParameters } from "../stark/airs/small-parameters.ts";
import { ChainBatches, type WitnessedBatch } from "./support/chain-batches.ts";

/** Calls the account that its input names, with 32 bytes; stores BLOCKHASH of the number that its input names. */
const CALLS = { address: `0x${"ca".repeat(20)}`, nonce: 1n, code: "0x60015f5260205f60205f5f5f355af100" } as const;
const HASHES = { address: `0x${"ab".repeat(20)}`, nonce: 1n, code: "0x5f35405f355500" } as const;
const wallet = new TestWallet(77);
const ACCOUNTS = [{ address: wallet.address, balanceWei: 10n ** 20n }, CALLS, HASHES];

describe("a batch without a proof of its execution", () => {
  let chain: VerifiedChain;
  let follower: ChainBatches;
  let backend: WasmBackend;
  let key: ExecutionKey;
  let last: WitnessedBatch;

  /** The next batch, in which an account is called with a word. */
  async function next(to: string, word: bigint): Promise<WitnessedBatch> {
    await chain.chain.submit(await wallet.signRaw({ to, data: wordToHex(word) }));
    const formed: FormedBatch = await chain.sealAndVerify();
    return (last = follower.next(formed));
  }

  before(async () => {
    wallet.nonce = 0;
    chain = await startVerifiedChain({ accounts: ACCOUNTS });
    follower = await ChainBatches.of(chain, ACCOUNTS);
    backend = await createWasmBackend({ workers: 1 });
    key = await createExecutionKey(1n, smallParameters({ maxLogRows: 16, queryCount: 4 }), backend);
    await next(HASHES.address, 0n);
    await next(HASHES.address, 2n);
  });
  after(async () => {
    await made?.release();
    await backend.close();
    await chain.chain.close();
  });

  let made: ExecutionProving | undefined;
  const proving = (): ExecutionProving => (made ??= new ExecutionProving(key, backend));
  const witness = (): BatchWitness => {
    assert.equal(last.witness.kind, "witness");
    return last.witness as BatchWitness;
  };
  const labelWith = async (claim: ExecutionClaim, mostCells?: number): Promise<string> => {
    const result = await proving().prove(witness(), claim, mostCells === undefined ? {} : { mostCells });
    return result.kind === "labelled" ? result.reason : result.kind;
  };
  const reasonWith = (change: Partial<WitnessedBatch["executed"]> & Partial<WitnessedBatch["before"]>): string => {
    const result = batchWitness({ ...last.executed, ...change }, { ...last.before, tree: follower.treeBefore, ...change });
    return result.kind === "labelled" ? result.reason : result.kind;
  };

  it("says so where a chain did not keep what a transaction asks for", () => {
    assert.equal(reasonWith({}), "witness");
    // The transaction asks for the hash of a block of the batch before.
    assert.equal(reasonWith({ links: [] }), "block-hash-unknown");
    assert.equal(reasonWith({ codeOf: () => undefined }), "code-unknown");
  });

  it("says so where it is more than a proof may hold", async () => {
    assert.equal(await labelWith(last.claim, 1000), "too-large");
  });

  it("says so where the machine comes to another end than L1 has", async () => {
    const { claim } = last;
    const { batch, outputs, previous } = claim;
    assert.equal(await labelWith({ ...claim, batch: { ...batch, newStateRoot: wordToHex(5n) } }), "disagreement");
    assert.equal(await labelWith({ ...claim, coinbase: CALLS.address }), "disagreement");
    const root = wordToHex(5n);
    const elsewhere = { ...claim, previous: { ...previous, newStateRoot: root }, batch: { ...batch, oldStateRoot: root } };
    assert.equal(await labelWith(elsewhere), "disagreement");
    const cheated = { ...outputs, cheatCount: 1n };
    const counted = { ...claim, outputs: cheated, batch: { ...batch, outputsHash: hashOutputs(cheated) } };
    assert.equal(await labelWith(counted), "cheat-unknown");
  });

  it("says so where the kernel refuses a step", () => {
    const { blocks } = last.executed;
    assert.equal(reasonWith({ blocks: blocks.slice(0, -1) }), "witness");
    assert.equal(reasonWith({ blocks: blocks.slice(1) }), "refused-by-kernel");
  });

  it("calls a precompiled contract that the kernel does not cover; one that calls SHA-256 has none of these labels", async () => {
    const sum = await next(CALLS.address, 6n);
    assert.deepEqual(
      [sum.witness.kind, sum.witness.kind === "labelled" && sum.witness.reason],
      ["labelled", "unsupported-precompile"],
    );
    await next(CALLS.address, 2n);
    const violations: Violation[] = [];
    const look = (input: ProverInput) => violations.push(...checkTraces(key.system, input));
    assert.equal(await proving().examine(witness(), last.claim, {}, look), undefined);
    assert.deepEqual(violations, []);
  });

  it("ends with the signal's reason alone", async () => {
    const reason = new Error("enough");
    const prove = proving().prove(witness(), last.claim, { signal: AbortSignal.abort(reason) });
    await assert.rejects(prove, reason);
  });

  it("has a label for each reason for which the kernel does not cover a step, and for each error of the trace", () => {
    for (const [code, reason] of Object.entries(PANIC_REASONS)) {
      const { reason: label } = labelOf(new KernelPanic(BigInt(code)));
      assert.equal(label, isUncovered(reason) ? reason : "refused-by-kernel");
    }
    const [row] = kernelRows();
    const rowOf = (opcode: number) => new UnprovableRowError({ ...row!, opcode });
    assert.equal(labelOf(rowOf(0x01)).reason, "unprovable-row");
    assert.equal(labelOf(new UnprovableCopyError()).reason, "unprovable-row");
    assert.deepEqual(labelOf(new Error("it broke")), { kind: "labelled", reason: "fault", detail: "it broke" });
    assert.equal(new Set(EXECUTION_LABELS).size, EXECUTION_LABELS.length);
  });
});
