import assert from "node:assert/strict";
import { traceLogRows } from "../../../src/proofs/circuits/state-transition/trace/build-trace.ts";
import { ProvingBackends } from "../../../src/proofs/devices/proving-backends.ts";
import { decodeBatchProof, encodeBatchProof } from "../../../src/proofs/execution-proof/batch/batch-proof.ts";
import { ChunkFilling } from "../../../src/proofs/execution-proof/batch/chunk-filling.ts";
import {
  createExecutionKey,
  type ExecutionKey,
  uncommittedSystem,
} from "../../../src/proofs/execution-proof/batch/execution-key.ts";
import { ExecutionProving } from "../../../src/proofs/execution-proof/batch/prove-execution.ts";
import { relistedTree } from "../../../src/proofs/execution-proof/batch/relisting.ts";
import { relistingInput } from "../../../src/proofs/execution-proof/batch/relisting-system.ts";
import { verifyWithKey } from "../../../src/proofs/execution-proof/batch/verify-execution.ts";
import { CHUNK_PROFILES, type RunProfile } from "../../../src/proofs/execution-proof/run-profiles.ts";
import { createCompressor } from "../../../src/proofs/kernels/wasm/compressor.ts";
import { createWasmBackend } from "../../../src/proofs/kernels/wasm/backend.ts";
import type { WasmBackend } from "../../../src/proofs/kernels/wasm/threaded-backend.ts";
import type { DescribedPrograms } from "../../../src/proofs/l1-proof/described-programs.ts";
import type { ExecutedProof } from "../../../src/proofs/l1-proof/batch-for-l1.ts";
import { encodeStateInput } from "../../../src/proofs/prover/encode-state-input.ts";
import { shapeOfProof } from "../../../src/proofs/recursion/proof-hints.ts";
import { decodeRun, encodeRun, isRun } from "../../../src/proofs/stark/proofs/encode-run.ts";
import { proveRun } from "../../../src/proofs/stark/proofs/prove-run.ts";
import { startVerifiedChain } from "../../chain/support/verified-chain.ts";
import { TestWallet } from "../../chain/support/wallet.ts";
import { ChainBatches, PROVEN_CHAIN } from "../../execution-proof/support/chain-batches.ts";
import { proveHere } from "../../execution-proof/support/own-prover.ts";
import { CHUNK_PARAMETERS } from "./few-query-programs.ts";

/** Fewer cells than the batch needs, so that each step has a separate chunk. */
const MAX_CELLS = 7_000_000;
const [SMALL] = CHUNK_PROFILES as readonly [RunProfile];
/** An eighth of the smallest profile's heights, where tables may be as low: the opening step takes three segments of it. */
const SEGMENT_PROFILE: RunProfile = Object.fromEntries(
  Object.entries(SMALL).map(([table, logRows]) => [table, Math.max(6, logRows - 3)]),
);

/** A batch whose execution is proven, and the heights of the proofs that its way to L1 begins with. */
interface ExecutedBatch {
  readonly executed: ExecutedProof;
  readonly heights: DescribedPrograms["heights"];
}

/**
 * Proves a chain's second batch, with one payment, in several chunks, with relisted leaves. The first step, which opens the
 * batch, is cut into segments. NOT SECURE: few queries.
 */
export async function executedBatch(): Promise<ExecutedBatch> {
  const wallet = new TestWallet(78);
  const accounts = [{ address: wallet.address, balanceWei: 10n ** 20n }];
  const [chain, backend] = await Promise.all([
    startVerifiedChain({ ...PROVEN_CHAIN, accounts }),
    createWasmBackend({ workers: 2 }),
  ]);
  try {
    const batches = await ChainBatches.of(chain, accounts);
    const pay = async () => {
      await chain.chain.submit(await wallet.signRaw({ to: `0x${"be".repeat(20)}`, value: 7n }));
      return chain.sealAndVerify();
    };
    batches.next(await pay());
    const formed = await pay();
    const { claim, witness } = batches.next(formed);
    assert.ok(witness.kind === "witness");
    const key = await createExecutionKey(claim.batch.protocolVersion, CHUNK_PARAMETERS, backend);
    const proving = new ExecutionProving(key, new ProvingBackends(backend));
    const proven = await proveHere(key, proving, witness, claim, { mostCells: MAX_CELLS });
    const planned = await proving.plan(witness, claim, { mostCells: MAX_CELLS });
    await proving.release();
    assert.ok(proven.kind === "proven" && planned.kind === "planned");
    const whole = decodeBatchProof(proven.proof);
    const [opening, ...others] = whole.chunks;
    const run = await runInSegments(key, planned.chunks[0]!.input, backend);
    const proof = { ...whole, chunks: [{ ...opening!, proof: run }, ...others] };
    const execution = encodeBatchProof(proof);
    assert.equal(verifyWithKey(key, claim, execution, { acceptsWeakParameters: true }).chunks, whole.chunks.length);
    const heights = withOneChunkBatches(heightsOfProofs(proof, traceLogRows(formed.job.witness), key));
    assert.ok(proof.chunks.length > 1 && heights.relistings.length === 1);
    return { executed: { claim, execution, list: await encodeStateInput(formed.job) }, heights };
  } finally {
    await Promise.all([chain.chain.close(), backend.close()]);
  }
}

/** The proof of a chunk of one step in three segments at least, of the heights of a small profile. */
async function runInSegments(key: ExecutionKey, input: Uint8Array, backend: WasmBackend): Promise<Uint8Array> {
  const { protocolVersion } = key;
  const system = { ...uncommittedSystem(protocolVersion, CHUNK_PARAMETERS), segmentProfiles: [SEGMENT_PROFILE] };
  const filling = new ChunkFilling(system, protocolVersion, input, 1);
  const filled = filling.fill();
  assert.ok("segments" in filled && filled.segments > 2, JSON.stringify(filled));
  const source = { count: filled.segments, fill: (segment: number) => filling.segment(segment) };
  return encodeRun(await proveRun(key.segmented().system, source, backend));
}

/** The heights with a program for each batch of one chunk that they allow. */
export function withOneChunkBatches(heights: DescribedPrograms["heights"]): DescribedPrograms["heights"] {
  const oneChunkBatches = heights.chunks.flatMap((_, chunk) => heights.lists.map((_, list) => ({ list, chunk })));
  return { ...heights, oneChunkBatches };
}

/** Heights of the tables in a batch's first proofs, for this height of its list's table. */
export function heightsOfProofs(
  { chunks, relisting }: ReturnType<typeof decodeBatchProof>,
  listLogRows: number,
  { system, segmented }: Pick<ExecutionKey, "system" | "segmented">,
): DescribedPrograms["heights"] {
  const anew = relisting && relistingInput(relistedTree(relisting, createCompressor().compress), relisting, CHUNK_PARAMETERS);
  return {
    chunks: distinct(chunks.flatMap(({ proof }) => (isRun(proof) ? [] : [shapeOfProof(system, proof).logRows]))),
    segments: distinct(
      chunks.flatMap(({ proof }) => decodeRun(proof)?.proofs ?? []).map((own) => shapeOfProof(segmented().system, own).logRows),
    ),
    lists: [[listLogRows]],
    relistings: anew === undefined ? [] : [anew.traces.map(([column]) => Math.log2(column?.length ?? 0))],
  };
}

function distinct(heights: readonly (readonly number[])[]): readonly (readonly number[])[] {
  return [...new Map(heights.map((own) => [own.join(), own])).values()];
}
