import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Wallet } from "ethers";
import { applyAct, type HeldAct } from "../../src/ecosystem/held-accounts/act.ts";
import type { ActCollector } from "../../src/ecosystem/held-accounts/collector.ts";
import { planSpending } from "../../src/ecosystem/held-accounts/plan-act.ts";
import { ACT_TYPES, heldDomain, JOIN_TYPES } from "../../src/ecosystem/held-accounts/typed-data.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { COIN, HeldWorld, type Owner } from "./support.ts";

const RECIPIENT: Hex = `0x${"77".repeat(20)}`;

/** Act of an owner that pays one unit, with the signature for a collector. */
async function actOf(world: HeldWorld, { file, number, wallet }: Owner): Promise<{ act: HeldAct; leaf: Hex; signature: Hex }> {
  const contents = { ...file.contentsAt(await world.chain.leafOf(number)), gifts: await world.chain.giftsTo(number) };
  const act = planSpending(contents, { burned: [], payments: [{ to: RECIPIENT, token: COIN, amount: 1n }] });
  const { leaf } = applyAct(act);
  return { act, leaf, signature: (await wallet.signTypedData(heldDomain(world.chain), JOIN_TYPES, { leaf })) as Hex };
}

async function ownersOf(world: HeldWorld, count: number): Promise<readonly Owner[]> {
  const owners: Owner[] = [];
  for (let i = 0; i < count; i++) owners.push(await world.newOwner(100n));
  return owners;
}

describe("a collector", () => {
  test("posts the acts of a round in one transaction, in the order of the accounts' numbers", async (t) => {
    const world = await HeldWorld.create(t);
    const owners = await ownersOf(world, 5);
    const burns = owners.toReversed().map(({ account }) => account.burn(COIN, 10n, 1));
    const proofs = await world.clock.until(Promise.all(burns));
    assert.deepEqual(world.chain.posts, [5]);
    assert.equal(new Set(proofs.map(({ root }) => root)).size, 1);
    assert.deepEqual(
      proofs.map(({ sender, position }) => [sender, position]),
      [5, 4, 3, 2, 1].map((number) => [number, number - 1]),
    );
  });

  test("lists the others when an owner is silent, whose contents stay, and who waits", async (t) => {
    const world = await HeldWorld.create(t);
    let [joins, signatures] = [0, 0];
    const counting: ActCollector = {
      join: (...parameters) => {
        joins++;
        return world.collector.join(...parameters);
      },
      sign: (signature) => {
        signatures++;
        return world.collector.sign(signature);
      },
    };
    const silent = await world.newOwner(100n);
    const others = [await world.newOwner(100n, counting), await world.newOwner(100n, counting)];
    const { act, signature } = await actOf(world, silent);
    const before = await world.chain.leafOf(silent.number);
    const joined = world.collector.join(act, signature);
    const burns = Promise.all(others.map(({ account }) => account.burn(COIN, 10n, silent.number)));
    while (joins < others.length) await new Promise((resolve) => setImmediate(resolve));
    await new Promise((resolve) => setTimeout(resolve, 20));
    // The others sign once; then the time for the silent owner's signature ends.
    for (let step = 0; signatures < others.length && step < 20_000; step++) {
      await new Promise((resolve) => setImmediate(resolve));
      world.clock.pass(10);
    }
    assert.deepEqual(world.chain.posts, []);
    await joined;
    world.clock.pass(1_000_000);
    assert.equal((await burns).length, 2);
    assert.deepEqual(world.chain.posts, [2]);
    assert.equal(await world.chain.leafOf(silent.number), before);
    await assert.rejects(world.collector.join(act, signature), { code: "Busy" });
    world.clock.pass(30_000);
    await world.clock.until(silent.account.burn(COIN, 10n, 2));
  });

  test("leaves out an act that does not fit, and lists the others", async (t) => {
    const world = await HeldWorld.create(t);
    const [bad, good] = await ownersOf(world, 2);
    assert.ok(bad && good);
    const { act, leaf, signature } = await actOf(world, bad);
    const joined = world.collector.join(act, signature);
    const burn = good.account.burn(COIN, 10n, bad.number);
    const { root, position } = await world.clock.until(joined);
    // Then the account acts alone, so its contents are no longer the act's.
    const alone = await bad.account.actAlone({ burned: [], payments: [{ to: RECIPIENT, token: COIN, amount: 2n }] });
    await world.chain.post(alone.leaves, alone.acts);
    const actSignature = (await bad.wallet.signTypedData(heldDomain(world.chain), ACT_TYPES, { root, leaf })) as Hex;
    const refused = world.collector.sign({ root, position, signature: actSignature });
    await assert.rejects(world.clock.until(refused), { code: "NotListed" });
    await world.clock.until(burn);
    assert.deepEqual(world.chain.posts, [1, 1]);
    assert.equal(await bad.account.balance(COIN), 98n);
  });

  test("posts a tree in parts if its acts do not fit into one transaction, and refuses an act that fits into none", async (t) => {
    const world = await HeldWorld.create(t);
    const owners = await ownersOf(world, 5);
    world.chain.capacity = 2;
    await world.clock.until(Promise.all(owners.map(({ account }) => account.burn(COIN, 10n, 1))));
    // The order depends on which burns come together.
    assert.deepEqual(world.chain.posts.toSorted(), [1, 2, 2]);
    world.chain.capacity = 0;
    const [owner] = owners;
    assert.ok(owner);
    await assert.rejects(world.clock.until(owner.account.burn(COIN, 10n, 2)), { code: "PostFailed" });
  });

  test("shares the chain with another collector", async (t) => {
    const world = await HeldWorld.create(t);
    const other = world.newCollector();
    const first = await world.newOwner(100n);
    const second = await world.newOwner(100n, other);
    const burns = [first.account.burn(COIN, 10n, second.number), second.account.burn(COIN, 20n, first.number)];
    const [toSecond, toFirst] = await world.clock.until(Promise.all(burns));
    assert.ok(toFirst && toSecond);
    assert.notEqual(toFirst.root, toSecond.root);
    await first.account.redeem(toFirst);
    await second.account.redeem(toSecond);
    assert.deepEqual([await first.account.balance(COIN), await second.account.balance(COIN)], [110n, 90n]);
  });

  test("applies one of two acts that an owner gave to two collectors, and the file has both", async (t) => {
    const world = await HeldWorld.create(t);
    const other = world.newCollector();
    const owner = await world.newOwner(100n);
    const { act, leaf, signature } = await actOf(world, owner);
    const trees = await world.clock.until(Promise.all([world.collector, other].map((each) => each.join(act, signature))));
    const [tree] = trees;
    assert.ok(tree);
    const actSignature = (await owner.wallet.signTypedData(heldDomain(world.chain), ACT_TYPES, { root: tree.root, leaf })) as Hex;
    await world.clock.until(world.collector.sign({ ...tree, signature: actSignature }));
    await assert.rejects(world.clock.until(other.sign({ ...tree, signature: actSignature })), { code: "NotListed" });
  });
});

describe("a collector's limits against strangers", () => {
  test("refuses a request that the account's owner did not sign before it reads the chain", async (t) => {
    const world = await HeldWorld.create(t);
    const owner = await world.newOwner(100n);
    const { act, leaf } = await actOf(world, owner);
    const { reads } = world.chain;
    const stranger = (await Wallet.createRandom().signTypedData(heldDomain(world.chain), JOIN_TYPES, { leaf })) as Hex;
    for (const signature of [stranger, "0x", `0x${"00".repeat(65)}`] as const)
      await assert.rejects(world.collector.join(act, signature), { code: "NotSigned" });
    assert.equal(world.chain.reads, reads);
    await world.clock.until(owner.account.burn(COIN, 10n, 1));
  });

  test("refuses an account that is not registered, and contents that the chain does not have", async (t) => {
    const world = await HeldWorld.create(t);
    const owner = await world.newOwner(100n);
    const { act } = await actOf(world, owner);
    const forged = { ...act, opening: { ...act.opening, holdings: [{ token: COIN, amount: 1_000n }] } };
    for (const each of [{ ...act, gifts: [], payments: [], number: 9 }, forged]) {
      const { leaf } = applyAct(each);
      const signature = (await owner.wallet.signTypedData(heldDomain(world.chain), JOIN_TYPES, { leaf })) as Hex;
      await assert.rejects(world.collector.join(each, signature), { code: "OpeningMismatch" });
    }
  });

  test("has one act of an account in a round, and a limited number of acts that wait", async (t) => {
    const world = await HeldWorld.create(t);
    const collector = world.newCollector({ maxWaiting: 3, maxActs: 2 });
    const owners = await ownersOf(world, 4);
    const acts = await Promise.all(owners.map((owner) => actOf(world, owner)));
    const joins = acts.map(({ act, signature }) => collector.join(act, signature));
    const settled = Promise.allSettled(joins);
    const [first] = acts;
    assert.ok(first);
    await new Promise((resolve) => setImmediate(resolve));
    await assert.rejects(collector.join(first.act, first.signature), { code: "Busy" });
    const results = await world.clock.until(settled);
    assert.deepEqual(
      results.map(({ status }) => status),
      ["fulfilled", "fulfilled", "fulfilled", "rejected"],
    );
    const roots = results.flatMap((result) => (result.status === "fulfilled" ? [result.value.root] : []));
    assert.equal(new Set(roots).size, 2);
  });

  test("takes a signature of the owner alone, for a tree that waits", async (t) => {
    const world = await HeldWorld.create(t);
    const [owner, other] = await ownersOf(world, 2);
    assert.ok(owner && other);
    const { act, leaf, signature } = await actOf(world, owner);
    const tree = await world.clock.until(world.collector.join(act, signature));
    const wrong = (await other.wallet.signTypedData(heldDomain(world.chain), ACT_TYPES, { root: tree.root, leaf })) as Hex;
    await assert.rejects(world.collector.sign({ ...tree, signature: wrong }), { code: "NotSigned" });
    await assert.rejects(world.collector.sign({ ...tree, signature }), { code: "NotSigned" });
    await assert.rejects(world.collector.sign({ ...tree, position: 7, signature }), { code: "UnknownTree" });
    await assert.rejects(world.collector.sign({ ...tree, root: `0x${"12".repeat(32)}`, signature }), { code: "UnknownTree" });
    assert.deepEqual(world.chain.posts, []);
  });

  test("ends: acts that wait are refused, and signed trees are posted", async (t) => {
    const world = await HeldWorld.create(t);
    const [owner, other] = await ownersOf(world, 2);
    assert.ok(owner && other);
    const { act, signature } = await actOf(world, owner);
    const waiting = world.collector.join(act, signature);
    await new Promise((resolve) => setImmediate(resolve));
    const ending = world.collector.close();
    await assert.rejects(waiting, { code: "Closed" });
    await ending;
    await assert.rejects(world.collector.join(act, signature), { code: "Closed" });
  });
});
