import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Backend } from "../../src/proofs/kernels/backend.ts";
import { createWasmBackend } from "../../src/proofs/kernels/wasm/backend.ts";
import { Assembler } from "../../src/proofs/recursion/assembler.ts";
import { NO_CELL } from "../../src/proofs/recursion/tables/machine-rows.ts";
import { programInput, type ProgramSystem, programSystem, runProgram } from "../../src/proofs/recursion/tables/program-system.ts";
import { prove } from "../../src/proofs/stark/proofs/prove.ts";
import { verify } from "../../src/proofs/stark/proofs/verify.ts";
import { leafParameters } from "./squares-leaf.ts";
import { checkTraces } from "../stark/check-traces.ts";

const P = 2130706433;
const NAMED = 24;
/** Numbers at both ends of the field, and around its highest bits. */
const ELEMENTS = [0, 1, 2, 2 ** 16, 2 ** 24 - 2, 2 ** 24, 127 * 2 ** 24 - 1, P - 2, P - 1, 1234567890];

/** Public values: an element, its lowest 16 bits, the sum of its other bits, its lowest 24 bits. */
function statementOf(number: number, element = number): number[] {
  const bits = Array.from({ length: NAMED }, (_, i) => Math.floor(number / 2 ** i) % 2);
  return [element, number % 2 ** 16, Math.floor(number / 2 ** 16), ...bits];
}

function bitsProgram() {
  const a = new Assembler();
  a.section("all", "BadStatement");
  const [element, low, high, ...bits] = Array.from({ length: 3 + NAMED }, () => a.public());
  if (element === undefined || low === undefined || high === undefined) throw new Error("there are public values");
  a.bits(element, { low, high, bits });
  return a.build("bits");
}

/** The columns of the two lowest bits: an honest row of the element 1 has 1 and 0 there. */
function bitColumns(columns: readonly Uint32Array[]): readonly [Uint32Array, Uint32Array] {
  const [first, second] = columns;
  if (first === undefined || second === undefined) throw new Error("the table has bits");
  assert.deepEqual([first[0], second[0]], [1, 0]);
  return [first, second];
}

describe("bits where arithmetic has room for them", () => {
  let backend: Backend;
  let own: ProgramSystem;
  before(async () => {
    backend = await createWasmBackend({ workers: 1 });
    own = await programSystem(bitsProgram(), leafParameters({ minLogRows: 7 }), backend);
  });
  after(() => backend.close());

  /** Input of a prover that replaces the element by another number, with these public values. */
  function inputOf(statement: readonly number[], number: number) {
    const derived = own.wired.derived.map(({ of, valueOf }) => ({ of, valueOf: () => valueOf(number) }));
    const words = statement.map((value) => [value, 0, 0, 0, 0]);
    return programInput({ ...own, wired: { ...own.wired, derived } }, statement, { words, octets: [], siblings: [] });
  }

  /** Number of broken constraints and buses. */
  const broken = (statement: readonly number[], number: number): number =>
    checkTraces(own.system, inputOf(statement, number)).length;

  it("need no table, and need one if the arithmetic table would grow for them", async () => {
    assert.ok(!own.system.tables.some(({ air }) => air.name === "bits"));
    assert.equal(own.system.tables.find(({ air }) => air.name === "arithmetic")?.fixedLogRows, 7);
    const { system } = await programSystem(bitsProgram(), leafParameters({ minLogRows: 6 }), backend);
    assert.ok(system.tables.some(({ air }) => air.name === "bits"));
  });

  it("are those of the element", () => {
    for (const element of ELEMENTS) {
      const statement = statementOf(element);
      const run = runProgram(own, statement, { words: [], octets: [] });
      assert.ok(run.ok);
      assert.deepEqual(checkTraces(own.system, run.input), [], `${element}`);
      assert.deepEqual(run.input, inputOf(statement, element));
    }
  });

  it("are not another number's, in any public value", () => {
    for (const element of [1, P - 1]) {
      const statement = statementOf(element);
      statement.forEach((value, i) =>
        assert.ok(broken(statement.with(i, (value + 1) % P), element) > 0, `public value ${i} of ${element}`),
      );
    }
  });

  it("are not those of the element and the modulus, which is a number of 31 bits too: one row of all refuses it", () => {
    for (const element of [0, 1, 2 ** 24 - 2]) assert.equal(broken(statementOf(element + P, element), element + P), 1);
  });

  it("are boolean: rejects 2 and 0 as bits of 2, and 1 and 1 as bits of 3, as −1 and 2", () => {
    for (const [number, first, second] of [
      [2, 2, 0],
      [3, P - 1, 2],
    ] as const) {
      const statement = statementOf(number).with(3, first).with(4, second);
      // The square in the sum is not the bit either, so more than the rows of both bits are broken.
      assert.ok(broken(statement, number) >= 1);
    }
  });

  /** Each has the right sums of squares, so the row that compares a bit with its square alone refuses it. */
  const FALSE_BITS = [
    { name: "bit −1", statement: statementOf(1).with(3, P - 1), number: 1 },
    { name: "bit 2", statement: [4, 4, 0, 2, ...new Array<number>(NAMED - 1).fill(0)], number: 0 },
  ] as const;
  for (const { name, statement, number } of FALSE_BITS)
    it(`are boolean: a single row refuses a ${name}, which else has a proof`, async () => {
      assert.equal(broken(statement, number), 1);
      const input = inputOf(statement, number);
      assert.equal(verify(own.system, input.statement, await prove(own.system, input, backend)).ok, false);
    });

  it("are boolean in a table as well: that constraint alone refuses −1 and 1 as bits of 1", async () => {
    const table = await programSystem(bitsProgram(), leafParameters({ minLogRows: 6 }), backend);
    const statement = statementOf(1)
      .with(3, P - 1)
      .with(4, 1);
    const words = statement.map((value) => [value, 0, 0, 0, 0]);
    const input = programInput(table, statement, { words, octets: [], siblings: [] });
    const index = table.system.tables.findIndex(({ air }) => air.name === "bits");
    const [first, second] = bitColumns(input.traces[index] ?? []);
    [first[0], second[0]] = [P - 1, 1];
    assert.equal(checkTraces(table.system, input).length, 1);
  });

  it("refuse a changed cell in each place of a row", () => {
    const statement = statementOf(1234567890);
    const input = inputOf(statement, 1234567890);
    const index = own.system.tables.findIndex(({ air }) => air.name === "arithmetic");
    const rows = own.wired.rows.arithmetic;
    for (let row = 0; row < rows.length; row++)
      input.traces[index]?.forEach((column, at) => {
        // One row's every eleventh place: each place of each kind of row.
        if (rows.cell(row, Math.floor(at / 5)) === NO_CELL || (row + at) % 11 !== 0) return;
        const known = column[row] ?? 0;
        column[row] = (known + 1) % P;
        assert.notDeepEqual(checkTraces(own.system, input), [], `column ${at} of row ${row}`);
        column[row] = known;
      });
  });

  it("have a proof if they are the element's, and none if they are another number's", async () => {
    const verdict = async (statement: readonly number[], number: number): Promise<boolean> => {
      const input = inputOf(statement, number);
      return verify(own.system, input.statement, await prove(own.system, input, backend)).ok;
    };
    assert.equal(await verdict(statementOf(P - 1), P - 1), true);
    assert.equal(await verdict(statementOf(P, 0), P), false);
  });
});
