import assert from "node:assert/strict";
import { it } from "node:test";
import { userTransaction } from "../../src/proofs/execution-proof/batch/user-transaction.ts";
import { transactionHints } from "../../src/proofs/machine/hints/transaction-hints.ts";
import { SERVED_WEIGHTS } from "../../src/ground/protocol/served-weights.ts";
import { callOf, worldOf } from "../machine/support/contract-call.ts";
import type { WorldAccount } from "../machine/support/world.ts";
import { checkedRun, measureRun, type Used } from "./support/native/measured-run.ts";
import { CELLS_PER_UNIT } from "./support/native/weights.ts";

const [CONTEXT, TARGET] = [0x800bn, 0xc0de01n];
/** Flags of the mode's slot: the chain serves facts, or it exports a hash of its inputs. */
const [OTHER, PUBLISHES] = [0x100n, 0x200n];

/** A state whose system context has this word of the mode, and a hash of inputs. */
function world(mode: bigint): ReadonlyMap<bigint, WorldAccount> {
  const storage = new Map([
    [9n, mode],
    [13n, 77n],
  ]);
  return new Map([...worldOf(new Map()), [CONTEXT, { nonce: 1n, balance: 0n, code: new Uint8Array(0), storage }]]);
}

const calls = (count: number) =>
  Array.from({ length: count }, (_, nonce) => transactionHints(userTransaction(callOf(TARGET, { nonce }), 1n))).flat();
const cellsOf = (used: Used): number => [...used.values()].reduce((sum, { rows, width }) => sum + rows * width, 0);
const cells = (mode: bigint, count: number): number => cellsOf(measureRun(world(mode), calls(count)).used);

it("a transaction that is noted among a batch's inputs meets all tables' constraints", () => {
  const { transactions, violations } = checkedRun(world(PUBLISHES), calls(2));
  assert.deepEqual(
    transactions.map(({ status }) => status),
    ["success", "success"],
  );
  assert.deepEqual(violations, []);
});

it("what noting a transaction takes is less than it weighs, and a transaction of a chain without the flag takes nothing more", () => {
  const [without, noted] = [OTHER, PUBLISHES].map((mode) => cells(mode, 3) - cells(mode, 2)) as [number, number];
  assert.ok(noted > without, "the hash of a transaction");
  assert.ok(noted - without <= CELLS_PER_UNIT * SERVED_WEIGHTS.notedInput, `${noted - without} cells`);
  assert.equal(cells(0x300n, 3) - cells(0x300n, 2), noted);
});
