import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { FormedBatch } from "../../src/chain/batch/form-batch.ts";
import { batchWitness, type ExecutionWitness } from "../../src/execution-proof/batch/batch-witness.ts";
import { ChunkFiller } from "../../src/execution-proof/batch/chunk-filler.ts";
import { planBatch } from "../../src/execution-proof/batch/chunk-plan.ts";
import type { ExecutionClaim } from "../../src/execution-proof/batch/execution-claim.ts";
import { createExecutionKey, type ExecutionKey } from "../../src/execution-proof/batch/execution-key.ts";
import { REASONS_WITHOUT_PROOF, type UnprovenExecution, unprovenBy } from "../../src/execution-proof/batch/unproven-execution.ts";
import type { PlannedBatch } from "../../src/execution-proof/batch/planned-batch.ts";
import { createPrimitives } from "../../src/execution-proof/batch/machine-primitives.ts";
import { PartialTree } from "../../src/execution-proof/batch/partial-tree.ts";
import { ExecutionProving } from "../../src/execution-proof/batch/prove-execution.ts";
import { MOST_CELLS } from "../../src/execution-proof/batch/proven-execution.ts";
import { stepLimits } from "../../src/execution-proof/batch/step-limits.ts";
import { UnprovableCopyError, UnprovableRowError } from "../../src/execution-proof/recorded-run.ts";
import { createWasmBackend } from "../../src/kernels/wasm/backend.ts";
import type { WasmBackend } from "../../src/kernels/wasm/threaded-backend.ts";
import { ProvingBackends } from "../../src/devices/proving-backends.ts";
import { createCompressor } from "../../src/kernels/wasm/compressor.ts";
import { isUncovered, KernelPanic, PANIC_REASONS } from "../../src/machine/interpreter/machine-error.ts";
import { kernelRows } from "../../src/machine/interpreter/kernel.ts";
import { aliasOf } from "../../src/protocol/address-alias.ts";
import { hashOutputs } from "../../src/protocol/outputs.ts";
import { wordToHex } from "../../src/protocol/hex.ts";
import type { ProverInput } from "../../src/stark/proving/prover-input.ts";
import { byNight } from "../support/nightly.ts";
import { startVerifiedChain, type VerifiedChain } from "../chain/support/verified-chain.ts";
import { TestWallet } from "../chain/support/wallet.ts";
import { smallParameters } from "../stark/airs/small-parameters.ts";
import { ChainBatches, type WitnessedBatch } from "./support/chain-batches.ts";
import { proveHere } from "./support/own-prover.ts";
import { atOnce } from "../../src/runtime/turns.ts";
import { checkTraces, type Violation } from "../stark/check-traces.ts";

type Planned = PlannedBatch | UnprovenExecution;

/** Calls the account that its input names, with 32 bytes; stores BLOCKHASH of the number that its input names. */
const CALLS = { address: `0x${"ca".repeat(20)}`, nonce: 1n, code: "0x60015f5260205f60205f5f5f355af100" } as const;
const HASHES = { address: `0x${"ab".repeat(20)}`, nonce: 1n, code: "0x5f35405f355500" } as const;
/** Asks for PREVRANDAO, 75 rows of the kernel each time: 720 times twenty of them. */
const ASKING = `0x6102d05b${"4450".repeat(20)}600190038060035700` as const;
const ASKS = { address: `0x${"ad".repeat(20)}`, nonce: 1n, code: ASKING } as const;
/** Hashes as many different words as its input says. */
const GRINDS = { address: `0x${"ae".repeat(20)}`, nonce: 1n, code: "0x5f355b805f5260205f2050600190038060025700" } as const;
/** One more than the rows of Keccak's table are for, 24 each. */
const TOO_MANY = Math.floor(2 ** 20 / 24) + 1;
const wallet = new TestWallet(77);
const ACCOUNTS = [{ address: wallet.address, balanceWei: 10n ** 20n }, CALLS, HASHES, ASKS, GRINDS];
const SENDER = aliasOf(270n, `0x${"1a".repeat(20)}`);
const PARAMETERS = smallParameters({ maxLogRows: 16, queryCount: 4 });
/** Rows that are counted until a plan sees what they come to. */
const UNSEEN = 5_000;

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
    key = await createExecutionKey(2n, PARAMETERS, backend);
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

  it("has no label by the cells that a prover gives a chunk: a step that has more gets a chunk of its own", async () => {
    assert.equal(await proving().examine(witness(), last.claim, { mostCells: 1000 }), undefined);
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

  it("has no label for calls of precompiled contracts: one that the kernel does not cover fails in its frame, as SHA-256 succeeds", async () => {
    for (const precompile of [10n, 2n]) {
      await next(CALLS.address, precompile);
      const violations: Violation[] = [];
      const look = (input: ProverInput) => violations.push(...checkTraces(key.system, input));
      assert.equal(await proving().examine(witness(), last.claim, {}, look), undefined);
      assert.deepEqual(violations, []);
    }
  });

  describe("with a step that no chunk has room for", () => {
    let asking: WitnessedBatch;
    let hashing: WitnessedBatch;
    let grinding: WitnessedBatch;
    /** A thread with the heap that a prover gives it, for one batch after another. */
    const filler = new ChunkFiller(2n, PARAMETERS, undefined, { mostMib: 192, mostNewMib: 16 });
    after(() => filler.close());

    before(async () => {
      for (let block = 0; block < 256; block++)
        await chain.chain.submit(await wallet.signRaw({ to: `0x${"be".repeat(20)}`, value: 1n }));
      follower.next(await chain.sealAndVerify());
      const asks = chain.queueUnseen({ from: SENDER, to: ASKS.address });
      assert.ok(asks.queued !== undefined);
      assert.equal((await chain.chain.sequencer.runPriorityOp(asks)).notRun, undefined);
      asking = follower.next(await chain.sealAndVerify(), [asks.queued]);
      const hashes = async (count: number, gasLimit: bigint): Promise<WitnessedBatch> => {
        await chain.chain.submit(await wallet.signRaw({ to: GRINDS.address, data: wordToHex(BigInt(count)), gasLimit }));
        return follower.next(await chain.sealAndVerify());
      };
      hashing = await hashes(6_000, 600_000n);
      grinding = last = await hashes(TOO_MANY, 5_000_000n);
    });

    async function foundBy(
      thread: ChunkFiller,
      claims: readonly (readonly [WitnessedBatch, ExecutionClaim])[],
    ): Promise<Planned[]> {
      const found: Planned[] = [];
      for (const [batch, claim] of claims)
        found.push(await thread.plan(batch.witness as ExecutionWitness, claim, { mostCells: MOST_CELLS }).catch(unprovenBy));
      return found;
    }
    /** What a thread with so much heap finds of the second batch. */
    async function foundWith(mostMib: number): Promise<readonly string[]> {
      const thread = new ChunkFiller(2n, PARAMETERS, undefined, { mostMib, mostNewMib: 16 });
      try {
        return reasons(await foundBy(thread, [[grinding, grinding.claim]]));
      } finally {
        await thread.close();
      }
    }
    const reasons = (found: readonly Planned[]) => found.map((each) => (each.kind === "unproven" ? each.reason : each.kind));
    const planOf = ({ witness }: WitnessedBatch) => {
      const { state } = witness as ExecutionWitness;
      const tools = { program: key.program, primitives: createPrimitives(), limits: stepLimits(2n) };
      return planBatch(witness as ExecutionWitness, new PartialTree(state, createCompressor().compress), tools);
    };

    it("43,691 hashes of a transaction: is unproven before any table is filled", async () => {
      const { cpuUsage } = process;
      const begun = cpuUsage();
      const found = await foundBy(filler, [[grinding, grinding.claim]]);
      const { user } = cpuUsage(begun);
      assert.deepEqual(reasons(found), ["too-large"]);
      const limits = { steps: 2 ** 23, rows: 2 ** 20, cells: 4_000_000_000 };
      // Behind the opening and the block.
      assert.deepEqual(
        found.map((each) => each.kind === "unproven" && each.large),
        [{ protocolVersion: 2n, limits, step: 2 }],
      );
      // Twice what it takes, the start of the thread included.
      assert.ok(user < 8e6, `${user / 1e6} s`);
    });

    it("is weighed up to its limits alone, and run to its end", () => {
      const plan = planOf(grinding);
      assert.equal(plan.large, 2);
      const { permutations } = plan.weights[2]!;
      assert.ok(permutations >= TOO_MANY && permutations < TOO_MANY + UNSEEN, `${permutations} permutations`);
      assert.equal(plan.boundary.nextBatch, grinding.claim.batch.batchNumber + 1n);
    });

    it("has none with 14,400 PREVRANDAOs of an operation, or with 6,000 hashes: these are proven in segments", async () => {
      for (const batch of [asking, hashing]) {
        const { large, weights } = planOf(batch);
        assert.equal(large, undefined);
        if (batch === asking) assert.ok(weights[1]!.rows > 2 ** 20, "more rows than a table has in one proof");
        // Filling all tables takes half a minute.
        if (byNight(true, false))
          assert.equal(await proving().examine(batch.witness as ExecutionWitness, batch.claim), undefined);
      }
    });

    it("attack: large step hides a false root", async () => {
      const { claim } = grinding;
      const lie = { ...claim, batch: { ...claim.batch, newStateRoot: wordToHex(5n) } };
      assert.deepEqual(reasons(await foundBy(filler, [[grinding, lie]])), ["disagreement"]);
    });

    it("attack: label by another heap: a thread that is lost finds a fault, which says nothing of the batch", async () => {
      assert.deepEqual(await foundWith(8), ["fault"]);
      assert.deepEqual(await foundWith(1024), ["too-large"]);
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
