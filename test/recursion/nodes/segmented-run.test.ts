import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { ProvingBackends } from "../../../src/proofs/devices/proving-backends.ts";
import { createWasmBackend } from "../../../src/proofs/kernels/wasm/backend.ts";
import type { WasmBackend } from "../../../src/proofs/kernels/wasm/threaded-backend.ts";
import { NodeProver } from "../../../src/proofs/l1-proof/prove-node.ts";
import { aggregateOf, firstStart, wrappedOf } from "../../../src/proofs/recursion/nodes/aggregate-statement.ts";
import { batchOf, saidOfBatch } from "../../../src/proofs/recursion/nodes/batch-program.ts";
import type { StatedProof } from "../../../src/proofs/recursion/nodes/node-hints.ts";
import { chunksOfRun, joinedChunks } from "../../../src/proofs/recursion/nodes/chunks-program.ts";
import { NodePrograms, PROGRAM_NAMES } from "../../../src/proofs/recursion/nodes/node-programs.ts";
import { endedRun, joinedRun } from "../../../src/proofs/recursion/nodes/run-program.ts";
import { verify } from "../../../src/proofs/stark/proofs/verify.ts";
import { wordsOf } from "../../../src/proofs/stark/transcripts/transcript-form.ts";
import { type FreeProgram, freeProgram } from "./free-program.ts";
import { provenOnce } from "./proven-once.ts";
import { smallNodeParameters } from "./small-parameters.ts";
import { boundary, list } from "./statements.ts";
import { provenSegments, toyInputs, toyRun, toySegments, type ToySegment } from "./toy-run.ts";

/* A run of a toy machine, which is proven in segments, on the way to L1: behind it stands a chunk of a program that says anything. */

describe("a run in segments", () => {
  let backend: WasmBackend;
  let segments: readonly ToySegment[];
  let lists: FreeProgram;
  let chunk: FreeProgram;
  let programs: NodePrograms;
  const provers = new Map<string, NodeProver>();
  /** Roots of the run and of the chunk after it, which begin with the word at place 0. */
  const run = toyRun(5, 71);
  const end = boundary(900, 65536, 0, 43);

  before(async () => {
    backend = await createWasmBackend({ workers: 2 });
    const system = await toySegments(backend);
    segments = await provenSegments(system, toyInputs(system, 3, run), backend);
    lists = await freeProgram(66, backend);
    chunk = await freeProgram(120, backend);
    const shapes = { chunks: [chunk], segments: [segments[0]!.shape], lists: [lists], relistings: [] };
    const parameters = {
      chunks: smallNodeParameters,
      batches: smallNodeParameters,
      compress: smallNodeParameters,
      wrap: smallNodeParameters,
      fast: smallNodeParameters,
    };
    programs = await NodePrograms.create(shapes, parameters, backend);
  });
  after(async () => {
    for (const prover of provers.values()) await prover.release();
    await backend.close();
  });

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

  it("has the one key on L1: leaves, joined from either side, ended, a chunk next to others", async () => {
    assert.deepEqual(programs.chunks.names, ["leaf 0", "segment 0", "join of a run", "end of a run", "join"]);
    const { digests } = programs;
    const leaves: StatedProof[] = [];
    for (const own of segments) leaves.push(await proven("chunks", PROGRAM_NAMES.segment(0), own.leaf, [own]));
    const [first, second, third] = leaves as [StatedProof, StatedProof, StatedProof];
    const said = (own: StatedProof): number[] => wordsOf(own.statement);

    const rest = await proven("chunks", PROGRAM_NAMES.runJoin, joinedRun(said(second), said(third), digests.chunks), [
      second,
      third,
    ]);
    const whole = await proven("chunks", PROGRAM_NAMES.runEnd, endedRun(said(first), digests.chunks), [first, rest]);
    assert.deepEqual(said(whole).slice(0, 152), [...new Array<number>(36).fill(0), ...run.slice(0, 116)]);
    const begun = await proven("chunks", PROGRAM_NAMES.runJoin, joinedRun(said(first), said(second), digests.chunks), [
      first,
      second,
    ]);
    const same = await proven("chunks", PROGRAM_NAMES.runEnd, endedRun(said(begun), digests.chunks), [begun, third]);
    assert.deepEqual(same.statement, whole.statement);

    const behind = [...run.slice(0, 6), ...run.slice(61, 116), ...end, 0, 0, 0, 0];
    const leaf = await proven("chunks", PROGRAM_NAMES.leaf(0), chunksOfRun(behind), [await chunk.prove(behind)]);
    const both = await proven("chunks", PROGRAM_NAMES.join, joinedChunks(said(whole), said(leaf), digests.chunks), [whole, leaf]);

    const changes = list(5, 900).toSpliced(16, 8, ...run.slice(6, 14));
    const batch = batchOf({ list: changes, chunks: said(both) });
    const one = await proven("batches", PROGRAM_NAMES.batch(0), saidOfBatch(batch), [await lists.prove(changes), both]);
    const forL1 = wrappedOf(aggregateOf([batch], firstStart(1), [1, 2, 3, 4, 5], digests.batches));
    const compress = await programs.prepareCompress(backend);
    const wrap = await programs.prepareWrap(compress, backend);
    const last = await provenOnce(wrap, backend, forL1, [await provenOnce(compress, backend, forL1, [one])]);
    assert.deepEqual(verify(wrap.compiled.system, last.statement, last.proof), { ok: true });
  });

  it("has no proof of an end if a part is missing, occurs twice or is another's, and open parts are joined to no chunk", async () => {
    const { digests } = programs;
    const leaves: StatedProof[] = [];
    for (const own of segments) leaves.push(await proven("chunks", PROGRAM_NAMES.segment(0), own.leaf, [own]));
    const said = (own: StatedProof): number[] => wordsOf(own.statement);
    const [first, second, third] = leaves as [StatedProof, StatedProof, StatedProof];
    for (const [left, right] of [
      [first, second],
      [first, third],
      [second, third],
      [third, third],
    ] as const)
      await assert.rejects(
        proven("chunks", PROGRAM_NAMES.runEnd, endedRun(said(left), digests.chunks), [left, right]),
        RangeError,
      );
    const behind = [...run.slice(0, 6), ...run.slice(61, 116), ...end, 0, 0, 0, 0];
    const leaf = await proven("chunks", PROGRAM_NAMES.leaf(0), chunksOfRun(behind), [await chunk.prove(behind)]);
    const joined = joinedChunks(said(first), said(leaf), digests.chunks);
    await assert.rejects(proven("chunks", PROGRAM_NAMES.join, joined, [first, leaf]), RangeError);
  });

  it("is of one key: rejects a set of segments with two", async () => {
    const shapes = { chunks: [], segments: [segments[0]!.shape, chunk], lists: [lists], relistings: [] };
    const parameters = {
      chunks: smallNodeParameters,
      batches: smallNodeParameters,
      compress: smallNodeParameters,
      wrap: smallNodeParameters,
      fast: smallNodeParameters,
    };
    await assert.rejects(NodePrograms.create(shapes, parameters, backend), /segments of 2 keys cannot form one run/);
  });
});
