import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { OPCODES } from "../../src/proofs/machine/instructions/evm.ts";
import { NATIVE_WEIGHTS } from "../../src/ground/protocol/native-weights.ts";
import { NO_WEIGHT, RunCounter } from "../../src/proofs/execution-proof/batch/step-weight.ts";
import { SEGMENT_PROFILES } from "../../src/proofs/execution-proof/run-profiles.ts";
import { exceeds, stepLimits } from "../../src/proofs/execution-proof/batch/step-limits.ts";
import { blockHints, endHints, transactionHints } from "../../src/proofs/machine/hints/transaction-hints.ts";
import { Kernel, kernelRows } from "../../src/proofs/machine/interpreter/kernel.ts";
import { prevRandaoOf } from "../../src/ground/protocol/prev-randao.ts";
import type { TransactionOutcome } from "../../src/proofs/machine/interpreter/machine-state.ts";
import { userTransaction } from "../../src/proofs/execution-proof/batch/user-transaction.ts";
import { type Code, push } from "../chain/support/assembler.ts";
import { ENVIRONMENT } from "../machine/support/environment.ts";
import { callOf, worldOf } from "../machine/support/contract-call.ts";
import { primitives } from "../machine/support/primitives.ts";
import { World } from "../machine/support/world.ts";
import { checkedRun } from "./support/native/measured-run.ts";
import { byNight } from "../support/nightly.ts";
import { measuredItems } from "./support/native/measured-items.ts";
import { CELLS_PER_ROW, CELLS_PER_UNIT, keyOf, weighedItems, weightIn } from "./support/native/weights.ts";

/** Units that a step may take: as many cells as half of what it may have, since what fills tables up may double them. */
const BUDGET = 1_300_000;
const LIMITS = stepLimits(3n);
const [MAX_CELLS, MOST_ROWS] = [LIMITS.cells / 2, LIMITS.rows];
/** Items by day: one of each kind. */
const BY_DAY = [
  ...["0x01", "0x02", "0x07", "0x0b", "0x1e", "0x20", "0x33", "0x39", "0x40", "0x47", "0x52", "0x54", "0x55", "0x5d", "0x7f"],
  ...["0xa1", "0xf1", "0xf4", "0xf0", "leaf", "precompile 0x08", "pairOfPoints"],
];
/** Whose heights the key fixes. */
const FIXED_TABLES = ["rom", "opcodes", "bytePairs", "range16"];
/** Ends of frames are weighed with calls. */
const IN_CALLS: readonly number[] = [0x00, 0xf3, 0xfd];

/** Products of a call of 0x08, and of each of its pairs. */
const [PRODUCTS, PRODUCTS_OF_PAIR] = [8_603, 3_306];

const [OWN, OTHER] = [0xc0de01n, 0xc0de02n];
const CALL_OTHER: Code = [0x5f, 0x5f, 0x5f, 0x5f, 0x5f, ...push(OTHER), 0x5a, 0xf1, 0x50];

describe("weights of what a proof's tables have", () => {
  it("are what all tables take off: of a transaction that has enough, and of those that have not, in user mode and in the kernel", () => {
    const hashes: Code = [...push(700), 0x5f, 0x20, 0x50, ...push(3), ...push(255), 0x0a, 0x50];
    const end = (body: Code, gasLimit: bigint): string => {
      const accounts = worldOf(
        new Map([
          [OWN, { code: [0x5b, ...body, 0x5f, 0x56] }],
          [OTHER, { code: [0x00] }],
        ]),
      );
      const call = userTransaction(callOf(OWN, { gasLimit }), 1n);
      const { transactions, violations } = checkedRun(accounts, transactionHints(call));
      assert.deepEqual(violations, []);
      const [{ gasUsed, status, units }] = transactions as [TransactionOutcome];
      assert.equal(gasUsed, gasLimit);
      assert.equal(units, 6n * gasLimit, "budget");
      return status;
    };
    assert.equal(end(hashes, 34_000n), "halted");
    assert.equal(end(CALL_OTHER, 50_000n), "halted");
    const enough = checkedRun(
      worldOf(new Map([[OWN, { code: [...hashes, ...CALL_OTHER] }]])),
      transactionHints(userTransaction(callOf(OWN), 1n)),
    );
    assert.deepEqual([enough.violations, enough.transactions[0]?.status], [[], "success"]);
  });

  it("PREVRANDAO is a word of the block, by all tables", () => {
    const equals = (word: bigint): Code => [0x44, ...push(word), 0x14, 0x15, ...push(2 + 33 + 2 + 4), 0x57, 0x00];
    const expected = BigInt(prevRandaoOf(1n, 301n));
    for (const [word, status] of [
      [expected, "success"],
      [expected ^ 1n, "halted"],
    ] as const) {
      const run = checkedRun(
        worldOf(new Map([[OWN, { code: equals(word) }]])),
        transactionHints(userTransaction(callOf(OWN), 1n)),
      );
      assert.deepEqual([run.transactions[0]?.status, run.violations], [status, []]);
    }
  });

  it("every opcode has one, and each was measured", () => {
    const { opcodes, parts, precompiles } = NATIVE_WEIGHTS;
    const known = OPCODES.flatMap((rule, opcode) => (rule === undefined || IN_CALLS.includes(opcode) ? [] : [opcode]));
    assert.deepEqual(Object.keys(opcodes).map(Number), known);
    const keys = new Set(measuredItems().map(keyOf));
    assert.equal(keys.size, known.length + Object.keys(parts).length + Object.keys(precompiles).length);
    for (const item of measuredItems()) assert.ok(weightIn(NATIVE_WEIGHTS, item) !== undefined, item.key);
  });

  it("attack: a hash that fills Keccak's table one block beyond a power of two is not a step that is too large", () => {
    const rows = kernelRows();
    const verdictOf = (blocks: number) => {
      const code = [...push(136 * blocks - 1), 0x5f, 0x20, 0x50];
      const call = userTransaction(callOf(OWN, { gasLimit: 2n ** 24n }), 1n);
      const world = new World(worldOf(new Map([[OWN, { code }]])));
      const weight = { ...NO_WEIGHT };
      const counter = new RunCounter(primitives, rows);
      counter.count(weight);
      const hints = [...blockHints(ENVIRONMENT.boundary.timestamp), ...transactionHints(call), ...endHints()];
      const kernel = new Kernel(counter.primitives, rows);
      const { transactions } = kernel.run({ environment: ENVIRONMENT, state: world, codes: world }, hints, counter);
      return { status: transactions[0]?.status, isTooLarge: exceeds(weight, LIMITS) };
    };
    // 24 rows each, and 2^16 / 24 are 2,730. What no budget pays for is not hashed.
    assert.deepEqual(verdictOf(2_731), { status: "halted", isTooLarge: false });
    assert.deepEqual(verdictOf(1_950), { status: "success", isTooLarge: false });
    // Ten times the padded tables of a budget, which covers a step with everything in addition to its budget.
    assert.ok(10 * 2 * BUDGET * CELLS_PER_UNIT <= LIMITS.cells);
  });

  const weighed = weighedItems((item) => byNight(true, BY_DAY.includes(keyOf(item))));
  /** Fails if these rows of a table have no room in 32 segments of the largest profile. */
  const hasRoom = (name: string, table: string, rows: number): void => {
    const logRows = SEGMENT_PROFILES.at(-1)![table];
    // All others are equally high in every run, and have nothing of what a step does.
    if (logRows === undefined) assert.ok(rows === 0 || FIXED_TABLES.includes(table), `${name}: ${rows} rows of ${table}`);
    else assert.ok(Math.ceil(rows / (2 ** logRows - 1)) <= 32, `${name}: ${rows} rows of ${table}`);
  };

  it("attack: every opcode at full budget has room in 32 segments of the largest profile, so all mixtures of them have", () => {
    for (const { item, rowsOf } of weighed) {
      const most = BUDGET / weightIn(NATIVE_WEIGHTS, item)!;
      for (const [table, rows] of Object.entries(rowsOf)) hasRoom(item.name, table, most * rows);
    }
    // A running byte of code is a separate row, 32 of them need one more; all measured codes have the same length.
    const bytes = BUDGET / NATIVE_WEIGHTS.parts.codeByte;
    hasRoom("a byte of code", "code", bytes);
    hasRoom("a byte of code", "codeWords", bytes / 32);
    // What a word of memory costs is asked by rows of userBytes, twice.
    const { userBytes } = weighed.find(({ item }) => keyOf(item) === "0x52")!.rowsOf;
    hasRoom("MSTORE", "memoryCost", (2 * userBytes! * BUDGET) / NATIVE_WEIGHTS.opcodes[0x52]!);
  });

  it("attack: every count of pairs that units pay for has room in as many, alone and with every other weight for the rest of the units", () => {
    const [one, more] = ["precompile 0x08", "pairOfPoints"].map((key) => weighed.find(({ item }) => keyOf(item) === key)!);
    const unitsOf = (pairs: number): number => NATIVE_WEIGHTS.precompiles[8] + (pairs - 1) * NATIVE_WEIGHTS.parts.pairOfPoints;
    const counts = Array.from({ length: 30 }, (_, i) => i + 1).filter((pairs) => unitsOf(pairs) <= BUDGET);
    assert.equal(counts.length, 23);
    for (const pairs of counts)
      for (const { item, rowsOf } of weighed) {
        const others = (BUDGET - unitsOf(pairs)) / weightIn(NATIVE_WEIGHTS, item)!;
        for (const [table, rows] of Object.entries(rowsOf)) {
          const ofPairs = (one!.rowsOf[table] ?? 0) + (pairs - 1) * (more!.rowsOf[table] ?? 0);
          hasRoom(`${pairs} pairs`, table, ofPairs);
          hasRoom(`${pairs} pairs and ${item.name}`, table, ofPairs + others * rows);
        }
      }
    // Of two pairs in one call nothing is counted twice or left out.
    assert.equal(one!.rowsOf["fieldProduct"], PRODUCTS + PRODUCTS_OF_PAIR);
    assert.equal(more!.rowsOf["fieldProduct"], PRODUCTS_OF_PAIR);
  });

  it("attack: every opcode at full budget fits: neither cells nor rows of any table are more than a step may have", () => {
    assert.equal(
      new Set(weighed.map(({ item }) => keyOf(item))).size,
      byNight(new Set(measuredItems().map(keyOf)).size, BY_DAY.length),
    );
    for (const { item, cells, rows, table } of weighed) {
      const weight = weightIn(NATIVE_WEIGHTS, item)!;
      const most = Math.floor(BUDGET / weight);
      assert.ok(most * cells <= MAX_CELLS, `${item.name}: ${most * cells} cells`);
      assert.ok(most * rows <= MOST_ROWS, `${item.name}: ${most * rows} rows of ${table}`);
      // A kernel that takes some rows more stays below the margin; `bench -- native --check` says whether the file is today's.
      assert.ok(
        weight * CELLS_PER_UNIT >= Math.max(cells, CELLS_PER_ROW * rows),
        `${item.name}: ${weight} units for ${cells} cells`,
      );
    }
  });
});
