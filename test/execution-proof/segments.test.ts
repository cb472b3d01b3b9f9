import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { runDefinition, runInput, segmentedDefinition } from "../../src/proofs/execution-proof/run-system.ts";
import { SEGMENT_CELLS } from "../../src/proofs/execution-proof/batch/proven-execution.ts";
import { executionParameters } from "../../src/proofs/execution-proof/parameters.ts";
import { type RunProfile, SEGMENT_PROFILES, sizedProfile } from "../../src/proofs/execution-proof/run-profiles.ts";
import { type CutRun, cutRun, cutToProfile } from "../../src/proofs/execution-proof/segments/cut-run.ts";
import { P } from "../../src/proofs/field/koala-bear.ts";
import { digestLength } from "../../src/proofs/kernels/tree-hash.ts";
import { createWasmBackend } from "../../src/proofs/kernels/wasm/backend.ts";
import type { WasmBackend } from "../../src/proofs/kernels/wasm/threaded-backend.ts";
import { FixedTables } from "../../src/proofs/stark/proving/fixed-tables.ts";
import { commitPreprocessed } from "../../src/proofs/stark/proving/preprocess.ts";
import type { ProverInput } from "../../src/proofs/stark/proving/prover-input.ts";
import { leastProvenBits } from "../../src/proofs/stark/security/proof-security.ts";
import { currentColumns } from "../../src/proofs/stark/systems/segment-air.ts";
import { proveRun } from "../../src/proofs/stark/proofs/prove-run.ts";
import { verifyRun } from "../../src/proofs/stark/proofs/verify-run.ts";
import { committedHeights, compileSystem, type System } from "../../src/proofs/stark/systems/system.ts";
import { byNight } from "../support/nightly.ts";
import { smallParameters } from "../stark/airs/small-parameters.ts";
import { callingTransaction, PROGRAM } from "./support/calling-transaction.ts";
import { checkRun, type Violation, checkConstraints } from "../stark/check-traces.ts";

/** NOT SECURE: small parameters. Tables of 16 rows, so that every one is cut. */
const PARAMETERS = smallParameters({
  minLogRows: 4,
  maxLogRows: 18,
  queryCount: 4,
  opening: { kind: "stacked", logStackMin: 16, logStackMax: 20 },
});
/** Widths by another count of the graphs' columns; userBytes, tree and others have no rules from row to row. */
const HANDED_ON = { processor: 76, memory: 3, copy: 202, sponge: 105, hashInput: 141, leaves: 39, user: 22, code: 38 };

/** A proof of 2 million cells for each segment. */
const PROVEN_CUTS = byNight([2, 3, 8], [2]);

const definition = runDefinition(PROGRAM, PARAMETERS);
const unproven = uncommitted(definition);
const { trace } = callingTransaction();
const cutInto = (count: number): CutRun => cutRun({ program: PROGRAM, definition }, trace, count);
const filled = (cut: CutRun): ProverInput[] => Array.from({ length: cut.count }, (_, i) => cut.fill(i));

/** System for checks of columns only, which need no commitment to fixed columns. */
function uncommitted(own: typeof definition): System {
  const root = new Uint8Array(digestLength(own.parameters.hash));
  const roots = committedHeights(own).map((height) => [height, root] as const);
  return compileSystem(segmentedDefinition(own), new Map(roots));
}

describe("a real transaction in segments", () => {
  for (const count of [2, 3, 8])
    it(`satisfies every rule and every bus, cut into ${count}`, () => {
      assert.deepEqual(checkRun(unproven, filled(cutInto(count))), []);
    });

  it("is filled with the same columns each time, in any order", () => {
    const cut = cutInto(3);
    const first = filled(cut);
    assert.deepEqual(cut.fill(2), first[2]);
    assert.deepEqual(filled(cutInto(3)), first);
  });

  it("has every table with rules from row to row in each segment, cut between rows that say something", () => {
    const inputs = filled(cutInto(8));
    for (const name of Object.keys(HANDED_ON))
      assert.ok(
        inputs.every(({ traces }) => traces[tableOf(name)]![0]!.length >= 16),
        name,
      );
    // With 16 rows a segment at least, these go over the first cut.
    const used = { processor: trace.processor, user: trace.user, memory: trace.places, code: trace.code };
    for (const [name, rows] of Object.entries(used)) assert.ok(rows.length > 16, name);
  });

  describe("with a proof", () => {
    let backend: WasmBackend;
    let system: System;
    let fixedTables: FixedTables;
    before(async () => {
      backend = await createWasmBackend({ workers: 1 });
      system = compileSystem(segmentedDefinition(definition), await commitPreprocessed(definition, backend));
      fixedTables = new FixedTables(system, backend);
    });
    after(async () => {
      await fixedTables.release();
      await backend.close();
    });

    it(`is proven and verified, cut into ${PROVEN_CUTS.join(", ")}`, async () => {
      for (const count of PROVEN_CUTS) await provenIn(count);
    });

    async function provenIn(count: number): Promise<void> {
      const cut = cutInto(count);
      const { statement } = cut.fill(0);
      const run = await proveRun(system, cut, backend, { fixedTables });
      assert.deepEqual(verifyRun(system, statement, run), { ok: true });
      const [last = 0] = statement.slice(-1);
      const result = verifyRun(system, Uint8Array.from([...statement.slice(0, -1), last ^ 1]), run);
      assert.equal(!result.ok && result.rejection.code, "SegmentRefused");
    }
  });
});

describe("a real transaction in segments of a profile", () => {
  const { minLogRows } = PARAMETERS;
  const wholeTables = runInput({ program: PROGRAM, definition }, trace).traces;
  const whole: RunProfile = Object.fromEntries(
    definition.tables.flatMap(({ air, preprocessed }, i) => {
      if (preprocessed !== undefined || ["roots", "boundary"].includes(air.name)) return [];
      // No block of SHA-256 has fewer rows.
      const least = air.name === "sha256" ? 6 : minLogRows;
      return [[air.name, Math.max(least, Math.log2(wholeTables[i]?.[0]?.length ?? 0))]];
    }),
  );
  const cut = (...profiles: readonly RunProfile[]): CutRun | undefined =>
    cutToProfile(
      { program: PROGRAM, definition },
      trace,
      profiles.map((heights) => sizedProfile(unproven, heights)),
    );
  const lower = (table: string, by: number): RunProfile => ({ ...whole, [table]: whole[table]! - by });

  // Rows over a cut are in both segments; of a permutation's 24 none is in another segment than the others.
  const processor = Math.ceil((trace.processor.length - 1) / (2 ** (whole["processor"]! - 2) - 1));
  const keccak = Math.ceil(trace.permutations.length / Math.floor(2 ** (whole["keccak"]! - 1) / 24));
  for (const [table, by, count] of [
    ["processor", 2, processor],
    ["keccak", 1, keccak],
  ] as const)
    it(`satisfies every rule and every bus in ${count} segments, the fewest that have room in the table ${table}`, () => {
      const profile = lower(table, by);
      const own = cut(profile);
      assert.equal(own?.count, count);
      const inputs = filled(own!);
      for (const { traces } of inputs)
        for (const [name, logRows] of Object.entries(profile))
          assert.equal(traces[tableOf(name)]![0]!.length, 2 ** logRows, name);
      assert.deepEqual(checkRun(unproven, inputs), []);
      assert.deepEqual(own!.fill(0).statement, cutInto(2).fill(0).statement);
    });

  it("has the profile that takes the fewest cells, and none where a table has no room in the most segments", () => {
    const [few, many] = [lower("processor", 1), { ...lower("processor", 2), add: whole["add"]! + 3 }];
    assert.equal(cut(few, many)?.heights[tableOf("add")], 2 ** whole["add"]!);
    assert.equal(cut(many, few)?.heights[tableOf("add")], 2 ** whole["add"]!);
    assert.ok(trace.processor.length > 128 * 2 ** minLogRows);
    assert.equal(cut({ ...whole, processor: minLogRows }), undefined);
  });
});

function tableOf(name: string): number {
  return definition.tables.findIndex(({ air }) => air.name === name);
}

describe("what a cut hands on", () => {
  const chained = segmentedDefinition(definition).tables.filter(({ inSegments }) => inSegments === "chained");

  it("is all that rules from row to row read, of every table with such rules", () => {
    assert.deepEqual(Object.fromEntries(chained.map(({ air }) => [air.name, currentColumns(air).length])), HANDED_ON);
    const others = definition.tables.filter(({ inSegments }) => inSegments === "standsAlone").map(({ air }) => air.name);
    assert.deepEqual(others, ["keccak", "sha256", "boundary"]);
  });

  it("has each column that changes what a rule from row to row says of a real row and the next", () => {
    const traces = cutInto(1).fill(0).traces;
    for (const { air } of chained) {
      const columns = traces[tableOf(air.name)]!.slice(1, -1);
      const own = { ...air, constraints: air.constraints.filter(({ scope }) => scope === "transition") };
      const handed = new Set(currentColumns(air));
      // Some rows from all over the table, which has rows of several kinds.
      const rows = [1, 3, 8, 21].map((part) => Math.min(columns[0]!.length - 2, Math.floor((columns[0]!.length * part) / 64)));
      for (const row of rows) {
        const pair = columns.map((column) => column.slice(row, row + 2));
        assert.deepEqual(checkConstraints(own, { preprocessed: [], main: pair }, []), [], `${air.name} ${row}`);
        pair.forEach((column, i) => {
          if (handed.has(i)) return;
          const main = pair.map((each, j) => (i === j ? Uint32Array.of((column[0]! + 12345) % 2130706433, column[1]!) : each));
          assert.deepEqual(checkConstraints(own, { preprocessed: [], main }, []), [], `${air.name}: ${air.columnNames[i]}`);
        });
      }
    }
  });

  it("has 100.3 proven bits in runs of 128 segments", () => {
    const system = uncommitted(runDefinition(PROGRAM, executionParameters()));
    assert.equal(system.definition.segments?.most, 128);
    assert.ok(leastProvenBits(system, { circuitDigestElements: 8, statementTerms: 0 }) >= 100.3);
  });

  it("attack: clock (v + p)/2: twice a time may be small where the time is not, so heights bound the clock and no look up does", () => {
    for (const v of [1, 2 ** 30 - 1]) {
      const time = (v + P) / 2;
      assert.equal((2 * time) % P, v);
      assert.ok(v < 2 ** 30 && time > 2 ** 29 && time < 2 ** 31);
    }
    const { definition } = uncommitted(runDefinition(PROGRAM, executionParameters()));
    // A row of user mode is two steps of the clock, one of the processor one, and a product of pairs three.
    assert.deepEqual(definition.segments?.clock, { below: 2 ** 29, ticks: { processor: 1, user: 2, fieldProduct: 3 } });
    for (const { processor = 0, user = 0, fieldProduct = 0 } of SEGMENT_PROFILES)
      assert.ok(128 * (2 ** processor + 2 * 2 ** user + 3 * 2 ** fieldProduct) < 2 ** 29, "the most segments have room");
  });

  it("loads no bus beyond p in 128 segments of as many cells as each may have, whatever tables these are of", () => {
    const { tables, buses, countedSides } = uncommitted(runDefinition(PROGRAM, executionParameters()));
    const sides = buses.filter(({ kind }) => kind === "carried").flatMap(({ name }) => countedSides.get(name) ?? []);
    const perCell = tables.map(({ air, index, mainWidth, lookupWidth }) => {
      // Every segment has the boundary's least rows.
      if (air.name === "boundary") return 0;
      return Math.max(...sides.map(({ perRow }) => perRow[index] ?? 0)) / (mainWidth + lookupWidth);
    });
    const most = 128 * SEGMENT_CELLS * Math.max(...perCell);
    assert.ok(most < P - 2 ** 20, `${most} messages on one side of a bus`);
  });

  it("an unmarked table with rules from row to row does not compile in segments", () => {
    const tables = definition.tables.map(({ inSegments, ...table }) =>
      table.air.name === "code" ? table : { ...table, inSegments: inSegments! },
    );
    assert.throws(() => uncommitted({ ...definition, tables }), /table code has rules from row to row/);
  });
});

/** A run in segments of which cells are changed. */
function changed(count: number, change: (inputs: ProverInput[]) => void): Violation[] {
  const inputs = filled(cutInto(count));
  change(inputs);
  return checkRun(unproven, inputs, { limit: 1000 });
}

/** Names of violated buses and constraints. */
const namesOf = (violations: readonly Violation[]): Set<string> =>
  new Set(
    violations.map((violation) => (violation.kind === "bus" ? violation.bus : `${violation.table}: ${violation.constraint}`)),
  );

/** A table's column in a segment, ghost and end among them. */
function column(inputs: readonly ProverInput[], segment: number, table: string, name: string): Uint32Array {
  const at = unproven.definition.tables[tableOf(table)]!.air.columnNames.indexOf(name);
  assert.ok(at >= 0, name);
  return inputs[segment]!.traces[tableOf(table)]![at]!;
}

describe("forgeries over a cut are refused", () => {
  it("ghost without after: a copy's last row in a segment writes another byte than the next segment reads", () => {
    const found = changed(2, (inputs) => {
      const { length } = column(inputs, 0, "copy", "time");
      column(inputs, 0, "copy", "after[5]")[length - 1]! += 1;
    });
    assert.ok(namesOf(found).has("chain of copy"), [...namesOf(found)].join());
  });

  it("ghost without after: the successor of a leaf at a cut", () => {
    const found = changed(2, (inputs) => {
      const { length } = column(inputs, 0, "leaves", "index");
      column(inputs, 0, "leaves", "follower[0]")[length - 1]! += 1;
    });
    assert.ok(namesOf(found).has("chain of leaves"), [...namesOf(found)].join());
  });

  it("place opened in two segments: a ghost of the memory that lies below", () => {
    const found = changed(2, (inputs) => {
      column(inputs, 1, "memory", "space")[0] = 0;
      column(inputs, 1, "memory", "sameSpace")[1] = 0;
    });
    assert.ok(namesOf(found).has("chain of memory"), [...namesOf(found)].join());
  });

  it("a segment that claims no ghost, or a second one", () => {
    const none = changed(2, (inputs) => (column(inputs, 1, "processor", "ghost")[0] = 0));
    assert.ok(namesOf(none).has("processor: begins with a ghost"));
    const second = changed(2, (inputs) => (column(inputs, 1, "processor", "ghost")[7] = 1));
    assert.ok(namesOf(second).has("processor: no other ghost") && namesOf(second).has("chain of processor"));
    const unsent = changed(3, (inputs) => (column(inputs, 1, "user", "end")[column(inputs, 1, "user", "end").length - 1] = 0));
    assert.ok(namesOf(unsent).has("user: ends with the continued row"));
  });

  it("run that stops before its end: a first part as the whole", () => {
    const [first] = filled(cutInto(2));
    const segment = { index: 1, opens: 1, closes: 1 };
    const found = checkRun(unproven, [{ ...first!, segment }], { limit: 1000 });
    for (const name of ["processor: stops at last", "processor: ends with the continued row", "memory"])
      assert.ok(namesOf(found).has(name), name);
  });

  it("sponge without last block, user group over a cut: a last segment that none follows is closed", () => {
    const inputs = filled(cutInto(3)).slice(0, 2);
    inputs[1] = { ...inputs[1]!, segment: { index: 2, opens: 0, closes: 1 } };
    const names = namesOf(checkRun(unproven, inputs, { limit: 10_000 }));
    assert.ok(
      ["hashInput", "user"].every((table) =>
        [...names].some((name) => name.startsWith(`${table}: `) || name === `chain of ${table}`),
      ),
    );
  });

  it("user group that never began: the run's first opcode follows none", () => {
    const found = changed(2, (inputs) => {
      column(inputs, 0, "user", "begins")[0] = 0;
      column(inputs, 0, "user", "follows")[0] = 1;
    });
    assert.ok(namesOf(found).has("user: follows nothing at first"), [...namesOf(found)].join());
  });

  it("statement of an inner segment: roots that speak once more, and an inner boundary", () => {
    const roots = changed(2, (inputs) => {
      for (const [i, own] of inputs[0]!.traces[tableOf("roots")]!.entries()) inputs[1]!.traces[tableOf("roots")]![i]!.set(own);
    });
    assert.ok(namesOf(roots).has("roots"));
    // The boundary of an inner segment has the same column, and says nothing.
    const boundary = filled(cutInto(3))[1]!.traces[tableOf("boundary")]![0]!;
    assert.equal(boundary[0], 1);
  });

  it("leaf in two segments: a row that names it once more", () => {
    const at = tableOf("keys");
    const inputs = filled(cutInto(3));
    const holder = inputs.findIndex(({ traces }) => traces[at]![0]!.length > 0);
    const other = (holder + 1) % 3;
    const copied = inputs[other]!.traces.map((columns, i) => (i === at ? inputs[holder]!.traces[at]! : columns));
    inputs[other] = { ...inputs[other]!, traces: copied };
    const names = namesOf(checkRun(unproven, inputs, { limit: 1000 }));
    for (const bus of ["leaf", "firstWord", "lastWord", "alu"]) assert.ok(names.has(bus), [...names].join());
  });

  it("leaf asked +1 and −1: uses that cancel over segments name no leaf", () => {
    const inputs = filled(cutInto(3));
    const at = tableOf("keys");
    const holder = inputs.findIndex(({ traces }) => traces[at]![0]!.length > 0);
    column(inputs, holder, "keys", "uses")[0]! += 1;
    const names = namesOf(checkRun(unproven, inputs, { limit: 1000 }));
    assert.ok(names.has("alu"), [...names].join());
  });
});
