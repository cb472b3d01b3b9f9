import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Log, Provider } from "ethers";
import { ReconstructionError, type ReconstructionErrorCode } from "../../src/chain/reconstruction/reconstruction-error.ts";
import { hyperchainInterface } from "../../src/chain/settlement-layer/reader/contract-interfaces.ts";
import { alteredL1, flipBit, withData } from "./support/altered-l1.ts";
import { UNPROVEN } from "./support/devnet.ts";
import { genesisOf } from "./support/genesis.ts";
import { RebuiltRollup } from "./support/rebuilt-rollup.ts";
import { workloadSeed } from "./support/replay/collecting.ts";

/** Fields of a batch's record, which events and answers contain in sequence. */
const RECORD_FIELDS = hyperchainInterface.getEvent("BatchStored")?.inputs.find(({ name }) => name === "batch")?.components ?? [];

describe("A7: a reconstruction believes nothing that L1's contracts do not bind", () => {
  let rollup: RebuiltRollup;
  /** L1 transaction of a reverted commit. */
  let reverted: string;
  const seed = workloadSeed();

  before(async () => {
    rollup = await RebuiltRollup.start(seed, [], UNPROVEN);
    await rollup.work();
    await rollup.settle();
    const { batch, transactionHash } = await rollup.commitElsewhere(await rollup.rebuild());
    reverted = transactionHash;
    await rollup.revertFrom(batch.outputs.batchNumber);
    await rollup.sendMessages();
    await rollup.requestOperations();
    await rollup.settle();
  });
  after(() => rollup.close());

  const l1 = (): Provider => rollup.devnet.l1.provider;
  const refused = (lying: Provider, code: ReconstructionErrorCode, batchNumber?: bigint) =>
    assert.rejects(rollup.rebuild({ l1: lying }), (error: unknown) => {
      assert.ok(error instanceof ReconstructionError, String(error));
      assert.equal(error.code, code, error.message);
      if (batchNumber !== undefined) assert.equal(error.batchNumber, batchNumber, error.message);
      return true;
    });
  /** Offset of the first byte of pubdata in a commit's calldata. */
  const pubdataStart = (data: string): number => {
    const [, [{ batch }]] = hyperchainInterface.decodeFunctionData("commitBatches", data);
    const { pubdata } = batch as { readonly pubdata: string };
    return (data.indexOf(pubdata.slice(2)) - 2) / 2;
  };

  test("refuses an L1 that alters one bit of a batch's calldata, hides it, or brings another batch's", async () => {
    const { batches } = await rollup.rebuild();
    for (let i = 0; i < 40; i++) {
      const batch = batches[i % batches.length]!;
      const { committed, pubdataBytes } = batch;
      const place = Math.floor(rollup.random() * pubdataBytes);
      const bit = Math.floor(rollup.random() * 8);
      const calldata = (data: string, hash: string) =>
        hash === committed.transactionHash ? flipBit(data, pubdataStart(data) + place, bit) : data;
      await refused(alteredL1(l1(), { calldata }), "PubdataMismatch", batch.stored.batchNumber);
    }
    const [first, second] = batches.map(({ committed }) => committed.transactionHash);
    const secondData = (await l1().getTransaction(second!))!.data;
    const only = (hash: string, other: string | undefined) => ({
      calldata: (data: string, asked: string) => (asked === hash ? other : data),
    });
    await refused(alteredL1(l1(), only(first!, undefined)), "PubdataMissing", 0n);
    await refused(alteredL1(l1(), only(first!, "0x")), "PubdataMissing", 0n);
    await refused(alteredL1(l1(), only(first!, secondData)), "PubdataMissing", 0n);
  });

  test("finds a batch's calldata inside another contract's, also behind decoys", async () => {
    const honest = await rollup.rebuild();
    const { transactionHash } = honest.batches[1]!.committed;
    const wrap = (data: string) => `0xdeadbeef${flipBit(data, pubdataStart(data), 3).slice(2)}${"00".repeat(5)}${data.slice(2)}`;
    const wrapped = alteredL1(l1(), { calldata: (data, hash) => (hash === transactionHash ? wrap(data) : data) });
    assert.equal((await rollup.rebuild({ l1: wrapped })).stateRoot, honest.stateRoot);
  });

  test("refuses an L1 that alters one bit of an event, or leaves one out", async () => {
    const logsOf = async (name: string) => {
      const topics = [hyperchainInterface.getEvent(name)!.topicHash];
      return l1().getLogs({ address: rollup.hyperchain, topics, fromBlock: 0 });
    };
    const without = (hidden: Log) => (logs: readonly Log[]) =>
      logs.filter(({ blockNumber, index }) => blockNumber !== hidden.blockNumber || index !== hidden.index);
    const altered = (changed: Log, place: number) => (logs: readonly Log[]) =>
      logs.map((log) =>
        log.blockNumber === changed.blockNumber && log.index === changed.index ? withData(log, flipBit(log.data, place)) : log,
      );

    const records = (await logsOf("BatchStored")).filter(({ transactionHash }) => transactionHash !== reverted);
    for (const [i, record] of records.entries()) {
      await refused(alteredL1(l1(), { logs: without(record) }), "EventMissing");
      // Word 0 is the batch's number; of the others all are in the record's hash, a bytes20 with its first 20 bytes.
      for (let word = 1 + (i % 4); word < RECORD_FIELDS.length; word += 4) {
        const place = 32 * word + (RECORD_FIELDS[word]?.type === "bytes20" ? 19 : 31);
        await refused(alteredL1(l1(), { logs: altered(record, place) }), "RecordMismatch");
      }
    }
    for (const execution of await logsOf("BlockExecution")) {
      await refused(alteredL1(l1(), { logs: without(execution) }), "EventMissing");
    }
    for (const operation of await logsOf("NewPriorityRequest")) {
      await refused(alteredL1(l1(), { logs: without(operation) }), "EventMissing");
      // Word 1 is the hash, word 6 the operation's type.
      for (const word of [1, 6])
        await refused(alteredL1(l1(), { logs: altered(operation, 32 * word + 31) }), "OperationMismatch");
    }
  });

  test("refuses an L1 whose contract says something else than its events and calldata", async () => {
    const call = (name: string, place = 31) => {
      const { selector } = hyperchainInterface.getFunction(name)!;
      return { call: (answer: string, data: string) => (data.startsWith(selector) ? flipBit(answer, place) : answer) };
    };
    await refused(alteredL1(l1(), call("executedStateRoot")), "RootMismatch");
    await refused(alteredL1(l1(), call("storedBatchHash")), "RecordMismatch");
    await refused(alteredL1(l1(), call("l2LogsRootHash")), "LogRootMismatch");
    await refused(alteredL1(l1(), call("getTotalPriorityTxs")), "EventMissing");
    await refused(alteredL1(l1(), call("getFirstUnprocessedPriorityTx")), "RecordMismatch");
    await refused(alteredL1(l1(), call("getTotalBatchesCommitted")), "EventMissing");
    const stateRootAt = RECORD_FIELDS.findIndex(({ name }) => name === "newStateRoot");
    await refused(alteredL1(l1(), call("genesisBatch", stateRootAt * 32 + 31)), "GenesisMismatch");
    // As if it were another chain's contract: the commitments name this one.
    await refused(alteredL1(l1(), call("factory")), "NotAHyperchain");
  });

  test("refuses another genesis, an address without a chain, and an L1 that changes its mind meanwhile", async () => {
    const [first, ...rest] = await genesisOf();
    const other = [{ ...first!, balanceWei: 1n }, ...rest];
    await assert.rejects(rollup.rebuild({ genesis: other }), { name: "ReconstructionError", code: "GenesisMismatch" });
    for (const nobody of [rollup.alice, rollup.token, rollup.devnet.ecosystem.addresses.factory]) {
      await assert.rejects(rollup.rebuild({ hyperchain: nobody }), { name: "ReconstructionError", code: "NotAHyperchain" });
    }
    const blockHash = (hash: string | null, asked: number) => (asked === 0 ? hash : `0x${"11".repeat(32)}`);
    await refused(alteredL1(l1(), { blockHash }), "L1Reorganized");
  });

  test("reads page by page, with smaller pages where the node wants them", async () => {
    const honest = await rollup.rebuild();
    for (const blocksPerRequest of [1, 3, 7]) {
      const paged = await rollup.rebuild({ blocksPerRequest, fromBlock: 0 });
      assert.equal(paged.stateRoot, honest.stateRoot);
      assert.deepEqual(paged.batches, honest.batches);
    }
    const asked: number[] = [];
    const limited: Provider = new Proxy(l1(), {
      get(target, name) {
        const value: unknown = Reflect.get(target, name, target);
        if (name !== "getLogs") return typeof value === "function" ? (value.bind(target) as unknown) : value;
        return (filter: { fromBlock: number; toBlock: number }) => {
          asked.push(filter.toBlock - filter.fromBlock + 1);
          return asked.at(-1)! > 2 ? Promise.reject(new Error("query returned more than 10000 results")) : target.getLogs(filter);
        };
      },
    });
    assert.equal((await rollup.rebuild({ l1: limited })).stateRoot, honest.stateRoot);
    assert.ok(asked.some((width) => width > 2) && asked.some((width) => width <= 2), asked.join());
    // Pages grow again after a while, from the size that the node last took.
    asked.length = 0;
    assert.equal((await rollup.rebuild({ l1: limited, fromBlock: 0 })).stateRoot, honest.stateRoot);
    assert.ok(
      asked.slice(0, -1).some((width, i) => asked[i + 1]! > width),
      asked.join(),
    );
  });
});
