import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { encodeListStatement, listParameters, listSystem } from "../../src/proofs/circuits/state-transition/list-system.ts";
import { buildTrace } from "../../src/proofs/circuits/state-transition/trace/build-trace.ts";
import type { FormedBatch } from "../../src/chain/batch/form-batch.ts";
import { decodeBatchProof } from "../../src/proofs/execution-proof/batch/batch-proof.ts";
import { chunkStatement, firstJoints } from "../../src/proofs/execution-proof/batch/chunk-statement.ts";
import { claimedEnds } from "../../src/proofs/execution-proof/batch/execution-claim.ts";
import { createExecutionKey, type ExecutionKey } from "../../src/proofs/execution-proof/batch/execution-key.ts";
import { ExecutionProving } from "../../src/proofs/execution-proof/batch/prove-execution.ts";
import { executionParameters } from "../../src/proofs/execution-proof/parameters.ts";
import { type Relisting, relistedTree } from "../../src/proofs/execution-proof/batch/relisting.ts";
import { relistingInput, relistingSystem } from "../../src/proofs/execution-proof/batch/relisting-system.ts";
import { wholeWords } from "../../src/proofs/circuits/boundary/statement-form.ts";
import { createCompressor } from "../../src/proofs/kernels/wasm/compressor.ts";
import { formOf } from "../../src/proofs/execution-proof/run-statement.ts";
import { statementCode } from "../../src/proofs/execution-proof/statement-code.ts";
import { createWasmBackend } from "../../src/proofs/kernels/wasm/backend.ts";
import type { WasmBackend } from "../../src/proofs/kernels/wasm/threaded-backend.ts";
import { toLimbs } from "../../src/ground/protocol/word.ts";
import { aggregateOf, firstStart, wrappedOf } from "../../src/proofs/recursion/nodes/aggregate-statement.ts";
import { batchOf, saidOfBatch } from "../../src/proofs/recursion/nodes/batch-program.ts";
import type { StatedProof } from "../../src/proofs/recursion/nodes/node-hints.ts";
import { chunksOfRun, joinedChunks, relistedChunks } from "../../src/proofs/recursion/nodes/chunks-program.ts";
import { listStatementCode } from "../../src/proofs/recursion/nodes/list-statement-code.ts";
import { NodePrograms, PROGRAM_NAMES } from "../../src/proofs/recursion/nodes/node-programs.ts";
import type { PreparedProgram } from "../../src/proofs/recursion/nodes/program-set.ts";
import type { CheckedShape } from "../../src/proofs/recursion/proof-code.ts";
import { shapeOfProof } from "../../src/proofs/recursion/proof-hints.ts";
import { batchParameters, programParameters, wrapParameters } from "../../src/proofs/recursion/tables/program-parameters.ts";
import { ProvingBackends } from "../../src/proofs/devices/proving-backends.ts";
import type { ProofParameters } from "../../src/proofs/stark/systems/parameters.ts";
import { prove } from "../../src/proofs/stark/proofs/prove.ts";
import { verify } from "../../src/proofs/stark/proofs/verify.ts";
import { elementBytes, wordsOf } from "../../src/proofs/stark/transcripts/transcript-form.ts";
import { startVerifiedChain } from "../chain/support/verified-chain.ts";
import { TestWallet } from "../chain/support/wallet.ts";
import { startCodeChain } from "../contracts/verifier/support/chain.ts";
import { deployStackVerifier } from "../contracts/verifier/support/small-verifier.ts";
import { provenOnce } from "../recursion/nodes/proven-once.ts";
import { ChainBatches, PROVEN_CHAIN, type WitnessedBatch } from "./support/chain-batches.ts";
import { proveHere } from "./support/own-prover.ts";
import { checkByNode } from "../recursion/check-by-program.ts";

/** NOT SECURE: few queries, in all proofs. */
const FEW_QUERIES = { queryCount: 3, grindingBits: 3 };
/** Less than the batch takes, so that it has several chunks. */
const MAX_CELLS = 7_000_000;

/** A chain's second batch, with one payment. */
async function makeBatch(): Promise<{ readonly formed: FormedBatch; readonly batch: WitnessedBatch }> {
  const wallet = new TestWallet(78);
  const accounts = [{ address: wallet.address, balanceWei: 10n ** 20n }];
  const chain = await startVerifiedChain({ ...PROVEN_CHAIN, accounts });
  try {
    const batches = await ChainBatches.of(chain, accounts);
    const pay = async (): Promise<FormedBatch> => {
      await chain.chain.submit(await wallet.signRaw({ to: `0x${"be".repeat(20)}`, value: 7n }));
      return chain.sealAndVerify();
    };
    batches.next(await pay());
    const formed = await pay();
    return { formed, batch: batches.next(formed) };
  } finally {
    await chain.chain.close();
  }
}

/** A proof with what a program checks it by. */
interface Checked extends StatedProof {
  readonly shape: CheckedShape;
}

describe("a batch of a chain", () => {
  let backend: WasmBackend;
  let formed: FormedBatch;
  let key: ExecutionKey;
  let chunkProofs: readonly Checked[];
  let list: Checked;
  let relisting: Checked;

  before(async () => {
    backend = await createWasmBackend({ workers: 2 });
    const made = await makeBatch();
    formed = made.formed;
    const { claim, witness } = made.batch;
    assert.equal(witness.kind, "witness");
    key = await createExecutionKey(claim.batch.protocolVersion, { ...executionParameters(), ...FEW_QUERIES }, backend);
    chunkProofs = await provenChunks(made.batch);
    list = await provenList(formed);
  });
  after(() => backend.close());

  async function provenChunks({ witness, claim }: WitnessedBatch): Promise<Checked[]> {
    assert.ok(witness.kind === "witness");
    const proving = new ExecutionProving(key, new ProvingBackends(backend));
    const proven = await proveHere(key, proving, witness, claim, { mostCells: MAX_CELLS });
    await proving.release();
    assert.ok(proven.kind === "proven");
    const proof = decodeBatchProof(proven.proof);
    assert.ok(proof.relisting !== undefined);
    relisting = await provenRelisting(proof.relisting);
    const { environment, first } = claimedEnds(claim);
    const begins = firstJoints(proof, first);
    return proof.chunks.map((end, i) => {
      const statement = chunkStatement(key.program, { environment, before: begins[i]!, after: end });
      const shape = shapeOfProof(key.system, end.proof);
      return {
        statement,
        proof: end.proof,
        shape: { system: key.system, shape, statementCode: statementCode(formOf(key.program)) },
      };
    });
  }

  async function provenRelisting(anew: Relisting): Promise<Checked> {
    const parameters = { ...executionParameters(), ...FEW_QUERIES };
    const system = relistingSystem(parameters);
    const input = relistingInput(relistedTree(anew, createCompressor().compress), anew, parameters);
    const proof = await prove(system, input, backend);
    const shape = { system, shape: shapeOfProof(system, proof), statementCode: statementCode(wholeWords([])) };
    return { statement: input.statement, proof, shape };
  }

  async function provenList({ job }: FormedBatch): Promise<Checked> {
    const system = listSystem({ ...listParameters(), ...FEW_QUERIES });
    const trace = buildTrace(job.witness, job.statement.point);
    const statement = encodeListStatement(job.statement);
    const proof = await prove(system, { statement, auxiliary: [trace.auxiliary], traces: [trace.columns] }, backend);
    return { statement, proof, shape: { system, shape: shapeOfProof(system, proof), statementCode: listStatementCode } };
  }

  async function provenBy(
    program: PreparedProgram,
    elements: readonly number[],
    proofs: readonly StatedProof[],
  ): Promise<StatedProof> {
    assert.deepEqual(checkByNode(program.node, elementBytes(elements), proofs), { ok: true });
    const proven = await provenOnce(program, backend, elements, proofs);
    assert.deepEqual(verify(program.compiled.system, proven.statement, proven.proof), { ok: true });
    return proven;
  }

  it("is proven by one proof: leaves of its chunks, their join, its list, its relisted leaves; a contract checks one made of it", async () => {
    assert.ok(chunkProofs.length > 1);
    const few = [programParameters(), batchParameters(), wrapParameters()].map((own) => ({ ...own, ...FEW_QUERIES }));
    const [chunksOf, batches, wrap] = few as [ProofParameters, ProofParameters, ProofParameters];
    const shapes = { chunks: chunkProofs.map(({ shape }) => shape), lists: [list.shape], relistings: [relisting.shape] };
    const programs = await NodePrograms.create(
      shapes,
      { chunks: chunksOf, batches, compress: batches, wrap, fast: batches },
      backend,
    );
    const provenNode = async (
      set: "chunks" | "batches",
      name: string,
      elements: readonly number[],
      proofs: readonly StatedProof[],
    ): Promise<StatedProof> => {
      const proven = await provenBy(await programs[set].prepare(name, backend), elements, proofs);
      return { ...proven, program: programs.hintsOf(set, name) };
    };

    const leaves: StatedProof[] = [];
    for (const [i, chunk] of chunkProofs.entries())
      leaves.push(await provenNode("chunks", PROGRAM_NAMES.leaf(i), chunksOfRun(wordsOf(chunk.statement)), [chunk]));
    let chunks = leaves[0]!;
    const { digests } = programs;
    for (const right of leaves.slice(1)) {
      const joined = joinedChunks(wordsOf(chunks.statement), wordsOf(right.statement), digests.chunks);
      chunks = await provenNode("chunks", PROGRAM_NAMES.join, joined, [chunks, right]);
    }
    const anew = relistedChunks(wordsOf(chunks.statement), wordsOf(relisting.statement), digests.chunks);
    const listed = await provenNode("chunks", PROGRAM_NAMES.relisted(0), anew, [chunks, relisting]);
    const statement = batchOf({ list: wordsOf(list.statement), chunks: wordsOf(listed.statement) });
    const batch = await provenNode("batches", PROGRAM_NAMES.batch(0), saidOfBatch(statement), [list, listed]);

    const { outputs, protocolVersion, oldStateRoot, newStateRoot, commitment } = formed;
    assert.deepEqual(statement.slice(0, 8), [
      ...toLimbs(protocolVersion).slice(0, 2),
      ...wordsOf(chunkProofs[0]!.statement).slice(2, 6),
      ...toLimbs(outputs.batchNumber + 1n).slice(0, 2),
    ]);
    assert.deepEqual(statement.slice(8, 24), toLimbs(BigInt(commitment)));
    assert.deepEqual(statement.slice(40, 56), [...oldStateRoot, ...newStateRoot]);
    const said = wrappedOf(aggregateOf([statement], firstStart(1), [1, 2, 3, 4, 5], digests.batches));
    const compress = await programs.prepareCompress(backend);
    const last = await programs.prepareWrap(compress, backend);
    const wrapped = await provenBy(last, said, [await provenBy(compress, said, [batch])]);
    const chain = await startCodeChain();
    try {
      const contract = await deployStackVerifier(chain, last.compiled.system);
      assert.equal(await contract.verify(wrapped.statement, wrapped.proof), "accepted");
      for (const [i, element] of said.entries())
        assert.notEqual(
          await contract.verify(elementBytes(said.with(i, element ^ 1)), wrapped.proof),
          "accepted",
          `element ${i}`,
        );
    } finally {
      await chain.close();
    }
  });
});
