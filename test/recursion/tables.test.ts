import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Backend } from "../../src/proofs/kernels/backend.ts";
import { createWasmBackend } from "../../src/proofs/kernels/wasm/backend.ts";
import { interpret, type Memory } from "../../src/proofs/recursion/interpret.ts";
import { NO_CELL, MachineRows } from "../../src/proofs/recursion/tables/machine-rows.ts";
import { machineAir, type MachineTable } from "../../src/proofs/recursion/tables/machine-table.ts";
import { MACHINE_TABLES, type MachineTableName } from "../../src/proofs/recursion/tables/machine-tables.ts";
import { programInput, type ProgramSystem, programSystem } from "../../src/proofs/recursion/tables/program-system.ts";
import { formOfRows, tableParts } from "../../src/proofs/recursion/tables/table-parts.ts";
import type { WiredProgram } from "../../src/proofs/recursion/tables/wiring.ts";
import { evaluateRows } from "../../src/proofs/stark/constraints/column-arithmetic.ts";
import { countedSides } from "../../src/proofs/stark/constraints/multiplicities.ts";
import { prove } from "../../src/proofs/stark/proofs/prove.ts";
import type { ProverInput } from "../../src/proofs/stark/proving/prover-input.ts";
import { compileSystem, type System } from "../../src/proofs/stark/systems/system.ts";
import { verify } from "../../src/proofs/stark/proofs/verify.ts";
import { type Forgery, forgeries } from "./forgeries.ts";
import { pathProgram, pathStatement } from "./path-program.ts";
import { leafParameters } from "./squares-leaf.ts";
import { checkTraces } from "../stark/check-traces.ts";

const P = 2130706433;
const { publicValues, hints } = pathStatement({
  words: Array.from({ length: 8 }, (_, i) => [7 * i + 1, 3, P - 1 - i, 0, i]),
  position: 2,
  siblings: [1, 2].map((k) => Array.from({ length: 8 }, (_, i) => 1000 * k + i)),
  drawn: [17, 0, 0, 5, 0, 0, 0, P - 1],
});
const program = pathProgram();
const parameters = leafParameters();
const hashAir = machineAir("hash", MACHINE_TABLES.hash);
const FORGERIES = forgeries(hashAir);
const NAMES = Object.keys(MACHINE_TABLES) as MachineTableName[];

function honestMemory(): Memory {
  const run = interpret(program, publicValues, hints);
  assert.ok(run.ok);
  return run.memory;
}

let backend: Backend;
let own: ProgramSystem;
before(async () => {
  backend = await createWasmBackend({ workers: 2 });
  own = await programSystem(program, parameters, backend);
});
after(() => backend.close());

describe("the wiring of a program", () => {
  it("sends each cell's address and whole value from one slot, and receives it in all others", () => {
    const memory = honestMemory();
    const { traces } = programInput(own, publicValues, memory);
    const sums = new Map<string, number>();
    const writers = new Map<string, number>();
    own.system.tables.forEach(({ air }, index) => {
      const table: MachineTable | undefined = MACHINE_TABLES[air.name as MachineTableName];
      const preprocessed = own.system.definition.tables[index]!.preprocessed!.columns();
      const columns = { preprocessed, main: traces[index]! };
      const count = table === undefined ? 1 : own.wired.rows[air.name as MachineTableName].length;
      const at = Uint32Array.from({ length: count }, (_, row) => row);
      for (const { bus, direction, multiplicity, message } of air.interactions) {
        const [times, ...elements] = evaluateRows(air, [multiplicity, ...message], columns, publicValues, at);
        for (const row of at) {
          if (times![row] === 0) continue;
          const [address = 0, ...value] = elements.map((column) => column[row]!);
          assert.deepEqual(value, cellValue(bus.name, address, memory), `${air.name} row ${row}`);
          const key = `${bus.name} ${address}`;
          const count = direction === "receive" || times![row] === P - 1 ? -1 : times![row]!;
          if (direction === "receive") assert.equal(times![row], 1);
          if (count > 0) writers.set(key, (writers.get(key) ?? 0) + 1);
          sums.set(key, (sums.get(key) ?? 0) + count);
        }
      }
    });
    // Public values are copied to the words of their cells.
    const { wordCount, octetCount, publicCount } = program;
    assert.equal(writers.size, wordCount + octetCount + publicCount - unread());
    for (const [key, count] of writers) assert.equal(count, 1, `${key} is written by ${count} slots`);
    for (const [key, sum] of sums) assert.equal(sum, 0, key);
  });

  /** Cells that no slot reads: their one slot says nothing. */
  function unread(): number {
    const { word, octet } = own.wired.counts;
    return [...word, ...octet].filter((count) => count === 0).length;
  }

  function cellValue(bus: string, address: number, { words, octets }: Memory): readonly number[] | undefined {
    if (bus === "octet") return octets[address];
    if (address < publicValues.length) return [publicValues[address]!, 0, 0, 0, 0];
    return words[address - publicValues.length];
  }
});

describe("the tables of a program", () => {
  it("refuse each changed cell, except operands that a row of arithmetic does not have", () => {
    const input = programInput(own, publicValues, honestMemory());
    own.system.tables.forEach(({ air }, index) => {
      const rows: MachineRows | undefined = own.wired.rows[air.name as MachineTableName];
      const columns = input.traces[index]!;
      columns.forEach((column, at) => {
        for (let row = 0; row < (rows?.length ?? 1); row++) {
          const before = column[row]!;
          column[row] = (before + 1) % P;
          const isRefused = checkTraces(own.system, input).length > 0;
          column[row] = before;
          const isAbsent: boolean = air.name === "arithmetic" && rows?.cell(row, Math.floor(at / 5)) === NO_CELL;
          assert.equal(isRefused, !isAbsent, `${air.columnNames[at]} of row ${row} of ${air.name}`);
        }
      });
    });
  });

  it("need every constraint: each alone refuses a false statement", async () => {
    const shown = new Set<string>();
    for (const forgery of FORGERIES) {
      const system = await programSystem(forgery.program, parameters, backend);
      const found = checkTraces(system.system, inputOf(system, forgery), { limit: 5 });
      assert.deepEqual(
        found.map((each) => (each.kind === "constraint" ? `${each.table}: ${each.constraint}` : each)),
        [`${forgery.table}: ${forgery.constraint}`],
      );
      const run = interpret(forgery.program, forgery.publicValues, { words: [], octets: [...forgery.memory.siblings] });
      assert.ok(!run.ok, `${forgery.constraint}: the statement is true`);
      shown.add(`${forgery.table}: ${forgery.constraint}`);
    }
    const all = NAMES.flatMap((table) =>
      machineAir(table, MACHINE_TABLES[table]).constraints.map(({ name }) => `${table}: ${name}`),
    );
    // The engine counts by the constraints of the key's columns.
    assert.deepEqual([...shown].sort(), all.filter((name) => !name.endsWith("reads is boolean")).sort());
  });

  it("are refused without the constraints that count receives", () => {
    const airs = NAMES.map((table) => machineAir(table, MACHINE_TABLES[table]));
    countedSides(airs);
    for (const air of airs)
      for (const { name } of air.constraints.filter((each) => each.name.endsWith("reads is boolean"))) {
        const without = airs.map((each) =>
          each === air ? { ...air, constraints: air.constraints.filter((other) => other.name !== name) } : each,
        );
        assert.throws(() => countedSides(without), /no side of bus (word|octet) is counted/, `${air.name}: ${name}`);
      }
  });

  it("have a proof of a false statement without a constraint, and none with it", async () => {
    const oneOfEach = [...Map.groupBy(FORGERIES, ({ table }) => table).values()].map((list) => list.at(-1)!);
    assert.deepEqual(oneOfEach.map(({ table }) => table).sort(), ["arithmetic", "bits", "constant", "dot", "hash"]);
    for (const forgery of oneOfEach) {
      const system = await programSystem(forgery.program, parameters, backend);
      const input = inputOf(system, forgery);
      const accepts = async (by: System): Promise<boolean> => verify(by, input.statement, await prove(by, input, backend)).ok;
      assert.equal(await accepts(system.system), false, forgery.constraint);
      assert.equal(await accepts(withoutConstraint(system.system, forgery)), true, forgery.constraint);
    }
  });
});

describe("a table's parts", () => {
  const NO_ROWS = { hash: 0, arithmetic: 0, dot: 0, deal: 0, bits: 0, pack: 0, constant: 0, offer: 0, pick: 0 };
  const none = Object.fromEntries(
    NAMES.map((name) => [name, new MachineRows(MACHINE_TABLES[name])]),
  ) as unknown as WiredProgram["rows"];
  const heightsOf = (count: number): number[] => {
    const rows = new MachineRows(MACHINE_TABLES.arithmetic);
    for (let i = 0; i < count; i++) rows.push([], [i]);
    const form = formOfRows({ ...NO_ROWS, arithmetic: count }, 4);
    const parts = tableParts({ rows: { ...none, arithmetic: rows } }, form).filter(({ table }) => table === "arithmetic");
    let next = 0;
    for (const { first, count: own, logRows, rows: all } of parts) {
      assert.deepEqual([first, all], [next, rows]);
      assert.ok(own <= 2 ** logRows);
      next += own;
    }
    assert.equal(next, count);
    return parts.map(({ logRows }) => logRows);
  };

  it("are two where one would be filled up with 2,048 rows and more, and hold all rows in their order", () => {
    assert.deepEqual([0, 1, 16, 17, 4096].map(heightsOf), [[], [4], [4], [5], [12]]);
    assert.deepEqual([4097, 4096 + 2048, 4096 + 2049, 8192, 8193].map(heightsOf), [[12, 4], [12, 11], [13], [13], [13, 4]]);
    assert.deepEqual(heightsOf(2 ** 15 + 1962), [15, 11]);
  });
});

/** Prover input for a false statement. */
function inputOf(of: ProgramSystem, { table, publicValues: statement, memory, row }: Forgery): ProverInput {
  const input = programInput(of, statement, memory);
  const index = of.system.tables.findIndex(({ air }) => air.name === table);
  row?.forEach((value, column) => (input.traces[index]![column]![0] = value));
  return input;
}

function withoutConstraint({ definition, preprocessedRoots }: System, { table, constraint }: Forgery): System {
  const tables = definition.tables.map((each) => {
    if (each.air.name !== table) return each;
    const constraints = each.air.constraints.filter(({ name }) => name !== constraint);
    assert.equal(constraints.length, each.air.constraints.length - 1);
    return { ...each, air: { ...each.air, constraints } };
  });
  return compileSystem({ ...definition, tables }, preprocessedRoots);
}
