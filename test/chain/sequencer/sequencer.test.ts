import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { getCreateAddress } from "ethers";
import { setImmediate } from "node:timers/promises";
import { LeafKind } from "../../../src/ground/protocol/domain-tags.ts";
import { hashOutputs } from "../../../src/ground/protocol/outputs.ts";
import { wordToHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { BOOTLOADER_ADDRESS, L1_MESSENGER_ADDRESS } from "../../../src/ground/protocol/l2-log.ts";
import type { PriorityOperation } from "../../../src/ground/protocol/system-transactions.ts";
import { MempoolError } from "../../../src/chain/mempool/mempool.ts";
import { SequencerError } from "../../../src/chain/sequencer/sequencer-error.ts";
import { testContract } from "../support/artifact.ts";
import { startTestChain, type TestChain, type TestChainOptions } from "../support/chain.ts";
import { GENESIS_TIMESTAMP } from "../support/engine.ts";
import { testGenesis, testSystem } from "../support/system.ts";
import { TestWallet } from "../support/wallet.ts";
import { ask } from "../support/ask.ts";

const ETHER = 10n ** 18n;
const SINK: Hex = `0x${"c3".repeat(20)}`;

const refusal = (code: SequencerError["code"]) => (error: unknown) => error instanceof SequencerError && error.code === code;
const rejection = (code: MempoolError["code"]) => (error: unknown) => error instanceof MempoolError && error.code === code;

async function withChain(options: TestChainOptions, work: (test: TestChain, wallet: TestWallet) => Promise<void>): Promise<void> {
  const wallet = new TestWallet(20);
  const test = await startTestChain({
    ...options,
    genesis: [...(options.genesis ?? []), { address: wallet.address, balanceWei: 1000n * ETHER }],
  });
  try {
    await work(test, wallet);
  } finally {
    await test.chain.close();
  }
}

describe("sequencer with a block for each transaction", () => {
  let test: TestChain;
  const wallet = new TestWallet(21);

  before(async () => {
    test = await startTestChain({ genesis: [{ address: wallet.address, balanceWei: 1000n * ETHER }] });
  });
  after(() => test.chain.close());

  it("has a transaction in a block when its submission resolves", async () => {
    const hash = await test.chain.submit(await wallet.signRaw({ to: SINK, value: 5n }));
    // The batch's opening has block 1.
    assert.deepEqual(
      test.blocks.map(({ environment, batchNumber }) => [environment.number, batchNumber]),
      [
        [1n, 1n],
        [2n, 1n],
      ],
    );
    assert.equal(test.blocks[1]?.receipts[0]?.transactionHash, hash);
    assert.equal(await ask(test.chain, "eth_getBalance", [SINK, "latest"]), "0x5");
  });

  it("makes a block for each of many transactions, in the order of their arrival", async () => {
    const first = test.blocks.length;
    const raw = await Promise.all(
      [0, 1, 2, 3, 4].map((i) => wallet.signRaw({ to: SINK, value: BigInt(i), nonce: wallet.nonce + i })),
    );
    const hashes = await Promise.all(raw.map((each) => test.chain.submit(each)));
    assert.deepEqual(
      test.blocks.slice(first).map(({ receipts }) => receipts.map(({ transactionHash }) => transactionHash)),
      hashes.map((hash) => [hash]),
    );
  });

  it("waits with a transaction until the missing nonce comes", async () => {
    const nonce = wallet.nonce;
    await test.chain.submit(await wallet.signRaw({ to: SINK, nonce: nonce + 1 }));
    assert.equal(test.chain.mempool.size, 1);
    const first = test.blocks.length;
    await test.chain.submit(await wallet.signRaw({ to: SINK, nonce }));
    await test.chain.sequencer.mine();
    wallet.nonce = nonce + 2;
    assert.equal(test.chain.mempool.size, 0);
    assert.equal(test.blocks.slice(first).flatMap(({ receipts }) => receipts).length, 2);
  });

  it("takes time from the clock and never runs back", async () => {
    test.clock.advance(10_000);
    await test.chain.submit(await wallet.signRaw({ to: SINK }));
    assert.equal(test.blocks.at(-1)?.environment.timestamp, GENESIS_TIMESTAMP + 10n);
    await test.chain.submit(await wallet.signRaw({ to: SINK }));
    assert.equal(test.blocks.at(-1)?.environment.timestamp, GENESIS_TIMESTAMP + 10n);
    await test.chain.sequencer.setNextTimestamp(GENESIS_TIMESTAMP + 100n);
    await test.chain.sequencer.mine();
    await test.chain.sequencer.mine();
    test.clock.advance(1000);
    await test.chain.sequencer.skipTime(1000n);
    await test.chain.sequencer.mine();
    assert.deepEqual(
      test.blocks.slice(-3).map(({ environment }) => environment.timestamp - GENESIS_TIMESTAMP),
      [100n, 100n, 1101n],
    );
    await assert.rejects(test.chain.sequencer.setNextTimestamp(GENESIS_TIMESTAMP), refusal("TimestampInPast"));
    assert.equal(test.chain.sequencer.fault, undefined);
  });

  it("seals on demand: outputs on L2, messages in order, net changes without the outputs", async () => {
    const messenger = await testContract("TestMessenger");
    const send = (text: string) =>
      wallet.signRaw({ to: L1_MESSENGER_ADDRESS, data: messenger.abi.encodeFunctionData("sendToL1", [text]) });
    await test.chain.submit(await send("0x1234"));
    await test.chain.submit(await send("0x"));
    await test.chain.sequencer.importRoots([{ registryIndex: 3n, root: wordToHex(77n) }]);
    const batch = await test.chain.seal();
    assert.ok(batch);
    const last = test.blocks.at(-1)!;
    assert.deepEqual(batch.logs, [
      { type: "message", sender: wallet.address, body: Uint8Array.of(0x12, 0x34) },
      { type: "message", sender: wallet.address, body: new Uint8Array() },
    ]);
    assert.equal(batch.outputs.firstBlock, 1n);
    assert.equal(batch.outputs.lastBlock, last.environment.number);
    assert.equal(batch.outputs.lastTimestamp, last.environment.timestamp);
    assert.equal(batch.outputs.logCount, 2n);
    assert.equal(batch.outputs.importedRootCount, 1n);
    assert.equal(batch.outputsHash, hashOutputs(batch.outputs));
    assert.equal(
      await ask(test.chain, "eth_getStorageAt", ["0x000000000000000000000000000000000000800b", "0x0", "latest"]),
      batch.outputsHash,
    );
    assert.equal(
      batch.writes.some(({ address, slot }) => address === 0x800bn && slot === 0n),
      false,
    );
    const header = batch.writes.find(({ address, leafKind }) => address === BigInt(SINK) && leafKind === LeafKind.account);
    assert.equal(header?.value, BigInt((await ask(test.chain, "eth_getBalance", [SINK, "latest"])) as Hex) << 64n);
    assert.equal(await test.chain.seal(), undefined);
  });

  it("executes a priority operation from payout to result, failed or not", async () => {
    const step = (to: Hex, data: Hex = "0x", valueWei = 0n) => ({
      from: BOOTLOADER_ADDRESS,
      to,
      data,
      valueWei,
      gasLimit: 100_000n,
    });
    const creation = await test.chain.submit(await wallet.signRaw({ data: "0x600b380380600b5f395ff35f5ffd0000000000000000" }));
    const receipt = (await ask(test.chain, "eth_getTransactionReceipt", [creation])) as { contractAddress: Hex };
    const sender: Hex = `0x${"a1".repeat(20)}`;
    const operation = (n: bigint, to: Hex, valueWei = 0n): PriorityOperation => ({
      canonicalTxHash: wordToHex(n),
      payout: [step("0x000000000000000000000000000000000000800b", `0x${wordToHex(50n).slice(2)}${wordToHex(n).slice(2)}`)],
      operation: { ...step(to, "0x", valueWei), from: sender },
      conclusion: ({ success }) => [
        step(
          "0x000000000000000000000000000000000000800b",
          `0x${wordToHex(60n + n).slice(2)}${wordToHex(success ? 1n : 2n).slice(2)}`,
        ),
      ],
    });
    const { sequencer } = test.chain;
    assert.equal((await sequencer.runPriorityOp(operation(1n, SINK))).success, true);
    assert.equal((await sequencer.runPriorityOp(operation(2n, receipt.contractAddress))).success, false);
    // Not even includable: the sender cannot pay the value.
    assert.equal((await sequencer.runPriorityOp(operation(3n, SINK, 1n))).operationHash, undefined);
    const slot = (n: number) =>
      ask(test.chain, "eth_getStorageAt", ["0x000000000000000000000000000000000000800b", `0x${n.toString(16)}`, "latest"]);
    assert.deepEqual([await slot(61), await slot(62), await slot(63)], [wordToHex(1n), wordToHex(2n), wordToHex(2n)]);
    const batch = await test.chain.seal();
    assert.deepEqual(batch?.logs, [
      { type: "priorityOp", success: true },
      { type: "priorityOp", success: false },
      { type: "priorityOp", success: false },
    ]);
    assert.deepEqual(batch?.canonicalTxHashes, [1n, 2n, 3n].map(wordToHex));
    assert.equal(batch?.outputs.priorityOpCount, 3n);
  });

  it("returns to a mark across a batch boundary, in every stage", async () => {
    await test.chain.submit(await wallet.signRaw({ to: SINK }));
    const nonce = wallet.nonce;
    const { head } = test.chain.sequencer;
    const root = test.chain.tree.root;
    const mark = await test.chain.snapshot();
    await test.chain.submit(await wallet.signRaw({ to: SINK, value: 9n }));
    const undone = await test.chain.seal();
    await test.chain.submit(await wallet.signRaw({ to: SINK }));
    await test.chain.revert(mark);
    assert.deepEqual(test.chain.sequencer.head, head);
    assert.deepEqual(test.chain.tree.root, root);
    wallet.nonce = nonce;
    await test.chain.submit(await wallet.signRaw({ to: SINK, value: 9n }));
    const again = await test.chain.seal();
    assert.equal(again?.commitment, undone?.commitment);
  });
});

describe("sequencer's policies", () => {
  it("packs what waits into a block each interval", async () => {
    await withChain(
      { sequencer: { blocks: { type: "interval", intervalMs: 100, maxTransactions: 3 } } },
      async (test, wallet) => {
        for (let i = 0; i < 5; i++) await test.chain.submit(await wallet.signRaw({ to: SINK, value: 1n }));
        assert.equal(test.blocks.length, 0);
        test.clock.advance(100);
        // Whatever is asked of the sequencer comes after the tick's work.
        await test.chain.sequencer.skipTime(0n);
        assert.deepEqual(
          test.blocks.map(({ receipts }) => receipts.length),
          [1, 3],
        );
        test.clock.advance(99);
        await test.chain.sequencer.skipTime(0n);
        assert.equal(test.blocks.length, 2);
        test.clock.advance(1);
        await test.chain.sequencer.skipTime(0n);
        assert.deepEqual(
          test.blocks.map(({ receipts }) => receipts.length),
          [1, 3, 2],
        );
      },
    );
  });

  it("packs a burst into few blocks where the policy allows it, and makes the first one at once", async () => {
    await withChain({ sequencer: { blocks: { type: "instant", maxTransactions: 100 } } }, async (test, wallet) => {
      const raws = await Promise.all(Array.from({ length: 20 }, (_, i) => wallet.signRaw({ to: SINK, value: 1n, nonce: i })));
      await Promise.all(raws.map((raw) => test.chain.submit(raw)));
      const counts = test.blocks.slice(1).map(({ receipts }) => receipts.length);
      assert.equal(
        counts.reduce((sum, count) => sum + count, 0),
        20,
      );
      assert.ok(counts.length < 20, `blocks of ${counts.join()}`);
      assert.equal(await ask(test.chain, "eth_getBalance", [SINK, "latest"]), "0x14");
    });
  });

  it("puts a transaction that spends what an earlier one brings into the next block", async () => {
    await withChain(
      { sequencer: { blocks: { type: "interval", intervalMs: 100, maxTransactions: 10 } } },
      async (test, wallet) => {
        const heir = new TestWallet(22);
        await test.chain.submit(await wallet.signRaw({ to: heir.address, value: ETHER }));
        test.clock.advance(100);
        await test.chain.sequencer.skipTime(0n);
        // Passes the pool's check, but after the first one the second cannot be paid from the state before the block.
        await test.chain.submit(await heir.signRaw({ to: SINK, value: ETHER - 10n ** 16n }));
        await test.chain.submit(await wallet.signRaw({ to: heir.address, value: ETHER }));
        await test.chain.submit(await heir.signRaw({ to: SINK, value: ETHER / 2n }));
        test.clock.advance(100);
        await test.chain.sequencer.skipTime(0n);
        assert.equal(test.blocks.flatMap(({ transactions }) => transactions.filter(({ kind }) => kind === "signed")).length, 4);
        assert.deepEqual(test.faults, []);
      },
    );
  });

  it("seals by age, by count and at a limit", async () => {
    await withChain(
      { sequencer: { batches: { maxAgeMs: 1000, maxTransactions: 3 } }, limits: { diffs: 60 } },
      async (test, wallet) => {
        await test.chain.submit(await wallet.signRaw({ to: SINK, gasLimit: 21_000n }));
        test.clock.advance(999);
        await test.chain.sequencer.skipTime(0n);
        assert.equal(test.batches.length, 0);
        test.clock.advance(1);
        await test.chain.sequencer.skipTime(0n);
        assert.equal(test.batches.length, 1);
        for (let i = 0; i < 3; i++) await test.chain.submit(await wallet.signRaw({ to: SINK, gasLimit: 21_000n }));
        await test.chain.sequencer.skipTime(0n);
        assert.equal(test.batches.length, 2);
        assert.equal(test.batches[1]?.transactionCount, 3);
        assert.equal(test.clock.pendingTimers, 0);
      },
    );
  });

  it("estimates no gas for data that no batch holds, as sending refuses them", async () => {
    await withChain({ limits: { inputBytes: 2_000 } }, async (test, wallet) => {
      const to: Hex = `0x${"5a".repeat(20)}`;
      const data = (bytes: number): Hex => `0x${"11".repeat(bytes)}`;
      const estimate = (bytes: number) => ask(test.chain, "eth_estimateGas", [{ from: wallet.address, to, data: data(bytes) }]);
      // Besides the data: 100 bytes of a batch, 24 of a block, 4 of a length, and about 105 of a transaction.
      await assert.rejects(estimate(1_800), refusal("ExceedsBatch"));
      await assert.rejects(test.chain.submit(await wallet.signRaw({ to, data: data(1_800) })), refusal("ExceedsBatch"));
      wallet.nonce--;
      const gasLimit = BigInt((await estimate(1_700)) as Hex);
      await test.chain.submit(await wallet.signRaw({ to, data: data(1_700), gasLimit }));
    });
  });

  it("seals a batch before a limit is exceeded and refuses what exceeds an empty batch", async () => {
    // The workload's transactions write a few slots each; the limit leaves room for two or three.
    await withChain({ limits: { diffs: 40 } }, async (test, wallet) => {
      const writer = await test.chain.submit(await wallet.signRaw({ data: WRITER_INIT, gasLimit: 200_000n }));
      const { contractAddress } = (await ask(test.chain, "eth_getTransactionReceipt", [writer])) as {
        contractAddress: Hex;
      };
      const write = (count: number, at: number) =>
        wallet.signRaw({
          to: contractAddress,
          data: `0x${wordToHex(BigInt(count)).slice(2)}${wordToHex(BigInt(at)).slice(2)}`,
          gasLimit: 1_000_000n,
        });
      for (let i = 0; i < 4; i++) await test.chain.submit(await write(8, 100 * i));
      await assert.rejects(test.chain.submit(await write(30, 1000)), refusal("ExceedsBatch"));
      wallet.nonce--;
      await test.chain.submit(await write(8, 2000));
      await test.chain.seal();
      assert.ok(test.batches.length >= 3, `${test.batches.length} batches`);
      for (const batch of test.batches) assert.ok(batch.entries.length <= 40, `${batch.entries.length} entries`);
      const stored = test.batches
        .flatMap(({ writes }) => writes)
        .filter(({ address, leafKind }) => address === BigInt(contractAddress) && leafKind === LeafKind.storage);
      assert.equal(stored.length, 40);
    });
  });

  it("gives imports that would not fit a fresh batch, however many roots other chains make", async () => {
    await withChain({ limits: { diffs: 60 } }, async (test) => {
      test.canSeal = false;
      for (let i = 1n; i <= 60n; i++) await test.chain.sequencer.importRoots([{ registryIndex: i, root: wordToHex(i) }]);
      await test.chain.seal();
      assert.equal(
        test.batches.reduce((sum, { outputs }) => sum + outputs.importedRootCount, 0n),
        60n,
      );
      for (const batch of test.batches) assert.ok(batch.entries.length <= 60, `${batch.entries.length} entries`);
      assert.deepEqual(test.faults, []);
    });
    await withChain({}, async (test) => {
      for (let i = 1n; i <= 257n; i++) await test.chain.sequencer.importRoots([{ registryIndex: i, root: wordToHex(i) }]);
      await test.chain.seal();
      assert.deepEqual(
        test.batches.map(({ outputs }) => outputs.importedRootCount),
        [256n, 1n],
      );
    });
  });

  it("lets batches grow while proving is behind, then lets the pool fill and says so", async () => {
    await withChain({ limits: { diffs: 30 }, mempool: { maxTransactions: 4 } }, async (test, wallet) => {
      test.canSeal = false;
      const waiting: Promise<Hex>[] = [];
      const transfer = (i: number) =>
        wallet.signRaw({ to: `0x${(0x1000 + i).toString(16).padStart(40, "0")}`, value: 1n, gasLimit: 21_000n });
      let sent = 0;
      while (!test.chain.sequencer.isHeldUp) {
        let settled = false;
        const submission = test.chain.submit(await transfer(sent++)).finally(() => (settled = true));
        while (!settled && !test.chain.sequencer.isHeldUp) await setImmediate();
        if (!settled) waiting.push(submission);
      }
      assert.ok(sent > 3, `${sent} transactions fit`);
      assert.equal(waiting.length, 1);
      while (waiting.length < 4) {
        const size = test.chain.mempool.size;
        waiting.push(test.chain.submit(await transfer(sent++)));
        while (test.chain.mempool.size === size) await setImmediate();
      }
      await assert.rejects(test.chain.submit(await transfer(sent)), rejection("PoolFull"));
      assert.equal(test.batches.length, 0);
      test.canSeal = true;
      test.chain.sequencer.resume();
      await Promise.all(waiting);
      assert.equal(test.batches.length, 1);
      assert.equal(test.chain.mempool.size, 0);
    });
  });
});

/** Stores 1 in as many consecutive slots as input word 0 says, from the slot in input word 1 on. */
const WRITER_INIT: Hex = "0x600b380380600b5f395ff35f356020355b8115601b57600181556001019060019003906005565b00";

describe("sequencer against hostile code", () => {
  it("refuses it by every way in and keeps running", async () => {
    await withChain({}, async (test, wallet) => {
      const refuse = async (request: Parameters<TestWallet["signRaw"]>[0]) => {
        await assert.rejects(test.chain.submit(await wallet.signRaw(request)), refusal("HostileCode"));
        wallet.nonce--;
      };
      // Direct init code, every length that EDR cannot stand.
      await refuse({ data: "0x73" });
      await refuse({ data: `0x73${"00".repeat(19)}` });
      // Deployed runtime code: init code that returns the byte 0x73.
      await refuse({ data: "0x60735f5360015ff3" });
      // Nested CREATE of init code 0x73.
      await refuse({ data: "0x60735f5360015f5ff000" });
      // Nested creations that never run, because they would pay more than they have: EDR checks the code all the same.
      await refuse({ data: "0x60735f5360015f6001f000" });
      await refuse({ data: "0x60735f535f60015f6001f500" });
      // A factory that creates whatever it is given, by CREATE and by CREATE2.
      let factory: Hex = SINK;
      for (const create of ["365f5ff0", "5f365f5ff5"]) {
        const runtime = `365f5f37${create}00`;
        const length = (runtime.length / 2).toString(16).padStart(2, "0");
        const hash = await test.chain.submit(
          await wallet.signRaw({ data: `0x60${length}80600a5f395ff300${runtime}`, gasLimit: 200_000n }),
        );
        const { contractAddress } = (await ask(test.chain, "eth_getTransactionReceipt", [hash])) as {
          contractAddress: Hex;
        };
        factory = contractAddress;
        await refuse({ to: factory, data: "0x73" });
        // Init code that would deploy hostile runtime code.
        await refuse({ to: factory, data: "0x60735f5360015ff3" });
        await test.chain.submit(await wallet.signRaw({ to: factory, data: "0x5f5ff3" }));
      }
      // An account that delegates to the factory runs its code, in the delegating transaction and in later ones.
      const delegating = new TestWallet(23);
      const authorizationList = [delegating.authorize(factory, 0)];
      await refuse({ type: 4, to: delegating.address, data: "0x73", authorizationList });
      await test.chain.submit(await wallet.signRaw({ type: 4, to: delegating.address, data: "0x5f5ff3", authorizationList }));
      await refuse({ to: delegating.address, data: "0x73" });
      assert.equal(test.chain.sequencer.fault, undefined);
      await test.chain.seal();
      assert.equal(test.batches.length, 1);
    });
  });

  it("looks again at an address that was without code before, however code came to it", async () => {
    await withChain({}, async (test, wallet) => {
      // Creates what it is given; and init code that gives an account this code.
      const creator = "365f5f37365f5ff000";
      const creatorInit = `0x60${(creator.length / 2).toString(16).padStart(2, "0")}80600a5f395ff300${creator}`;
      const hash = await test.chain.submit(await wallet.signRaw({ data: creatorInit, gasLimit: 200_000n }));
      const { contractAddress: factory } = (await ask(test.chain, "eth_getTransactionReceipt", [hash])) as {
        contractAddress: Hex;
      };
      const delegating = new TestWallet(24);
      const authorizationList = [delegating.authorize(factory, 0)];
      const ways: readonly [string, Parameters<TestWallet["signRaw"]>[0]][] = [
        [getCreateAddress({ from: factory, nonce: 1 }), { to: factory, data: creatorInit }],
        [delegating.address, { type: 4, to: SINK, authorizationList }],
        [getCreateAddress({ from: wallet.address, nonce: wallet.nonce + 5 }), { data: creatorInit, gasLimit: 200_000n }],
      ];
      for (const [target, request] of ways) {
        // The guard asks for the target's code, and finds none.
        await test.chain.submit(await wallet.signRaw({ to: target }));
        await test.chain.submit(await wallet.signRaw(request));
        await assert.rejects(test.chain.submit(await wallet.signRaw({ to: target, data: "0x73" })), refusal("HostileCode"));
        wallet.nonce--;
      }
      assert.equal(test.chain.sequencer.fault, undefined);
    });
  });

  it("asks again for code that a trusted creator may have made while no other creates", async () => {
    const factory: Hex = `0x${"fa".repeat(20)}`;
    const creator: Hex = "0x365f5f37365f5ff000";
    const child = getCreateAddress({ from: factory, nonce: 1 }).toLowerCase();
    let questions = 0;
    const predeploys = [...(await testGenesis()), { address: factory, nonce: 1n, code: creator }];
    await withChain({ predeploys }, async (test, wallet) => {
      const { engine } = test.chain;
      const state = engine.state.bind(engine);
      const counting: typeof state = (at) => {
        const reader = state(at);
        return { ...reader, code: (asked) => (asked === child && questions++, reader.code(asked)) };
      };
      Object.assign(engine, { state: counting });
      const send = async (request: Parameters<TestWallet["signRaw"]>[0]) => test.chain.submit(await wallet.signRaw(request));
      // Opens the batch, by transactions of the chain's own.
      await send({ to: SINK });
      await send({ to: child, gasLimit: 1_000_000n });
      const before = questions;
      // Init code that makes its account's code CALL, which the witness must run before much gas runs it.
      await send({ to: factory, data: "0x60f15f5360015ff3", gasLimit: 150_000n });
      await send({ to: child, gasLimit: 1_000_000n });
      assert.equal(questions > before, before > 0);
      assert.equal(test.chain.sequencer.fault, undefined);
    });
  });

  it("runs it in a priority operation as the EVM does, and pays the refund", async () => {
    await withChain({}, async (test) => {
      const operation: PriorityOperation = {
        canonicalTxHash: wordToHex(9n),
        payout: [],
        operation: { from: `0x${"a2".repeat(20)}`, to: undefined, data: "0x73", valueWei: 0n, gasLimit: 100_000n },
        conclusion: ({ success }) => [
          { from: BOOTLOADER_ADDRESS, to: SINK, data: success ? "0x01" : "0x02", valueWei: 0n, gasLimit: 100_000n },
        ],
      };
      const { success, operationHash } = await test.chain.sequencer.runPriorityOp(operation);
      assert.deepEqual([success, operationHash !== undefined], [true, true]);
      assert.equal(test.blocks.at(-1)?.transactions.at(-1)?.data, "0x01");
    });
  });
});

describe("sequencer's faults", () => {
  it("stops when the outputs on L2 are not those that L1 will compute", async () => {
    const system = {
      ...testSystem,
      closing: (...[outputs, hashes]: Parameters<typeof testSystem.closing>) =>
        testSystem.closing({ ...outputs, logCount: 1n }, hashes),
    };
    await withChain({ system }, async (test, wallet) => {
      await test.chain.submit(await wallet.signRaw({ to: SINK }));
      await assert.rejects(test.chain.seal(), refusal("OutputsDiffer"));
      assert.equal(test.batches.length, 0);
    });
  });

  it("stops when one of its system transactions fails", async () => {
    const system = {
      ...testSystem,
      opening: () => [{ from: BOOTLOADER_ADDRESS, to: undefined, data: "0xfe" as Hex, valueWei: 0n, gasLimit: 100_000n }],
    };
    await withChain({ system }, async (test, wallet) => {
      await assert.rejects(test.chain.submit(await wallet.signRaw({ to: SINK })), refusal("SystemTransactionFailed"));
    });
  });

  it("refuses what waits when it is closed", async () => {
    await withChain(
      { sequencer: { blocks: { type: "interval", intervalMs: 100, maxTransactions: 3 } } },
      async (test, wallet) => {
        await test.chain.submit(await wallet.signRaw({ to: SINK }));
        await test.chain.close();
        assert.equal(test.clock.pendingTimers, 0);
        await assert.rejects(test.chain.submit(await wallet.signRaw({ to: SINK })), refusal("Stopped"));
      },
    );
  });
});
