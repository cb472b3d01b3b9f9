import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import { P } from "../../../src/proofs/field/koala-bear.ts";
import { createWasmBackend } from "../../../src/proofs/kernels/wasm/backend.ts";
import { AirBuilder } from "../../../src/proofs/stark/constraints/air.ts";
import { ProverInputError } from "../../../src/proofs/stark/proving/prover-input.ts";
import { proveRun } from "../../../src/proofs/stark/proofs/prove-run.ts";
import { currentColumns } from "../../../src/proofs/stark/systems/segment-air.ts";
import { leastProvenBits, proofSecurity } from "../../../src/proofs/stark/security/proof-security.ts";
import { createShape, type Shape } from "../../../src/proofs/stark/systems/shape.ts";
import { compileSystem, type SystemDefinition } from "../../../src/proofs/stark/systems/system.ts";
import { smallParameters } from "../airs/small-parameters.ts";
import { answer, provenRun } from "./forged-run.ts";
import { LINE_AIRS, lineInputs, lineSystem } from "./toy-line.ts";
import { cutMachine, machineInputs, machineStatement, machineSystem, runMachine } from "./toy-machine.ts";
import { toyParameters } from "./toy-parameters.ts";
import { checkRun } from "../check-traces.ts";

const backend = await createWasmBackend({ workers: 1 });
after(() => backend.close());
const system = await machineSystem(backend);

describe("a run in segments", () => {
  const run = runMachine();
  const said = machineStatement(run.before, run.after);

  for (const count of [2, 3]) {
    it(`is proven and verified, cut into ${count}`, async () => {
      const inputs = machineInputs(cutMachine(run, count), said);
      assert.deepEqual(checkRun(system, inputs), []);
      assert.equal(answer(system, said, await provenRun(system, inputs, backend)), "accepted");
    });
  }

  it("computes what the machine does by hand: place 0 gains 1, 5, 9, 13, 17 and 21", () => {
    assert.equal(run.after, 5 + 66);
  });

  it("shows nothing of another statement", async () => {
    const proof = await provenRun(system, machineInputs(cutMachine(run, 2), said), backend);
    assert.equal(answer(system, machineStatement(5, run.after + 1), proof), "SegmentRefused: ConstraintMismatch");
    assert.equal(answer(system, new Uint8Array(3), proof), "SegmentRefused: BadStatement");
  });

  it("is one whole: segments left out, doubled, in another order, of another run, without the last", async () => {
    const proof = await provenRun(system, machineInputs(cutMachine(run, 3), said), backend);
    const [a, b, c] = proof.proofs as [Uint8Array, Uint8Array, Uint8Array];
    const otherRun = runMachine({ before: 6 });
    const foreign = await provenRun(system, machineInputs(cutMachine(otherRun, 3), machineStatement(6, otherRun.after)), backend);
    const changes = { out: [a, c], doubled: [a, b, b, c], order: [a, c, b], foreign: [a, foreign.proofs[1]!, c], last: [a, b] };
    for (const [name, proofs] of Object.entries(changes))
      assert.match(answer(system, said, { ...proof, proofs }), /^SegmentRefused: (SegmentFlag|Constraint)Mismatch$/, name);
    assert.equal(answer(system, said, { ...proof, proofs: [] }), "SegmentCount");
    assert.equal(answer(system, said, { ...proof, proofs: [a, b, c, c, c, c] }), "SegmentCount");
    assert.equal(answer(system, said, { ...proof, seed: foreign.seed }), "SegmentRefused: ConstraintMismatch");
  });

  it("attack: seed of other roots: a root, a height, a statement or the seed is another than the challenges were drawn from", async () => {
    const inputs = machineInputs(cutMachine(run, 2), said);
    const proof = await provenRun(system, inputs, backend);
    const changed = (segment: number, at: number): typeof proof => {
      const proofs = proof.proofs.map((own) => Uint8Array.from(own));
      proofs[segment]![at]! ^= 1;
      return { ...proof, proofs };
    };
    const other = machineStatement(run.before + 1, run.after);
    // Behind the version lie a byte for each table's height, its auxiliary values, and the root of the columns.
    const root = 1 + system.tables.length + 4 * system.tables.reduce((sum, { auxiliaryCount }) => sum + auxiliaryCount, 0);
    for (const segment of [0, 1]) {
      assert.match(answer(system, said, changed(segment, 1)), /^SegmentRefused/, `height in segment ${segment}`);
      assert.match(answer(system, said, changed(segment, root)), /^SegmentRefused/, `root in segment ${segment}`);
    }
    // The last segment's fold is the seed, or it does not close.
    assert.equal(answer(system, said, changed(1, root)), "SegmentRefused: SegmentFlagMismatch");
    assert.match(answer(system, other, proof), /^SegmentRefused/);
    const seed = Uint8Array.from(proof.seed);
    seed[0]! ^= 1;
    assert.match(answer(system, said, { ...proof, seed }), /^SegmentRefused/);
  });

  it("attack: first appears: a chained table that is absent in one segment opens in no other", async () => {
    const inputs = machineInputs(cutMachine(run, 2), said);
    for (const absent of [0, 1]) {
      const traces = inputs[absent]!.traces.map((columns, i) => (i === 1 ? columns.map(() => new Uint32Array(0)) : columns));
      const forged = inputs.map((input, i) => (i === absent ? { ...input, traces } : input));
      await assert.rejects(provenRun(system, forged, backend), { code: "BadHeight" }, `absent in segment ${absent}`);
    }
    // A verifier reads heights from the proof: behind its version a byte each has the logarithm, 0 where a table is absent.
    const proof = await provenRun(system, inputs, backend);
    for (const i of [0, 1]) {
      const bytes = Uint8Array.from(proof.proofs[i]!);
      bytes[2] = 0;
      const proofs = proof.proofs.map((own, j) => (i === j ? bytes : own));
      assert.match(answer(system, said, { ...proof, proofs }), /MalformedProof/, `absent in segment ${i}`);
    }
  });

  it("second filling differs: no proof is made under a seed of other columns", async () => {
    const inputs = machineInputs(cutMachine(run, 2), said);
    const others = machineInputs(cutMachine(runMachine({ before: 6 }), 2), said);
    let filled = 0;
    const source = { count: 2, fill: (i: number) => (filled++ < 2 ? inputs : others)[i]! };
    await assert.rejects(
      proveRun(system, source, backend),
      (error) => error instanceof ProverInputError && error.code === "OtherFilling",
    );
  });
});

describe("the security of a run", () => {
  const application = { circuitDigestElements: 8, statementTerms: 0 };
  const lookupBits = (most: number): number => {
    const { definition } = lineSystem();
    const tables = definition.tables.map(({ inSegments }, i) => ({ air: LINE_AIRS[i]!, inSegments: inSegments! }));
    const own = compileSystem({ ...definition, tables, segments: { most } });
    const report = proofSecurity(own, createShape(own, [8, 8]) as Shape, application);
    return report.claimed.rounds.find(({ round }) => round === "lookup")!.bits;
  };

  it("counts the fractions of all segments and the chain's message", () => {
    // Interactions: one of the line, two of its chain, one of the boundary; 2^8 rows each; messages of 4 elements: F · 5 / |K|.
    const bitsOfField = 5 * (51 - Math.log2(Math.ceil(2 ** 51 / P)));
    for (const most of [1, 16, 128])
      assert.ok(Math.abs(lookupBits(most) - (bitsOfField - Math.log2(4 * 256 * most * 5))) < 1e-6, `${most}`);
  });

  it("has no bits where a rule is left out", () => {
    assert.equal(leastProvenBits(lineSystem(["load"]), application), 0);
    assert.ok(leastProvenBits(lineSystem(), application) > 0);
  });
});

describe("a table in segments", () => {
  it("hands on the columns that rules from row to row read of the current row, not those of the next", () => {
    const line = lineSystem().definition.tables[0]!.air;
    const bus = line.interactions.at(-1)!.bus;
    assert.equal(bus.name, "chain of line");
    // The index, and position, before and after: `after` is never read at the next row, `asked` by no rule.
    assert.equal(bus.messageLength, 1 + 3);
    const t = new AirBuilder("pair", 0);
    const [x, y, z] = t.columns("c", 3) as [
      ReturnType<typeof t.column>,
      ReturnType<typeof t.column>,
      ReturnType<typeof t.column>,
    ];
    t.assertEqual("x", "transition", t.next(x), y, z);
    assert.deepEqual(currentColumns(t.build()), [1, 2]);
  });

  it("is proven in two segments where a row is fixed by the following one", async () => {
    const line = lineSystem();
    const inputs = lineInputs(2, 15);
    assert.equal(answer(line, Uint8Array.of(15, 16), await provenRun(line, inputs, backend)), "accepted");
  });

  it("must be marked where it has rules from row to row, and only there", () => {
    const t = new AirBuilder("counter", 0);
    const x = t.column("x");
    t.assertEqual("counts", "transition", t.next(x), t.add(x, t.constant(1)));
    const free = new AirBuilder("free", 0);
    free.column("x");
    const define = (tables: SystemDefinition["tables"], segments: SystemDefinition["segments"] = { most: 2 }) =>
      compileSystem({
        name: "marks",
        parameters: toyParameters(),
        statementValueCount: 0,
        publicValues: () => [],
        segments,
        tables,
      });
    assert.throws(() => define([{ air: t.build() }]), /say whether it is chained in segments or independent/);
    assert.throws(() => define([{ air: free.build(), inSegments: "chained" }]), /no rules from row to row/);
    assert.throws(() => define([{ air: t.build(), inSegments: "chained" }], { most: 0 }), RangeError);
    assert.throws(
      () => define([{ air: t.build(), inSegments: "chained" }], { most: 2, clock: { below: 1, ticks: { other: 1 } } }),
      /ticks in a table other/,
    );
    assert.ok(define([{ air: t.build(), inSegments: "chained" }]));
  });

  it("run of a Johnson key: segments are refused where columns are opened by rows", () => {
    const { definition } = lineSystem();
    const tables = definition.tables.map(({ air }) => ({ air }));
    assert.throws(
      () => compileSystem({ ...definition, tables, parameters: smallParameters() }),
      /Johnson's regime, which says nothing of several segments/,
    );
  });
});
