import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { validateParameters } from "../../../src/proofs/stark/systems/parameters.ts";
import { smallParameters } from "../airs/small-parameters.ts";
import { createStackShape, type StackedBlock, type StackShape } from "../../../src/proofs/stark/systems/stack-shape.ts";
import { createRandom } from "../fuzz/random.ts";
import { plainLayout } from "./plain-stack.ts";
import { plainBlocks, randomBlocks } from "./random-blocks.ts";

function shapeOf(blocks: readonly StackedBlock[], logStackMin: number, logStackMax = 22): StackShape {
  const stack = createStackShape(blocks, { logStackMin, logStackMax });
  assert.ok(stack !== undefined);
  return stack;
}

describe("the layout of a stack", () => {
  test("has taller columns first, and of one height first those opened at the next row, over all tables", () => {
    const stack = shapeOf(
      [
        { phase: "main", logRows: 4, width: 3, nextWidth: 1, joined: 1 },
        { phase: "main", logRows: 5, width: 2, nextWidth: 1, joined: 1 },
        { phase: "main", logRows: 4, width: 2, nextWidth: 2, joined: 1 },
        { phase: "quotient", logRows: 5, width: 1, nextWidth: 0, joined: 1 },
      ],
      6,
    );
    // By hand, stack columns of 64: the main phase has 2·32 + 5·16 = 144 cells, three stack columns; the quotient one.
    assert.deepEqual(stack.places, [[64, 112, 128], [0, 32], [80, 96], [192]]);
    assert.deepEqual(stack.ranges, [
      { phase: "main", logRows: 5, first: 0, count: 2, nextCount: 1, joined: 1 },
      { phase: "main", logRows: 4, first: 4, count: 5, nextCount: 3, joined: 1 },
      { phase: "quotient", logRows: 5, first: 6, count: 1, nextCount: 0, joined: 1 },
    ]);
    assert.deepEqual(stack.phases, [
      { phase: "main", first: 0, width: 3 },
      { phase: "quotient", first: 3, width: 1 },
    ]);
    assert.deepEqual([stack.logStack, stack.logWidth, stack.width], [6, 2, 4]);
  });

  test("unaligned place: places are multiples of their columns' length, disjoint, with separate products τ", () => {
    const random = createRandom(36);
    for (let i = 0; i < 500; i++) {
      const blocks = randomBlocks(random, { logRowsMin: 4, logRowsMax: 12, width: 6 });
      const stack = shapeOf(blocks, 4 + random.below(10));
      const columns = stack.places.flatMap((places, b) => places.map((place) => ({ place, length: 2 ** blocks[b]!.logRows })));
      // As sets of bits from a column's height on, which are all bits of its place if it is aligned.
      assert.ok(columns.every(({ place, length }) => place % length === 0));
      assert.equal(new Set(columns.map(({ place }) => place)).size, columns.length);
      const ordered = columns.toSorted((a, b) => a.place - b.place);
      ordered.forEach(({ place, length }, k) => assert.ok(place + length <= (ordered[k + 1]?.place ?? Infinity)));
      assert.ok(stack.width <= 16 && stack.logStack >= Math.max(...blocks.map((block) => block.logRows)));
      assert.ok(columns.every(({ place, length }) => place + length <= stack.width * 2 ** stack.logStack));
    }
  });

  test("agrees with a layout that tries places in sequence", () => {
    const random = createRandom(7);
    for (let i = 0; i < 60; i++) {
      const blocks = randomBlocks(random, { logRowsMin: 4, logRowsMax: 8, width: 5 });
      const logStackMin = 4 + random.below(6);
      const [stack, plain] = [shapeOf(blocks, logStackMin), plainLayout(plainBlocks(blocks), logStackMin)];
      assert.deepEqual(
        stack.places.flat(),
        plain.columns.map((column) => column.place),
      );
      assert.deepEqual([stack.logStack, stack.logWidth], [plain.m, plain.s]);
      const widths = plain.widths.filter((width) => width > 0);
      assert.deepEqual(
        stack.phases.map((phase) => phase.width),
        widths,
      );
    }
  });

  test("has no stack for columns that are too many for the longest stack column", () => {
    const blocks: StackedBlock[] = [{ phase: "main", logRows: 8, width: 33, nextWidth: 0, joined: 1 }];
    const widthAt = (logStackMax: number) => createStackShape(blocks, { logStackMin: 4, logStackMax })?.width;
    // 17 columns of 2^9 if none of 2^10 is allowed, nine of 2^10, and no further reduction for longer ones.
    assert.deepEqual([8, 9, 10, 11].map(widthAt), [33, 17, 9, 9]);
    const most = (width: number) => createStackShape([{ ...blocks[0]!, width }], { logStackMin: 4, logStackMax: 8 })?.width;
    assert.deepEqual([128, 129].map(most), [128, undefined]);
    assert.equal(createStackShape([{ ...blocks[0]!, width: 1 }], { logStackMin: 4, logStackMax: 7 }), undefined);
  });

  test("has no columns that contain only some adjacent coordinates of a value", () => {
    const whole: StackedBlock = { phase: "lookup", logRows: 4, width: 10, nextWidth: 5, joined: 5 };
    assert.deepEqual(shapeOf([whole, whole], 6).ranges, [
      { phase: "lookup", logRows: 4, first: 0, count: 20, nextCount: 10, joined: 5 },
    ]);
    for (const other of [{ width: 9 }, { nextWidth: 3 }, { joined: 1 }])
      for (const blocks of [
        [whole, { ...whole, ...other }],
        [{ ...whole, ...other }, whole],
      ])
        assert.throws(() => shapeOf(blocks, 6), /lookup columns of 2\^4 coefficients are not joined/);
  });
});

describe("the bounds of a stack", () => {
  test("are refused where places would not fit into 31 bits: 2^24 coefficients in each of 128 columns do", () => {
    const within = (logStackMax: number) => () =>
      validateParameters(
        smallParameters({ minLogRows: 4, logBlowup: 1, opening: { kind: "stacked", logStackMin: 12, logStackMax } }),
      );
    assert.doesNotThrow(within(24));
    assert.throws(within(25), { name: "RangeError", message: /logStackMax must be an integer from \d+ to 24, got 25/ });
  });
});
