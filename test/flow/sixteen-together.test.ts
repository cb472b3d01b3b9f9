import assert from "node:assert/strict";
import { test } from "node:test";
import { settleSixteenTogether } from "./support/sixteen-together.ts";

/* The package's programs, keys and contracts, and L1's real gas: some 15 minutes of two processors. */
test("sixteen batches of 100 transfers each, of three chains, are executed by one proof", async (context) => {
  const { gasPerBatch16, verifyGas16, transactions } = await settleSixteenTogether();
  context.diagnostic(`verifyGas16 ${verifyGas16}, gasPerBatch16 ${gasPerBatch16} of ${transactions} transactions`);
  // What a batch of 100 transfers may cost L1, everything included, where sixteen share a proof.
  assert.ok(gasPerBatch16 <= 750_000, `${gasPerBatch16}`);
});
