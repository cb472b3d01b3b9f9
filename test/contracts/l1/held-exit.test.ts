import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { AbiCoder, keccak256, type BaseContract } from "ethers";
import hre from "hardhat";
import { referenceCompressor } from "../../../src/chain/state/batch-compressor.ts";
import { leafPath } from "../../../src/chain/state/leaf-path.ts";
import { StateTree } from "../../../src/chain/state/state-tree.ts";
import { aliasOf } from "../../../src/ground/protocol/address-alias.ts";
import { digestToHex } from "../../../src/ground/protocol/digest.ts";
import { LeafKind } from "../../../src/ground/protocol/domain-tags.ts";
import { HELD_ACCOUNTS_ADDRESS } from "../../../src/ground/protocol/held-accounts-address.ts";
import { giftId, ZERO } from "../l2/support/held-hashes.ts";
import { leafOfAccount, openingOf, type HeldAccount } from "../l2/support/held-world.ts";
import { ZERO_ADDRESS } from "./support/assets.ts";
import { ETH, eventsOf, hexAddress, send, view } from "./support/ecosystem.ts";
import { assertReverts } from "./support/errors.ts";
import { HEIR, heldExitCalls } from "./support/held-exit-calls.ts";
import {
  BOND,
  COIN,
  COINS,
  deployHeldExitScene,
  exitOf,
  heldMessage,
  orderOf,
  WEEK,
  type HeldExitScene,
} from "./support/held-exits.ts";
import { scheduleTerms } from "./support/terms.ts";

describe("F5: exit of held accounts", () => {
  let scene: HeldExitScene;
  before(async () => {
    scene = await deployHeldExitScene();
  });
  after(() => scene.ecosystem.l1.close());

  const { newChain, balance, rich, claim, claimNew, refute, payAsset, payNote, payGift, pass } = heldExitCalls(() => scene);

  describe("honest claims", () => {
    test("are paid to the unit: assets, a note, a gift, and the bond; nothing twice", async () => {
      const on = await newChain();
      const { account: alice } = rich(on, 100n);
      const { account: bob } = rich(on, 50n, scene.tokenAddress);
      await on.settle();
      const note = { to: bob.number, token: COIN, amount: 30n };
      const posted = on.post([
        { account: alice, burned: [note, { ...note, to: alice.number, amount: 5n }] },
        { account: bob, payments: [{ to: HEIR, token: scene.tokenAddress, amount: 20n }] },
      ]);
      const gift = on.give(bob, 7n);
      await on.settle();
      await on.stop();
      await claim(on, alice, posted);
      const receipt = await claim(on, bob, posted, 1);
      const [event] = eventsOf(scene.exit, receipt, "AccountClaimed");
      assert.deepEqual(event!.args.toArray().slice(0, 5), [
        on.chainId,
        BigInt(bob.number),
        openingOf(bob).owner,
        leafOfAccount(bob),
        orderOf(posted.sent),
      ]);
      await assertReverts(payAsset(on, alice, 65n), "NotYetPayable");
      await pass(WEEK);
      const had = await balance(HEIR);
      await payAsset(on, alice, 60n);
      await payAsset(on, alice, 5n);
      await assertReverts(payAsset(on, alice, 1n), "ClaimTooLarge(65, 65, 1)");
      await assertReverts(payAsset(on, bob, 1n), `HoldingMissing(${ZERO_ADDRESS})`);
      await payAsset(on, bob, 30n, scene.tokenAddress);
      await payNote(on, bob, posted);
      await assertReverts(payNote(on, bob, posted), "ClaimTooLarge(30, 30, 30)");
      await payNote(on, alice, posted, 1);
      await payGift(on, bob, gift, 3n);
      await payGift(on, bob, gift, 4n);
      await assertReverts(payGift(on, bob, gift, 1n), "ClaimTooLarge(7, 7, 1)");
      assert.equal((await balance(HEIR)) - had, 65n + 30n + 5n + 7n);
      assert.equal(await view<bigint>(scene.token, "balanceOf", HEIR), 30n);
      await send(await exitOf(scene, bob), "returnBond", on.exiting(bob), HEIR);
      assert.equal((await balance(HEIR)) - had, 107n + BOND);
      const again = send(await exitOf(scene, bob), "returnBond", on.exiting(bob), HEIR);
      await assertReverts(again, "NothingToReturn()");
    });

    test("of an account that never acted are paid all that it received", async () => {
      const on = await newChain();
      const { account: alice } = rich(on);
      const { account: bob, sent: registration } = on.register();
      const posted = on.post([{ account: alice, burned: [{ to: bob.number, token: COIN, amount: 30n }] }]);
      await on.settle();
      await on.stop();
      await claimNew(on, bob, registration);
      await pass(WEEK);
      const had = await balance(HEIR);
      await payNote(on, bob, posted);
      assert.equal((await balance(HEIR)) - had, 30n);
    });

    test("of a contract on L1 are those of its alias", async () => {
      const on = await newChain();
      const contract = await scene.ecosystem.l1.deploy("RequestingContract");
      const owner = aliasOf(on.chainId, await hexAddress(contract));
      const { account, sent: registration } = on.register(owner);
      const gift = on.give(account, 9n);
      await on.settle();
      await on.stop();
      const exit = await scene.exit.getAddress();
      const call = (name: string, args: unknown[], value = 0n) =>
        send(contract, "call", exit, scene.exit.interface.encodeFunctionData(name, args), { value });
      await call("claimNew", [on.chainId, account.number, heldMessage(registration)], BOND);
      await pass(WEEK);
      const had = await balance(HEIR);
      const opening = { ...openingOf(account), owner };
      const argument = { ...gift, absence: account.redeemed.absence(giftId(gift.gift)) };
      await call("payGift", [on.exiting(account, opening), heldMessage(gift.sent), argument, 9n, HEIR]);
      assert.equal((await balance(HEIR)) - had, 9n);
    });

    test("compete for the bridge's balance alone, in parts", async () => {
      const on = await newChain();
      const { account, posted } = rich(on, COINS * 4n);
      await on.settle();
      const id = await view<string>(scene.ecosystem.bridge, "assetId", ZERO_ADDRESS);
      await on.stop();
      await claim(on, account, posted);
      await pass(WEEK);
      const available = await view<bigint>(scene.ecosystem.bridge, "chainBalance", on.chainId, id);
      await assertReverts(payAsset(on, account, available + 1n), "BalanceOverdraft");
      await payAsset(on, account, available);
      assert.equal(await view<bigint>(scene.ecosystem.bridge, "chainBalance", on.chainId, id), 0n);
    });

    test("name the coin of a chain with another base token 0, and L1's ETH 1", async () => {
      const on = await newChain({ baseToken: scene.tokenAddress });
      const { account } = rich(on, 10n, COIN);
      const posted = on.post([{ account, gifts: [on.give(account, 6n, ETH)] }]);
      await on.settle();
      await on.stop();
      await claim(on, account, posted);
      await pass(WEEK);
      const [coins, tokens] = [await balance(HEIR), await view<bigint>(scene.token, "balanceOf", HEIR)];
      await payAsset(on, account, 10n);
      await payAsset(on, account, 6n, ETH);
      assert.equal((await balance(HEIR)) - coins, 6n);
      assert.equal((await view<bigint>(scene.token, "balanceOf", HEIR)) - tokens, 10n);
    });
  });

  describe("the chain's policy", () => {
    test("of another kind, also in an earlier epoch, needs a path in the state", async () => {
      const rollup = await scene.ecosystem.rollupPolicy.getAddress();
      const on = await newChain({ dataAvailabilityPolicy: rollup });
      const { account, posted } = rich(on);
      await on.settle();
      await scheduleTerms(scene.ecosystem, on.chain, { dataAvailabilityPolicy: await scene.owners.getAddress() });
      await pass(3_000n);
      await on.stop();
      await assertReverts(claim(on, account, posted), `NotAtOwners(${on.chainId}, 0, ${rollup.toLowerCase()})`);
    });

    test("of terms that begin after the exit could be activated ends nothing", async () => {
      const on = await newChain();
      const { account, posted } = rich(on);
      const { account: other, posted: second } = rich(on);
      await on.settle();
      const dataAvailabilityPolicy = await scene.ecosystem.rollupPolicy.getAddress();
      await on.chain.request();
      const startsAt = await scheduleTerms(scene.ecosystem, on.chain, { dataAvailabilityPolicy });
      const opensAt = await view<bigint>(on.chain.contract, "exitOpensAt");
      // The notice of terms is longer than the time to the exit.
      assert.ok(startsAt > opensAt);
      await pass(opensAt + 1n - (await scene.ecosystem.latestTimestamp()));
      await send(on.chain.contract, "activateExit");
      await claim(on, account, posted);
      await pass(startsAt + 1n - (await scene.ecosystem.latestTimestamp()));
      await claim(on, other, second);
    });
  });

  describe("a path in the last state", () => {
    const leafWrite = (account: HeldAccount) => ({
      leafKind: LeafKind.storage,
      address: BigInt(HELD_ACCOUNTS_ADDRESS),
      slot: BigInt(keccak256(AbiCoder.defaultAbiCoder().encode(["uint40", "uint256"], [account.number, 0]))),
      value: BigInt(leafOfAccount(account)),
    });

    test("is paid immediately on a rollup, without a bond; another leaf is not", async () => {
      const on = await newChain({ dataAvailabilityPolicy: await scene.ecosystem.rollupPolicy.getAddress() });
      const { account } = rich(on);
      const { account: bob } = on.register();
      const posted = on.post([{ account, burned: [{ to: bob.number, token: COIN, amount: 30n }] }]);
      const tree = StateTree.genesis([leafWrite(account), leafWrite(bob)], { compressor: referenceCompressor });
      await on.settle(digestToHex(tree.root));
      const path = leafPath(tree.prove(leafWrite(bob)));
      await assertReverts(send(await exitOf(scene, bob), "claimProven", on.exiting(bob), path), "ChainNotExited()");
      await on.stop();
      const exit: BaseContract = await exitOf(scene, bob);
      const richer = on.exiting(bob, { ...openingOf(bob), holdings: [{ token: COIN, amount: 1n }] });
      await assertReverts(send(exit, "claimProven", richer, path), "StateRootMismatch");
      await assertReverts(send(scene.exit, "claimProven", on.exiting(bob), path), "NotTheOwner");
      await send(exit, "claimProven", on.exiting(bob), path);
      await assertReverts(send(exit, "claimProven", on.exiting(bob), path), "AlreadyClaimed");
      await assertReverts(refute(on, bob, posted.sent), "NotRefutable");
      const had = await balance(HEIR);
      await payNote(on, bob, posted);
      assert.equal((await balance(HEIR)) - had, 30n);
      await assertReverts(send(exit, "returnBond", on.exiting(bob), HEIR), "NothingToReturn()");
    });
  });

  test("StateExit creates it once, from its code alone, and pays for it and the nested exit alone", async () => {
    const { stateExit, l1 } = scene.ecosystem;
    const { bytecode } = await hre.artifacts.readArtifact("HeldExit");
    await send(stateExit, "createHeldExit", "0x00");
    assert.equal(await view(stateExit, "heldExit"), await scene.exit.getAddress());
    assert.equal(await view(scene.exit, "stateExit"), await stateExit.getAddress());
    assert.equal(await view(scene.exit, "factory"), await scene.ecosystem.factory.getAddress());
    await assertReverts(send(stateExit, "payOther", 270n, ETH, HEIR, 1n), "OnlyOtherExits");
    const fresh = await l1.deploy("StateExit", await scene.ecosystem.factory.getAddress(), ZERO);
    const other = `${bytecode.slice(0, -2)}ff`;
    await assertReverts(send(fresh, "createHeldExit", other), `OtherHeldExitCode(${keccak256(bytecode)}, ${keccak256(other)})`);
  });
});
