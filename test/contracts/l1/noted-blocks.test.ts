import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { BaseContract } from "ethers";
import { NO_BATCH } from "../../../src/ground/protocol/batch-record.ts";
import { wordToHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { transactionTreeLeaf, transactionTreeRoot } from "../../../src/ground/protocol/transaction-tree.ts";
import { startLocalL1, type LocalL1 } from "../../support/l1.ts";
import { startLocalL2 } from "../l2/support/local-l2.ts";
import { assertReverts } from "../l2/support/revert-reason.ts";

/** EIP-2935's contract. */
const HISTORY = "0x0000F90827F1C53a10cb7A02335B175320002935";
/** A call in the block that a transaction would be in. */
const NEXT_BLOCK = { blockTag: "pending" };

describe("blocks that the registry notes", () => {
  let l1: LocalL1;
  let registry: BaseContract;
  before(async () => {
    l1 = await startLocalL1();
    registry = await l1.deploy("TransactionRootRegistry", await (await l1.deploy("DirectoryDouble")).getAddress());
  });
  after(() => l1.close());

  const note = async (number: number): Promise<bigint> => {
    const response = (await registry.getFunction("noteBlock").send(number)) as { wait(): Promise<{ gasUsed: bigint }> };
    return (await response.wait()).gasUsed;
  };
  const hashOf = async (number: number): Promise<Hex> => (await l1.ethers.provider.getBlock(number))!.hash as Hex;
  const latest = (): Promise<number> => l1.ethers.provider.getBlockNumber();
  const refused = (number: number | bigint): Promise<void> =>
    assertReverts(
      registry.getFunction("noteBlock").staticCall(number, NEXT_BLOCK),
      "TransactionRootRegistry",
      "BlockHashUnknown",
      [BigInt(number)],
    );

  test("a leaf has L1's id, the block's number and hash, and the record of a mark without a state", async () => {
    const number = await latest();
    const gas = await note(number);
    const zero = wordToHex(0n);
    const time = BigInt((await l1.ethers.provider.getBlock("latest"))!.timestamp);
    const record = {
      ...{ protocolVersion: 0n, oldStateRoot: zero, newStateRoot: zero, partition: zero, extensions: zero, lastBlock: 0n },
      ...{ lastTimestamp: 0n, executedAt: time, provenSince: NO_BATCH, firstTimestamp: 0n, refused: zero },
    };
    const batchNumber = BigInt(number);
    const leaf = transactionTreeLeaf({ chainId: 31337n, batchNumber, logRoot: await hashOf(number), record });
    assert.equal(await registry.getFunction("latestRootIndex").staticCall(), 1n);
    assert.equal(await registry.getFunction("rootAt").staticCall(1), transactionTreeRoot([leaf]));
    assert.ok(gas < 150_000n, `${gas}`);
  });

  test("the block itself, later blocks and blocks with more than 256 successors are refused", async () => {
    const number = (await latest()) + 1;
    for (const later of [number, number + 1, 2n ** 64n, 2n ** 256n - 1n]) await refused(later);
    await l1.ethers.provider.send("hardhat_mine", ["0x101"]);
    const next = (await latest()) + 1;
    assert.notEqual(await registry.getFunction("noteBlock").staticCall(next - 256, NEXT_BLOCK), undefined);
    await refused(next - 257);
  });

  test("EDR's history contract names no hash: its revert has data", async () => {
    const old = (await latest()) - 300;
    const answer = await l1.ethers.provider
      .call({ to: HISTORY, data: wordToHex(BigInt(old)) })
      .catch((error: unknown) => String(error));
    assert.match(answer, /not supported|revert|0x/i);
    await refused(old > 0 ? old : 0);
  });

  test("EIP-2935's answer counts if the call succeeds with one word that is not 0", async () => {
    const double = await l1.deploy("BlockHistoryDouble");
    const code = await l1.ethers.provider.getCode(await double.getAddress());
    await l1.ethers.provider.send("hardhat_setCode", [HISTORY, code]);
    const history = double.attach(HISTORY) as BaseContract;
    const word = wordToHex(0xabcn);
    const answers = async (data: string, fails: boolean): Promise<void> => {
      await history.getFunction("setAnswer").send(data, fails);
    };
    for (const [data, fails] of [
      [word, true],
      [wordToHex(0n), false],
      ["0x", false],
      [word.slice(0, -2), false],
      [`${word}00`, false],
    ] as const) {
      await answers(data, fails);
      await refused(0);
    }
    await answers(word, false);
    const before = (await registry.getFunction("latestRootIndex").staticCall()) as bigint;
    await note(0);
    const [event] = await registry.queryFilter("TransactionRootUpdated", await latest());
    assert.deepEqual([...(event as unknown as { args: readonly unknown[] }).args].slice(0, 4), [before, 31337n, 0n, word]);
    // BLOCKHASH answers first.
    const number = await latest();
    await note(number);
    const [recent] = await registry.queryFilter("TransactionRootUpdated", await latest());
    assert.equal((recent as unknown as { args: { logRoot: string } }).args.logRoot, await hashOf(number));
  });

  test("a base refuses noteBlock", async () => {
    const base = await startLocalL2(270, {
      l1ChainId: 31337n,
      l1SharedBridge: "0xb41d6e00000000000000000000000000000b41d6",
      baseTokenOriginChainId: 31337n,
      baseTokenOriginToken: "0x0000000000000000000000000000000000000000",
      bornAt: 0n,
    });
    try {
      const onBase = await base.ethers.deployContract("TransactionRootRegistry", [HISTORY]);
      const number = await base.ethers.provider.getBlockNumber();
      await assertReverts(onBase.getFunction("noteBlock").staticCall(number), "TransactionRootRegistry", "NotOnL1", []);
    } finally {
      await base.close();
    }
  });
});
