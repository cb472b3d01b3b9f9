import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Contract } from "ethers";

import { digestToHex } from "../../../src/ground/protocol/digest.ts";
import { digestOf } from "../../circuits/join-split/scenario.ts";
import { type LocalL1, startLocalL1 } from "../../support/l1.ts";
import { assertReverts } from "../l1/support/errors.ts";
import { createRandom } from "../verifier/support/random.ts";
import { deployPool, GWEI, type JoinSplitCall, NO_ACCOUNT, PoolModel } from "./support/pool.ts";

/* The pool's state alone: a double of the verifier accepts every proof, so nothing but the pool refuses. */

const FRESH = `0x${"f6".repeat(20)}`;
/** Pairs of a tree, and the first pair that is for withdrawals alone. */
const PAIRS = 2 ** 19 - 1;
const RESERVED_FROM = PAIRS - 2 ** 14;
const OUTPUTS: readonly [string, string] = ["0x", "0x"];

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
  model.tree.append(...call.commitments.map(hexDigest));
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

  test("has the roots of a tree that is computed leaf by leaf, and takes a proof about each root", async () => {
    const roots = [digestToHex(model.tree.root)];
    for (let i = 0; i < 66; i++) {
      await insert(fresh());
      roots.push(digestToHex(model.tree.root));
      assert.equal(await pool.getFunction("isRoot")(roots.at(-1)), true, `pair ${i}`);
    }
    for (const root of roots) assert.equal(await pool.getFunction("isRoot")(root), true);
    const other = fresh({ root: digest() });
    await assertReverts(send(other), `UnknownRoot(${other.root})`);
    // 64 transfers of a stranger, at 2.5 M gas each, would otherwise make every pending proof useless.
    const call = fresh();
    await send({ ...call, root: roots[0] ?? "" });
    model.tree.append(...call.commitments.map(hexDigest));
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

  test("attack A112: a recipient that refuses coins, or burns its gas, to make a relayer pay for nothing", async () => {
    const [relayer] = await l1.ethers.getSigners();
    assert.ok(relayer);
    for (const burns of [false, true]) {
      const recipient = (await l1.deploy("PoolAttacker")) as Contract;
      if (burns) await recipient.getFunction("burn").send();
      const address = await recipient.getAddress();
      await insert(fresh({ valueIn: 60n }));
      const held: bigint = await balance(pool);
      const call = fresh({ valueOut: 50n, fee: 7n, relayer: relayer.address, recipient: address });
      // A relayer that leaves little gas cannot make a contract miss its coins.
      await assertReverts(pool.getFunction("transact").send(call, "0x", { gasLimit: 800_000n }), "GasTooLow");
      const before: bigint = await balance(relayer.address);
      const receipt = await (await pool.getFunction("transact").send(call, "0x", { gasLimit: 4_000_000n })).wait();
      model.tree.append(...call.commitments.map(hexDigest));
      const { gasUsed = 0n } = receipt ?? {};
      assert.ok(gasUsed > 100_000n && gasUsed < 1_200_000n, `${gasUsed} gas`);
      const gas = gasUsed * (receipt?.gasPrice ?? 0n);
      assert.equal(await balance(relayer.address), before - gas + 7n * GWEI);
      assert.equal(await balance(pool), held - 7n * GWEI);
      assert.equal(await pool.getFunction("owed")(address), 43n * GWEI);
      // The coins are the recipient's alone, once.
      await assertReverts(pool.getFunction("claim").send(FRESH), `NothingOwed(${relayer.address.toLowerCase()})`);
      const had = await balance(FRESH);
      await recipient.getFunction("claim").send(pool, FRESH);
      assert.equal((await balance(FRESH)) - had, 43n * GWEI);
      await assertReverts(recipient.getFunction("claim").send(pool, FRESH), `NothingOwed(${address.toLowerCase()})`);
    }
  });

  /** A pool whose tree has this number of pairs and a root. */
  async function poolWith(pairs: number): Promise<{ readonly at: Contract; readonly root: string }> {
    const at = await deployPool(l1, await l1.deploy("AcceptingVerifier"));
    const slot = `0x${pairs.toString(16).padStart(64, "0")}`;
    await l1.ethers.provider.send("hardhat_setStorageAt", [await at.getAddress(), "0x0", slot]);
    assert.equal(await at.getFunction("commitmentCount")(), BigInt(2 * pairs));
    const { tree } = new PoolModel(digestOf(21), { chainId: 1n, pool: await at.getAddress() });
    return { at, root: digestToHex(tree.root) };
  }
  const on = (at: Contract, call: JoinSplitCall) => at.getFunction("transact").send(call, "0x", { value: call.valueIn * GWEI });

  test("tree full: the last pairs are for withdrawals with change", async () => {
    const { at, root } = await poolWith(RESERVED_FROM - 1);
    assert.deepEqual([...(await at.getFunction("transfersLeft")())], [1n, 16_385n]);
    await on(at, fresh({ root, valueIn: 100n }));
    assert.deepEqual([...(await at.getFunction("transfersLeft")())], [0n, 16_384n]);
    const [relayer] = await l1.ethers.getSigners();
    const refused: readonly Partial<JoinSplitCall>[] = [
      { valueIn: 5n }, // a deposit
      {}, // a payment inside the pool
      { valueOut: 3n, fee: 3n, relayer: relayer?.address ?? "" }, // one by a relayer
      { valueIn: 5n, valueOut: 4n, recipient: FRESH },
    ];
    for (const change of refused) await assertReverts(on(at, fresh({ root, ...change })), "TreeFull()");
    await on(at, fresh({ root, valueOut: 10n, fee: 3n, recipient: FRESH }));
    assert.deepEqual([...(await at.getFunction("transfersLeft")())], [0n, 16_383n]);
  });

  test("attack A113: a full tree takes withdrawals that create no notes, so nothing is locked and no change is lost", async () => {
    const { at, root } = await poolWith(PAIRS - 1);
    await l1.ethers.provider.send("hardhat_setBalance", [await at.getAddress(), `0x${(100n * GWEI).toString(16)}`]);
    await on(at, fresh({ root, valueOut: 10n, recipient: FRESH }));
    assert.deepEqual([...(await at.getFunction("transfersLeft")())], [0n, 0n]);
    const withChange = fresh({ root, valueOut: 10n, recipient: FRESH });
    await assertReverts(on(at, withChange), "NoRoomForNotes()");
    await assertReverts(on(at, { ...withChange, ciphertexts: ["0x", "0x01"] }), "NoRoomForNotes()");
    assert.equal(await at.getFunction("isSpent")(withChange.nullifiers[0]), false);
    for (const change of [{}, { valueIn: 1n }, { valueOut: 3n, fee: 3n }])
      await assertReverts(on(at, fresh({ root, ciphertexts: OUTPUTS, ...change })), "TreeFull()");
    const whole = { ...withChange, ciphertexts: OUTPUTS };
    const receipt = await (await on(at, whole)).wait();
    assert.deepEqual(
      receipt?.logs.map((log) => at.interface.parseLog(log)?.name),
      ["NotesSpent", "Withdrawn"],
    );
    assert.equal(await balance(at), 80n * GWEI);
    assert.equal(await at.getFunction("commitmentCount")(), BigInt(2 * PAIRS));
    await assertReverts(on(at, whole), `NullifierSpent(${whole.nullifiers[0]})`);
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
