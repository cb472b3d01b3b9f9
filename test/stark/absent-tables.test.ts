import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createReferenceBackend } from "../../src/proofs/kernels/reference/backend.ts";
import { AirBuilder } from "../../src/proofs/stark/constraints/air.ts";
import { type Bus, defineBus } from "../../src/proofs/stark/constraints/bus.ts";
import { prove } from "../../src/proofs/stark/proofs/prove.ts";
import type { ProverInput } from "../../src/proofs/stark/proving/prover-input.ts";
import { proofSecurity } from "../../src/proofs/stark/security/proof-security.ts";
import { createShape } from "../../src/proofs/stark/systems/shape.ts";
import { compileSystem, type System, type TableDefinition } from "../../src/proofs/stark/systems/system.ts";
import { verify } from "../../src/proofs/stark/proofs/verify.ts";
import { smallParameters } from "./airs/small-parameters.ts";
import { checkTraces } from "./check-traces.ts";

type PowerFields = { readonly root: 1; readonly power: 1 };
const SQUARES: Bus<PowerFields> = defineBus("squares", 1, { root: 1, power: 1 });
const CUBES: Bus<PowerFields> = defineBus("cubes", 2, { root: 1, power: 1 });
const ROWS = 8;
const NONE = Array.from({ length: 3 }, () => new Uint32Array(0));

/** Asks for a square, a cube or both on each row. */
function asking(): TableDefinition {
  const t = new AirBuilder("asking", 0);
  const { root, square, cube, asksSquare, asksCube } = t.declare({ root: 1, square: 1, cube: 1, asksSquare: 1, asksCube: 1 });
  for (const flag of [asksSquare, asksCube]) t.assertZero("boolean", "everyRow", t.mul(flag, t.sub(flag, t.constant(1))));
  t.send(SQUARES, asksSquare, { root, power: square });
  t.send(CUBES, asksCube, { root, power: cube });
  return { air: t.build(), optional: true };
}

function powers(name: string, bus: Bus<PowerFields>, degree: number): TableDefinition {
  const t = new AirBuilder(name, 0);
  const { root, power, uses } = t.declare({ root: 1, power: 1, uses: 1 });
  t.assertEqual("power", "everyRow", power, t.mul(...Array.from({ length: degree }, () => root)));
  t.receive(bus, uses, { root, power });
  return { air: t.build(), optional: true };
}

/** Table without interactions that reads the next row and is never absent. */
function counting(): TableDefinition {
  const t = new AirBuilder("counting", 1);
  const x = t.column("x");
  t.assertEqual("starts", "firstRow", x, t.public(0));
  t.assertEqual("counts", "transition", t.next(x), t.add(x, t.constant(1)));
  return { air: t.build() };
}

function systemOf(tables: readonly TableDefinition[]): System {
  return compileSystem({
    name: "powers/1",
    parameters: smallParameters(),
    tables,
    statementValueCount: 1,
    publicValues: (bytes) => [...bytes],
  });
}

const system = systemOf([powers("squares", SQUARES, 2), counting(), asking(), powers("cubes", CUBES, 3)]);

/** Roots 1, 2, …: `asked` of them of each kind, answered by tables of as many rows. */
function inputOf(asked: { readonly squares: number; readonly cubes: number }): ProverInput {
  const roots = Uint32Array.from({ length: ROWS }, (_, i) => i + 1);
  const uses = (count: number) => roots.map((_, i) => (i < count ? 1 : 0));
  const answers = (degree: number, count: number) => (count === 0 ? NONE : [roots, roots.map((x) => x ** degree), uses(count)]);
  const none = Array.from({ length: 5 }, () => new Uint32Array(0));
  const isAsking = asked.squares + asked.cubes > 0;
  return {
    statement: Uint8Array.of(5),
    auxiliary: [[], [], [], []],
    traces: [
      answers(2, asked.squares),
      [Uint32Array.from({ length: 4 }, (_, i) => 5 + i)],
      isAsking ? [roots, roots.map((x) => x ** 2), roots.map((x) => x ** 3), uses(asked.squares), uses(asked.cubes)] : none,
      answers(3, asked.cubes),
    ],
  };
}

const codeOf = (result: ReturnType<typeof verify>) => (result.ok ? "accepted" : result.rejection.code);

describe("a proof without some of its system's tables", () => {
  const cases: readonly (readonly [string, Parameters<typeof inputOf>[0], readonly number[]])[] = [
    ["all tables", { squares: 3, cubes: 2 }, [3, 2, 3, 3]],
    ["no cubes", { squares: 3, cubes: 0 }, [3, 2, 3, 0]],
    ["no squares, the first table", { squares: 0, cubes: 4 }, [0, 2, 3, 3]],
    ["no table with interactions, hence no lookup phase", { squares: 0, cubes: 0 }, [0, 2, 0, 0]],
  ];
  const lengths: number[] = [];
  for (const [name, asked, heights] of cases) {
    it(`verifies: ${name}`, async () => {
      const input = inputOf(asked);
      assert.deepEqual(checkTraces(system, input), []);
      const proof = await prove(system, input, createReferenceBackend());
      assert.deepEqual([...proof.subarray(1, 5)], heights);
      assert.deepEqual(verify(system, input.statement, proof), { ok: true });
      lengths.push(proof.length);
      // The heights are part of the transcript and of the format.
      for (const [i, height] of heights.entries()) {
        const changed = proof.slice();
        changed[1 + i] = height === 0 ? 3 : 0;
        assert.notEqual(codeOf(verify(system, input.statement, changed)), "accepted", `table ${i}`);
      }
    });
  }

  it("is the smaller for each table that is absent", () => {
    assert.equal(lengths.length, cases.length);
    assert.ok(lengths[1]! < lengths[0]! && lengths[2]! < lengths[0]! && lengths[3]! < lengths[2]!, lengths.join());
  });

  it("is refused when the absent table was asked something", async () => {
    const asked = inputOf({ squares: 3, cubes: 1 });
    const input = { ...asked, traces: asked.traces.map((columns, i) => (i === 3 ? NONE : columns)) };
    assert.deepEqual(
      checkTraces(system, input, { limit: 9 }).map((violation) => violation.kind === "bus" && violation.message),
      [[1, 1]],
    );
    const proof = await prove(system, input, createReferenceBackend());
    assert.equal(codeOf(verify(system, input.statement, proof)), "LookupSumMismatch");
  });

  it("counts the fractions of present tables only", () => {
    const fractions = (heights: readonly number[]) => {
      const shape = createShape(system, heights);
      assert.ok(typeof shape !== "number");
      const rounds = proofSecurity(system, shape, { circuitDigestElements: 0, statementTerms: 0 }).uniqueDecoding.rounds;
      return rounds.find(({ round }) => round === "lookup")?.bits;
    };
    // 8·(1 + 2 + 1) against 8·(1 + 2) fractions of two elements.
    assert.ok(Math.abs(fractions([3, 2, 3, 0])! - fractions([3, 2, 3, 3])! - Math.log2(4 / 3)) < 1e-9);
    assert.equal(fractions([0, 2, 0, 0]), undefined);
  });
});

describe("the absence of a table", () => {
  it("is refused unless the system says that it may be absent", () => {
    assert.equal(createShape(system, [3, 0, 3, 3]), 1);
    const traces = inputOf({ squares: 1, cubes: 1 }).traces.map((columns, i) => (i === 1 ? [new Uint32Array(0)] : columns));
    assert.throws(() => checkTraces(system, { ...inputOf({ squares: 1, cubes: 1 }), traces }), {
      name: "ProverInputError",
      message: "table counting cannot have 0 rows in powers/1",
    });
  });

  it("is not one row", () => {
    const traces = inputOf({ squares: 0, cubes: 1 }).traces.map((columns, i) =>
      i === 0 ? columns.map(() => new Uint32Array(1)) : columns,
    );
    assert.throws(() => checkTraces(system, { ...inputOf({ squares: 0, cubes: 1 }), traces }), {
      message: "table squares cannot have 1 rows in powers/1",
    });
  });

  it("rejects the absence of all tables", () => {
    const optional = systemOf([powers("squares", SQUARES, 2), asking(), powers("cubes", CUBES, 3)]);
    assert.equal(createShape(optional, [0, 0, 0]), 0);
  });

  it("is refused to a table that reads public values or has preprocessed columns", () => {
    assert.throws(
      () => systemOf([{ ...counting(), optional: true }]),
      /table counting cannot be optional: it reads public values/,
    );
    const t = new AirBuilder("fixed", 0);
    t.column("x");
    t.preprocessedColumn("p");
    const preprocessed = { logRows: 3, columns: () => [new Uint32Array(8)] };
    assert.throws(
      () => systemOf([{ air: t.build(), preprocessed, optional: true }]),
      /table fixed cannot be optional: it has pre/,
    );
  });

  it("changes the verification key where it is allowed", () => {
    const digest = (optional: boolean) =>
      Buffer.from(
        systemOf([asking(), powers("squares", SQUARES, 2), { ...powers("cubes", CUBES, 3), optional }]).verificationKeyDigest,
      ).toString("hex");
    assert.notEqual(digest(true), digest(false));
  });
});
