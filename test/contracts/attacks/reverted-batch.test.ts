import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { TestChain } from "../l1/support/chain.ts";
import { as, defaultConfiguration, deployEcosystem, send, view, type Ecosystem } from "../l1/support/ecosystem.ts";
import { assertReverts } from "../l1/support/errors.ts";

describe("attack 11: batches that the quorum reverted", () => {
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
    await send(chain.contract, "revertBatches", ...(await chain.signRevert(0n)));

    const stranger = as(chain.contract, ecosystem.accounts[5]!);
    await assertReverts(
      send(stranger, "commitBatches", formed.previous, [{ batch: formed.commit, approval: published }]),
      "NotAValidator",
    );
    assert.equal(await view(chain.contract, "getTotalBatchesCommitted"), 0n);

    // The quorum may change its mind: the same batch, signed again.
    [chain.last, chain.batchCount] = [genesis, 0n];
    const { stored } = await chain.commit(formed);
    await chain.prove(stored);
    await chain.execute(stored, formed);
    assert.equal(await view(chain.contract, "getTotalBatchesExecuted"), 1n);
  });

  // Signed for batches 1 and 2, and stored: with the number alone it would also revert later batches.
  test("a stranger cannot use a revert that was kept for later on batches that its signers had not seen", async () => {
    const chain = await TestChain.create(ecosystem, await defaultConfiguration(ecosystem, 271n));
    await chain.settle();
    await chain.commit(await chain.form());
    await chain.commit(await chain.form());
    const [kept, signatures] = await chain.signRevert(1n);
    await chain.commit(await chain.form());

    const stranger = as(chain.contract, ecosystem.accounts[5]!);
    const newest = await view<string>(chain.contract, "storedBatchHash", 3n);
    const error = `StoredBatchMismatch(3, ${newest}, ${kept.lastBatchHash})`;
    await assertReverts(send(stranger, "revertBatches", kept, signatures), error);
    await assertReverts(send(stranger, "revertBatches", { ...kept, lastBatchHash: newest }, signatures), "NotAValidator");
    const later = {
      ...kept,
      firstNumber: 2n,
      firstBatchHash: await view<string>(chain.contract, "storedBatchHash", 2n),
      lastBatchHash: newest,
    };
    await assertReverts(send(stranger, "revertBatches", later, signatures), "NotAValidator");
    assert.equal(await view(chain.contract, "getTotalBatchesCommitted"), 4n);
  });

  // The same content in a new commit has another record, which contains the time of its commit.
  test("a revert does not apply to other batches that took the numbers of those it names", async () => {
    const chain = await TestChain.create(ecosystem, await defaultConfiguration(ecosystem, 272n));
    const genesis = chain.last;
    const formed = await chain.form();
    await chain.commit(formed);
    const [kept, signatures] = await chain.signRevert(0n);
    await send(chain.contract, "revertBatches", kept, signatures);
    [chain.last, chain.batchCount] = [genesis, 0n];
    await chain.commit(formed);
    const stranger = as(chain.contract, ecosystem.accounts[5]!);
    await assertReverts(send(stranger, "revertBatches", kept, signatures), "RevertCountMismatch(1, 0)");
    await assertReverts(send(stranger, "revertBatches", { ...kept, revertCount: 1n }, signatures), "StoredBatchMismatch");
  });

  test("a revert is good until its time, and no longer", async () => {
    const chain = await TestChain.create(ecosystem, await defaultConfiguration(ecosystem, 273n));
    await chain.commit(await chain.form());
    const validUntil = (await ecosystem.latestTimestamp()) + 1_000n;
    const signed = await chain.signRevert(0n, { validUntil });
    const setNext = (timestamp: bigint) => ecosystem.l1.ethers.provider.send("evm_setNextBlockTimestamp", [Number(timestamp)]);
    await setNext(validUntil + 1n);
    await assertReverts(send(chain.contract, "revertBatches", ...signed), `RevertExpired(${validUntil}, ${validUntil + 1n})`);
    const [stretched] = await chain.signRevert(0n, { validUntil: validUntil + 1n });
    await assertReverts(send(chain.contract, "revertBatches", stretched, signed[1]), "NotAValidator");
    await setNext(validUntil + 2n);
    await send(chain.contract, "revertBatches", ...(await chain.signRevert(0n, { validUntil: validUntil + 2n })));
  });
});
