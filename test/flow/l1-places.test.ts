import assert from "node:assert/strict";
import { cpSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { lowerCaseAddress } from "../../src/ecosystem/devnet/accounts/accounts.ts";
import { openSqliteLedger } from "../../src/chain/ledger/sqlite-ledger.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { ALICE, BOB, settleNow } from "./support/devnet.ts";
import { answers, Kept } from "./support/kept.ts";

/** EDR reads numbers with a fraction to the 15 digits that every reader of JSON has. */
function rounded(history: unknown): object {
  const { gasUsedRatio, ...rest } = history as { readonly gasUsedRatio: readonly number[] };
  return { ...rest, gasUsedRatio: gasUsedRatio.map((ratio) => Number(ratio.toPrecision(15))) };
}

const A = 271n;
/** Requests to L1 between checkpoints in these tests. */
const REQUESTS = 10;
const STRANGER = "0x00000000000000000000000000000000000ca301";
/** Stores the number of the block before the last as slot 0, and that block's hash as slot 1; logs the number. */
const HASHING = "0x601c600c600039601c6000f36002430380600055804060015560005260206000a000";

describe("B5: an L1 that continues from a checkpoint, whose earlier requests are not repeated", () => {
  const kept = new Kept([A], { relayer: true }, undefined, { l1PlaceRequests: REQUESTS });
  before(() => kept.start());
  after(() => kept.end());
  const ask = (method: string, ...params: unknown[]): Promise<unknown> => kept.devnet.l1.request(method, params);
  const onL1 = (number: number) => kept.devnet.accounts.wallet(number).connect(kept.devnet.l1.provider);
  const pay = async (value: bigint): Promise<Hex> => {
    const sent = await onL1(ALICE).sendTransaction({ to: STRANGER, value });
    await sent.wait();
    return sent.hash as Hex;
  };
  const mine = async (count: number): Promise<void> => {
    for (let i = 0; i < count; i++) await ask("evm_mine");
  };
  const head = async (): Promise<number> => Number(await ask("eth_blockNumber"));
  let hashing: Hex;
  let first: Hex;

  /** Counts the checkpoints that L1 has made; the ecosystem restarts afterwards. */
  const countPlaces = async (): Promise<number> => {
    await kept.stop();
    const ledger = openSqliteLedger(kept.folder);
    const { length } = ledger.stream("places of L1");
    ledger.close();
    await kept.start();
    return length;
  };
  const restartsEqual = async (): Promise<void> => {
    const had = await answers(kept.devnet);
    await kept.restart();
    assert.deepEqual(await answers(kept.devnet), had);
  };

  test("has the blocks, receipts, logs, balances, traces and old states that it had", async () => {
    first = await pay(5n);
    const created = await onL1(ALICE).sendTransaction({ data: HASHING });
    hashing = (await created.wait())?.contractAddress?.toLowerCase() as Hex;
    await (await onL1(ALICE).sendTransaction({ to: hashing })).wait();
    await ask("hardhat_setBalance", STRANGER, "0x7777");
    const number = await head();
    await pay(6n);
    await kept.deposit();
    await kept.pollL1();
    await kept.pay(5n);
    await settleNow(kept.chain());
    const tag = `0x${number.toString(16)}`;
    const asked = async () => [
      await Promise.all(
        [0, 1, number - 1, number, number + 1].map((at) => ask("eth_getBalance", STRANGER, `0x${at.toString(16)}`)),
      ),
      await ask("eth_getStorageAt", hashing, "0x1", tag),
      await ask("eth_getStorageAt", hashing, "0x1", `0x${(number - 1).toString(16)}`),
      await ask("debug_traceTransaction", first, { tracer: "callTracer" }),
      await ask("eth_call", { to: hashing }, tag),
      await ask("eth_getLogs", { fromBlock: tag, toBlock: "latest", address: hashing }),
      await ask("eth_getLogs", { fromBlock: "0x0", toBlock: "latest" }),
      rounded(await ask("eth_feeHistory", "0x4", tag, [50])),
      await ask("eth_getTransactionByHash", first),
      await Promise.all([0, 1, ALICE, BOB, 9].map((at) => ask("eth_getBalance", lowerCaseAddress(onL1(at).address), "latest"))),
      await Promise.all([0, ALICE].map((at) => ask("eth_getTransactionCount", lowerCaseAddress(onL1(at).address), "latest"))),
      await ask("hardhat_getAutomine"),
      await ask("eth_coinbase"),
      ((await ask("eth_getBlockByNumber", "pending", false)) as { baseFeePerGas: string }).baseFeePerGas,
    ];
    const [before, had] = [await asked(), await answers(kept.devnet)];
    await kept.restart();
    assert.deepEqual(await asked(), before);
    assert.deepEqual(await answers(kept.devnet), had);
    await assert.rejects(ask("eth_getProof", hashing, [], "latest"), /eth_getProof has no answer/);
  });

  test("continues: blocks name their predecessors, and chains settle and take operations", async () => {
    const before = await head();
    const sent = await onL1(BOB).sendTransaction({ to: hashing });
    const { blockNumber = 0 } = (await sent.wait()) ?? assert.fail("no receipt");
    assert.equal(blockNumber, before + 1);
    const [asked, named] = (await Promise.all(
      [before - 1, before].map((number) => ask("eth_getBlockByNumber", `0x${number.toString(16)}`, false)),
    )) as readonly { readonly hash: Hex }[];
    assert.equal(await ask("eth_getStorageAt", hashing, "0x1", "latest"), asked?.hash);
    const made = (await ask("eth_getBlockByNumber", "latest", false)) as { readonly parentHash: Hex };
    assert.equal(made.parentHash, named?.hash);
    await kept.deposit();
    await kept.pollL1();
    await settleNow(kept.chain());
  });

  test("repeats requests after the checkpoint with the same hashes, and returns to snapshots normally", async () => {
    await restartsEqual();
    const had = await answers(kept.devnet);
    const id = await kept.devnet.snapshot();
    // A code that is forgotten with the return, and comes again.
    await ask("hardhat_setCode", STRANGER, "0x60016000f3");
    await pay(11n);
    assert.equal(await kept.devnet.revert(id), true);
    assert.deepEqual(await answers(kept.devnet), had);
    await ask("hardhat_setCode", STRANGER, "0x60016000f3");
    await pay(13n);
    await restartsEqual();
    assert.equal(await ask("eth_getCode", STRANGER, "latest"), "0x60016000f3");
  });

  test("makes blocks and signs as set before", async () => {
    const rich = "0x00000000000000000000000000000000000ca302";
    await ask("hardhat_setBalance", rich, "0xde0b6b3a7640000");
    await ask("hardhat_impersonateAccount", rich);
    await ask("hardhat_setCoinbase", rich);
    await ask("evm_setBlockGasLimit", "0x1000000");
    await ask("evm_setAutomine", false);
    await ask("evm_setAutomine", true);
    await mine(REQUESTS);
    await ask("hardhat_setNextBlockBaseFeePerGas", "0x3b9aca07");
    const places = await countPlaces();
    assert.equal(await countPlaces(), places + 1);
    assert.equal(await countPlaces(), places + 1, "one start came to a place, and the next one to no other");
    const hash = await ask("eth_sendTransaction", { from: rich, to: STRANGER, value: "0x5" });
    const block = (await ask("eth_getBlockByNumber", "latest", false)) as Readonly<Record<string, unknown>>;
    const { miner, gasLimit, baseFeePerGas, transactions } = block;
    assert.deepEqual([miner, gasLimit, baseFeePerGas, transactions], [rich, "0x1000000", "0x3b9aca07", [hash]]);
    await ask("hardhat_setCoinbase", "0x00000000000000000000000000000000000ca303");
    await restartsEqual();
  });

  test("makes no checkpoint while transactions wait, which exist after a start", async () => {
    const places = await countPlaces();
    await ask("evm_setAutomine", false);
    await mine(REQUESTS);
    const { hash } = await onL1(ALICE).sendTransaction({ to: STRANGER, value: 1n });
    await kept.restart();
    assert.deepEqual(
      ((await ask("eth_pendingTransactions")) as readonly { hash: string }[]).map((waiting) => waiting.hash),
      [hash],
    );
    assert.equal(await countPlaces(), places);
    await ask("evm_mine");
    await ask("evm_setAutomine", true);
    assert.ok(await ask("eth_getTransactionReceipt", hash));
    await restartsEqual();
    assert.equal(await countPlaces(), places + 1);
  });

  test("keeps the time that it was given", async () => {
    const newest = async () =>
      Number(((await ask("eth_getBlockByNumber", "latest", false)) as { readonly timestamp: Hex }).timestamp);
    await ask("evm_increaseTime", 5_000);
    await mine(REQUESTS);
    for (const _ of ["at a place", "behind it"]) {
      const had = await newest();
      assert.ok(had >= Math.floor(Date.now() / 1_000) + 4_900, `${had}`);
      await kept.restart();
      await ask("evm_mine");
      const now = await newest();
      const expected = Math.floor(Date.now() / 1_000) + 5_000;
      assert.ok(now >= had && Math.abs(now - expected) < 60, `${now}, ${had}, ${expected}`);
    }
  });

  test("makes a checkpoint however its process ended, because nothing is written at the end", async () => {
    await pay(17n);
    await mine(REQUESTS);
    const had = await answers(kept.devnet);
    // What a process that dies at this moment leaves behind.
    const image = mkdtempSync(join(tmpdir(), "crash-"));
    cpSync(kept.folder, image, { recursive: true });
    const other = new Kept([A], { relayer: true }, image, { l1PlaceRequests: REQUESTS });
    await other.start();
    assert.deepEqual(await answers(other.devnet), had);
    await assert.rejects(other.devnet.l1.request("eth_getProof", [hashing, [], "latest"]), /started from a place/);
    await other.end();
  });
});
