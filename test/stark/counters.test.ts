import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import { P } from "../../src/proofs/field/koala-bear.ts";
import { createWasmBackend } from "../../src/proofs/kernels/wasm/backend.ts";
import { type Air, AirBuilder } from "../../src/proofs/stark/constraints/air.ts";
import { assertCountersFit, countersOf } from "../../src/proofs/stark/constraints/counters.ts";
import type { Expression } from "../../src/proofs/stark/constraints/expression.ts";
import { compileSystem } from "../../src/proofs/stark/systems/system.ts";
import { packageExecutionKey } from "../../src/proofs/execution-proof/batch/execution-key.ts";
import { segmentedDefinition } from "../../src/proofs/execution-proof/run-system.ts";
import { smallParameters } from "./airs/small-parameters.ts";
import { answer, provenRun } from "./segments/forged-run.ts";
import { AMOUNT, paymentInputs, paymentsSystem, totalStatement } from "./segments/toy-payments.ts";

const backend = await createWasmBackend({ workers: 1 });
after(() => backend.close());

describe("a total that goes round the field in segments", () => {
  // 64 payments are p + 2^24 − 1, the total of no number of payments. They are in five of eight segments of 16 rows.
  const statement = totalStatement(64 * AMOUNT - P);

  it("is proven without the rule", async () => {
    assert.equal(64 * AMOUNT - P, 2 ** 24 - 1);
    const system = paymentsSystem(["counters"]);
    const run = await provenRun(system, paymentInputs(5, 64, P), backend);
    assert.equal(answer(system, statement, run), "accepted");
  });

  it("has no system: the counter could pass p in the rows of all segments", () => {
    // 8 segments of up to 2^8 rows.
    assert.throws(() => paymentsSystem(), {
      name: "RangeError",
      message: /^total of table payments counts by up to 33554432 on each of 2048 rows, which goes round the field/,
    });
  });
});

describe("a counter", () => {
  type Rule = (t: AirBuilder, columns: { readonly c: Expression; readonly bit: Expression; readonly free: Expression }) => void;
  function tableOf(rule: Rule): Air {
    const t = new AirBuilder("table", 1);
    const [c, bit, free] = [t.column("c"), t.column("bit"), t.column("free")];
    t.assertZero("bit is boolean", "everyRow", t.mul(bit, t.sub(bit, t.constant(1))));
    rule(t, { c, bit, free });
    return t.build();
  }
  const grows = (t: AirBuilder, c: Expression, step: Expression, selector?: Expression): void =>
    t.assertEqual("grows", "transition", t.next(c), t.add(c, step), selector);

  const found: readonly (readonly [string, number, Rule])[] = [
    ["a constant step", 5, (t, { c }) => grows(t, c, t.constant(5))],
    ["a step back", 5, (t, { c }) => grows(t, c, t.constant(-5))],
    ["a step by a bit", 1, (t, { c, bit }) => grows(t, c, bit)],
    ["a step by the next row's bit", 1, (t, { c, bit }) => grows(t, c, t.next(bit))],
    ["a step by a multiple of a bit", 9, (t, { c, bit }) => grows(t, c, t.add(t.scale(bit, 7), t.constant(2)))],
    ["sides in the other order", 3, (t, { c }) => t.assertEqual("grows", "transition", t.add(c, t.constant(3)), t.next(c))],
    ["a selector that resets it", 1, (t, { c, bit, free }) => grows(t, c, bit, free)],
    [
      "the larger of two rules",
      4,
      (t, { c, bit, free }) => {
        grows(t, c, t.constant(4), free);
        grows(t, c, bit, bit);
      },
    ],
    [
      "a factor that switches the rule",
      6,
      (t, { c, bit }) => {
        t.assertZero("grows", "transition", t.mul(bit, t.sub(t.next(c), t.add(c, t.constant(6)))));
      },
    ],
  ];
  for (const [name, perRow, rule] of found)
    it(`is found by ${name}`, () => assert.deepEqual(countersOf(tableOf(rule)), [{ column: 0, perRow }]));

  const passed: readonly (readonly [string, Rule])[] = [
    ["a column that stays", (t, { c }) => t.assertEqual("stays", "transition", t.next(c), c)],
    ["a step that no constraint bounds", (t, { c, free }) => grows(t, c, free)],
    ["a rule of the first row", (t, { c }) => t.assertEqual("first", "firstRow", t.next(c), t.add(c, t.constant(1)))],
    ["a sum of another kind", (t, { c }) => t.assertEqual("doubles", "transition", t.next(c), t.scale(c, 2))],
    ["a bit, whatever it does", (t, { bit }) => grows(t, bit, t.constant(1))],
  ];
  for (const [name, rule] of passed) it(`is not ${name}`, () => assert.deepEqual(countersOf(tableOf(rule)), []));

  it("fits while its steps stay below p", () => {
    const by = (step: number) => tableOf((t, { c }) => grows(t, c, t.constant(step)));
    // 127 · 2^24 + 1 = p.
    assertCountersFit(by(127), 2 ** 24);
    assert.throws(() => assertCountersFit(by(128), 2 ** 24), /c of table table counts by up to 128 on each of 16777216 rows/);
  });

  it("counts over fewer rows if the table declares that", () => {
    const bounded = tableOf((t, { c }) => {
      grows(t, c, t.constant(2 ** 20));
      t.boundCount(c, 2 ** 10);
    });
    assertCountersFit(bounded, 2 ** 20);
    assert.throws(
      () => tableOf((t, { c }) => t.boundCount(t.next(c), 2)),
      /boundCount\(\) takes a main column of the current row/,
    );
  });

  it("is bounded by the rows of one proof without segments", () => {
    const parameters = smallParameters({ maxLogRows: 8 });
    const compile = (step: number) => {
      const air = tableOf((t, { c }) => grows(t, c, t.constant(step)));
      return compileSystem({ name: "one/1", parameters, tables: [{ air }], statementValueCount: 1, publicValues: () => [0] });
    };
    compile(2 ** 22);
    assert.throws(() => compile(2 ** 23), /counts by up to 8388608 on each of 256 rows/);
  });
});

describe("counters of the package's runs", () => {
  const { definition } = packageExecutionKey();

  it("are these", () => {
    const named = definition.tables.flatMap(({ air }) =>
      countersOf(air).map(({ column, perRow }) => [air.name, air.columnNames[column], perRow]),
    );
    assert.deepEqual(named, [
      ["copy", "left", 32],
      ["sponge", "block", 1],
      ["hashInput", "row", 1],
      ["hashInput", "left", 32],
      ["leaves", "count", 1],
      ["code", "place", 1],
    ]);
  });

  it("would go round in 128 segments if a copy could have more rows than the memory has words", () => {
    const { segments, tables, parameters } = segmentedDefinition(definition);
    const rows = (segments?.most ?? 0) * 2 ** parameters.maxLogRows;
    const copy = tables.find(({ air }) => air.name === "copy")!.air;
    assertCountersFit(copy, rows);
    assert.throws(() => assertCountersFit({ ...copy, longestCounts: new Map() }, rows), /left of table copy/);
  });
});
