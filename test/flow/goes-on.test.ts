import assert from "node:assert/strict";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { lowerCaseAddress } from "../../src/ecosystem/devnet/accounts/accounts.ts";
import { Wallet } from "ethers";
import { dataRequestToSign } from "../../src/ecosystem/devnet/quorum-member/data-request.ts";
import { ALICE, BOB, ETHER, settleNow, startFlowDevnet } from "./support/devnet.ts";
import { transferOf } from "./support/interop.ts";
import { answers, Kept } from "./support/kept.ts";

const [A, B] = [271n, 272n];
const CAROL = "0x00000000000000000000000000000000000ca201";

describe("B5: chains with members in separate processes, and stored keys and data", () => {
  const reader = Wallet.createRandom();
  const readers = [lowerCaseAddress(reader.address)];
  const one = { members: 1, threshold: 1 } as const;
  const kept = new Kept(
    [
      { chainId: A, dataAvailability: "validium", quorum: one, committee: one, readers, openReads: true },
      { chainId: B, dataAvailability: "validium", readers, openReads: true },
    ],
    { allowUnlimitedContractSize: true },
  );
  before(() => kept.start());
  after(() => kept.end());

  const readData = async (place: number, batchNumber: bigint): Promise<unknown> => {
    const { provider, pipeline } = kept.chain(place);
    const { settlementChainId } = kept.devnet.ecosystem;
    const context = { settlementChainId, hyperchain: pipeline.created.hyperchain };
    const { domain, types, value } = dataRequestToSign(context, batchNumber);
    const signature = await reader.signTypedData(domain, types, value);
    return provider.request({ method: "hyperchain_getBatchData", params: [Number(batchNumber), signature] });
  };

  test("has the same members, which sign what comes next and give the data of what was", async () => {
    // Longer than Ethereum takes: a chain's own rules say what is read back.
    await (await kept.wallet(ALICE).sendTransaction({ data: `0x${"00".repeat(60_000)}` })).wait();
    const batches: bigint[] = [];
    for (const place of [0, 1]) {
      await kept.pay(1n, place);
      const { batch } = await settleNow(kept.chain(place));
      batches.push(batch.outputs.batchNumber);
    }
    const data = await Promise.all(batches.map((number, place) => readData(place, number)));
    await kept.restart();
    assert.deepEqual(await Promise.all(batches.map((number, place) => readData(place, number))), data);
    for (const place of [0, 1]) {
      await kept.pay(2n, place);
      await settleNow(kept.chain(place));
    }
  });
});

describe("B5: an ecosystem that is kept in a folder", () => {
  const kept = new Kept([A, B], { relayer: true });
  before(() => kept.start());
  after(() => kept.end());

  test("has after a restart the blocks, receipts, logs, roots, batches and messages that it had", async () => {
    await kept.deposit();
    await kept.devnet.relay();
    await kept.pay(5n);
    await settleNow(kept.chain());
    await kept.pay(7n);
    // As a start does.
    await kept.pollL1();
    const before = await answers(kept.devnet);
    const past = await kept.client().getBalance(kept.wallet(BOB).address, 3);
    await kept.restart();
    assert.deepEqual(await answers(kept.devnet), before);
    assert.equal(await kept.client().getBalance(kept.wallet(BOB).address, 3), past);
  });

  test("delivers a message in transit once, whatever its stage", async () => {
    await (await kept.wallet(ALICE).sendTransaction(transferOf(B, ETHER, CAROL))).wait();
    await kept.restart();
    await settleNow(kept.chain());
    await kept.restart();
    await kept.devnet.relay();
    await kept.restart();
    await kept.devnet.relay();
    await settleNow(kept.chain(1));
    await kept.devnet.relay();
    assert.equal(await kept.client(1).getBalance(CAROL), ETHER);
    const [message] = await kept.devnet.messages();
    assert.equal(message?.steps.length, 7);
  });

  test("returns to a snapshot for good, and keeps the time that it was given", async () => {
    await kept.pollL1();
    const before = await answers(kept.devnet);
    const id = await kept.devnet.snapshot();
    await kept.pay(11n);
    await kept.deposit(1);
    await kept.pollL1();
    await kept.devnet.l1.request("evm_increaseTime", [1_000]);
    await settleNow(kept.chain());
    assert.equal(await kept.devnet.revert(id), true);
    await kept.restart();
    assert.deepEqual(await answers(kept.devnet), before);
    assert.equal(await kept.devnet.revert(id), false, "snapshots end with their process");
    // The ecosystem's own time: it went back to what it was at the snapshot, so it is behind the machine's.
    const newest = async () => (await kept.client().getBlock("latest")) ?? assert.fail("no block");
    const { timestamp: had } = await newest();
    await kept.request("evm_increaseTime", 5_000);
    await kept.restart();
    await kept.request("evm_mine");
    const { timestamp } = await newest();
    assert.ok(timestamp >= had + 5_000 && timestamp < had + 5_100, `${timestamp}, ${had}`);
  });

  test("has in its pool what waited there, and includes it", async () => {
    await kept.request("evm_setAutomine", false);
    const alice = kept.wallet(ALICE);
    const first = await alice.sendTransaction({ to: CAROL, value: 1n });
    const nonce = first.nonce + 2;
    const later = await alice.sendTransaction({ to: CAROL, value: 1n, nonce });
    const dropped = await alice.sendTransaction({ to: CAROL, value: 1n, nonce: nonce + 5 });
    assert.equal(await kept.request("hardhat_dropTransaction", dropped.hash), true);
    await kept.restart();
    // Blocks are made at once again: how they are made is an option, and not kept.
    await kept.request("evm_mine");
    assert.equal((await kept.client().getTransactionReceipt(first.hash))?.status, 1);
    assert.equal(await kept.client().getTransactionReceipt(later.hash), null);
    await kept.wallet(ALICE).sendTransaction({ to: CAROL, value: 1n, nonce: nonce - 1 });
    await kept.request("evm_mine");
    assert.equal((await kept.client().getTransactionReceipt(later.hash))?.status, 1);
    assert.equal(await kept.client().getTransaction(dropped.hash), null);
  });

  test("repeats contracts, changes of state without a transaction and impersonations, and seals them", async () => {
    const rich = "0x00000000000000000000000000000000000ca202";
    await kept.request("hardhat_setBalance", rich, "0xde0b6b3a7640000");
    await kept.request("hardhat_impersonateAccount", rich);
    const hash = await kept.request("eth_sendTransaction", { from: rich, to: CAROL, value: "0x5" });
    // It creates a contract whenever it is called: PUSH1 0, three times, CREATE, STOP.
    const creator = "600060006000f000";
    const sent = await kept.wallet(ALICE).sendTransaction({ data: `0x67${creator}60005260086018f3` });
    const { contractAddress } = (await sent.wait()) ?? assert.fail("no receipt");
    assert.ok(contractAddress !== null);
    await (await kept.wallet(ALICE).sendTransaction({ to: contractAddress, gasLimit: 100_000n })).wait();
    const before = await answers(kept.devnet);
    await kept.restart();
    assert.deepEqual(await answers(kept.devnet), before);
    assert.ok(await kept.client().getTransactionReceipt(String(hash)));
    assert.equal(await kept.client().getCode(contractAddress), `0x${creator}`);
    await settleNow(kept.chain());
  });

  test("can form a batch of an earlier process again", async () => {
    const hash = await kept.pay(13n);
    await kept.restart();
    const { pipeline } = kept.chain();
    await pipeline.pause();
    const batch = await pipeline.seal();
    const { lost, firstBatch } = await pipeline.reseal();
    assert.deepEqual([lost, firstBatch], [[], batch?.outputs.batchNumber]);
    await pipeline.settled(firstBatch);
    assert.equal((await kept.client().getTransactionReceipt(hash))?.status, 1);
    const before = await answers(kept.devnet);
    await kept.restart();
    assert.deepEqual(await answers(kept.devnet), before);
  });

  test("A7: recovers from a crash in the middle of a rewind: what is kept is the chain before it, or the chain after it", async () => {
    const paid = [await kept.pay(21n), await kept.pay(22n)];
    const { pipeline } = kept.chain();
    await pipeline.pause();
    const batch = await pipeline.seal();
    await kept.deposit();
    // What a process that dies at this moment leaves behind.
    const images: string[] = [];
    const takeImage = (): void => {
      const image = mkdtempSync(join(tmpdir(), "crash-"));
      cpSync(kept.folder, image, { recursive: true });
      images.push(image);
    };
    const { engine } = pipeline.chain;
    const { mine } = engine;
    Object.assign(engine, { mine: (...block: Parameters<typeof mine>) => (takeImage(), mine.apply(engine, block)) });
    const { firstBatch, lost } = await pipeline.reseal();
    takeImage();
    Object.assign(engine, { mine });
    assert.deepEqual([firstBatch, lost], [batch?.outputs.batchNumber, []]);
    await pipeline.settled(firstBatch);
    assert.ok(images.length > 3, `${images.length} steps`);

    for (const image of [images[0]!, images[images.length >> 1]!, images.at(-1)!]) {
      const devnet = await startFlowDevnet([A, B], { relayer: true, proofs: "none", data: image });
      const [chain] = devnet.chains;
      await chain!.pipeline.pollL1();
      await chain!.pipeline.seal();
      await devnet.settle(A);
      for (const hash of paid) {
        const receipt = (await chain!.provider.request({ method: "eth_getTransactionReceipt", params: [hash] })) as {
          readonly status: string;
        };
        assert.equal(receipt.status, "0x1");
      }
      const { sealed, executed } = chain!.pipeline.progress();
      assert.deepEqual([executed, chain!.pipeline.fault()], [sealed, undefined]);
      await devnet.close();
      assert.deepEqual(devnet.faults, []);
    }
    for (const image of images) rmSync(image, { recursive: true });
    // What the batch brought the other chain.
    await kept.pollL1();
  });

  test("is the same ecosystem in a copy of its folder", async () => {
    const before = await answers(kept.devnet);
    await kept.stop();
    const copy = mkdtempSync(join(tmpdir(), "copy-"));
    cpSync(kept.folder, copy, { recursive: true });
    const devnet = await startFlowDevnet([A, B], { relayer: true, proofs: "none", data: copy });
    assert.deepEqual(await answers(devnet), before);
    await devnet.close();
    rmSync(copy, { recursive: true });
    await kept.start();
  });

  test("refuses options that describe another ecosystem, and a second process", async () => {
    await assert.rejects(startFlowDevnet([A, B], { data: kept.folder, proofs: "none" }), { code: "InUse" });
    await kept.stop();
    await assert.rejects(startFlowDevnet([A], { data: kept.folder, proofs: "none" }), {
      name: "DevnetOptionsError",
      message: /^chains is \["chain-271"\], and the kept ecosystem was started with \["chain-271","chain-272"\]/,
    });
    await kept.start();
  });
});
