import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { MAX_CELLS } from "../../src/proofs/execution-proof/batch/proven-execution.ts";
import { executionParameters } from "../../src/proofs/execution-proof/parameters.ts";
import {
  CHUNK_PROFILES,
  profileShape,
  type RunProfile,
  SEGMENT_PROFILES,
  sizedProfile,
} from "../../src/proofs/execution-proof/run-profiles.ts";
import {
  MAX_SEGMENTS,
  profiledInput,
  runDefinition,
  runInput,
  segmentedDefinition,
} from "../../src/proofs/execution-proof/run-system.ts";
import { P } from "../../src/proofs/field/koala-bear.ts";
import { countsOf } from "../../src/proofs/stark/proofs/verify-run.ts";
import type { ProverInput } from "../../src/proofs/stark/proving/prover-input.ts";
import { ABSENT, rowCount } from "../../src/proofs/stark/systems/shape.ts";
import { committedHeights, compileSystem } from "../../src/proofs/stark/systems/system.ts";
import { callingTransaction, PROGRAM } from "./support/calling-transaction.ts";
import { checkTraces } from "../stark/check-traces.ts";

const definition = runDefinition(PROGRAM, executionParameters());
const root = new Uint8Array(32);
const system = compileSystem(definition, new Map(committedHeights(definition).map((height) => [height, root])));
const { trace } = callingTransaction();
const filled = (profiles: readonly RunProfile[]): ProverInput | undefined =>
  profiledInput({ program: PROGRAM, definition, profiles }, trace);
const heightsOf = ({ traces }: ProverInput): Readonly<Record<string, number>> =>
  Object.fromEntries(system.tables.map(({ air }, i) => [air.name, traces[i]?.[0]?.length ?? 0]));
const needed = heightsOf(runInput({ program: PROGRAM, definition }, trace));
const [small] = CHUNK_PROFILES as [RunProfile];

describe("a run whose tables are filled up to a profile", () => {
  it("has its heights, tables among them that the run leaves out, and says what it would say otherwise", () => {
    const input = filled(CHUNK_PROFILES);
    assert.ok(input !== undefined);
    const heights = heightsOf(input);
    for (const [table, logRows] of Object.entries(small)) assert.equal(heights[table], rowCount(logRows), table);
    assert.ok(Object.keys(small).some((table) => needed[table] === 0));
    assert.deepEqual(input.statement, runInput({ program: PROGRAM, definition }, trace).statement);
    assert.deepEqual(checkTraces(system, input), []);
  });

  it("has the first one that has room in each table, and none where none has", () => {
    const low = { ...small, keccak: Math.log2(needed["keccak"] ?? 0) - 1 };
    const high = { ...small, processor: 15, add: 12 };
    const input = filled([low, high, small]);
    assert.ok(input !== undefined);
    assert.deepEqual([heightsOf(input)["processor"], heightsOf(input)["add"]], [2 ** 15, 2 ** 12]);
    // Exactly as high as needed is room, one height less is not, in a table whose rows are known before they are laid out too.
    const least = { ...small, processor: Math.log2(needed["processor"] ?? 0), user: Math.log2(needed["user"] ?? 0) };
    assert.equal(heightsOf(filled([least, high]) ?? input)["processor"], needed["processor"]);
    assert.equal(heightsOf(filled([{ ...least, user: least.user - 1 }, high]) ?? input)["processor"], 2 ** 15);
    // Padding of the arithmetic's tables sends requests to others, which change with the heights.
    assert.deepEqual(checkTraces(system, input), []);
    assert.equal(filled([low]), undefined);
    assert.equal(filled([]), undefined);
  });
});

describe("the profiles of segments", () => {
  const own = segmentedDefinition(definition);
  const segmented = compileSystem(own, new Map(committedHeights(own).map((height) => [height, root])));

  it("name the tables that those of chunks do, with half as many cells as a chunk may have", () => {
    for (const heights of SEGMENT_PROFILES) {
      assert.deepEqual(new Set(Object.keys(heights)), new Set(Object.keys(small)));
      assert.ok(sizedProfile(segmented, heights).cells <= MAX_CELLS / 2);
    }
  });

  it("have room for what a run of the most segments counts on its buses and by its clock", () => {
    for (const heights of SEGMENT_PROFILES) {
      const { load, clock } = countsOf(segmented, profileShape(segmented, heights).logRows);
      assert.ok(MAX_SEGMENTS * load < P && MAX_SEGMENTS * clock < 2 ** 29, `${load} ${clock}`);
    }
  });
});

describe("the profiles of chunks", () => {
  it("grow in each table, up to what a chunk may have", () => {
    const [withProducts, without] = [true, false].map((has) =>
      CHUNK_PROFILES.filter(({ fieldProduct }) => (fieldProduct !== ABSENT) === has),
    );
    assert.equal(withProducts!.length, 1);
    const cellsOf = (heights: RunProfile): number => sizedProfile(system, heights).cells;
    assert.deepEqual(
      [...CHUNK_PROFILES].sort((a, b) => cellsOf(a) - cellsOf(b)),
      CHUNK_PROFILES,
    );
    const sizes = without!.map((heights) => sizedProfile(system, heights));
    for (const [i, { heights, cells }] of sizes.entries()) {
      const before = sizes[i - 1];
      for (const [table, logRows] of Object.entries(before?.heights ?? {})) assert.ok((heights[table] ?? 0) >= logRows, table);
      assert.ok(cells > 1.3 * (before?.cells ?? 0) && cells <= MAX_CELLS, `${cells}`);
    }
  });

  it("name every table that is not equally high in all runs", () => {
    const named = new Set(Object.keys(small));
    const other = system.tables.filter(({ air, fixedLogRows }) => fixedLogRows === undefined && !named.has(air.name));
    assert.deepEqual(
      other.map(({ air }) => air.name),
      ["roots", "boundary"],
    );
    for (const profile of CHUNK_PROFILES) assert.deepEqual(new Set(Object.keys(profile)), named);
  });

  it("are rejected for a forbidden height", () => {
    assert.throws(() => profileShape(system, { ...small, keccak: 21 }), /see table keccak/);
  });
});
