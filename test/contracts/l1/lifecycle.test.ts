import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { hashStoredBatch } from "../../../src/protocol/stored-batch.ts";
import { transactionTreeLeaf, transactionTreeRoot } from "../../../src/protocol/transaction-tree.ts";
import { defaultConfiguration, deployEcosystem, eventsOf, view } from "./support/ecosystem.ts";
import type { Ecosystem } from "./support/ecosystem.ts";
import { TestChain } from "./support/chain.ts";

describe("a batch's way through commit, prove and execute", () => {
  let ecosystem: Ecosystem;
  let chain: TestChain;
  before(async () => {
    ecosystem = await deployEcosystem();
    chain = await TestChain.create(ecosystem, await defaultConfiguration(ecosystem, 270n));
  });
  after(() => ecosystem.l1.close());

  test("L1 computes what TypeScript computes, from genesis to the registry", async () => {
    assert.equal(await view(chain.contract, "executedStateRoot"), chain.last.newStateRoot);
    const formed = await chain.form({ changes: [{ type: "update", index: 7, isCode: false, value: 5n }] });
    const { stored, receipt } = await chain.commit(formed);
    const [committed] = eventsOf(chain.contract, receipt, "BlockCommit");
    assert.equal(committed?.args["commitment"], stored.commitment);
    assert.equal(await view(chain.contract, "storedBatchHash", 0), hashStoredBatch(stored));
    const proven = await chain.prove(stored);
    assert.equal(eventsOf(chain.contract, proven, "BatchProven").length, 1);
    await chain.execute(stored, formed);
    assert.equal(await view(chain.contract, "executedStateRoot"), stored.newStateRoot);
    assert.equal(await view(chain.contract, "l2LogsRootHash", 0), stored.l2LogsTreeRoot);
    const leaf = transactionTreeLeaf({ chainId: 270n, batchNumber: 0n, logRoot: stored.l2LogsTreeRoot });
    assert.equal(await view(ecosystem.roots, "rootAt", 1), transactionTreeRoot([leaf]));
  });
});
