import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Interface, type Contract, type TransactionReceipt } from "ethers";
import hre from "hardhat";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { fromHex, keccak, wordToHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { hashL2Log, l2LogTreeRoot, messageLog, priorityOpLog } from "../../../src/ground/protocol/l2-log.ts";
import { hashOutputs } from "../../../src/ground/protocol/outputs.ts";
import { PREDEPLOYS } from "../../../src/ground/protocol/predeploys.ts";
import {
  EMPTY_PRIORITY_OPS_HASH,
  IMPORTED_ROOTS_TAG,
  importedRootsRollingHash,
  priorityOpsRollingHash,
} from "../../../src/ground/protocol/rolling-hash.ts";
import { BOOTLOADER, COINBASE, startLocalL2, type LocalL2 } from "./support/local-l2.ts";
import { assertReverts } from "./support/revert-reason.ts";
import { hashConfiguration, hashExtensions } from "../../../src/ground/protocol/genesis.ts";

const SHARED_BRIDGE: Hex = "0x00000000000000000000000000000000b41d6e00";
const HASHES: Hex = `0x${"01".repeat(32)}`;
const CONFIGURATION = {
  l1ChainId: 31337n,
  l1SharedBridge: SHARED_BRIDGE,
  baseTokenOriginChainId: 31337n,
  baseTokenOriginToken: "0x00000000000000000000000000000000c0ffee00" as Hex,
  bornAt: 5n,
};

describe("a batch's life in messenger, imported roots and system context", () => {
  let l2: LocalL2;
  let bootloader: HardhatEthersSigner;
  let stranger: HardhatEthersSigner;
  let messenger: Contract;
  let roots: Contract;
  let context: Contract;

  before(async () => {
    l2 = await startLocalL2(270, CONFIGURATION);
    bootloader = await l2.impersonate(BOOTLOADER);
    stranger = (await l2.ethers.getSigners())[3]!;
    messenger = await l2.predeploy("L1Messenger", stranger);
    roots = await l2.predeploy("ImportedRoots", bootloader);
    context = await l2.predeploy("SystemContext", bootloader);
  });
  after(() => l2.close());

  const asBootloader = (contract: Contract): Contract => contract.connect(bootloader) as Contract;
  const asStranger = (contract: Contract): Contract => contract.connect(stranger) as Contract;
  const send = async (contract: Contract, name: string, ...args: unknown[]): Promise<TransactionReceipt> => {
    const sent = (await contract.getFunction(name).send(...args)) as { wait(): Promise<TransactionReceipt> };
    return sent.wait();
  };
  const storageWords = async (address: Hex, slots: number): Promise<string[]> =>
    Promise.all(Array.from({ length: slots }, (_, i) => l2.ethers.provider.getStorage(address, i)));

  test("shows the configuration that the initial state wrote", async () => {
    assert.equal(await context.getFunction("l1ChainId").staticCall(), 31337n);
    assert.equal(BigInt((await context.getFunction("l1SharedBridge").staticCall()) as string), BigInt(SHARED_BRIDGE));
    assert.deepEqual([...((await context.getFunction("baseTokenOrigin").staticCall()) as [bigint, string])].map(BigInt), [
      31337n,
      BigInt(CONFIGURATION.baseTokenOriginToken),
    ]);
    assert.equal(await context.getFunction("bornAt").staticCall(), 5n);
  });

  test("refuses every caller but the one whose function it is", async () => {
    const word = wordToHex(7n);
    const refused = async (contract: Contract, name: string, artifact: string, owner: string, ...args: unknown[]) =>
      assertReverts(contract.getFunction(name).staticCall(...args), artifact, "CallerNotAllowed", [
        l2.ethers.getAddress(owner),
        await (contract.runner as HardhatEthersSigner).getAddress(),
      ]);
    await refused(asStranger(context), "openBatch", "SystemContext", BOOTLOADER, 1, 0, COINBASE);
    await refused(asStranger(context), "closeBatch", "SystemContext", BOOTLOADER, 0, HASHES);
    await refused(asStranger(roots), "importRoot", "ImportedRoots", BOOTLOADER, 1, word);
    await refused(asStranger(messenger), "logPriorityOpResult", "L1Messenger", BOOTLOADER, word, true);
    await refused(asStranger(messenger), "closeBatch", "L1Messenger", PREDEPLOYS.SystemContext);
    await refused(asBootloader(messenger), "closeBatch", "L1Messenger", PREDEPLOYS.SystemContext);
    await refused(asBootloader(roots), "closeBatch", "ImportedRoots", PREDEPLOYS.SystemContext);
  });

  test("opens only a closed batch and closes only an open one", async () => {
    await assertReverts(context.getFunction("closeBatch").staticCall(0, HASHES), "SystemContext", "NoOpenBatch");
    await send(context, "openBatch", 1, 0, COINBASE);
    await assertReverts(context.getFunction("openBatch").staticCall(2, 0, COINBASE), "SystemContext", "BatchAlreadyOpen", [1n]);
    await send(context, "closeBatch", 0, HASHES);
  });

  test("keeps the chain of block hashes as the closing says, and forgets it only at an opening, up to that very block", async () => {
    const kept = async () => [
      await context.getFunction("blockHashes").staticCall(),
      await context.getFunction("hashesSince").staticCall(),
    ];
    await send(context, "openBatch", 3, 0, COINBASE);
    await send(context, "closeBatch", 0, HASHES);
    assert.deepEqual(await kept(), [HASHES, 0n]);
    const { provider } = l2.ethers;
    // A call sees the newest block's number, a transaction the next one's.
    const newest = BigInt(await provider.getBlockNumber());
    for (const since of [newest - 1n, newest + 1n, 1n])
      await assertReverts(
        context.getFunction("openBatch").staticCall(4, since, COINBASE),
        "SystemContext",
        "HashesSinceRefused",
        [0n, newest, since],
      );
    await send(context, "openBatch", 4, newest + 1n, COINBASE);
    assert.deepEqual(await kept(), [wordToHex(0n), newest + 1n]);
    await send(context, "closeBatch", 0, HASHES);
    assert.deepEqual(await kept(), [HASHES, newest + 1n]);
    // A former beginning does not come back.
    await assertReverts(context.getFunction("openBatch").staticCall(5, 0, COINBASE), "SystemContext", "HashesSinceRefused", [
      newest + 1n,
      BigInt(await provider.getBlockNumber()),
      0n,
    ]);
    await provider.send("hardhat_setStorageAt", [PREDEPLOYS.SystemContext, "0x8", wordToHex(0n)]);
  });

  for (const [title, messageCount, operationCount, importCount, cheats] of [
    ["an empty batch", 0, 0, 0, 0],
    ["a batch with one message", 1, 0, 0, 0],
    ["a batch with one operation and one import", 0, 1, 1, 3],
    ["a mixed batch", 7, 4, 5, 0],
    ["a batch of a power of two of logs", 10, 6, 2, 0],
  ] as const) {
    test(`exports ${title} as TypeScript computes it and leaves nothing behind`, async () => {
      const number = BigInt(10 + messageCount);
      const opened = await send(context, "openBatch", number, 0, COINBASE);
      const leaves: Hex[] = [];
      const operations: Hex[] = [];
      const imports: { registryIndex: bigint; root: Hex }[] = [];
      for (let i = 0; i < Math.max(messageCount, operationCount, importCount); i++) {
        if (i < messageCount) {
          const body = new Uint8Array(37 * i).fill(i);
          const receipt = await send(asStranger(messenger), "sendToL1", body);
          const event = new Interface((await hre.artifacts.readArtifact("L1Messenger")).abi).parseLog(receipt.logs[0]!)!;
          assert.deepEqual([...event.args], [stranger.address, keccak(body), l2.ethers.hexlify(body)]);
          leaves.push(hashL2Log(messageLog(stranger.address.toLowerCase() as Hex, body)));
        }
        if (i < operationCount) {
          const hash = keccak(fromHex(wordToHex(number * 100n + BigInt(i))));
          await send(asBootloader(messenger), "logPriorityOpResult", hash, i % 2 === 0);
          operations.push(hash);
          leaves.push(hashL2Log(priorityOpLog(hash, i % 2 === 0)));
        }
        if (i < importCount) {
          const root = { registryIndex: number * 1000n + BigInt(i), root: keccak(new Uint8Array([i])) };
          await send(roots, "importRoot", root.registryIndex, root.root);
          assert.equal(await roots.getFunction("rootAt").staticCall(root.registryIndex), root.root);
          imports.push(root);
        }
        assert.equal(await messenger.getFunction("logsRoot").staticCall(), l2LogTreeRoot(leaves));
      }
      const closed = await send(context, "closeBatch", cheats, HASHES);
      const time = async (receipt: TransactionReceipt) => BigInt((await receipt.getBlock()).timestamp);
      const expected = hashOutputs({
        batchNumber: number,
        firstBlock: BigInt(opened.blockNumber),
        lastBlock: BigInt(closed.blockNumber),
        firstTimestamp: await time(opened),
        lastTimestamp: await time(closed),
        l2LogsTreeRoot: l2LogTreeRoot(leaves),
        logCount: BigInt(leaves.length),
        priorityOpCount: BigInt(operations.length),
        priorityOpsRollingHash: operations.length === 0 ? EMPTY_PRIORITY_OPS_HASH : priorityOpsRollingHash(operations),
        importedRootCount: BigInt(imports.length),
        importedRootsRollingHash: imports.length === 0 ? IMPORTED_ROOTS_TAG : importedRootsRollingHash(imports),
        cheatCount: BigInt(cheats),
        extensions: hashExtensions(hashConfiguration(CONFIGURATION)),
        coinbase: COINBASE,
      });
      assert.equal(await context.getFunction("outputsHash").staticCall(), expected);
      // Slot 0, which the proof reads. All other collections of the batch have their values from before the batch.
      const contextWords = await storageWords(PREDEPLOYS.SystemContext, 2);
      assert.deepEqual(contextWords, [expected, wordToHex(0n)]);
      assert.equal(await context.getFunction("blockHashes").staticCall(), HASHES);
      for (const word of await storageWords(PREDEPLOYS.L1Messenger, 24)) assert.equal(word, wordToHex(0n));
      for (const word of await storageWords(PREDEPLOYS.ImportedRoots, 4)) assert.equal(word, wordToHex(0n));
    });
  }

  test("keeps one root per registry index, and refuses zero", async () => {
    await send(roots, "importRoot", 77, wordToHex(1n));
    await assertReverts(roots.getFunction("importRoot").staticCall(77, wordToHex(2n)), "ImportedRoots", "RootAlreadyImported", [
      77n,
      wordToHex(1n),
    ]);
    await assertReverts(roots.getFunction("importRoot").staticCall(78, wordToHex(0n)), "ImportedRoots", "ZeroRoot", [78n]);
  });

  test("takes a message of the longest length and refuses one byte more", async () => {
    const limit = 65_536;
    assert.equal(await messenger.getFunction("sendToL1").staticCall(new Uint8Array(limit)), keccak(new Uint8Array(limit)));
    await assertReverts(
      messenger.getFunction("sendToL1").staticCall(new Uint8Array(limit + 1)),
      "L1Messenger",
      "MessageTooLong",
      [BigInt(limit), BigInt(limit + 1)],
    );
  });

  test("charges for each published byte", async () => {
    const gas = async (length: number) => (await send(asStranger(messenger), "sendToL1", new Uint8Array(length).fill(1))).gasUsed;
    await gas(0);
    // The first log of an even pair writes the same slots as the next one's: compare like places of the tree.
    const [small, , large] = [await gas(0), await gas(0), await gas(1000)];
    // 100 per byte in addition to calldata (16), log data (8), hashing (6 per word) and copying (3 per word twice).
    assert.ok(large - small > 100n * 1000n && large - small < 130n * 1000n, `${large - small}`);
    await assertReverts(
      messenger.getFunction("sendToL1").staticCall(new Uint8Array(50_000), { gasLimit: 3_000_000 }),
      "L1Messenger",
      "NotEnoughGasForPubdata",
    );
  });

  test("keeps room for results when the messages are at their limit, and stops at a full tree", async () => {
    const { provider } = l2.ethers;
    // Slot 0 packs the counts of logs and of operations, 64 bits each.
    const setCounts = (logs: bigint, operations: bigint) =>
      provider.send("hardhat_setStorageAt", [PREDEPLOYS.L1Messenger, "0x0", wordToHex((operations << 64n) | logs)]);
    await setCounts(4096n + 5n, 5n);
    await assertReverts(messenger.getFunction("sendToL1").staticCall("0x"), "L1Messenger", "TooManyLogs", [4101n, 4101n]);
    await asBootloader(messenger).getFunction("logPriorityOpResult").staticCall(wordToHex(1n), true);
    await setCounts(16384n, 16384n);
    const full = asBootloader(messenger).getFunction("logPriorityOpResult").staticCall(wordToHex(1n), true);
    await assertReverts(full, "L1Messenger", "TooManyLogs", [16384n, 16384n]);
    await setCounts(0n, 0n);
  });

  test("has the right root when the tree is full", async () => {
    const { provider } = l2.ethers;
    // 16,383 logs: every level waits for its right sibling. Slots 2 to 15 hold what waits.
    const word = (value: bigint) => provider.send("hardhat_setStorageAt", [PREDEPLOYS.L1Messenger, "0x0", wordToHex(value)]);
    const waiting = Array.from({ length: 14 }, (_, level) => keccak(new Uint8Array([level])));
    await word(16383n);
    for (const [level, node] of waiting.entries()) {
      await provider.send("hardhat_setStorageAt", [PREDEPLOYS.L1Messenger, `0x${(2 + level).toString(16)}`, node]);
    }
    const last = hashL2Log(priorityOpLog(wordToHex(5n), true));
    await send(asBootloader(messenger), "logPriorityOpResult", wordToHex(5n), true);
    const root = waiting.reduce((node, left) => keccak(fromHex(left), fromHex(node)), last);
    assert.equal(await messenger.getFunction("logsRoot").staticCall(), root);
    await send(context, "openBatch", 99, 0, COINBASE);
    await send(context, "closeBatch", 0, HASHES);
    for (const slot of await storageWords(PREDEPLOYS.L1Messenger, 24)) assert.equal(slot, wordToHex(0n));
  });
});
