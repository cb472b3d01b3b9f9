import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { isMark, NO_BATCH, type BatchRecord } from "../../../src/ground/protocol/batch-record.ts";
import { wordToHex } from "../../../src/ground/protocol/hex.ts";
import { TestChain } from "./support/chain.ts";
import { as, defaultConfiguration, deployEcosystem, eventsOf, send, type Ecosystem } from "./support/ecosystem.ts";
import { assertReverts } from "./support/errors.ts";
import { activateExit } from "./support/exits.ts";
import { recordOfBatch, recordOfMark } from "../../support/batch-record.ts";

describe("§8.11: marks of silent and stopped chains in the registry", () => {
  let ecosystem: Ecosystem;
  let nextChainId = 270n;
  before(async () => {
    ecosystem = await deployEcosystem();
  });
  after(() => ecosystem.l1.close());

  const create = async (): Promise<TestChain> =>
    TestChain.create(ecosystem, await defaultConfiguration(ecosystem, nextChainId++));
  /** Marks a chain by an unrelated account. */
  const mark = (chainId: bigint) => send(as(ecosystem.roots, ecosystem.accounts[9]!), "mark", chainId);
  const leafOf = (
    receipt: Awaited<ReturnType<typeof mark>>,
  ): { chainId: bigint; batchNumber: bigint; logRoot: string; record: BatchRecord } => {
    const [event, ...others] = eventsOf(ecosystem.roots, receipt, "TransactionRootUpdated");
    assert.equal(others.length, 0);
    const { chainId, batchNumber, logRoot, record } = event!.args.toObject() as never;
    return { chainId, batchNumber, logRoot, record: (record as { toObject(): BatchRecord }).toObject() };
  };

  test("say which state a chain had kept until now, under the number of the batch to come", async () => {
    const chain = await create();
    const { chainId, protocolVersion } = chain.configuration;
    const genesis = { protocolVersion, stateRoot: chain.last.newStateRoot, lastBlock: 0n, exited: false };
    const first = leafOf(await mark(chainId));
    assert.deepEqual(first, {
      chainId,
      batchNumber: 0n,
      logRoot: wordToHex(0n),
      record: recordOfMark(genesis, await ecosystem.latestTimestamp()),
    });

    const { stored } = await chain.settle();
    // Batches that are only committed are not included.
    await chain.commit(await chain.form());
    await ecosystem.increaseTime(3_600n);
    const second = leafOf(await mark(chainId));
    const executed = { protocolVersion, stateRoot: stored.newStateRoot, lastBlock: stored.lastBlock, exited: false };
    const record = recordOfMark(executed, await ecosystem.latestTimestamp());
    assert.deepEqual(second, { chainId, batchNumber: 1n, logRoot: wordToHex(0n), record });
    assert.deepEqual([isMark(record), record.lastTimestamp, record.provenSince], [true, 0n, NO_BATCH]);
  });

  test("come an hour after the chain's last leaf or later", async () => {
    const chain = await create();
    const { chainId } = chain.configuration;
    await chain.settle();
    await assertReverts(mark(chainId), "MarkTooEarly");
    await ecosystem.increaseTime(3_600n);
    await mark(chainId);
    await assertReverts(mark(chainId), "MarkTooEarly");
  });

  test("end with a stopped chain's time at the largest number, at its exit and whenever it is marked later", async () => {
    const chain = await create();
    const { chainId, protocolVersion } = chain.configuration;
    const { stored } = await chain.settle();
    await chain.request();
    await activateExit(ecosystem, chain);
    const receipt = await chain.contract
      .runner!.provider!.getBlock("latest")
      .then((block) => block!.getTransaction(0))
      .then((sent) => sent.wait());
    const state = { protocolVersion, stateRoot: stored.newStateRoot, lastBlock: stored.lastBlock, exited: true };
    const { record } = leafOf(receipt as never);
    assert.deepEqual(record, recordOfMark(state, await ecosystem.latestTimestamp()));
    assert.equal(record.lastTimestamp, NO_BATCH);
    await ecosystem.increaseTime(3_600n);
    assert.deepEqual(leafOf(await mark(chainId)).record, recordOfMark(state, await ecosystem.latestTimestamp()));
  });

  test("are made by the registry alone, of chains that exist", async () => {
    const chain = await create();
    await assertReverts(send(chain.contract, "markRecord"), "OnlyRegistry");
    await assertReverts(mark(9_999n), "UnknownChain(9999)");
  });

  test("differ from what an executed batch leaves", async () => {
    const chain = await create();
    const formed = await chain.form();
    const { stored } = await chain.commit(formed);
    await chain.prove(stored);
    const leaf = leafOf(await chain.execute(stored, formed));
    const record = recordOfBatch(stored, await ecosystem.latestTimestamp());
    assert.deepEqual(leaf, { chainId: chain.configuration.chainId, batchNumber: 0n, logRoot: stored.l2LogsTreeRoot, record });
    assert.deepEqual([isMark(record), record.provenSince], [false, 1n]);
  });
});
