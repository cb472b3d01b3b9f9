import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { decidePace, longestWaitSeconds, type PaceRules } from "../../../src/chain/settlement/pace/decide.ts";
import { createRandom } from "../../circuits/support/random.ts";

const NOW = 1_000_000n;
const GWEI = 1_000_000_000;

/** Rules, proofs that wait, age of the oldest, L1's base fee in gwei; seconds until the next decision, by hand. */
const TABLE: readonly [string, PaceRules, count: number, age: number, gwei: number, seconds: number][] = [
  ["no rules", {}, 1, 0, 500, 0],
  ["young", { maxAgeSeconds: 600 }, 7, 0, 0, 600],
  ["a second too young", { maxAgeSeconds: 600 }, 1, 599, 0, 1],
  ["old enough", { maxAgeSeconds: 600 }, 1, 600, 0, 0],
  ["an age beyond the default of the latest time", { maxAgeSeconds: 7_200 }, 1, 3_600, 0, 3_600],
  ["eight batches wait, the limit at which the chain stops sealing", { maxAgeSeconds: 600 }, 8, 0, 0, 0],
  ["more than eight where more may wait", { maxAgeSeconds: 600, atMostBatches: 64 }, 63, 0, 0, 600],
  ["as many as may wait", { maxAgeSeconds: 600, atMostBatches: 64 }, 64, 0, 0, 0],
  ["too few", { maxBatches: 3 }, 2, 100, 0, 3_500],
  ["as many as asked for", { maxBatches: 3 }, 3, 0, 0, 0],
  ["too few for an hour", { maxBatches: 3 }, 2, 3_600, 0, 0],
  ["too few for as long as is said", { maxBatches: 3, atLatestSeconds: 60 }, 1, 59, 0, 1],
  ["few and young: what comes first", { maxBatches: 3, maxAgeSeconds: 600 }, 1, 200, 0, 400],
  ["few and old", { maxBatches: 3, maxAgeSeconds: 600 }, 1, 600, 0, 0],
  ["many and young", { maxBatches: 3, maxAgeSeconds: 600 }, 3, 0, 0, 0],
  ["dear: asked again with the next L1 block", { maxGasPriceWei: 20 * GWEI }, 1, 0, 21, 12],
  ["dear, not for the whole of a block", { maxGasPriceWei: 20 * GWEI, atLatestSeconds: 100 }, 1, 95, 21, 5],
  ["dear at the latest time", { maxGasPriceWei: 20 * GWEI, atLatestSeconds: 100 }, 1, 100, 9_999, 0],
  ["as dear as is allowed", { maxGasPriceWei: 20 * GWEI }, 1, 0, 20, 0],
  ["old enough and dear", { maxAgeSeconds: 600, maxGasPriceWei: 20 * GWEI }, 1, 600, 21, 12],
  ["dear, and eight wait", { maxGasPriceWei: 20 * GWEI }, 8, 0, 21, 0],
  ["cheap and young", { maxAgeSeconds: 600, maxGasPriceWei: 20 * GWEI }, 1, 100, 1, 500],
  ["a batch from the future, after the time was put back", { maxAgeSeconds: 600 }, 1, -1_000, 0, 1_600],
];

describe("H5: when proofs go to L1", () => {
  for (const [title, rules, count, age, gwei, seconds] of TABLE)
    test(title, () => {
      const waiting = { count, oldestSeconds: NOW - BigInt(age) };
      assert.equal(decidePace(rules, waiting, NOW, BigInt(gwei) * BigInt(GWEI)), seconds);
    });

  test("whatever the rules and prices, none waits longer than the longest wait, and no decision is put off beyond it", () => {
    const random = createRandom(5);
    const maybe = (most: number): number | undefined => (random(2) === 0 ? undefined : 1 + random(most));
    for (let i = 0; i < 20_000; i++) {
      const rules: PaceRules = {
        maxAgeSeconds: maybe(5_000),
        maxBatches: maybe(8),
        maxGasPriceWei: maybe(1_000),
        atLatestSeconds: maybe(5_000),
      };
      const [count, age, price] = [1 + random(8), random(8_000), random(2_000)];
      const longest = longestWaitSeconds(rules);
      const next = decidePace(rules, { count, oldestSeconds: NOW - BigInt(age) }, NOW, BigInt(price));
      assert.ok(
        age >= longest ? next === 0 : next >= 0 && age + next <= longest,
        JSON.stringify({ rules, count, age, price, next }),
      );
    }
  });
});
