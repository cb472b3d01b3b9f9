import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Contract } from "ethers";

import { digestToHex } from "../../../src/protocol/digest.ts";
import { digestOf } from "../../circuits/join-split/scenario.ts";
import { type LocalL1, startLocalL1 } from "../../support/l1.ts";
import { assertReverts } from "../l1/support/errors.ts";
import { createRandom } from "../verifier/support/random.ts";
import { deployPool, GWEI, type JoinSplitCall, NO_ACCOUNT, PoolModel } from "./support/pool.ts";

/* The pool's state alone: a double of the verifier accepts every proof, so nothing but the pool refuses. */

const FRESH = `0x${"f6".repeat(20)}`;
const RECENT_ROOTS = 64;

let l1: LocalL1;
let pool: Contract;
let model: PoolModel;
let seed = 1000;

before(async () => {
  l1 = await startLocalL1();
  pool = await deployPool(l1, await l1.deploy("AcceptingVerifier"));
  model = new PoolModel(digestOf(21), { chainId: 1n, pool: await pool.getAddress() });
});
after(() => l1.close());

const digest = (): string => digestToHex(digestOf(seed++));

/** A transfer of new nullifiers; its commitments enter the model. */
function fresh(changes: Partial<JoinSplitCall> = {}): JoinSplitCall {
  const call = model.plan({ outputs: [model.note(1n), model.note(2n)] }).call;
  return { ...call, nullifiers: [digest(), digest()], ...changes };
}

const send = (call: JoinSplitCall, value: bigint = call.valueIn * GWEI) =>
  pool.getFunction("transact").send(call, "0x", { value });
const balance = (account: string | Contract): Promise<bigint> => l1.ethers.provider.getBalance(account);

async function insert(call: JoinSplitCall): Promise<void> {
  await send(call);
  model.tree.append(...call.commitments.map((_, i) => hexDigest(call.commitments[i] ?? "")));
}

function hexDigest(hex: string): number[] {
  return Array.from({ length: 8 }, (_, i) => Number.parseInt(hex.slice(2 + 8 * i, 10 + 8 * i), 16));
}

describe("the state of a shielded pool", () => {
  test("two equal nullifiers in one proof are one note spent twice", async () => {
    const twice = digest();
    await assertReverts(send(fresh({ nullifiers: [twice, twice] })), `NullifierSpent(${twice})`);
    assert.equal(await pool.getFunction("isSpent")(twice), false);
  });

  test("refuses a payment that is not the value, and a fee above the value that leaves", async () => {
    await assertReverts(send(fresh({ valueIn: 5n }), 5n * GWEI - 1n), `PaymentMismatch(${5n * GWEI}, ${5n * GWEI - 1n})`);
    await assertReverts(send(fresh(), 1n), "PaymentMismatch(0, 1)");
    await assertReverts(send(fresh({ valueOut: 3n, fee: 4n })), "FeeTooHigh(3, 4)");
  });

  test("has the roots of a tree that is computed leaf by leaf, the last 64 roots", async () => {
    const roots = [digestToHex(model.tree.root)];
    for (let i = 0; i < RECENT_ROOTS + 2; i++) {
      await insert(fresh());
      roots.push(digestToHex(model.tree.root));
      assert.equal(await pool.getFunction("isRecentRoot")(roots.at(-1)), true, `pair ${i}`);
    }
    const recent = roots.slice(-RECENT_ROOTS);
    for (const root of [recent[0], recent[31]]) assert.equal(await pool.getFunction("isRecentRoot")(root), true);
    assert.equal(await pool.getFunction("isRecentRoot")(roots.at(-RECENT_ROOTS - 1)), false);
    const old = fresh({ root: roots[0] ?? "" });
    await assertReverts(send(old), `UnknownRoot(${old.root})`);
  });

  test("a recipient that calls the pool back spends nothing more", async () => {
    const attacker = (await l1.deploy("PoolAttacker")) as Contract;
    await insert(fresh({ valueIn: 100n }));
    const again = fresh({ valueOut: 50n, recipient: await attacker.getAddress() });
    await attacker.getFunction("arm").send(pool, pool.interface.encodeFunctionData("transact", [again, "0x"]));
    const held = await balance(pool);
    await insert(fresh({ valueOut: 50n, recipient: await attacker.getAddress() }));
    assert.equal(await attacker.getFunction("answer")(), pool.interface.encodeErrorResult("Reentered"));
    assert.equal(await balance(pool), held - 50n * GWEI);
    assert.equal(await pool.getFunction("isSpent")(again.nullifiers[0]), false);
  });

  test("a recipient that refuses coins takes the whole transfer back", async () => {
    const refusing = (await l1.deploy("PoolAttacker")) as Contract;
    const call = fresh({ valueOut: 50n, recipient: await refusing.getAddress() });
    await assertReverts(send(call), `PaymentRefused(${call.recipient.toLowerCase()})`);
    assert.equal(await pool.getFunction("isSpent")(call.nullifiers[0]), false);
  });

  test("tree full: the last pair but one is the last", async () => {
    const full = await deployPool(l1, await l1.deploy("AcceptingVerifier"));
    const pairs = 2 ** 19 - 2;
    await l1.ethers.provider.send("hardhat_setStorageAt", [
      await full.getAddress(),
      "0x0",
      `0x${pairs.toString(16).padStart(64, "0")}`,
    ]);
    assert.equal(await full.getFunction("commitmentCount")(), BigInt(2 * pairs));
    // A recent root is at the slot of its pair.
    const root = digest();
    const slot = 20 + (pairs % RECENT_ROOTS);
    await l1.ethers.provider.send("hardhat_setStorageAt", [await full.getAddress(), `0x${slot.toString(16)}`, root]);
    await full.getFunction("transact").send(fresh({ root }), "0x");
    await assertReverts(full.getFunction("transact").send(fresh({ root }), "0x"), "TreeFull()");
  });

  test("random transfers: the balance is the sum of deposits less withdrawals, and no nullifier is spent twice", async () => {
    const random = createRandom(31);
    const spent: string[] = [];
    let expected = await balance(pool);
    let paid = await balance(FRESH);
    for (let step = 0; step < 40; step++) {
      const valueIn = BigInt(random.below(1000));
      const room = expected / GWEI + valueIn;
      const valueOut = BigInt(random.below(3)) === 0n ? 0n : BigInt(random.below(Number(room) + 1));
      const fee = valueOut === 0n ? 0n : BigInt(random.below(Number(valueOut) + 1));
      const replayed = random.below(4) === 0 ? spent[random.below(spent.length || 1)] : undefined;
      const own = fresh({ valueIn, valueOut, fee, recipient: FRESH, relayer: NO_ACCOUNT });
      const call = replayed === undefined ? own : { ...own, nullifiers: [own.nullifiers[0], replayed] as const };
      if (replayed !== undefined) await assertReverts(send(call), `NullifierSpent(${replayed})`);
      else {
        await insert(call);
        spent.push(...call.nullifiers);
        expected += (valueIn - valueOut) * GWEI;
        paid += (valueOut - fee) * GWEI;
      }
      assert.equal(await balance(pool), expected, `step ${step}`);
      assert.equal(await balance(FRESH), paid, `step ${step}`);
    }
    assert.ok(spent.length > 20);
  });
});
