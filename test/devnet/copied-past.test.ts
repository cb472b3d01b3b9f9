import assert from "node:assert/strict";
import { test } from "node:test";
import { type PastTransaction, standsOn } from "../../src/devnet/view/copied-tests/as-test-past.ts";
import type { Hex } from "../../src/protocol/hex.ts";

const GOLD = `0x${"60".repeat(20)}` as const;
const VAULT = `0x${"a0".repeat(20)}` as const;
const ALICE = `0x${"a1".repeat(20)}` as const;

const transactions: PastTransaction[] = [];
/** The next transaction: of a contract that it creates, or to one; `names` stand in its data. */
function done(place: { readonly created: Hex } | { readonly to: Hex }, ...names: readonly Hex[]): PastTransaction {
  const count = transactions.length + 1;
  const hash: Hex = `0x${count.toString(16).padStart(64, "0")}`;
  const input: Hex = `0x12345678${names.map((name) => name.slice(2).padStart(64, "0")).join("")}`;
  const [to, created] = "created" in place ? [null, place.created] : [place.to, undefined];
  const made = { ...{ chainId: 271, hash, from: ALICE, to, input, created, value: 0n }, succeeded: true, logs: [] };
  transactions.push({ ...made, timestamp: count, atMs: 1_000 * count });
  return transactions.at(-1)!;
}

test("I11: a copied test repeats what was done with a contract that is reached through another, such as an approval", () => {
  const gold = done({ created: GOLD });
  const vault = done({ created: VAULT }, GOLD);
  const approval = done({ to: GOLD }, VAULT);
  const stranger = done({ to: `0x${"bb".repeat(20)}` }, ALICE);
  const deposit = done({ to: VAULT }, ALICE);
  const withdrawal = done({ to: VAULT }, ALICE);
  const later = done({ to: GOLD }, VAULT);
  const earlier = standsOn(withdrawal, transactions);
  assert.deepEqual(earlier, [gold, vault, approval, deposit]);
  assert.ok(!earlier.includes(stranger) && !earlier.includes(later));
});
