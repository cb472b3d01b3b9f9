import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { ProvingBackends } from "../../../src/proofs/devices/proving-backends.ts";
import { createWasmBackend } from "../../../src/proofs/kernels/wasm/backend.ts";
import type { WasmBackend } from "../../../src/proofs/kernels/wasm/threaded-backend.ts";
import { NodeProver } from "../../../src/proofs/l1-proof/prove-node.ts";
import {
  aggregateOf,
  firstStart,
  joinedAggregates,
  startBehind,
  wrappedOf,
} from "../../../src/proofs/recursion/nodes/aggregate-statement.ts";
import { batchOf, saidOfBatch } from "../../../src/proofs/recursion/nodes/batch-program.ts";
import type { StatedProof } from "../../../src/proofs/recursion/nodes/node-hints.ts";
import { chunksOfRun, joinedChunks, relistedChunks } from "../../../src/proofs/recursion/nodes/chunks-program.ts";
import { type FirstProofs, NodePrograms, PROGRAM_NAMES } from "../../../src/proofs/recursion/nodes/node-programs.ts";
import type { PreparedProgram } from "../../../src/proofs/recursion/nodes/program-set.ts";
import { verify } from "../../../src/proofs/stark/proofs/verify.ts";
import { wordsOf } from "../../../src/proofs/stark/transcripts/transcript-form.ts";
import { type FreeProgram, freeProgram } from "./free-program.ts";
import { provenOnce } from "./proven-once.ts";
import { smallNodeParameters } from "./small-parameters.ts";
import { boundary, chunks, list, relisting } from "./statements.ts";

/*
 * All programs from chunks to L1, over first proofs of programs that any statement satisfies. Nightly tests use real proofs
 * (test/execution-proof/proven-batch.test.ts).
 */
const POINT = [1, 2, 3, 4, 5];

describe("the programs from chunks to L1", () => {
  let backend: WasmBackend;
  let programs: NodePrograms;
  let compress: PreparedProgram;
  let wrap: PreparedProgram;
  let first: { readonly runs: readonly FreeProgram[]; readonly lists: readonly FreeProgram[]; readonly relisting: FreeProgram };
  const provers = new Map<string, NodeProver>();

  before(async () => {
    backend = await createWasmBackend({ workers: 2 });
    const ofTwo = (count: number) => Promise.all([1, 2].map((mark) => freeProgram(count, backend, mark)));
    first = { runs: await ofTwo(120), lists: await ofTwo(66), relisting: await freeProgram(16, backend) };
    programs = await NodePrograms.create(
      firstProofs(),
      {
        chunks: smallNodeParameters,
        batches: smallNodeParameters,
        compress: smallNodeParameters,
        wrap: smallNodeParameters,
        fast: smallNodeParameters,
      },
      backend,
    );
    compress = await programs.prepareCompress(backend);
    wrap = await programs.prepareWrap(compress, backend);
  });
  after(async () => {
    for (const prover of provers.values()) await prover.release();
    await backend.close();
  });

  function firstProofs(): FirstProofs {
    const oneChunkBatches = [{ list: 1, chunk: 0 }];
    return { chunks: first.runs, lists: first.lists, relistings: [first.relisting], oneChunkBatches };
  }

  async function proven(
    set: "chunks" | "batches",
    name: string,
    elements: readonly number[],
    proofs: readonly StatedProof[],
  ): Promise<StatedProof> {
    const prover = provers.get(name) ?? new NodeProver(await programs[set].prepare(name, backend), new ProvingBackends(backend));
    provers.set(name, prover);
    return { ...(await prover.prove(elements, proofs)), program: programs.hintsOf(set, name) };
  }

  /** Returns a stand-in for chunks of this batch whose boundaries have these roots. */
  async function provenChunks(roots: readonly number[], number: number): Promise<StatedProof> {
    const last = roots.length - 1;
    const ends = roots.map((root, i) => boundary(root, number + (i === last ? 1 : 0), i === 0 || i === last ? 0 : 1, 40 + i));
    let all: StatedProof | undefined;
    for (let i = 0; i < last; i++) {
      const run = [...chunks(ends[i]!, ends[i + 1]!).slice(36, 152), 0, 0, 0, 0];
      const place = i % 2;
      const leaf = await proven("chunks", `leaf ${place}`, chunksOfRun(run), [await first.runs[place]!.prove(run)]);
      if (all === undefined) all = leaf;
      else {
        const joined = joinedChunks(wordsOf(all.statement), wordsOf(leaf.statement), programs.digests.chunks);
        all = await proven("chunks", "join", joined, [all, leaf]);
      }
    }
    assert.ok(all !== undefined);
    return all;
  }

  /** A batch whose chunk has no leaf. */
  async function provenOneChunkBatch(roots: readonly [number, number], number: number): Promise<StatedProof> {
    const changes = list(...roots);
    const run = [...chunks(boundary(roots[0], number, 0, 40), boundary(roots[1], number + 1, 0, 41)).slice(36, 152), 0, 0, 0, 0];
    const batch = saidOfBatch(batchOf({ list: changes, chunks: chunksOfRun(run) }));
    const [listed, chunk] = [await first.lists[1]!.prove(changes), await first.runs[0]!.prove(run)];
    return proven("batches", PROGRAM_NAMES.oneChunkBatch({ list: 1, chunk: 0 }), batch, [listed, chunk]);
  }

  async function provenBatch(ofChunks: StatedProof, roots: readonly [number, number], place: number): Promise<StatedProof> {
    const changes = list(...roots);
    const batch = saidOfBatch(batchOf({ list: changes, chunks: wordsOf(ofChunks.statement) }));
    return proven("batches", `batch ${place}`, batch, [await first.lists[place]!.prove(changes), ofChunks]);
  }

  /** The last proof, of what one proof says, as L1 has it. */
  async function provenForL1(of: StatedProof, said: readonly number[]): Promise<void> {
    const compressed = await provenOnce(compress, backend, said, [of]);
    const { statement, proof } = await provenOnce(wrap, backend, said, [compressed]);
    assert.deepEqual(wordsOf(statement), said);
    assert.deepEqual(verify(wrap.compiled.system, statement, proof), { ok: true });
  }

  it("result in one key, whatever the content of a batch and the number of batches", async () => {
    const one = await provenOneChunkBatch([1000, 2000], 5);
    const batchOne = wordsOf(one.statement).slice(0, 108);
    await provenForL1(one, wrappedOf(aggregateOf([batchOne], firstStart(1), POINT, programs.digests.batches)));

    const three = await provenChunks([2000, 2100, 2200, 3000], 6);
    const anew = relistedChunks(wordsOf(three.statement), relisting(3000, 4000), programs.digests.chunks);
    const listed = await proven("chunks", "relisted 0", anew, [three, await first.relisting.prove(relisting(3000, 4000))]);
    const two = await provenBatch(listed, [2000, 4000], 1);
    const last = await provenBatch(await provenChunks([4000, 4100, 5000], 7), [4000, 5000], 0);
    const [batchTwo, batchThree] = [two, last].map(({ statement }) => wordsOf(statement).slice(0, 108)) as [number[], number[]];

    const both = aggregateOf([batchOne, batchTwo], firstStart(3), POINT, programs.digests.batches);
    const pair = await proven("batches", "aggregate", both, [one, two]);
    const rest = aggregateOf([batchThree], startBehind(both), POINT, programs.digests.batches);
    const all = joinedAggregates([both, rest]);
    const whole = await proven("batches", "aggregate", all, [pair, last]);
    await provenForL1(whole, wrappedOf(all));
  });

  it("have forms that have room for each of them, and keys that all differ", () => {
    for (const set of ["chunks", "batches"] as const) {
      const digests = programs.keys[set].map(({ digest }) => digest.join());
      assert.equal(new Set(digests).size, programs[set].names.length);
    }
    assert.deepEqual(programs.chunks.names, ["leaf 0", "leaf 1", "relisted 0", "join"]);
    assert.deepEqual(programs.batches.names, ["batch 0", "batch 1", "batch 1 of chunk 0", "aggregate"]);
  });

  it("are the same where forms and keys are known", async () => {
    const parameters = {
      chunks: smallNodeParameters,
      batches: smallNodeParameters,
      compress: smallNodeParameters,
      wrap: smallNodeParameters,
      fast: smallNodeParameters,
    };
    const known = { forms: { chunks: programs.chunks.form, batches: programs.batches.form }, keys: programs.keys };
    const again = await NodePrograms.create(firstProofs(), parameters, backend, known);
    assert.deepEqual(again.digests, programs.digests);
    const { compiled } = await again.prepareCompress(backend);
    assert.deepEqual(compiled.system.verificationKeyDigest, compress.compiled.system.verificationKeyDigest);
  });
});
