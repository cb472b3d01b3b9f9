import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { OPCODES } from "../../src/machine/instructions/evm.ts";
import { byNight } from "../support/nightly.ts";
import { measuredItems } from "./support/native/measured-items.ts";
import { CELLS_PER_UNIT, keyOf, weighedItems } from "./support/native/weights.ts";

const FIXTURE = join(import.meta.dirname, "..", "..", "fixtures", "protocol", "native-weights.json");
const WEIGHTS = JSON.parse(readFileSync(FIXTURE, "utf8")) as Readonly<Record<string, number>>;
/** Units that a step may take: as many cells as half of what a chunk has room for, since what fills tables up may double them. */
const BUDGET = 1_800_000;
const [MOST_CELLS, MOST_ROWS] = [180_000_000, 2 ** 20];
/** By day: one of each kind. */
const BY_DAY = [
  ...["0x01", "0x02", "0x07", "0x0b", "0x1e", "0x20", "0x33", "0x39", "0x40", "0x47", "0x52", "0x54", "0x55", "0x5d", "0x7f"],
  ...["0xa1", "0xf1", "0xf4", "0xf0", "leaf"],
];
/** Ends of frames are weighed with calls. */
const IN_CALLS: readonly number[] = [0x00, 0xf3, 0xfd, 0xff];

describe("weights of what a proof's tables have", () => {
  it("every opcode has one, and each was measured", () => {
    const keys = OPCODES.flatMap((rule, opcode) =>
      rule === undefined || IN_CALLS.includes(opcode) ? [] : [`0x${opcode.toString(16).padStart(2, "0")}`],
    );
    assert.deepEqual(
      keys.filter((key) => WEIGHTS[key] === undefined),
      [],
    );
    assert.deepEqual(Object.keys(WEIGHTS).sort(), [...new Set(measuredItems().map(keyOf))].sort());
  });

  it("attack: every opcode at full budget fits: neither cells nor rows of any table are more than a step may have", () => {
    const weighed = weighedItems((item) => byNight(true, BY_DAY.includes(keyOf(item))));
    assert.equal(new Set(weighed.map(({ item }) => keyOf(item))).size, byNight(Object.keys(WEIGHTS).length, BY_DAY.length));
    for (const { item, cells, rows, table, units } of weighed) {
      const weight = WEIGHTS[keyOf(item)]!;
      const most = Math.floor(BUDGET / weight);
      assert.ok(most * cells <= MOST_CELLS, `${item.name}: ${most * cells} cells`);
      assert.ok(most * rows <= MOST_ROWS, `${item.name}: ${most * rows} rows of ${table}`);
      // The file is what is measured today.
      assert.ok(units <= weight, `${item.name}: ${units} units, not ${weight}`);
      assert.ok(weight * CELLS_PER_UNIT >= cells);
    }
  });
});
