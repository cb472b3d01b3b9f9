import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { wordToHex, type Hex } from "../../src/ground/protocol/hex.ts";
import { UsedNames } from "../../src/ecosystem/sequencing/encrypted/used-names.ts";

const WINDOW = 65_536;
const nameOf = (index: number): Hex => wordToHex(BigInt(index));

function usedUpTo(count: number): UsedNames {
  const used = new UsedNames();
  for (let index = 0; index < count; index++) used.add(nameOf(index));
  return used;
}

describe("used names of envelopes", () => {
  test("count among the newest 65,536 of the order", () => {
    const used = usedUpTo(WINDOW + 10);
    assert.deepEqual(
      [9, 10, WINDOW + 9, WINDOW + 10].map((index) => used.has(nameOf(index))),
      [false, true, true, false],
    );
  });

  test("are equal on nodes that executed others and returned", () => {
    const [plain, returned] = [usedUpTo(3 * WINDOW - 5), usedUpTo(3 * WINDOW - 5)];
    for (let index = 0; index < 100; index++) returned.add(nameOf(10 * WINDOW + index));
    returned.returnTo(3 * WINDOW - 5);
    assert.equal(returned.count, plain.count);
    for (const index of [0, 2 * WINDOW - 6, 2 * WINDOW - 5, 3 * WINDOW - 6, 10 * WINDOW, 10 * WINDOW + 99])
      assert.equal(returned.has(nameOf(index)), plain.has(nameOf(index)), String(index));
    assert.equal(plain.has(nameOf(2 * WINDOW - 5)), true);
  });

  test("are used again after the return to a time before", () => {
    const used = usedUpTo(5);
    used.returnTo(3);
    assert.deepEqual(
      [2, 3].map((index) => used.has(nameOf(index))),
      [true, false],
    );
    used.add(nameOf(3));
    assert.equal(used.has(nameOf(3)), true);
  });
});
