import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { TestChain } from "../l1/support/chain.ts";
import { as, defaultConfiguration, deployEcosystem, send, view } from "../l1/support/ecosystem.ts";
import type { Ecosystem } from "../l1/support/ecosystem.ts";
import { assertReverts } from "../l1/support/errors.ts";

describe("what the quorum took back", () => {
  let ecosystem: Ecosystem;
  before(async () => {
    ecosystem = await deployEcosystem();
  });
  after(() => ecosystem.l1.close());

  // Commits are open to anyone and signatures are public: with signatures of the commitment alone, one transaction could
  // commit, prove and execute what had just been reverted.
  test("a stranger cannot commit a reverted batch again with its old signatures", async () => {
    const chain = await TestChain.create(ecosystem, await defaultConfiguration(ecosystem, 270n));
    const genesis = chain.last;
    const formed = await chain.form();
    const published = await chain.sign(formed.expected.commitment);
    await chain.commit(formed);
    await send(chain.contract, "revertBatches", 0n, await chain.signRevert(0n, 0n));

    const stranger = as(chain.contract, ecosystem.accounts[5]!);
    await assertReverts(send(stranger, "commitBatch", formed.previous, formed.commit, published), "NotAValidator");
    assert.equal(await view(chain.contract, "getTotalBatchesCommitted"), 0n);

    // The quorum may change its mind: the same batch, signed anew.
    [chain.last, chain.batchCount] = [genesis, 0n];
    const { stored } = await chain.commit(formed);
    await chain.prove(stored);
    await chain.execute(stored, formed);
    assert.equal(await view(chain.contract, "getTotalBatchesExecuted"), 1n);
  });
});
