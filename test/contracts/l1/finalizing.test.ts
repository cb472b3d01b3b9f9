import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Result } from "ethers";
import { hashAssetFlows } from "../../../src/ground/protocol/asset-flows.ts";
import { wordToHex } from "../../../src/ground/protocol/hex.ts";
import { importedRootsRollingHash } from "../../../src/ground/protocol/rolling-hash.ts";
import { hashStoredBatch } from "../../../src/ground/protocol/stored-batch.ts";
import { transactionTreeLeaf, transactionTreeRoot } from "../../../src/ground/protocol/transaction-tree.ts";
import { proofOf, TestChain, type BatchContent } from "./support/chain.ts";
import {
  as,
  defaultConfiguration,
  deployEcosystem,
  digestOf,
  eventsOf,
  GENESIS_LEAVES,
  GENESIS_ROOT,
  NO_EXECUTION_PROOFS,
  RETIREMENT_NOTICE_SECONDS,
  send,
  view,
  furtherVersion,
  PROTOCOL_VERSION,
  type ChainConfiguration,
  type Ecosystem,
} from "./support/ecosystem.ts";
import { assertReverts } from "./support/errors.ts";
import { recordOfBatch } from "../../support/batch-record.ts";

describe("proving, executing and reverting", () => {
  let ecosystem: Ecosystem;
  let nextChainId = 270n;
  before(async () => {
    ecosystem = await deployEcosystem();
  });
  after(() => ecosystem.l1.close());

  const create = async (overrides: Partial<ChainConfiguration> = {}): Promise<TestChain> =>
    TestChain.create(ecosystem, { ...(await defaultConfiguration(ecosystem, nextChainId++)), ...overrides });
  const counts = async ({ contract }: TestChain): Promise<bigint[]> =>
    Promise.all(["Committed", "Verified", "Executed"].map((stage) => view<bigint>(contract, `getTotalBatches${stage}`)));

  describe("proving", () => {
    test("passes the stored statement to the version's verifier and says that it accepted", async () => {
      const chain = await create();
      const { stored } = await chain.commit(
        await chain.form({ changes: [{ type: "update", index: 9, isCode: false, value: 1n }] }),
      );
      const receipt = await chain.prove(stored);
      const [proven] = eventsOf(chain.contract, receipt, "BatchProven");
      assert.deepEqual([...proven!.args], [0n, stored.commitment, PROTOCOL_VERSION, await ecosystem.verifier.getAddress()]);
      assert.deepEqual(await counts(chain), [1n, 1n, 0n]);
    });

    test("anyone may prove; a refused proof changes nothing", async () => {
      const chain = await create();
      const { stored } = await chain.commit(await chain.form());
      const stranger = as(chain.contract, ecosystem.accounts[5]!);
      await assertReverts(send(stranger, "proveBatch", stored, wordToHex(1n)), `WrongProof(${proofOf(stored)})`);
      await assertReverts(send(stranger, "proveBatch", stored, "0x"), "WrongProof");
      await send(ecosystem.verifier, "setRefuses", true);
      await assertReverts(send(stranger, "proveBatch", stored, proofOf(stored)), "ProofRefused()");
      await send(ecosystem.verifier, "setRefuses", false);
      assert.deepEqual(await counts(chain), [1n, 0n, 0n]);
      await send(stranger, "proveBatch", stored, proofOf(stored));
    });

    test("proves in order, only committed batches, and only unchanged", async () => {
      const chain = await create();
      await assertReverts(send(chain.contract, "proveBatch", chain.last, "0x"), "BatchNotCommitted(0, 0)");
      const { stored: first } = await chain.commit(await chain.form());
      const { stored: second } = await chain.commit(await chain.form());
      await assertReverts(chain.prove(second), "BatchNumberMismatch(0, 1)");
      const forged = { ...first, newStateRoot: digestOf(9999) };
      await assertReverts(chain.prove(forged), `StoredBatchMismatch(0, ${hashStoredBatch(first)}, ${hashStoredBatch(forged)})`);
      await chain.prove(first);
      await assertReverts(chain.prove(first), "BatchNumberMismatch(1, 0)");
      await chain.prove(second);
      await assertReverts(chain.prove(second), "BatchNotCommitted(2, 1)");
    });

    test("rejects another chain's batch", async () => {
      const [chain, other] = [await create(), await create()];
      const { stored } = await other.commit(await other.form());
      await chain.commit(await chain.form());
      await assertReverts(chain.prove(stored), "StoredBatchMismatch");
    });
  });

  describe("executing", () => {
    test("publishes the log root, the state root and the registry's next root", async () => {
      const chain = await create();
      const before = await view<bigint>(ecosystem.roots, "latestRootIndex");
      const { stored } = await chain.settle({
        logs: [{ type: "message", sender: "0x00000000000000000000000000000000000000aa", body: Uint8Array.of(7) }],
      });
      assert.deepEqual(await counts(chain), [1n, 1n, 1n]);
      assert.equal(await view(chain.contract, "l2LogsRootHash", 0), stored.l2LogsTreeRoot);
      assert.equal(await view(chain.contract, "executedStateRoot"), stored.newStateRoot);
      assert.equal(await view(ecosystem.roots, "latestRootIndex"), before + 1n);
      if (before === 0n) {
        const leaf = transactionTreeLeaf({
          chainId: chain.configuration.chainId,
          batchNumber: 0n,
          logRoot: stored.l2LogsTreeRoot,
          record: recordOfBatch(stored, await ecosystem.latestTimestamp()),
        });
        assert.equal(await view(ecosystem.roots, "rootAt", 1), transactionTreeRoot([leaf]));
      }
    });

    test("executes in order, only proven batches, and only unchanged", async () => {
      const chain = await create();
      const formed = await chain.form();
      const { stored } = await chain.commit(formed);
      await assertReverts(chain.execute(stored, formed), "BatchNotProven(0, 0)");
      const { stored: second } = await chain.commit(await chain.form());
      await chain.prove(stored);
      await chain.prove(second);
      await assertReverts(chain.execute(second, formed), "BatchNumberMismatch(0, 1)");
      await assertReverts(chain.execute({ ...stored, committedAt: 0n }, formed), "StoredBatchMismatch");
      await chain.execute(stored, formed);
      await assertReverts(chain.execute(stored, formed), "BatchNumberMismatch(1, 0)");
      assert.deepEqual(await counts(chain), [2n, 2n, 1n]);
    });

    /** Batches that are proven: a message each, so that their log roots differ. */
    const proven = async (chain: TestChain, count: number, content: BatchContent = {}) => {
      const batches = [];
      for (let i = 0; i < count; i++) {
        const sender = "0x00000000000000000000000000000000000000aa" as const;
        const formed = await chain.form({ logs: [{ type: "message", sender, body: Uint8Array.of(i) }], ...content });
        const { stored } = await chain.commit(formed);
        await chain.prove(stored);
        batches.push({ stored, formed });
      }
      return batches;
    };

    test("executes several in one call: each has its log root, its event and its leaf in the registry", async () => {
      const chain = await create();
      const before = await view<bigint>(ecosystem.roots, "latestRootIndex");
      const batches = await proven(chain, 3);
      const receipt = await chain.executeAll(batches);
      const second = await ecosystem.latestTimestamp();
      assert.deepEqual(await counts(chain), [3n, 3n, 3n]);
      assert.equal(await view(chain.contract, "executedStateRoot"), batches[2]!.stored.newStateRoot);
      const events = eventsOf(chain.contract, receipt, "BlockExecution").map(({ args }) => [...args]);
      assert.deepEqual(
        events,
        batches.map(({ stored }) => [stored.batchNumber, hashStoredBatch(stored), stored.commitment]),
      );
      const leaves = eventsOf(ecosystem.roots, receipt, "TransactionRootUpdated");
      assert.equal(leaves.length, 3);
      for (const [i, { stored }] of batches.entries()) {
        assert.equal(await view(chain.contract, "l2LogsRootHash", i), stored.l2LogsTreeRoot);
        const root = leaves[i]!.args["root"] as string;
        assert.equal(await view(ecosystem.roots, "rootAt", before + BigInt(i) + 1n), root);
        const { chainId, batchNumber, logRoot, record } = leaves[i]!.args;
        assert.deepEqual([chainId, batchNumber, logRoot], [chain.configuration.chainId, BigInt(i), stored.l2LogsTreeRoot]);
        assert.deepEqual((record as Result).toObject(), recordOfBatch(stored, second));
      }
    });

    test("a gap, a repetition, another order or a batch that is not proven in a call: none is executed", async () => {
      const chain = await create();
      const [first, second, third] = await proven(chain, 3);
      const formed = await chain.form();
      const unproven = { stored: (await chain.commit(formed)).stored, formed };
      await assertReverts(chain.executeAll([first!, third!]), "BatchNumberMismatch(1, 2)");
      await assertReverts(chain.executeAll([first!, first!]), "BatchNumberMismatch(1, 0)");
      await assertReverts(chain.executeAll([second!, first!, third!]), "BatchNumberMismatch(0, 1)");
      await assertReverts(chain.executeAll([first!, second!, third!, unproven]), "BatchNotProven(3, 3)");
      const forged = { ...third!, stored: { ...third!.stored, priorityOpTotal: 1n } };
      await assertReverts(chain.executeAll([first!, second!, forged]), "StoredBatchMismatch");
      assert.deepEqual(await counts(chain), [4n, 3n, 0n]);
      await chain.executeAll([]);
      assert.deepEqual(await counts(chain), [4n, 3n, 0n]);
      await chain.executeAll([first!, second!, third!]);
      assert.deepEqual(await counts(chain), [4n, 3n, 3n]);
    });

    test("each batch of a call waits for its delay, imports roots of the registry and has its flows", async () => {
      const chain = await create({ executionDelay: 300n });
      const [first] = await proven(chain, 1);
      await ecosystem.increaseTime(300n);
      const [second] = await proven(chain, 1);
      await assertReverts(chain.executeAll([first!, second!]), "ExecutionDelayed");
      await ecosystem.increaseTime(300n);
      const flow = {
        kind: 1,
        destinationChainId: 0n,
        originChainId: 1n,
        originToken: `0x${"11".repeat(20)}`,
        amount: 1n,
      } as const;
      const wrong = { ...second!, formed: { ...second!.formed, flows: [flow] } };
      await assertReverts(chain.executeAll([first!, wrong]), "FlowsMismatch");
      const imported = { ...second!, formed: { ...second!.formed, importedRoots: [{ registryIndex: 0n, root: wordToHex(1n) }] } };
      await assertReverts(chain.executeAll([first!, imported]), "ImportedRootUnknown");
      await chain.executeAll([first!, second!]);
    });

    test("a batch of a call is compared with the root that the batch before it makes", async () => {
      const chain = await create();
      const [first] = await proven(chain, 1);
      const index = (await view<bigint>(ecosystem.roots, "latestRootIndex")) + 1n;
      const [second] = await proven(chain, 1, { importedRoots: [{ registryIndex: index, root: wordToHex(5n) }] });
      await assertReverts(chain.executeAll([first!, second!]), "ImportedRootUnknown");
      await chain.executeAll([first!]);
      await assertReverts(chain.executeAll([second!]), "ImportedRootUnknown");
    });

    test("waits for the chain's delay", async () => {
      const chain = await create({ executionDelay: 300n });
      const formed = await chain.form();
      const { stored } = await chain.commit(formed);
      await chain.prove(stored);
      await assertReverts(chain.execute(stored, formed), "ExecutionDelayed");
      await ecosystem.increaseTime(300n);
      await chain.execute(stored, formed);
    });

    test("takes imported roots from the registry's history, old ones too, and no forged one", async () => {
      const chain = await create();
      await chain.settle();
      await chain.settle();
      const newest = await view<bigint>(ecosystem.roots, "latestRootIndex");
      const roots = await Promise.all(
        [newest, newest - 1n, 0n].map(async (registryIndex) => ({
          registryIndex,
          root: await view<`0x${string}`>(ecosystem.roots, "rootAt", registryIndex),
        })),
      );
      const honest = await chain.form({ importedRoots: roots });
      const { stored } = await chain.commit(honest);
      await chain.prove(stored);
      await assertReverts(
        chain.execute(stored, { ...honest, importedRoots: roots.slice(1) }),
        `ImportedRootsMismatch(${stored.importedRootsRollingHash}, ${importedRootsRollingHash(roots.slice(1))})`,
      );
      await chain.execute(stored, honest);

      const forged = await chain.form({ importedRoots: [{ ...roots[0]!, root: wordToHex(1n) }] });
      const { stored: bad } = await chain.commit(forged);
      await chain.prove(bad);
      await assertReverts(chain.execute(bad, forged), `ImportedRootUnknown(${newest}, ${roots[0]!.root}, ${wordToHex(1n)})`);
      const [future] = [{ registryIndex: newest + 5n, root: wordToHex(1n) }];
      await assertReverts(
        chain.execute(bad, { ...forged, importedRoots: [future] }),
        `RootIndexUnknown(${newest + 1n}, ${newest + 5n})`,
      );
    });

    test("takes exactly the flows that it summed at commit", async () => {
      const chain = await create();
      const formed = await chain.form();
      const { stored } = await chain.commit(formed);
      await chain.prove(stored);
      const flow = {
        kind: 1,
        destinationChainId: 0n,
        originChainId: 1n,
        originToken: `0x${"11".repeat(20)}`,
        amount: 1n,
      } as const;
      await assertReverts(
        chain.execute(stored, { ...formed, flows: [flow] }),
        `FlowsMismatch(${hashAssetFlows([])}, ${hashAssetFlows([flow])})`,
      );
    });

    test("executes what a retired version proved, however long its delay, and proves nothing more", async () => {
      const version = furtherVersion(7);
      await send(ecosystem.verifiers, "addVersion", version, {
        verifier: await ecosystem.verifier.getAddress(),
        tree: await ecosystem.stateTree.getAddress(),
        reader: await ecosystem.reader.getAddress(),
        genesisStateRoot: GENESIS_ROOT,
        genesisLeafCount: GENESIS_LEAVES,
        ...NO_EXECUTION_PROOFS,
      });
      const chain = await create({ protocolVersion: version, executionDelay: 300n });
      await send(ecosystem.verifiers, "scheduleRetirement", version);
      await ecosystem.increaseTime(RETIREMENT_NOTICE_SECONDS - 100n);
      // Both wait for the delay when the version ends; only one of them is proven by then.
      const proven = await chain.form();
      const { stored: first } = await chain.commit(proven);
      const { stored: second } = await chain.commit(await chain.form());
      await chain.prove(first);
      await assertReverts(chain.execute(first, proven), "ExecutionDelayed");
      await ecosystem.increaseTime(300n);
      await assertReverts(chain.prove(second), "ProtocolVersionRetired");
      await chain.execute(first, proven);
      assert.equal(await view(chain.contract, "getTotalBatchesExecuted"), 1n);
    });
  });

  describe("reverting", () => {
    test("attack 27: forgets unexecuted batches by the quorum's signatures, and the chain continues", async () => {
      const chain = await create();
      await chain.settle();
      const base = { last: chain.last, count: chain.batchCount };
      const first = await chain.commit(await chain.form());
      await chain.commit(await chain.form());
      await chain.prove(first.stored);
      assert.deepEqual(await counts(chain), [3n, 2n, 1n]);
      const receipt = await send(chain.contract, "revertBatches", ...(await chain.signRevert(1n)));
      const [event] = eventsOf(chain.contract, receipt, "BlocksRevert");
      assert.deepEqual([...event!.args], [1n, 1n, 1n]);
      assert.deepEqual(await counts(chain), [1n, 1n, 1n]);
      assert.equal(await view(chain.contract, "storedBatchHash", 1), wordToHex(0n));
      await assertReverts(chain.prove(first.stored), "BatchNotCommitted(1, 1)");
      [chain.last, chain.batchCount] = [base.last, base.count];
      await chain.settle();
    });

    test("refuses executed batches, batches that are not there, and other signatures", async () => {
      const chain = await create();
      await chain.settle();
      await chain.commit(await chain.form());
      await assertReverts(send(chain.contract, "revertBatches", ...(await chain.signRevert(0n))), "RevertOfExecuted(1, 0)");
      await assertReverts(send(chain.contract, "revertBatches", ...(await chain.signRevert(2n))), "NothingToRevert(2, 2)");
      const [reversal] = await chain.signRevert(1n);
      await assertReverts(send(chain.contract, "revertBatches", reversal, []), "QuorumTooSmall(1, 0)");
      const [, others] = await chain.signRevert(0n);
      await assertReverts(send(chain.contract, "revertBatches", reversal, others), "NotAValidator");
    });

    test("a signature reverts once", async () => {
      const chain = await create();
      await chain.commit(await chain.form());
      const genesis = { last: chain.last, count: chain.batchCount };
      await chain.commit(await chain.form());
      const signed = await chain.signRevert(1n);
      await send(chain.contract, "revertBatches", ...signed);
      [chain.last, chain.batchCount] = [genesis.last, genesis.count];
      await chain.commit(await chain.form());
      assert.equal(await view(chain.contract, "revertCount"), 1n);
      await assertReverts(send(chain.contract, "revertBatches", ...signed), "RevertCountMismatch(1, 0)");
    });
  });
});
