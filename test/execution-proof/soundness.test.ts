import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { wordRangeAir } from "../../src/proofs/circuits/word-range/word-range-air.ts";
import { INSTRUCTION_FIELDS } from "../../src/proofs/circuits/shapes/instruction.ts";
import { BYTE_OPCODES } from "../../src/proofs/circuits/user-bytes/user-bytes-air.ts";
import type { ProcessorCells } from "../../src/proofs/circuits/processor/processor-air.ts";
import { Random } from "../chain/state/support/random.ts";
import { everything } from "./support/everything.ts";
import { type Forgery, honest } from "./support/forgeries.ts";
import { airOf, claimsOf, messagesOf, reasonsOf, refusalsOf, TABLES, type TableName } from "./support/judge.ts";
import { hashInputForgeries } from "./support/hash-input-forgeries.ts";
import { spongeForgeries } from "./support/sponge-forgeries.ts";
import { keyForgeries, oneIdForTwo } from "./support/key-forgeries.ts";
import { placeForgeries } from "./support/memory-forgeries.ts";
import { assertCountedBy } from "../circuits/support/counted-without.ts";
import { CASES } from "../../src/proofs/circuits/recover/recover-air.ts";
import { recoverForgeries } from "./support/recover-forgeries.ts";
import { productForgeries } from "./support/product-forgeries.ts";
import { copyForgeries } from "./support/copy-forgeries.ts";
import { byteForgeries } from "./support/byte-forgeries.ts";
import { timeForgeries } from "./support/time-forgeries.ts";
import { endBeforeBegin, userForgeries, visitForgeries } from "./support/user-forgeries.ts";
import { choices } from "./support/choices.ts";
import { freeCells } from "./support/mutations.ts";
import { flowForgeries, frameForgeries, memoryForgeries, stepForgeries } from "./support/processor-forgeries.ts";

const { code, hints } = everything();
const EVERYTHING = honest(code, hints);

/** Flags of multiplicities, by table: what else is said implies them, but the engine counts by constraints. */
const COUNTING: Readonly<Record<TableName, readonly string[]>> = {
  processor: [
    ...["takesB", "takesC", "putsA", "putsB", "computes", "isHint"],
    ...["hashes", "copies", "recovers", "compresses", "multiplies", "runsUser", "isAddressed", "isBytes", "whole", "split"],
  ],
  memory: ["stated"],
  byteMemory: ["real"],
  copy: ["first", "reads", "full", ...Array.from({ length: 32 }, (_, i) => `end[${i}]`)],
  sponge: ["first", "follows", "last"],
  hashInput: ["first", "follows"],
  keys: ["real"],
  recover: Object.keys(CASES),
  fieldProduct: ["real"],
  user: [
    ...["begins", "follows", "ends", "isPush", "computes", "isPower", "access1", "access2", "access3", "asked"],
    ...["fails", "jumpsBehind", "jumpsWrong"],
  ],
  userBytes: [...Object.keys(BYTE_OPCODES), "runs", "grows", "first", "second", "masks", "whole", "split"],
  visits: ["real"],
  code: ["inside"],
  codeWords: ["real"],
  rest: ["real"],
  boundary: ["speaks"],
};

const IMPLIED: Readonly<Record<string, string>> = {
  "processor: clock starts at 1":
    "gaps of times are below 2^30, and a step that is farther than that from the time 0 of the places cannot access them",
  "hashInput: full is boolean":
    "where ends are 0 or 1, full is never more than what holds before it, which begins with 1 and is 0 at last",
  "memory: range14[0]":
    "twice the index's upper limb is below 2^14 too, by which the index is below 2^29 + 2^15 even if that limb is not an integer",
  "user: ends at last": "as many codes end as begin, and none ends that did not begin: nothing follows at first",
  "user: follows nothing at first": "as many codes begin as end, and none begins that does not end: it ends at last",
};

/** The names of fields, typed. */
function fieldNames<F extends object>(fields: F): (keyof F)[] {
  return Object.keys(fields) as (keyof F)[];
}

const counting = (table: TableName): string[] => COUNTING[table].map((flag) => `${flag} is boolean`);

describe("the tables of a run", () => {
  it("accept a run with every kind of instruction", () => {
    assert.deepEqual(refusalsOf(EVERYTHING), []);
  });

  it("accept a prover's free choices in a true run, which therefore are not forgeries", () => {
    for (const cells of choices()) {
      assert.deepEqual(refusalsOf(cells), []);
      assert.equal(claimsOf(cells), cells.truth);
    }
  });

  /** Tables with separate tests (test/circuits/code, test/circuits/field-product, test/circuits/user-bytes). */
  const isElsewhere = (table: TableName): boolean => ["code", "codeWords", "fieldProduct", "userBytes"].includes(table);

  it("need every constraint and message: each alone refuses a run that the machine does not make", () => {
    const needed = new Set<string>(Object.keys(IMPLIED));
    const tables = TABLES.filter((table) => !isElsewhere(table));
    for (const table of tables) for (const name of counting(table)) needed.add(`${table}: ${name}`);
    const all: Forgery[] = [
      ...stepForgeries(),
      ...flowForgeries(),
      ...frameForgeries(),
      ...memoryForgeries(),
      ...placeForgeries(),
      ...byteForgeries(),
      ...copyForgeries(),
      ...hashInputForgeries(),
      ...spongeForgeries(),
      ...keyForgeries(),
      ...recoverForgeries(),
      ...productForgeries(),
      ...userForgeries(),
      ...visitForgeries(),
      ...timeForgeries(),
    ];
    for (const { cells, refusedBy } of all) {
      assert.deepEqual(refusalsOf(cells), [refusedBy]);
      assert.notEqual(claimsOf(cells), cells.truth, `${refusedBy}: the run is true`);
      needed.add(refusedBy);
    }
    const reasons = tables.flatMap((table) => reasonsOf(table, EVERYTHING.program));
    assert.deepEqual([...needed].sort(), [...new Set(reasons)].sort());
  });

  it("have two rules against a code that ends before it begins", () => {
    assert.deepEqual(refusalsOf(endBeforeBegin()), ["user: ends at last", "user: follows nothing at first"]);
  });

  it("have one place of the memory for an id: two leaves cannot have the same", () => {
    assert.deepEqual(refusalsOf(oneIdForTwo()), ["firstWord", "lastWord"]);
  });

  it("count what is sent and received: without the constraints that do so a side of some bus may have any multiplicity", () => {
    const airs = TABLES.map((table) => airOf(table, EVERYTHING.program));
    const names = TABLES.flatMap((table, i) => counting(table).map((name) => `${airs[i]!.name}: ${name}`));
    assertCountedBy(airs, names);
  });

  it("have no words above 2^256 among those of hints", () => {
    const air = wordRangeAir();
    for (let i = 0; i < 16; i++) {
      const main = air.columnNames.map((name) => Uint32Array.of(name === `word[${i}]` ? 2 ** 16 : 0xffff, 0));
      const asked = messagesOf(air, main, [], Uint32Array.of(0)).filter(({ interaction }) => interaction.bus.name === "range16");
      assert.deepEqual(
        asked.map(({ multiplicity, message }) => [multiplicity, (message[0] ?? 0) >= 2 ** 16]),
        asked.map((_, k) => [1, k === i]),
      );
      assert.equal(asked.length, 16);
    }
  });
});

describe("a cell of a run that is changed", () => {
  /** Whether a field of a row of the processor may hold anything, or anything in a range. */
  const isFree = (field: string, i: ProcessorCells): boolean => {
    const tests = i.isZero + i.jumpsIf + i.jumpsUnless;
    switch (field) {
      case "b":
        return i.hasImmediate + i.takesB + i.computes === 0;
      case "c":
        return i.takesC + i.topC + i.computes === 0;
      case "d":
        // Where two words are compared, limbs in which they agree.
        return i.computes + i.compresses + i.recovers + i.multiplies + i.isHint + i.whole + i.split * i.reads === 0;
      case "zero":
        return tests + i.isEqual === 0;
      case "inverse":
        return tests === 0 || i.zero === 1;
      case "gapB":
        return i.takesB === 0;
      case "gapC":
        return i.takesC === 0;
      case "gapM":
        return i.whole === 0;
      default:
        return false;
    }
  };

  it("is refused in the processor, except for cells that its instruction does not use", () => {
    // The last row of each kind: of all instructions that differ in their numbers and flags, apart from the operation.
    const kinds = new Map<string, number>();
    EVERYTHING.processor.forEach((row, i) => {
      const { pc: _pc, next: _next, immediate: _immediate, operation: _operation, index: _index, ...kind } = INSTRUCTION_FIELDS;
      kinds.set(
        fieldNames(kind)
          .map((name) => row[name])
          .join(),
        i,
      );
    });
    for (const { field, row } of freeCells("processor", EVERYTHING, [...kinds.values()], new Random(1))) {
      const cells = EVERYTHING.processor[row]!;
      assert.ok(isFree(field, cells), `${field} at row ${row} (pc ${cells.pc})`);
    }
  });

  /** Whether a field of a row of another table may hold anything, or anything in a range. */
  const isFreeElsewhere = (table: TableName, field: string, row: number): boolean => {
    if (table === "memory") return row === 0 && ["gap", "sameSpace"].includes(field);
    // What the input is, the last block says; lanes that are not asked for may have been anything before.
    if (table === "sponge") return EVERYTHING.sponge[row]!.last === 0 && ["space", "offset", "length", "rest"].includes(field);
    if (table === "recover") {
      const { good, noPoint } = EVERYTHING.recover[row]!;
      const ofKeys = ["half", "u", "v", "product", "keyX", "keyY", "inverseS", "inverseKey", "oldX", "oldY", "gaps"];
      return good === 0 && [...ofKeys, ...(noPoint === 0 ? ["square", "cube", "y"] : [])].includes(field);
    }
    if (table === "copy") {
      const { first, follows, reads, full, end } = EVERYTHING.copy[row]!;
      const written = full + end.reduce((sum, flag) => sum + flag, 0);
      if (written === 0 && follows === 1 && field === "gap") return true;
      return first === 1 && reads === 0 && ["bytes", "gapFrom"].includes(field);
    }
    return table === "hashInput" && field === "before" && EVERYTHING.hashInput[row]!.uses.includes(0);
  };

  it("is refused in all other tables, except for cells without a claim", () => {
    for (const table of TABLES) {
      if (table === "processor") continue;
      // The last row of hashInput is of no input, that of copy of no copy.
      const count = EVERYTHING[table].length - (table === "hashInput" || table === "copy" ? 1 : 0);
      const rows = Array.from({ length: count }, (_, row) => row);
      for (const { field, row } of freeCells(table, EVERYTHING, rows, new Random(2))) {
        assert.ok(isFreeElsewhere(table, field, row), `${table}: ${field} at row ${row}`);
      }
    }
  });
});
