import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { FormedBatch } from "../../src/chain/batch/form-batch.ts";
import { batchWitness, type ExecutionWitness } from "../../src/proofs/execution-proof/batch/batch-witness.ts";
import { ChunkFiller } from "../../src/proofs/execution-proof/batch/chunk-filler.ts";
import { planBatch } from "../../src/proofs/execution-proof/batch/chunk-plan.ts";
import type { ExecutionClaim } from "../../src/proofs/execution-proof/batch/execution-claim.ts";
import { createExecutionKey, type ExecutionKey } from "../../src/proofs/execution-proof/batch/execution-key.ts";
import {
  REASONS_WITHOUT_PROOF,
  type UnprovenExecution,
  unprovenBy,
} from "../../src/proofs/execution-proof/batch/unproven-execution.ts";
import type { PlannedBatch } from "../../src/proofs/execution-proof/batch/planned-batch.ts";
import { createPrimitives } from "../../src/proofs/execution-proof/batch/machine-primitives.ts";
import { PartialTree } from "../../src/proofs/execution-proof/batch/partial-tree.ts";
import { ExecutionProving } from "../../src/proofs/execution-proof/batch/prove-execution.ts";
import { MAX_CELLS } from "../../src/proofs/execution-proof/batch/proven-execution.ts";
import { stepLimits } from "../../src/proofs/execution-proof/batch/step-limits.ts";
import { UnprovableCopyError, UnprovableRowError } from "../../src/proofs/execution-proof/recorded-run.ts";
import { createWasmBackend } from "../../src/proofs/kernels/wasm/backend.ts";
import type { WasmBackend } from "../../src/proofs/kernels/wasm/threaded-backend.ts";
import { ProvingBackends } from "../../src/proofs/devices/proving-backends.ts";
import { createCompressor } from "../../src/proofs/kernels/wasm/compressor.ts";
import { isUncovered, KernelPanic, PANIC_REASONS } from "../../src/proofs/machine/interpreter/machine-error.ts";
import { kernelRows } from "../../src/proofs/machine/interpreter/kernel.ts";
import { hashOutputs } from "../../src/ground/protocol/outputs.ts";
import { wordToHex } from "../../src/ground/protocol/hex.ts";
import type { ProverInput } from "../../src/proofs/stark/proving/prover-input.ts";
import { startVerifiedChain, type VerifiedChain } from "../chain/support/verified-chain.ts";
import { TestWallet } from "../chain/support/wallet.ts";
import { smallParameters } from "../stark/airs/small-parameters.ts";
import { PROVEN_VERSION } from "../../src/ground/protocol/protocol-version.ts";
import { ChainBatches, PROVEN_CHAIN, type WitnessedBatch } from "./support/chain-batches.ts";
import { proveHere } from "./support/own-prover.ts";
import { atOnce } from "../../src/ground/runtime/turns.ts";
import { checkTraces, type Violation } from "../stark/check-traces.ts";

type Planned = PlannedBatch | UnprovenExecution;

/** Calls the account that its input names, with 32 bytes; stores BLOCKHASH of the number that its input names. */
const CALLS = { address: `0x${"ca".repeat(20)}`, nonce: 1n, code: "0x60015f5260205f60205f5f5f355af100" } as const;
const HASHES = { address: `0x${"ab".repeat(20)}`, nonce: 1n, code: "0x5f35405f355500" } as const;
/** Hashes as many different words as its input says. */
const GRINDS = { address: `0x${"ae".repeat(20)}`, nonce: 1n, code: "0x5f355b805f5260205f2050600190038060025700" } as const;
/** Nearly the maximum that a transaction pays for. */
const HASHED = 1_900;
const wallet = new TestWallet(77);
const ACCOUNTS = [{ address: wallet.address, balanceWei: 10n ** 20n }, CALLS, HASHES, GRINDS];
const PARAMETERS = smallParameters({ maxLogRows: 16, queryCount: 4 });
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
    chain = await startVerifiedChain({ ...PROVEN_CHAIN, accounts: ACCOUNTS });
    follower = await ChainBatches.of(chain, ACCOUNTS);
    backend = await createWasmBackend({ workers: 1 });
    key = await createExecutionKey(PROVEN_VERSION, PARAMETERS, backend);
    await next(HASHES.address, 0n);
    await next(HASHES.address, 2n);
  });
  after(async () => {
    await made?.release();
    await backend.close();
    await chain.chain.close();
  });

  let made: ExecutionProving | undefined;
  const proving = (): ExecutionProving => (made ??= new ExecutionProving(key, new ProvingBackends(backend)));
  const witness = (): ExecutionWitness => {
    assert.equal(last.witness.kind, "witness");
    return last.witness as ExecutionWitness;
  };
  const labelWith = async (claim: ExecutionClaim): Promise<string> => {
    const result = await proveHere(key, proving(), witness(), claim);
    return result.kind === "unproven" ? result.reason : result.kind;
  };
  const reasonWith = (change: Partial<WitnessedBatch["executed"]> & Partial<WitnessedBatch["before"]>): string => {
    const before = { ...last.before, tree: follower.treeBefore, ...change };
    const result = atOnce(batchWitness({ ...last.executed, ...change }, before));
    return result.kind === "unproven" ? result.reason : result.kind;
  };

  it("says so where a chain did not keep what a transaction asks for", () => {
    assert.equal(reasonWith({}), "witness");
    // The transaction asks for the hash of a block of the batch before.
    assert.equal(reasonWith({ links: [] }), "block-hash-unknown");
    assert.equal(reasonWith({ codeOf: () => undefined }), "code-unknown");
  });

  it("has no label by the cells that a prover allows a chunk: a step that has more gets a separate chunk", async () => {
    assert.equal(await proving().examine(witness(), last.claim, { mostCells: 1000 }), undefined);
  });

  it("reports that the machine reaches another end than L1", async () => {
    const { claim } = last;
    const { batch, outputs, previous } = claim;
    assert.equal(await labelWith({ ...claim, batch: { ...batch, newStateRoot: wordToHex(5n) } }), "disagreement");
    const paid = { ...outputs, coinbase: CALLS.address };
    const elsewhere = { ...claim, coinbase: CALLS.address, outputs: paid, batch: { ...batch, outputsHash: hashOutputs(paid) } };
    assert.equal(await labelWith(elsewhere), "disagreement");
    const root = wordToHex(5n);
    const behind = { ...claim, previous: { ...previous, newStateRoot: root }, batch: { ...batch, oldStateRoot: root } };
    assert.equal(await labelWith(behind), "disagreement");
    const cheated = { ...outputs, cheatCount: 1n };
    const counted = { ...claim, outputs: cheated, batch: { ...batch, outputsHash: hashOutputs(cheated) } };
    assert.equal(await labelWith(counted), "cheat-unknown");
  });

  it("says so where its first block does not open it, or the kernel refuses a step", () => {
    const { blocks } = last.executed;
    assert.equal(reasonWith({ blocks: blocks.slice(0, -1) }), "witness");
    assert.equal(reasonWith({ blocks: blocks.slice(1) }), "disagreement");
    const again = [blocks[0]!, ...blocks.slice(1, -1).reverse(), ...blocks.slice(1)];
    assert.equal(reasonWith({ blocks: again }), "refused-by-kernel");
  });

  it("has no label for calls of precompiled contracts: one that the kernel does not cover fails in its frame, as SHA-256 succeeds", async () => {
    for (const precompile of [10n, 2n]) {
      await next(CALLS.address, precompile);
      const violations: Violation[] = [];
      const look = (input: ProverInput) => violations.push(...checkTraces(key.system, input));
      assert.equal(await proving().examine(witness(), last.claim, {}, look), undefined);
      assert.deepEqual(violations, []);
    }
  });

  describe("with a step of many hashes", () => {
    let hashing: WitnessedBatch;

    before(async () => {
      await chain.chain.submit(
        await wallet.signRaw({ to: GRINDS.address, data: wordToHex(BigInt(HASHED)), gasLimit: 2n ** 24n }),
      );
      hashing = last = follower.next(await chain.sealAndVerify());
    });

    const planOf = (
      { witness: { state, ...rest } }: { readonly witness: ExecutionWitness },
      limits = stepLimits(PROVEN_VERSION),
    ) => {
      const tools = { program: key.program, primitives: createPrimitives(), limits };
      return planBatch({ ...rest, state }, new PartialTree(state, createCompressor().compress), tools);
    };

    it("is below the version's limits; with lower limits it is weighed no further, and run to its end", () => {
      const hashed = { witness: hashing.witness as ExecutionWitness };
      const whole = planOf(hashed);
      assert.equal(whole.large, undefined);
      // After the opening and the block. Keccak's table has 24 rows for a permutation.
      const rows = 24 * 1_000;
      const cut = planOf(hashed, { ...stepLimits(PROVEN_VERSION), rows });
      assert.equal(cut.large, 2);
      const { permutations } = cut.weights[2]!;
      assert.ok(permutations >= 1_000 && permutations <= whole.weights[2]!.permutations, `${permutations} permutations`);
      assert.equal(cut.boundary.nextBatch, hashing.claim.batch.batchNumber + 1n);
    });

    it("attack: label by another heap: a thread that is lost finds a fault, which says nothing of the batch", async () => {
      const foundWith = async (mostMib: number): Promise<string> => {
        const thread = new ChunkFiller(PROVEN_VERSION, PARAMETERS, undefined, { mostMib, mostNewMib: 16 });
        try {
          const planned = thread.plan(hashing.witness as ExecutionWitness, hashing.claim, { mostCells: MAX_CELLS });
          const found: Planned = await planned.catch(unprovenBy);
          return found.kind === "unproven" ? found.reason : found.kind;
        } finally {
          await thread.close();
        }
      };
      assert.deepEqual([await foundWith(8), await foundWith(1024)], ["fault", "planned"]);
    });
  });

  it("ends with the signal's reason alone", async () => {
    const reason = new Error("enough");
    const prove = proveHere(key, proving(), witness(), last.claim, { signal: AbortSignal.abort(reason) });
    await assert.rejects(prove, reason);
  });

  it("has a label for each reason for which the kernel does not cover a step, and for each error of the trace", () => {
    for (const [code, reason] of Object.entries(PANIC_REASONS)) {
      const { reason: label } = unprovenBy(new KernelPanic(BigInt(code)));
      assert.equal(label, isUncovered(reason) ? reason : "refused-by-kernel");
    }
    const [row] = kernelRows();
    assert.equal(unprovenBy(new UnprovableRowError(row!)).reason, "unprovable-row");
    assert.equal(unprovenBy(new UnprovableCopyError()).reason, "unprovable-row");
    assert.deepEqual(unprovenBy(new Error("it broke")), { kind: "unproven", reason: "fault", detail: "it broke" });
    assert.equal(new Set(REASONS_WITHOUT_PROOF).size, REASONS_WITHOUT_PROOF.length);
  });
});
