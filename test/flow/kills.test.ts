import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { checkNothingLost, killAgainAndAgain } from "./support/kills.ts";

// `npm run nightly -- kills` kills at 200 moments, and some while proofs are made.
test("B5: a busy ecosystem that is killed at random moments loses nothing of what users were told, and does nothing twice", async () => {
  const folder = await mkdtemp(join(tmpdir(), "kills-"));
  const told = await killAgainAndAgain(folder, 12, { kills: 2 });
  assert.ok(told.pays.length > 0 && told.sends.length > 0 && told.deposits.length > 0, JSON.stringify(told));
  await checkNothingLost(folder, told);
  await rm(folder, { recursive: true });
});
