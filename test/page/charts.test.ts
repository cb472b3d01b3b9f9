import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { axesOf, HEIGHT, LEFT, stepsOf } from "../../page/charts/axes.ts";
import { numberLabels, timeLabels } from "../../page/charts/labels.ts";

/** Pixels of a letter on an axis, in the widest of the systems' fonts. */
const LETTER = 7;

describe("I11: texts at a chart's axes", () => {
  for (const [span, most, width] of [
    [300, 7, 320],
    [300, 1_150_000, 600],
    [300, 999_999_999, 600],
    [900, 1, 600],
    [3_600, 43_000, 900],
    [60, 2_499, 1_200],
  ] as const)
    test(`up to ${most} over ${span} s, ${width} px wide: no label stands twice, and no two touch`, () => {
      const first = 1_700_000_000;
      const { times, numbers } = axesOf([first, first + span], most, width);
      assert.ok(times.length >= 2 && numbers.length >= 2);
      for (const marks of [times, numbers]) assert.equal(new Set(marks.map(({ text }) => text)).size, marks.length);
      for (const [i, { at, text }] of times.entries()) {
        const half = (text.length * LETTER) / 2;
        assert.ok(at - half >= 0 && at + half <= width, `${text} is cut`);
        const next = times[i + 1];
        if (next !== undefined) assert.ok(next.at - at >= text.length * LETTER, `${text} touches ${next.text}`);
      }
      for (const [i, { at, text }] of numbers.entries()) {
        assert.ok(text.length * LETTER <= LEFT && at >= 0 && at <= HEIGHT, text);
        const next = numbers[i + 1];
        if (next !== undefined) assert.ok(at - next.at >= 14, `${text} touches ${next.text}`);
      }
    });

  test("a curve is drawn in steps up to their times, with gaps for missing values", () => {
    const places = { x: (second: number) => second, y: (value: number) => 100 - value };
    assert.equal(stepsOf([10, 20, 30, 40], [1, 3, null, 2], places), "M10 99V99H10V97H20M30 98V98H40");
    assert.equal(stepsOf([], [], places), "");
  });

  test("times have seconds where marks are less than a minute apart; numbers have the digits that their step needs", () => {
    const at = Date.parse("2024-05-06T12:01:00") / 1_000;
    assert.deepEqual(timeLabels([at, at + 30], 30), ["12:01:00", "12:01:30"]);
    assert.deepEqual(timeLabels([at, at + 60], 60), ["12:01", "12:02"]);
    assert.deepEqual(numberLabels([0, 950_000, 1_000_000, 1_050_000], 50_000), ["0", "950K", "1M", "1.05M"]);
    assert.deepEqual(numberLabels([0, 1, 2], 1), ["0", "1", "2"]);
    assert.deepEqual(numberLabels([0, 500, 1_000, 1_500], 500), ["0", "500", "1K", "1.5K"]);
  });
});
