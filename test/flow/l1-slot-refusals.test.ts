import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { deployL1Storage } from "../../src/ecosystem/client/messages/l1-storage-contract.ts";
import { NO_BATCH } from "../../src/ground/protocol/batch-record.ts";
import { fromHex, keccak, wordToHex } from "../../src/ground/protocol/hex.ts";
import { TransactionTree, transactionTreeLeaf } from "../../src/ground/protocol/transaction-tree.ts";
import { SettlementError } from "../../src/chain/settlement/errors/settlement-error.ts";
import { headerOf, stateOf } from "../contracts/l2/support/tries.ts";
import { settleNow, UNPROVEN } from "./support/devnet.ts";
import { balanceSlot, READER_CHAIN, startL1SlotWorld, STRANGER, type L1SlotWorld } from "./support/l1-slot.ts";

describe("C13: evidence of L1's storage that is false or has ended", () => {
  let world: L1SlotWorld;
  before(async () => {
    world = await startL1SlotWorld(UNPROVEN);
    await deployL1Storage(world.devnet.info(), READER_CHAIN, world.on(world.chain));
  });
  after(() => world.close());

  test("a state that a cheat changed after its block is refused by name, and the next block is read", async () => {
    const { l1, alice, slotOf, view, note } = world;
    const before = await note();
    await l1.send("hardhat_setBalance", [STRANGER, "0x5"]);
    await l1.send("evm_mine", []);
    const cheated = await l1.getBlockNumber();
    assert.equal((await view(slotOf(alice, before))).value, 100n);
    await l1.send("hardhat_setBalance", [STRANGER, "0x6"]);
    await note(cheated);
    await assert.rejects(view(slotOf(alice, cheated)), { code: "ProofNotOfHeader", message: /evm_mine/ });
    assert.equal((await view(slotOf(alice, await note()))).value, 100n);
  });

  test("step seven refuses a forged leaf: the chain believes a root of its sequencer's, and L1 executes nothing", async () => {
    const { devnet, l1, coin, act, seen } = world;
    const state = await stateOf([{ address: coin, slots: new Map([[balanceSlot(STRANGER), 10n ** 6n]]) }]);
    const timestamp = BigInt((await l1.getBlock("latest"))!.timestamp);
    const header = headerOf(state.root, 1_000_000n, timestamp);
    const zero = wordToHex(0n);
    const record = {
      ...{ protocolVersion: 0n, oldStateRoot: zero, newStateRoot: zero, partition: zero, extensions: zero, lastBlock: 0n },
      ...{ lastTimestamp: 0n, executedAt: timestamp, provenSince: NO_BATCH, firstTimestamp: 0n, refused: zero },
    };
    const chainId = BigInt(devnet.info().l1.chainId);
    const leaf = transactionTreeLeaf({ chainId, batchNumber: 1_000_000n, logRoot: keccak(fromHex(header)), record });
    const forged = TransactionTree.of([leaf]);
    await devnet.chains[0]!.pipeline.chain.sequencer.importRoots([{ registryIndex: 0n, root: forged.root() }]);
    const noted = { notedAt: timestamp, leafIndex: 0n, siblings: forged.prove(0), rootIndex: 0n };
    const proof = { noted, header, ...(await state.prove(coin, balanceSlot(STRANGER))) };
    await act("take", coin, balanceSlot(STRANGER), proof, timestamp);
    assert.equal(await seen(), 10n ** 6n);
    await assert.rejects(settleNow(devnet.chains[0]!), (error) => {
      assert.ok(error instanceof SettlementError);
      assert.equal(error.contractError?.name, "ImportedRootUnknown");
      return true;
    });
  });
});
