import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createExtension, type Ext } from "../../src/proofs/field/extension.ts";
import { P } from "../../src/proofs/field/koala-bear.ts";
import { createReferenceBackend } from "../../src/proofs/kernels/reference/backend.ts";
import { runProgram } from "../../src/proofs/kernels/reference/vector-program.ts";
import type { System } from "../../src/proofs/stark/systems/system.ts";
import { compileTableProgram, fillScalars, fillWeights } from "../../src/proofs/stark/programs/table-program.ts";
import { ConstraintProgramBuilder, RowProgramBuilder } from "../../src/proofs/stark/programs/vector-program.ts";
import { fibonacciSystem } from "./airs/fibonacci.ts";
import { powersSystem } from "./airs/powers.ts";
import { smallParameters } from "./airs/small-parameters.ts";
import { squaresSystem } from "./airs/squares.ts";

const number = (seed: number): number => (Math.imul(seed + 1, 2654435761) >>> 0) % P;
const element = (degree: number, seed: number): Ext => Array.from({ length: degree }, (_, i) => number(seed * 16 + i));

describe("ConstraintProgramBuilder", () => {
  it("shares equal values, folds constants and keeps scalar arithmetic out of the rows", () => {
    const builder = new ConstraintProgramBuilder();
    const x = builder.column(0, false);
    const constant = builder.add(builder.constant(3), builder.constant(4));
    const perProof = builder.mul(builder.scalar({ kind: "public", index: 0 }), constant);
    builder.accumulate(builder.add(builder.mul(x, perProof), builder.mul(perProof, x)), 0, 0);
    builder.accumulate(builder.add(builder.constant(0), builder.mul(x, builder.constant(1))), 1, 1);
    builder.accumulate(builder.sub(builder.constant(2), builder.constant(2)), 2, 2);
    const { program, scalars } = builder.build();
    assert.deepEqual(
      program.instructions.map(({ op }) => op),
      ["mul", "add", "accumulate", "accumulate"],
    );
    assert.equal(program.registerCount, 1);
    const field = createExtension(5);
    const values = fillScalars(field, scalars, { publicValues: [10], lookup: undefined, steps: [] });
    const weights = [field.one, field.one, field.one];
    const [every, transition, first] = runProgram(field, program, { current: [6], next: [], scalars: values, weights });
    assert.equal(every[0], 2 * 6 * 70);
    assert.equal(transition[0], 6);
    assert.deepEqual(first, field.zero);
  });

  it("reuses a register after its last read, also for the reading instruction's result", () => {
    const builder = new ConstraintProgramBuilder();
    const x = builder.column(0, false);
    const sum = builder.add(x, x);
    const square = builder.mul(sum, sum);
    builder.accumulate(builder.mul(builder.add(square, x), square), 0, 0);
    const { program } = builder.build();
    assert.deepEqual(
      program.instructions.map((instruction) => ("out" in instruction ? instruction.out : undefined)),
      [0, 0, 1, 1, undefined],
    );
    assert.equal(program.registerCount, 2);
  });

  it("reserves the register of an inverse until its last read", () => {
    const builder = new RowProgramBuilder();
    const [x, y] = [builder.column(0, false), builder.column(1, false)];
    const inverse = builder.invert(builder.add(x, y));
    builder.store(builder.mul(x, y), 0);
    builder.store(builder.mul(inverse, builder.sub(x, y)), 1);
    const { program } = builder.build();
    assert.deepEqual(
      program.instructions.map(({ op, a }) => [op, a.kind === "register" ? a.index : a.kind]),
      [
        ["add", "column"],
        ["invert", 0],
        ["mul", "column"],
        ["store", 1],
        ["sub", "column"],
        ["mul", 0],
        ["store", 1],
      ],
    );
    assert.equal(program.registerCount, 2);
  });
});

/** The program must compute Σ weight · selector · body per scope; the expected sums are written out by hand. */
describe("compileTableProgram", () => {
  function accumulators(
    system: System,
    table: number,
    current: readonly number[],
    next: readonly number[],
    publicValues: readonly number[],
  ) {
    const { field } = system;
    const compiled = compileTableProgram(field, system.tables[table]!);
    const lookup = { fold: element(field.degree, 5), offset: element(field.degree, 6) };
    const scalars = fillScalars(field, compiled.scalars, { publicValues, lookup, steps: [element(field.degree, 7)] });
    const alpha = element(field.degree, 8);
    const weights = fillWeights(field, system.tables[table]!, compiled, alpha);
    return {
      result: runProgram(field, compiled.program, { current, next, scalars, weights }),
      alpha,
      lookup,
      step: element(field.degree, 7),
    };
  }
  const weigh = (system: System, alpha: Ext, terms: readonly (readonly [number, number])[]): Ext =>
    terms.reduce<Ext>(
      (sum, [index, value]) => system.field.add(sum, system.field.scale(system.field.pow(alpha, index), value)),
      system.field.zero,
    );
  const mod = (x: bigint): number => Number(((x % BigInt(P)) + BigInt(P)) % BigInt(P));

  it("weighs each constraint with its power of the challenge, by scope", () => {
    const system = fibonacciSystem(smallParameters());
    const [a, b, copy] = [11, 22, 33];
    const { result, alpha } = accumulators(system, 0, [a, b, copy], [44, 55, 66], [1, 2, 3]);
    assert.deepEqual(result, [
      weigh(system, alpha, [[4, copy - a]]),
      weigh(system, alpha, [
        [2, 44 - b],
        [3, 55 - a - b],
      ]),
      weigh(system, alpha, [
        [0, a - 1],
        [1, b - 2],
      ]),
      weigh(system, alpha, [[5, b - 3]]),
    ]);
  });

  it("expands gadgets and multiplies selectors", () => {
    const system = powersSystem(smallParameters({ maxConstraintDegree: 9 }));
    const [x, run, ninth] = [7, 4, 9];
    const { result, alpha } = accumulators(system, 0, [x, run, ninth], [13, 0, 0], [2, 5]);
    assert.deepEqual(result, [
      weigh(system, alpha, [
        [0, run * (run - 1)],
        [1, mod(9n - 7n ** 9n)],
      ]),
      weigh(system, alpha, [
        [2, mod(4n * (13n - 14n))],
        [3, mod((1n - 4n) * (13n - 7n))],
      ]),
      weigh(system, alpha, [[4, mod(7n ** 8n - 2n ** 8n)]]),
      weigh(system, alpha, [[5, run]]),
    ]);
  });

  for (const extensionDegree of [4, 5, 6]) {
    it(`lowers the lookup constraints to base operations: degree ${extensionDegree}`, async () => {
      const parameters = smallParameters({ extensionDegree });
      const system = await squaresSystem(parameters, createReferenceBackend());
      const { field } = system;
      // requests: value, real, square, then φ; both interactions share group 0.
      const [value, real, square] = [9, 3, 80];
      const running = element(field.degree, 20);
      const runningNext = element(field.degree, 21);
      const { result, alpha, lookup, step } = accumulators(
        system,
        1,
        [value, real, square, ...running],
        [12, 2, 0, ...runningNext],
        [1, 2],
      );
      const message = (id: number, ...elements: number[]): Ext =>
        elements.reduce<Ext>(
          (sum, m, i) => field.add(sum, field.scale(field.pow(lookup.fold, i + 1), m)),
          field.add(lookup.offset, field.fromBase(id)),
        );
      // Buses are numbered by first appearance: the squares table comes first.
      const d1 = message(2, value);
      const d2 = message(1, value, square);
      const delta = field.add(field.sub(runningNext, running), step);
      const fractions = field.add(field.scale(d2, real), field.scale(d1, real));
      const lookupValue = field.sub(field.mul(delta, field.mul(d1, d2)), fractions);
      const first = system.tables[1]!.firstConstraint;
      assert.deepEqual(
        result[2],
        field.add(weigh(system, alpha, [[first + 1, value - 1]]), field.mul(field.pow(alpha, first + 4), running)),
      );
      assert.deepEqual(
        result[0],
        field.add(weigh(system, alpha, [[first, real * (real - 1)]]), field.mul(field.pow(alpha, first + 5), lookupValue)),
      );
    });
  }
});
