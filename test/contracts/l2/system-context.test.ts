import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Contract, TransactionReceipt } from "ethers";
import { hashConfiguration, hashExtensions } from "../../../src/ground/protocol/genesis.ts";
import { wordToHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { l2LogTreeRoot } from "../../../src/ground/protocol/l2-log.ts";
import { hashOutputs } from "../../../src/ground/protocol/outputs.ts";
import { PREDEPLOYS } from "../../../src/ground/protocol/predeploys.ts";
import { EMPTY_PRIORITY_OPS_HASH, IMPORTED_ROOTS_TAG } from "../../../src/ground/protocol/rolling-hash.ts";
import { BOOTLOADER, startLocalL2, type LocalL2, COINBASE } from "./support/local-l2.ts";

const HASHES: Hex = `0x${"01".repeat(32)}`;
const CONFIGURATION = {
  l1ChainId: 31337n,
  l1SharedBridge: "0x00000000000000000000000000000000b41d6e00" as Hex,
  baseTokenOriginChainId: 31337n,
  baseTokenOriginToken: "0x00000000000000000000000000000000c0ffee00" as Hex,
  bornAt: 5n,
};

describe("the exports of the system context", () => {
  let l2: LocalL2;
  let context: Contract;
  before(async () => {
    l2 = await startLocalL2(270, CONFIGURATION);
    context = await l2.predeploy("SystemContext", await l2.impersonate(BOOTLOADER));
  });
  after(() => l2.close());

  const send = async (name: string, ...args: unknown[]): Promise<TransactionReceipt> => {
    const sent = (await context.getFunction(name).send(...args)) as { wait(): Promise<TransactionReceipt> };
    return sent.wait();
  };
  const slot = (at: number): Promise<string> => l2.ethers.provider.getStorage(PREDEPLOYS.SystemContext, at);

  test("has the open batch's coinbase until it closes", async () => {
    assert.equal(await context.getFunction("bornAt").staticCall(), 5n);
    await send("openBatch", 1, 0, COINBASE);
    assert.equal(BigInt(await slot(10)), BigInt(COINBASE));
    await send("closeBatch", 0, HASHES);
    assert.deepEqual([await slot(7), BigInt(await slot(1)), BigInt(await slot(10))], [HASHES, 0n, 0n]);
  });

  for (const mode of [0, 1, 3])
    test(`exports a batch with its coinbase and the configuration of mode ${mode} as TypeScript computes it`, async () => {
      const { provider } = l2.ethers;
      await provider.send("hardhat_setStorageAt", [PREDEPLOYS.SystemContext, "0x9", wordToHex(BigInt(mode))]);
      assert.equal(await context.getFunction("sequencingMode").staticCall(), BigInt(mode));
      const opened = await send("openBatch", 7 + mode, 0, COINBASE);
      const closed = await send("closeBatch", 2, HASHES);
      const time = async (receipt: TransactionReceipt) => BigInt((await receipt.getBlock()).timestamp);
      const expected = hashOutputs({
        ...{ batchNumber: 7n + BigInt(mode), firstBlock: BigInt(opened.blockNumber), lastBlock: BigInt(closed.blockNumber) },
        ...{ firstTimestamp: await time(opened), lastTimestamp: await time(closed), l2LogsTreeRoot: l2LogTreeRoot([]) },
        ...{ logCount: 0n, priorityOpCount: 0n, priorityOpsRollingHash: EMPTY_PRIORITY_OPS_HASH, importedRootCount: 0n },
        ...{ importedRootsRollingHash: IMPORTED_ROOTS_TAG, cheatCount: 2n, coinbase: COINBASE },
        extensions: hashExtensions(hashConfiguration(CONFIGURATION, mode)),
      });
      assert.equal(await context.getFunction("outputsHash").staticCall(), expected);
    });

  test("exports the hash of inputs that the kernel has noted, and deletes it; without the flag it exports none", async () => {
    const { provider } = l2.ethers;
    const write = (at: number, value: bigint): Promise<unknown> =>
      provider.send("hardhat_setStorageAt", [PREDEPLOYS.SystemContext, `0x${at.toString(16)}`, wordToHex(value)]);
    const noted = wordToHex(0x1234n);
    for (const [mode, exported, kept] of [
      [0x200, noted, 0n],
      [0, undefined, 0x1234n],
    ] as const) {
      await write(9, BigInt(mode));
      await send("openBatch", 5, 0, COINBASE);
      await write(13, 0x1234n);
      const closed = await send("closeBatch", 0, HASHES);
      const event = closed.logs.map((log) => context.interface.parseLog(log)).find((log) => log?.name === "BatchClosed");
      const outputs = event?.args["outputs"] as { readonly extensions: string };
      assert.equal(outputs.extensions, hashExtensions(hashConfiguration(CONFIGURATION, mode), undefined, exported));
      assert.equal(BigInt(await slot(13)), kept);
    }
    await write(13, 0n);
  });
});
