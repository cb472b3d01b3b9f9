import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import {
  type ExecutionBatchProof,
  decodeBatchProof,
  encodeBatchProof,
} from "../../src/proofs/execution-proof/batch/batch-proof.ts";
import type { ExecutionWitness } from "../../src/proofs/execution-proof/batch/batch-witness.ts";
import { createExecutionKey, type ExecutionKey } from "../../src/proofs/execution-proof/batch/execution-key.ts";
import { ExecutionProving } from "../../src/proofs/execution-proof/batch/prove-execution.ts";
import { verifyWithKey } from "../../src/proofs/execution-proof/batch/verify-execution.ts";
import type { Backend } from "../../src/proofs/kernels/backend.ts";
import { createWasmBackend } from "../../src/proofs/kernels/wasm/backend.ts";
import { createWebgpuBackend } from "../../src/proofs/kernels/webgpu/backend.ts";
import { emptyDevice } from "../../src/proofs/kernels/webgpu/card/empty-device.ts";
import type { WasmBackend } from "../../src/proofs/kernels/wasm/threaded-backend.ts";
import { KernelThreadsLost } from "../../src/proofs/kernels/wasm/device/worker-pool.ts";
import { type DeviceFault, ProvingBackends } from "../../src/proofs/devices/proving-backends.ts";
import { decodeRun, encodeRun, isRun } from "../../src/proofs/stark/proofs/encode-run.ts";
import type { RunProof } from "../../src/proofs/stark/proofs/verify-run.ts";
import { startVerifiedChain, type VerifiedChain } from "../chain/support/verified-chain.ts";
import { TestWallet } from "../chain/support/wallet.ts";
import { LEAST_LIMITS } from "../kernels/support/least-limits.ts";
import { smallParameters } from "../stark/airs/small-parameters.ts";
import { PROVEN_VERSION } from "../../src/ground/protocol/protocol-version.ts";
import { ChainBatches, PROVEN_CHAIN, type WitnessedBatch } from "./support/chain-batches.ts";
import { proveHere } from "./support/own-prover.ts";

/** NOT SECURE: small parameters. */
const PARAMETERS = smallParameters({
  minLogRows: 4,
  maxLogRows: 18,
  queryCount: 4,
  opening: { kind: "stacked", logStackMin: 16, logStackMax: 20 },
});
/** Limits with which every step has a separate chunk, and the opening, the largest, is cut. */
const CELLS = { mostCells: 1, segmentCells: 5_000_000 };

/** A device that commits to roots with one wrong bit, however many keys and proofs are made on it. */
function withWrongRoots(inner: Backend): Backend {
  const commit: Backend["commit"] = async (request) => {
    const commitment = await inner.commit(request);
    commitment.root[0]! ^= 1;
    return commitment;
  };
  return { ...inner, name: "device", commit };
}

describe("the proof of a batch of which a step is cut into segments", () => {
  const wallet = new TestWallet(78);
  const accounts = [{ address: wallet.address, balanceWei: 10n ** 20n }];
  let chain: VerifiedChain;
  let backend: WasmBackend;
  let key: ExecutionKey;
  let batch: WitnessedBatch;
  let proof: ExecutionBatchProof;
  let faults: readonly DeviceFault[];
  /** Requests to the device: the first chunk alone, which is cut. */
  const asked: string[] = [];

  before(async () => {
    wallet.nonce = 0;
    chain = await startVerifiedChain({ ...PROVEN_CHAIN, accounts });
    const batches = await ChainBatches.of(chain, accounts);
    await chain.chain.submit(await wallet.signRaw({ to: `0x${"be".repeat(20)}`, value: 7n }));
    batch = batches.next(await chain.sealAndVerify());
    backend = await createWasmBackend({ workers: 1 });
    key = await createExecutionKey(PROVEN_VERSION, PARAMETERS, backend);
    // What it makes of the first chunk, which is cut, is refused.
    const planner = createWebgpuBackend({ device: emptyDevice({ limits: LEAST_LIMITS }), now: () => 0 });
    const device = {
      ...withWrongRoots(backend),
      upload: (...of: Parameters<Backend["upload"]>) => (asked.push("upload"), backend.upload(...of)),
      plan: async (work: (on: Backend) => Promise<unknown>) => void asked.push(`plan of ${await planner.plan(work)} bytes`),
    };
    const backends = new ProvingBackends(backend, device);
    const proving = new ExecutionProving(key, backends);
    try {
      const made = await proveHere(key, proving, batch.witness as ExecutionWitness, batch.claim, CELLS);
      assert.equal(made.kind, "proven", made.kind === "unproven" ? made.detail : "");
      if (made.kind === "proven") proof = decodeBatchProof(made.proof);
      faults = backends.faults;
    } finally {
      await proving.release();
    }
  });
  after(async () => {
    await backend.close();
    await chain.chain.close();
  });

  const verdict = (chunks: ExecutionBatchProof["chunks"]): string => {
    try {
      verifyWithKey(key, batch.claim, encodeBatchProof({ ...proof, chunks }), { acceptsWeakParameters: true });
      return "accepted";
    } catch (error) {
      return (error as { readonly code: string }).code;
    }
  };

  it("is accepted, together with chunks that are proven as a whole", () => {
    const cut = proof.chunks.filter((chunk) => isRun(chunk.proof));
    assert.ok(cut.length >= 1 && cut.length < proof.chunks.length, `${cut.length} of ${proof.chunks.length} chunks are cut`);
    assert.ok(cut.every((chunk) => decodeRun(chunk.proof)!.proofs.length >= 2));
    assert.equal(verdict(proof.chunks), "accepted");
  });

  it("has its memory planned once by the heights of its segments, before a device gets any of it", () => {
    const [plan, ...others] = asked;
    assert.match(plan ?? "", /^plan of [1-9]\d{6,} bytes$/);
    assert.ok(others.length > 0 && others.every((what) => what === "upload"));
  });

  it("is made by WASM where a device commits wrongly: no chunk of it is unproven or lost, cut or not", async () => {
    assert.deepEqual(faults, [{ kind: "wrong", reason: "a proof made on device is refused: MerkleMismatch" }]);
    const backends = new ProvingBackends(backend, withWrongRoots(backend));
    const proving = new ExecutionProving(key, backends);
    try {
      const planned = await proving.plan(batch.witness as ExecutionWitness, batch.claim, { mostCells: 1 });
      assert.ok(planned.kind === "planned");
      const whole = proof.chunks.findIndex((chunk) => !isRun(chunk.proof));
      const made = await proving.proveChunk(planned.chunks[whole]!.input);
      assert.ok(made.kind === "made", JSON.stringify(made));
      assert.deepEqual([made.metrics.backend, backends.faults], ["wasm", faults]);
      assert.deepEqual(made.proof, proof.chunks[whole]!.proof);
    } finally {
      await proving.release();
    }
  });

  it("is not unproven where a kernel thread is lost: the caller hears of it", async () => {
    const commit: Backend["commit"] = () => Promise.reject(new KernelThreadsLost("Crashed", "a kernel thread crashed"));
    const proving = new ExecutionProving(key, new ProvingBackends({ ...backend, commit }));
    try {
      const planned = await proving.plan(batch.witness as ExecutionWitness, batch.claim, { mostCells: 1 });
      assert.ok(planned.kind === "planned");
      const whole = proof.chunks.findIndex((chunk) => !isRun(chunk.proof));
      await assert.rejects(proving.proveChunk(planned.chunks[whole]!.input), KernelThreadsLost);
    } finally {
      await proving.release();
    }
  });

  /** With other bytes in the place of the run. */
  const assertRefused = (changes: (run: RunProof, own: Uint8Array) => readonly Uint8Array[]): void => {
    const at = proof.chunks.findIndex((chunk) => isRun(chunk.proof));
    const own = proof.chunks[at]!.proof;
    for (const [i, bytes] of changes(decodeRun(own)!, own).entries())
      assert.equal(
        verdict(proof.chunks.map((chunk, j) => (j === at ? { ...chunk, proof: bytes } : chunk))),
        "ChunkRefused",
        `change ${i}`,
      );
  };

  it("is refused with segments in another order, with bytes behind the last or fewer of them, and as another chunk's", () => {
    const whole = proof.chunks.find((chunk) => !isRun(chunk.proof))!.proof;
    assertRefused((run, own) => [
      encodeRun({ ...run, proofs: run.proofs.toReversed() }),
      Uint8Array.from([...own, 0]),
      own.slice(0, -1),
      own.slice(0, 20),
      whole,
    ]);
  });

  it("attack: run passed as chunk: a segment alone, of either end, and a whole chunk's proof as a run of one", () => {
    const whole = proof.chunks.find((chunk) => !isRun(chunk.proof))!.proof;
    assertRefused((run) => [run.proofs[0]!, run.proofs.at(-1)!, encodeRun({ ...run, proofs: [whole] })]);
  });

  it("attack: open run in a batch: its first segment, its last or all are missing", () => {
    assertRefused((run) => [
      encodeRun({ ...run, proofs: run.proofs.slice(1) }),
      encodeRun({ ...run, proofs: run.proofs.slice(0, -1) }),
      encodeRun({ ...run, proofs: [] }),
    ]);
  });
});
