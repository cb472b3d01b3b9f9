import assert from "node:assert/strict";
import { appendFile, readFile, truncate, writeFile } from "node:fs/promises";
import { describe, test, type TestContext } from "node:test";
import { HeldAccountFile } from "../../src/ecosystem/held-accounts/account-file.ts";
import type { JoinedAct } from "../../src/ecosystem/held-accounts/collector.ts";
import { HeldWallet } from "../../src/ecosystem/held-accounts/held-wallet.ts";
import { decodeBurnProof, encodeBurnProof } from "../../src/ecosystem/held-accounts/held-json.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { COIN, HeldWorld } from "./support.ts";

/** Two owners; the first has an amount as a gift. */
async function startWorld(t: TestContext, gift = 100n) {
  const world = await HeldWorld.create(t);
  const [alice, bob] = [await world.newOwner(gift), await world.newOwner()];
  const { clock } = world;
  return { world, clock, alice, bob };
}

describe("a burn", () => {
  test("pays a recipient that is offline: the proof travels as text, and is redeemed when the recipient spends", async (t) => {
    const { world, clock, alice, bob } = await startWorld(t);
    const text = encodeBurnProof(await clock.until(alice.account.burn(COIN, 30n, bob.number)));
    assert.equal(await alice.account.balance(COIN), 70n);
    assert.equal(await bob.account.balance(COIN), 0n);
    const postsBefore = world.chain.posts.length;
    assert.equal(await bob.account.redeem(decodeBurnProof(text)), 30n);
    assert.equal(world.chain.posts.length, postsBefore);
    assert.equal(await bob.account.balance(COIN), 30n);
    const returned = await clock.until(bob.account.burn(COIN, 25n, alice.number));
    assert.equal(bob.file.acts.at(-1)?.redeemed.length, 1);
    assert.equal(await alice.account.redeem(returned), 25n);
    assert.deepEqual([await alice.account.balance(COIN), await bob.account.balance(COIN)], [95n, 5n]);
  });

  test("redeems the fewest notes that suffice, the largest first, and at most eight", async (t) => {
    const { world, clock, alice, bob } = await startWorld(t, 10_000n);
    for (let amount = 1n; amount <= 12n; amount++)
      await bob.account.redeem(await clock.until(alice.account.burn(COIN, amount, bob.number)));
    await clock.until(bob.account.burn(COIN, 20n, alice.number));
    assert.equal(bob.file.acts.at(-1)?.redeemed.length, 2);
    // 12 + 11 were redeemed, 3 are left; the ten smallest sum to 55.
    await assert.rejects(bob.account.burn(COIN, 58n, alice.number), { code: "TooManyItems" });
    await clock.until(bob.account.redeemLargest(COIN));
    assert.equal(bob.file.acts.at(-1)?.redeemed.length, 8);
    await clock.until(bob.account.burn(COIN, 58n, alice.number));
    assert.equal(await bob.account.balance(COIN), 0n);
    await assert.rejects(bob.account.burn(COIN, 1n, alice.number), { code: "InsufficientHolding" });
    assert.ok(world.chain.posts.length > 0);
  });

  test("cannot be redeemed twice, by another account, before it is listed, or with another amount", async (t) => {
    const { world, clock, alice, bob } = await startWorld(t);
    const proof = await clock.until(alice.account.burn(COIN, 30n, bob.number));
    const [note] = proof.notes;
    assert.ok(note);
    const raised = { ...proof, notes: [{ ...note, amount: 31n }] };
    await assert.rejects(bob.account.redeem(raised), { code: "InvalidProof" });
    await assert.rejects(alice.account.redeem(proof), { code: "InvalidProof" });
    await assert.rejects(bob.account.redeem({ ...proof, index: 1 }), { code: "InvalidProof" });
    await assert.rejects(bob.account.redeem({ ...proof, position: 1 }), { code: "InvalidProof" });
    world.chain.revert();
    await assert.rejects(bob.account.redeem(proof), { code: "NotListed" });
    const [leaves, acts] = await alice.account
      .actAlone({ burned: [], payments: [{ to: `0x${"77".repeat(20)}`, token: COIN, amount: 1n }] })
      .then((alone) => [alone.leaves, alone.acts] as const);
    await world.chain.post(leaves, acts);
    const second = await clock.until(alice.account.burn(COIN, 30n, bob.number));
    assert.equal(bob.account.hasReceived(second), false);
    await bob.account.redeem(second);
    assert.equal(bob.account.hasReceived(second), true);
    await bob.account.redeem(second);
    assert.equal(await bob.account.balance(COIN), 30n);
    await clock.until(bob.account.burn(COIN, 1n, alice.number));
    await assert.rejects(bob.account.redeem(second), { code: "AlreadyRedeemed" });
  });

  test("is refused as text of another form", () => {
    for (const text of ["", "{}", "[]", '{"root":1}']) assert.throws(() => decodeBurnProof(text), { code: "InvalidProof" });
  });
});

describe("the owner's file", () => {
  test("has an act on disk before its signature leaves, and warns that a lost file is lost money", async (t) => {
    const { world, clock, alice, bob } = await startWorld(t);
    const contents: string[] = [];
    const owner = {
      signTypedData: async (...parameters: Parameters<typeof alice.wallet.signTypedData>) => {
        if ("Act" in parameters[1]) contents.push(await readFile(world.pathOf(alice.number), "utf8"));
        return alice.wallet.signTypedData(...parameters);
      },
    };
    const account = new HeldWallet({ file: alice.file, owner, chain: world.chain, collector: world.collector });
    const { root } = await clock.until(account.burn(COIN, 30n, bob.number));
    assert.equal(contents.length, 1);
    assert.match(contents[0] ?? "", new RegExp(`"root":"${root}"`));
    assert.match(contents[0] ?? "", /a lost file is lost money/);
  });

  test("recovers after a crash between its write and the signature, and after one between the signature and the answer", async (t) => {
    const { world, clock, alice, bob } = await startWorld(t);
    const crash = new Error("crash");
    const dying = new HeldWallet({
      file: alice.file,
      owner: {
        signTypedData: (domain, types, value) =>
          "Act" in types ? Promise.reject(crash) : alice.wallet.signTypedData(domain, types, value),
      },
      chain: world.chain,
      collector: world.collector,
    });
    await assert.rejects(clock.until(dying.burn(COIN, 30n, bob.number)), crash);
    // Its position in the tree stays unused, so the collector refuses the account for a time.
    world.passSilence();
    const silent = await world.reopen(alice);
    assert.equal(await silent.balance(COIN), 100n);
    const deaf = new HeldWallet({
      file: alice.file,
      owner: alice.wallet,
      chain: world.chain,
      collector: {
        join: (...parameters) => world.collector.join(...parameters),
        sign: async (signature) => {
          await world.collector.sign(signature);
          throw crash;
        },
      },
    });
    await assert.rejects(clock.until(deaf.burn(COIN, 30n, bob.number)), crash);
    const restarted = await world.reopen(alice);
    assert.equal(await restarted.balance(COIN), 70n);
    const proofs = await restarted.burnProofs();
    assert.equal(proofs.length, 1);
    const [proof] = proofs;
    assert.ok(proof);
    assert.equal(await bob.account.redeem(proof), 30n);
  });

  test("has the contents before a batch that L1 reverted, and can act again", async (t) => {
    const { world, clock, alice, bob } = await startWorld(t);
    await clock.until(alice.account.burn(COIN, 30n, bob.number));
    await clock.until(alice.account.burn(COIN, 20n, bob.number));
    world.chain.revert();
    world.chain.revert();
    const restarted = await world.reopen(alice);
    assert.equal(await restarted.balance(COIN), 100n);
    await bob.account.redeem(await clock.until(restarted.burn(COIN, 100n, bob.number)));
    assert.deepEqual([await restarted.balance(COIN), await bob.account.balance(COIN)], [0n, 100n]);
  });

  test("counts no received note while L1 has reverted its act, and spends without it; the note counts again when it is listed again", async (t) => {
    const { world, clock, alice, bob } = await startWorld(t, 1_300n);
    const lost = await clock.until(alice.account.burn(COIN, 700n, bob.number));
    await bob.account.redeem(lost);
    const act = alice.file.acts.at(-1);
    world.chain.revert();
    assert.equal(await bob.account.balance(COIN), 0n);
    assert.deepEqual(await bob.account.unlistedNotes(), [lost]);
    await bob.account.redeem(await clock.until(alice.account.burn(COIN, 600n, bob.number)));
    assert.equal(await bob.account.balance(COIN), 600n);
    // The note of 700 is the largest, and no act can redeem it.
    await clock.until(bob.account.burn(COIN, 500n, alice.number));
    assert.equal(await bob.account.balance(COIN), 100n);
    await assert.rejects(bob.account.burn(COIN, 101n, alice.number), { code: "InsufficientHolding" });
    await assert.rejects(bob.account.redeemLargest(COIN), { code: "InsufficientHolding" });
    world.chain.list(act!);
    assert.deepEqual(await bob.account.unlistedNotes(), []);
    assert.equal(await bob.account.balance(COIN), 800n);
    await clock.until(bob.account.burn(COIN, 800n, alice.number));
  });

  test("counts no gift that L1 has reverted, and counts the next gift with its number", async (t) => {
    const { world, clock, alice, bob } = await startWorld(t);
    assert.equal(await alice.account.balance(COIN), 100n);
    world.chain.revertGift();
    assert.equal(await alice.account.balance(COIN), 0n);
    world.chain.give(alice.number, 40n);
    assert.equal(await alice.account.balance(COIN), 40n);
    await clock.until(alice.account.burn(COIN, 40n, bob.number));
    assert.equal(await alice.account.balance(COIN), 0n);
  });

  test("is refused on another chain, although a new account with its number has the same leaf there", async (t) => {
    const { world, clock, alice, bob } = await startWorld(t);
    const proof = await clock.until(alice.account.burn(COIN, 30n, bob.number));
    const other = await HeldWorld.create(t, 273n);
    await other.newOwner();
    other.chain.register(bob.file.name.owner);
    const { file, wallet: owner } = bob;
    const strayed = new HeldWallet({ file, owner, chain: other.chain, collector: other.collector });
    const refusal = { code: "FileMismatch", message: /account 2 on chain 271, and this is chain 273; name the file's chain/ };
    await assert.rejects(strayed.balance(COIN), refusal);
    await assert.rejects(strayed.redeem(proof), refusal);
    await assert.rejects(strayed.pay(COIN, 1n, `0x${"77".repeat(20)}`), refusal);
    assert.equal(await world.chain.leafOf(bob.number), await other.chain.leafOf(bob.number));
  });

  test("drops a last line that was being written, at each of its lengths, and refuses any other damage", async (t) => {
    const { world, clock, alice, bob } = await startWorld(t);
    await clock.until(alice.account.burn(COIN, 30n, bob.number));
    const path = world.pathOf(alice.number);
    const whole = await readFile(path);
    const line = whole.subarray(0, 200);
    for (let length = 1; length < 200; length += 7) {
      await appendFile(path, line.subarray(0, line.indexOf(10) === -1 ? length : Math.min(length, line.indexOf(10))));
      const file = await HeldAccountFile.open(path);
      await file.close();
      assert.deepEqual(await readFile(path), whole);
    }
    for (let position = 0; position < whole.length - 1; position += 97) {
      const damaged = Buffer.from(whole);
      damaged[position] = (damaged[position] ?? 0) ^ 1;
      await writeFile(path, damaged);
      await assert.rejects(HeldAccountFile.open(path), { code: "DamagedFile" }, `byte ${position}`);
    }
    await writeFile(path, whole);
    await truncate(path, 0);
    await assert.rejects(HeldAccountFile.open(path), { code: "DamagedFile" });
  });

  test("is not overwritten by a new account, and an older copy does not act", async (t) => {
    const { world, clock, alice, bob } = await startWorld(t);
    await assert.rejects(HeldAccountFile.create(world.pathOf(alice.number), alice.file.name), { code: "FileExists" });
    const copy = await readFile(world.pathOf(alice.number));
    await clock.until(alice.account.burn(COIN, 30n, bob.number));
    await writeFile(world.pathOf(alice.number), copy);
    const older = await world.reopen(alice);
    await assert.rejects(older.burn(COIN, 1n, bob.number), { code: "UnknownOpening" });
  });
});

describe("a collector that lies", () => {
  test("gets no signature for a tree without the act, or for another position", async (t) => {
    const { world, clock, alice, bob } = await startWorld(t);
    const changes: ((joined: JoinedAct) => JoinedAct)[] = [
      (joined) => ({ ...joined, root: `0x${"12".repeat(32)}` as Hex }),
      (joined) => ({ ...joined, position: joined.position + 1 }),
      (joined) => ({ ...joined, path: [...joined.path, `0x${"12".repeat(32)}` as Hex] }),
    ];
    for (const change of changes) {
      let signatures = 0;
      const account = new HeldWallet({
        file: alice.file,
        owner: alice.wallet,
        chain: world.chain,
        collector: {
          join: async (...parameters) => change(await world.collector.join(...parameters)),
          sign: async (signature) => {
            signatures++;
            return world.collector.sign(signature);
          },
        },
      });
      await assert.rejects(clock.until(account.burn(COIN, 30n, bob.number)), { code: "TreeMismatch" });
      assert.equal(signatures, 0);
      assert.equal(alice.file.acts.length, 0);
      world.passSilence();
    }
  });

  test("is not believed when it answers that an act was listed", async (t) => {
    const { world, clock, alice, bob } = await startWorld(t);
    const account = new HeldWallet({
      file: alice.file,
      owner: alice.wallet,
      chain: world.chain,
      collector: {
        join: (...parameters) => world.collector.join(...parameters),
        sign: () => Promise.resolve(`0x${"12".repeat(32)}` as const),
      },
    });
    await assert.rejects(clock.until(account.burn(COIN, 30n, bob.number)), { code: "NotListed" });
    assert.deepEqual(await account.burnProofs(), []);
  });
});
