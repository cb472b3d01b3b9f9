import assert from "node:assert/strict";
import { test } from "node:test";
import { expectedSeconds } from "../../../src/chain/sequencer/expected-seconds.ts";

test("the seconds of an estimate are the next block's own first, then the newest block's, and two later ones", () => {
  assert.deepEqual(expectedSeconds({ head: 10n, soonest: 10n, waitSeconds: 0n }), [11n, 10n, 12n, 13n]);
  assert.deepEqual(expectedSeconds({ head: 10n, soonest: 11n, waitSeconds: 0n }), [11n, 12n, 13n]);
  assert.deepEqual(expectedSeconds({ head: 10n, soonest: 50n, waitSeconds: 0n }), [50n, 51n, 52n]);
});

test("the seconds of an estimate include the last one that a transaction may wait for its block", () => {
  assert.deepEqual(expectedSeconds({ head: 10n, soonest: 11n, waitSeconds: 5n }), [11n, 12n, 13n, 18n]);
});
