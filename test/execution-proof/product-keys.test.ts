import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { writtenChunkRoots } from "../../src/proofs/execution-proof/batch/chunk-roots.ts";
import { committedExecutionKey, createExecutionKey } from "../../src/proofs/execution-proof/batch/execution-key.ts";
import { lastProofKey, lastProofOfKey, systemForL1 } from "../../src/proofs/execution-proof/batch/l1-system.ts";
import { productPrograms, systemOfBatch } from "../../src/proofs/execution-proof/batch/product-programs.ts";
import { WRITTEN_PROGRAMS } from "../../src/proofs/execution-proof/batch/written-programs.ts";
import { executionParameters } from "../../src/proofs/execution-proof/parameters.ts";
import { createWasmBackend } from "../../src/proofs/kernels/wasm/backend.ts";
import type { WasmBackend } from "../../src/proofs/kernels/wasm/threaded-backend.ts";
import { PROVEN_VERSION, TRUSTED_VERSION } from "../../src/ground/protocol/protocol-version.ts";
import { compressProgram } from "../../src/proofs/recursion/nodes/aggregate-program.ts";
import type { NodePrograms } from "../../src/proofs/recursion/nodes/node-programs.ts";
import { compressParameters, programParameters } from "../../src/proofs/recursion/tables/program-parameters.ts";
import { programSystem } from "../../src/proofs/recursion/tables/program-system.ts";
import { commitPreprocessed } from "../../src/proofs/stark/proving/preprocess.ts";
import { elementBytes } from "../../src/proofs/stark/transcripts/transcript-form.ts";

/*
 * Keys of the package's programs from chunks to L1, compared with some that are derived here. By night all are derived
 * (test/execution-proof/product-programs.test.ts).
 */
describe("the keys of the product's programs", () => {
  let backend: WasmBackend;
  let programs: NodePrograms;
  const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

  before(async () => {
    backend = await createWasmBackend({ workers: 2 });
    programs = await productPrograms(backend);
  });
  after(() => backend.close());

  it("are of each profile of a chunk, of a segment, of a relisting and of a list, and all differ", () => {
    const placed = (name: string, count: number): string[] => Array.from({ length: count }, (_, place) => `${name} ${place}`);
    assert.deepEqual(programs.chunks.names, [
      ...placed("leaf", 7),
      ...placed("segment", 2),
      "join of a run",
      "end of a run",
      ...placed("relisted", 3),
      "join",
    ]);
    const oneChunk = [0, 1, 2, 3].flatMap((chunk) => placed("batch", 4).map((name) => `${name} of chunk ${chunk}`));
    const above = ["aggregate", "first of a hub", "next of a hub"];
    assert.deepEqual(programs.batches.names, [...placed("batch", 9), ...oneChunk, ...above]);
    const digests = [...programs.keys.chunks, ...programs.keys.batches].map(({ digest }) => digest.join());
    assert.equal(new Set(digests).size, 43);
  });

  it("of chunks is the one of the kernel's program", async () => {
    const { system } = await committedExecutionKey(PROVEN_VERSION, executionParameters(), backend);
    const roots = Object.fromEntries(Array.from(system.preprocessedRoots, ([height, root]) => [height, hex(root)]));
    assert.deepEqual(roots, WRITTEN_PROGRAMS.chunkRoots);
    const written = await createExecutionKey(PROVEN_VERSION, executionParameters(), backend);
    assert.deepEqual(written.system.verificationKeyDigest, system.verificationKeyDigest);
  });

  it("of chunks is not written for another version or for other parameters", async () => {
    for (const [version, parameters] of [
      [TRUSTED_VERSION, executionParameters()],
      [PROVEN_VERSION, { ...executionParameters(), logBlowup: 2, queryCount: 118 }],
    ] as const)
      assert.equal(writtenChunkRoots(version, parameters), undefined);
    const { queryCount, ...others } = executionParameters();
    assert.equal(writtenChunkRoots(PROVEN_VERSION, { ...others, queryCount })?.size, 7);
  });

  it("of the proof of a single batch are found by the program's name, and no other program's", async () => {
    for (const [place, name] of programs.batches.names.entries()) {
      const roots = [...(systemOfBatch(name)?.preprocessedRoots.values() ?? [])].map(hex);
      assert.deepEqual(roots, programs.batchNames.includes(name) ? [WRITTEN_PROGRAMS.keys.batches[place]?.[1]] : [], name);
    }
    const { compiled } = await programs.batches.prepare("batch 0", backend);
    assert.deepEqual(systemOfBatch("batch 0")?.verificationKeyDigest, compiled.system.verificationKeyDigest);
  });

  it("of batches have the digest that L1's registry gets", () => {
    assert.equal(hex(elementBytes([...programs.digests.batches])), WRITTEN_PROGRAMS.batchesDigest);
  });

  it("of the join and of the one that compresses are those of the programs", async () => {
    const join = await programSystem(programs.chunks.write("join").program, programParameters(), backend, {
      form: programs.chunks.form,
    });
    const place = programs.chunks.names.indexOf("join");
    assert.equal(hex(join.system.preprocessedRoots.get(20) ?? new Uint8Array()), WRITTEN_PROGRAMS.keys.chunks[place]?.[1]);
    const node = compressProgram(programs.batches.shape, programs.digests.batches);
    const compress = await programSystem(node.program, compressParameters(), backend);
    assert.equal(hex(compress.system.preprocessedRoots.get(20) ?? new Uint8Array()), WRITTEN_PROGRAMS.compressRoot);
  });

  it("of a fast proof's program is that of the system whose verifier is in the package", async () => {
    const fast = await programs.prepareFast(backend);
    assert.deepEqual(systemForL1("fast").verificationKeyDigest, fast.compiled.system.verificationKeyDigest);
    const [[, root] = []] = await commitPreprocessed(fast.compiled.system.definition, backend);
    assert.equal(hex(root ?? new Uint8Array()), WRITTEN_PROGRAMS.fastRoot);
    assert.deepEqual(fast.compiled.form, WRITTEN_PROGRAMS.forms.fast);
    assert.deepEqual(
      (["fast", "small"] as const).map((last) => lastProofOfKey(lastProofKey(last))),
      ["fast", "small"],
    );
    assert.equal(lastProofOfKey(`0x${"00".repeat(32)}`), undefined);
  });

  it("of the last one is that of the system whose verifier is in the package", async () => {
    const wrap = await programs.prepareWrap(await programs.prepareCompress(backend), backend);
    const { verificationKeyDigest } = systemForL1("small");
    assert.deepEqual(verificationKeyDigest, wrap.compiled.system.verificationKeyDigest);
    // The programs above have the package's root of it; this one is the program's own.
    const [[, root] = []] = await commitPreprocessed(wrap.compiled.system.definition, backend);
    assert.equal(hex(root ?? new Uint8Array()), WRITTEN_PROGRAMS.wrapRoot);
  });
});
