import assert from "node:assert/strict";
import { traceLogRows } from "../../../src/circuits/state-transition/trace/build-trace.ts";
import { ProvingBackends } from "../../../src/devices/proving-backends.ts";
import { decodeBatchProof } from "../../../src/execution-proof/batch/batch-proof.ts";
import { createExecutionKey } from "../../../src/execution-proof/batch/execution-key.ts";
import { ExecutionProving } from "../../../src/execution-proof/batch/prove-execution.ts";
import { relistedTree } from "../../../src/execution-proof/batch/relisting.ts";
import { relistingInput } from "../../../src/execution-proof/batch/relisting-system.ts";
import { createCompressor } from "../../../src/kernels/wasm/compressor.ts";
import { createWasmBackend } from "../../../src/kernels/wasm/backend.ts";
import type { DescribedPrograms } from "../../../src/l1-proof/described-programs.ts";
import type { ExecutedProof } from "../../../src/l1-proof/proof-plan.ts";
import { encodeStateInput } from "../../../src/prover/encode-state-input.ts";
import { shapeOfProof } from "../../../src/recursion/proof-hints.ts";
import type { System } from "../../../src/stark/system.ts";
import { startVerifiedChain } from "../../chain/support/verified-chain.ts";
import { TestWallet } from "../../chain/support/wallet.ts";
import { ChainBatches } from "../../execution-proof/support/chain-batches.ts";
import { proveHere } from "../../execution-proof/support/own-prover.ts";
import { CHUNK_PARAMETERS } from "./few-query-programs.ts";

/** Less than the batch takes, so that it has several chunks. */
const MOST_CELLS = 7_000_000;

/** A batch whose execution is proven, and the heights of the proofs that its way to L1 begins with. */
interface ExecutedBatch {
  readonly executed: ExecutedProof;
  readonly heights: DescribedPrograms["heights"];
}

/** A chain's second batch, with one payment, in several chunks, with leaves listed anew. NOT SECURE: few queries. */
export async function executedBatch(): Promise<ExecutedBatch> {
  const wallet = new TestWallet(78);
  const accounts = [{ address: wallet.address, balanceWei: 10n ** 20n }];
  const [chain, backend] = await Promise.all([startVerifiedChain({ accounts }), createWasmBackend({ workers: 2 })]);
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
    const proven = await proveHere(key, proving, witness, claim, { mostCells: MOST_CELLS });
    await proving.release();
    assert.ok(proven.kind === "proven");
    const executed = { claim, execution: proven.proof, list: await encodeStateInput(formed.job) };
    const proof = decodeBatchProof(proven.proof);
    const heights = heightsOfProofs(proof, traceLogRows(formed.job.witness), key.system);
    assert.ok(proof.chunks.length > 1 && heights.relistings.length === 1);
    return { executed, heights };
  } finally {
    await Promise.all([chain.chain.close(), backend.close()]);
  }
}

/** Of a batch's first proofs, whose list's table has so many rows. */
export function heightsOfProofs(
  { chunks, relisting }: ReturnType<typeof decodeBatchProof>,
  listLogRows: number,
  system: System,
): DescribedPrograms["heights"] {
  const anew = relisting && relistingInput(relistedTree(relisting, createCompressor().compress), relisting, CHUNK_PARAMETERS);
  return {
    chunks: distinct(chunks.map(({ proof }) => shapeOfProof(system, proof).logRows)),
    lists: [[listLogRows]],
    relistings: anew === undefined ? [] : [anew.traces.map(([column]) => Math.log2(column?.length ?? 0))],
  };
}

function distinct(heights: readonly (readonly number[])[]): readonly (readonly number[])[] {
  return [...new Map(heights.map((own) => [own.join(), own])).values()];
}
