import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Interface } from "ethers";
import { loadL1Slot } from "../../src/ecosystem/client/messages/l1-slot.ts";
import { deployL1Storage, L1_STORAGE_ADDRESS } from "../../src/ecosystem/client/messages/l1-storage-contract.ts";
import { settleNow } from "./support/devnet.ts";
import { balanceSlot, READER_CHAIN, startL1SlotWorld, STRANGER, type L1SlotWorld } from "./support/l1-slot.ts";

const token = new Interface(["function transfer(address,uint256) returns (bool)"]);

describe("C13: a contract on a chain acts on a slot of L1, in a batch with a real proof", () => {
  let world: L1SlotWorld;
  before(async () => {
    world = await startL1SlotWorld();
  });
  after(async () => {
    await world.close();
    assert.deepEqual(world.devnet.faults, []);
  });

  test("nothing is read without the contract, and no block that the chain does not see", async () => {
    const { devnet, alice, chain, on, slotOf, view } = world;
    await assert.rejects(view(slotOf(alice)), { code: "NoContract" });
    assert.equal(await deployL1Storage(devnet.info(), READER_CHAIN, on(chain)), L1_STORAGE_ADDRESS);
    await assert.rejects(view(slotOf(alice)), { code: "NotImported", message: /cannot see any noted block of L1/ });
  });

  test("a balance is read with its proof in a transaction, an absent slot and an absent account are 0", async () => {
    const { alice, coin, slotOf, view, act, seen, refuses } = world;
    const number = await world.note();
    const shown = await view(slotOf(alice));
    assert.deepEqual([shown.value, shown.blockNumber], [100n, BigInt(number)]);
    assert.equal((await view(slotOf(STRANGER))).value, 0n);
    assert.equal((await view({ ...slotOf(alice), account: STRANGER })).value, 0n);
    await act("take", coin, balanceSlot(alice), shown.proof, shown.timestamp);
    assert.equal(await seen(), 100n);
    await refuses("BlockTooOld", "take", coin, balanceSlot(alice), shown.proof, shown.timestamp + 1n);
  });

  test("a changed balance is another value at a later block; the stored one bounds its age by the header's time", async () => {
    const { devnet, alice, coin, chain, l1, on, slotOf, view, act, seen, refuses, providerOf } = world;
    await (await on(l1).sendTransaction({ to: coin, data: token.encodeFunctionData("transfer", [STRANGER, 30n]) })).wait();
    assert.equal((await view(slotOf(alice))).value, 100n);
    const number = await world.note();
    await refuses("NothingStored", "takeStored", coin, balanceSlot(alice), 0n);
    const loaded = await loadL1Slot(devnet.info(), slotOf(alice), on(chain), providerOf);
    assert.deepEqual([loaded.value, loaded.blockNumber], [70n, BigInt(number)]);
    await act("takeStored", coin, balanceSlot(alice), loaded.timestamp);
    assert.equal(await seen(), 70n);
    await refuses("NothingStored", "takeStored", coin, balanceSlot(alice), loaded.timestamp + 1n);
  });

  test("L1 verifies the proof of the batch that did this, and executes the batch", async () => {
    const { receipts } = await settleNow(world.devnet.chains[0]!);
    assert.equal(receipts.prove?.status, 1);
  });
});
