import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { COMPRESSION } from "../../../src/proofs/circuits/buses.ts";
import { compressionAir, COMPRESSION_FIELDS } from "../../../src/proofs/circuits/compression/compression-air.ts";
import {
  compressionColumns,
  compressionRow,
  CompressionRequests,
} from "../../../src/proofs/circuits/compression/compression-trace.ts";
import { assertBoolean } from "../../../src/proofs/circuits/words/expressions.ts";
import { add, P } from "../../../src/proofs/field/koala-bear.ts";
import type { Backend } from "../../../src/proofs/kernels/backend.ts";
import { compress } from "../../../src/proofs/kernels/poseidon.ts";
import { createWasmBackend } from "../../../src/proofs/kernels/wasm/backend.ts";
import { AirBuilder } from "../../../src/proofs/stark/constraints/air.ts";
import { evaluateRows } from "../../../src/proofs/stark/constraints/column-arithmetic.ts";
import { fieldElements, fieldValues } from "../../../src/proofs/stark/constraints/fields.ts";
import { prove } from "../../../src/proofs/stark/proofs/prove.ts";
import type { ProverInput } from "../../../src/proofs/stark/proving/prover-input.ts";
import { compileSystem } from "../../../src/proofs/stark/systems/system.ts";
import { traceColumns } from "../../../src/proofs/stark/rows/trace-columns.ts";
import { verify } from "../../../src/proofs/stark/proofs/verify.ts";
import { smallParameters } from "../../stark/airs/small-parameters.ts";
import { createRandom } from "../support/random.ts";
import { createRowChecker } from "../support/row-checker.ts";

const random = createRandom(51);
const digest = (): number[] => Array.from({ length: 8 }, () => random(P));
const INPUTS: readonly (readonly [number, number[], number[]])[] = [
  [0, new Array<number>(8).fill(0), new Array<number>(8).fill(0)],
  [11, new Array<number>(8).fill(P - 1), new Array<number>(8).fill(P - 1)],
  ...[1, 2, 3, 4, 6, 8, 11].map((tag): [number, number[], number[]] => [tag, digest(), digest()]),
];
const air = compressionAir();
const check = createRowChecker(air);
/** Constraints by the state of which they are lanes, in order. */
const GROUPS = [...Map.groupBy(air.constraints.keys(), (k) => air.constraints[k]!.name.replace(/\[\d+\]$/, "")).values()];
const columnsOf = (cells: ReturnType<typeof compressionRow>): Uint32Array[] =>
  fieldElements("compression", COMPRESSION_FIELDS, cells).map((value) => Uint32Array.of(value));

describe("the table compression", () => {
  it("has 158 columns and 140 constraints, of degree 3 at most", () => {
    assert.equal(air.columnNames.length, 158);
    assert.equal(air.constraints.length, 140);
    assert.equal(air.degree, 3);
  });

  it("accepts what the reference computes", () => {
    for (const [tag, left, right] of INPUTS) {
      const row = compressionRow(tag, left, right);
      assert.deepEqual(row.output, compress(tag, left, right));
      assert.deepEqual(check(columnsOf(row), [], 0), []);
    }
  });

  it("needs each constraint: without it another output is shown, by a false cell and all that follows from it", () => {
    const [tag, left, right] = INPUTS.at(-1)!;
    const honest = columnsOf(compressionRow(tag, left, right));
    const first = 1 + 16;
    air.constraints.forEach(({ name }, at) => {
      const columns = honest.map((column) => column.slice());
      columns[first + at]![0] = add(columns[first + at]![0]!, 1);
      // Every constraint of a later state says what one cell is: the cell becomes that.
      for (const group of GROUPS.filter(([start = 0]) => start > at)) {
        for (const k of group) columns[first + k]![0] = 0;
        const bodies = group.map((k) => air.constraints[k]!.body);
        const values = evaluateRows(air, bodies, { preprocessed: [], main: columns }, [], Uint32Array.of(0));
        group.forEach((k, i) => {
          const [value = 0] = values[i]!;
          // The constraints of the output have the cell first, the others have it last.
          columns[first + k]![0] = air.constraints[k]!.name.startsWith("output") ? (P - value) % P : value;
        });
      }
      assert.deepEqual(check(columns, [], 0), [name]);
      const forged = fieldValues(
        COMPRESSION_FIELDS,
        columns.map((column) => column[0]!),
      );
      assert.notDeepEqual(forged.output, compress(tag, left, right), name);
    });
  });

  it("refuses every changed cell but how often it is asked for", () => {
    const columns = columnsOf(compressionRow(...INPUTS.at(-1)!));
    columns.forEach((column, i) => {
      if (air.columnNames[i] === "uses") return;
      const original = column[0]!;
      for (const value of [add(original, 1), random(P)]) {
        column[0] = value;
        assert.notDeepEqual(check(columns, [], 0), [], air.columnNames[i]);
      }
      column[0] = original;
    });
  });

  it("has one row for equal compressions, and a row for each tag", () => {
    const requests = new CompressionRequests();
    const [left, right] = [digest(), digest()];
    for (const tag of [1, 2, 1, 1]) assert.deepEqual(requests.compress(tag, left, right), compress(tag, left, right));
    assert.deepEqual(
      requests.list().map(({ tag, uses }) => [tag, uses]),
      [
        [1, 3],
        [2, 1],
      ],
    );
  });
});

/** In place of a table that hashes: one claim a row. */
const ASKER_FIELDS = { real: 1, tag: 1, left: 8, right: 8, output: 8 } as const;

function askerAir() {
  const b = new AirBuilder("asker", 0);
  const { real, ...message } = b.declare(ASKER_FIELDS);
  assertBoolean(b, { real });
  b.send(COMPRESSION, real, message);
  return b.build();
}

describe("proofs of compressions", () => {
  /** NOT SECURE: small parameters. */
  const system = compileSystem({
    name: "compression-asker/1",
    parameters: smallParameters({ maxLogRows: 7, queryCount: 4 }),
    tables: [{ air: askerAir() }, { air: compressionAir(), optional: true }],
    statementValueCount: 0,
    publicValues: () => [],
  });
  let backend: Backend;
  before(async () => {
    backend = await createWasmBackend({ workers: 2 });
  });
  after(() => backend.close());

  /** Claims of the reference's results, with one change. */
  function inputOf(change: Partial<{ tag: number; output: number[] }> = {}): ProverInput {
    const requests = new CompressionRequests();
    const claims = INPUTS.map(([tag, left, right], i) => {
      requests.compress(tag, left, right);
      return { real: 1, tag, left, right, output: compress(tag, left, right), ...(i === 3 ? change : {}) };
    });
    const zero = new Array<number>(8).fill(0);
    const padding = () => ({ real: 0, tag: 0, left: zero, right: zero, output: zero });
    const asker = traceColumns("asker", ASKER_FIELDS, claims, { padding, minLogRows: 2 });
    return {
      statement: new Uint8Array(0),
      auxiliary: [[], []],
      traces: [asker, compressionColumns(requests.list(), 2)],
    };
  }

  const judge = async (input: ProverInput): Promise<string> => {
    const result = verify(system, input.statement, await prove(system, input, backend));
    return result.ok ? "accepted" : result.rejection.code;
  };

  it("are accepted for what the reference computes, and refused for another output or another tag", async () => {
    assert.equal(await judge(inputOf()), "accepted");
    assert.equal(await judge(inputOf({ output: digest() })), "LookupSumMismatch");
    assert.equal(await judge(inputOf({ tag: 5 })), "LookupSumMismatch");
  });
});
