import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import { createWasmBackend } from "../../src/proofs/kernels/wasm/backend.ts";
import { partsOfRun } from "../../src/proofs/l1-proof/run-parts.ts";
import type { NodePrograms } from "../../src/proofs/recursion/nodes/node-programs.ts";
import { encodeRun } from "../../src/proofs/stark/proofs/encode-run.ts";
import type { RunProof } from "../../src/proofs/stark/proofs/verify-run.ts";
import { elementBytes } from "../../src/proofs/stark/transcripts/transcript-form.ts";
import { provenRun } from "../stark/segments/forged-run.ts";
import { segmentsOf, toyInputs, toyRun, toySegments } from "../recursion/nodes/toy-run.ts";

const backend = await createWasmBackend({ workers: 1 });
after(() => backend.close());
const system = await toySegments(backend);
const said = toyRun(5, 71);
const inputs = toyInputs(system, 3, said);
const run = await provenRun(system, inputs, backend);
const segments = segmentsOf(system, inputs, run);
const [shape, statement] = [segments[0]!.shape, elementBytes(said)];

/** All that is read of programs: which proofs they begin with. */
const programs = (shapes = [shape]): NodePrograms =>
  ({ first: { chunks: [shape], segments: shapes } }) as unknown as NodePrograms;
const partsOf = ({ seed, proofs }: RunProof, own = programs(), key = system.verificationKeyDigest) =>
  partsOfRun(key, statement, encodeRun({ seed, proofs }), own);

describe("a chunk in segments on its way to L1", () => {
  it("has a leaf for each segment, which says what its proof shows, early and of the run", () => {
    const parts = partsOf(run);
    assert.deepEqual(
      parts.map((part) => [part.place, elementBytes(part.statement), part.leafStatement, part.proof]),
      segments.map((own) => [0, own.statement, own.leaf, own.proof]),
    );
  });

  it("is refused by name where it has one segment, or segments in another order, twice, left out, changed or under another seed", () => {
    const [first, second, third] = run.proofs as [Uint8Array, Uint8Array, Uint8Array];
    const changed = second.with(second.length >> 1, second[second.length >> 1]! ^ 1);
    const runs: readonly (readonly Uint8Array[])[] = [
      [],
      [first],
      [first, third, second],
      [first, first, second, third],
      [first, second],
      [second, third],
      [first, changed, third],
    ];
    for (const [i, proofs] of runs.entries())
      assert.throws(() => partsOf({ ...run, proofs }), { code: "RunRefused" }, `run ${i}`);
    const seed = run.seed.with(0, run.seed[0]! ^ 1);
    assert.throws(() => partsOf({ ...run, seed }), { code: "RunRefused" });
    assert.throws(() => partsOfRun(system.verificationKeyDigest, statement, encodeRun(run).slice(0, -1), programs()), {
      code: "RunRefused",
    });
    const other = elementBytes(said.with(6, said[6]! + 1));
    assert.throws(() => partsOfRun(system.verificationKeyDigest, other, encodeRun(run), programs()), { code: "RunRefused" });
  });

  it("is refused by name where no program checks segments, or none of these heights, and of another key", () => {
    assert.throws(() => partsOf(run, programs([])), { code: "ShapeUnknown" });
    const higher = { ...shape, shape: { ...shape.shape, logRows: shape.shape.logRows.map((height) => height + 1) } };
    assert.throws(() => partsOf(run, programs([higher])), { code: "ShapeUnknown" });
    const key = system.verificationKeyDigest.with(0, system.verificationKeyDigest[0]! ^ 1);
    assert.throws(() => partsOf(run, programs(), key), { code: "OtherKey" });
  });
});
