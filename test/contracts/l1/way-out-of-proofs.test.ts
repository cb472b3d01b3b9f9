import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { referenceCompressor } from "../../../src/chain/state/batch-compressor.ts";
import { proveHolding } from "../../../src/chain/state/holding-proof.ts";
import { StateTree } from "../../../src/chain/state/state-tree.ts";
import { digestToHex } from "../../../src/ground/protocol/digest.ts";
import { LeafKind } from "../../../src/ground/protocol/domain-tags.ts";
import { BASE_TOKEN_RESERVE_WEI } from "../../../src/ground/protocol/genesis.ts";
import { holdingKey } from "../../../src/ground/protocol/holding.ts";
import { PREDEPLOYS } from "../../../src/ground/protocol/predeploys.ts";
import type { Hex } from "../../../src/ground/protocol/hex.ts";
import type { StoredBatch } from "../../../src/ground/protocol/stored-batch.ts";
import { addExecutionVersion, itemOf, type Aggregator } from "./support/aggregates.ts";
import { assetMessage, claimOf, ZERO_ADDRESS } from "./support/assets.ts";
import { operationAt, type BatchContent, type FormedBatch, type TestChain } from "./support/chain.ts";
import {
  addressOf,
  as,
  ETH,
  furtherVersion,
  provenVersion,
  send,
  view,
  type ChainConfiguration,
  type Ecosystem,
} from "./support/ecosystem.ts";
import { assertReverts } from "./support/errors.ts";
import { deployFreezeScene, type FreezeScene } from "./support/freezes.ts";
import { createWithoutQuorum, formFor, sendSettlement, settlementOf, settleNext } from "./support/settlements.ts";
import { lower, setNextBlock } from "./support/terms.ts";

const SUCCESS = { type: "priorityOp", success: true } as const;
const DEPOSIT = 10n ** 9n;

/*
 * Steps of docs/way-out.md, on the deployed contracts. The verifier of aggregates is a double, so that a batch without a
 * proof is one whose proof is omitted, and a false batch one whose proof the double accepts.
 */
describe("a chain whose execution L1 checks, without a proof", () => {
  let scene: FreezeScene;
  let ecosystem: Ecosystem;
  let number = 40;
  before(async () => {
    scene = await deployFreezeScene();
    ({ ecosystem } = scene);
  });
  after(() => ecosystem.l1.close());

  /** A version of a test's own, since a halt is for good. */
  const addVersion = (): Promise<Aggregator> => addExecutionVersion(ecosystem, provenVersion(number++));
  const create = ({ version }: Aggregator, overrides: Partial<ChainConfiguration> = {}): Promise<TestChain> =>
    scene.create({ protocolVersion: version, ...overrides });
  const commit = async (chain: TestChain, content: BatchContent = {}): Promise<{ formed: FormedBatch; stored: StoredBatch }> => {
    const formed = await chain.form(content);
    return { formed, ...(await chain.commit(formed)) };
  };
  const settle = async (chain: TestChain, { prove, version }: Aggregator, content: BatchContent = {}) => {
    const { formed, stored } = await commit(chain, { protocolVersion: version, ...content });
    await prove([itemOf(chain, stored)]);
    await chain.execute(stored, formed);
    return { formed, stored };
  };
  /** Reverts batches by the quorum's signatures. */
  const takeBack = async (chain: TestChain, first: bigint, last: StoredBatch): Promise<void> => {
    await send(chain.contract, "revertBatches", ...(await chain.signRevert(first)));
    [chain.last, chain.batchCount] = [last, first];
  };
  /** Schedules an upgrade; resolves with the second of its start, after it has passed. */
  const scheduleUpgrade = async ({ configuration: { chainId } }: TestChain, version: bigint): Promise<bigint> => {
    await send(ecosystem.settings, "scheduleUpgrade", chainId, version, 0n);
    await ecosystem.increaseTime(await view<bigint>(ecosystem.settings, "upgradeNotice", chainId));
    return (await view<{ effectiveAt: bigint }>(ecosystem.settings, "upgradeOf", chainId)).effectiveAt;
  };
  const executed = ({ contract }: TestChain): Promise<bigint> => view<bigint>(contract, "getTotalBatchesExecuted");

  test("waits: neither a proof of its changes nor time has the batch executed; what is executed already pays out", async () => {
    const version = await addVersion();
    const chain = await create(version);
    const recipient = addressOf(0xa1);
    const message = assetMessage(ecosystem, { amount: 70n, recipient });
    const funding = await chain.request();
    const paid = await settle(chain, version, { canonicalTxHashes: [funding], logs: [SUCCESS, message] });
    const { formed, stored } = await commit(chain);
    await assertReverts(chain.prove(stored), `ExecutionUnproven(${version.version})`);
    await ecosystem.increaseTime(10_000n);
    await assertReverts(chain.execute(stored, formed), "BatchNotProven(1, 1)");
    await send(ecosystem.bridge, "finalizeDeposit", claimOf(chain, paid.formed, 1, message));
    assert.equal(await ecosystem.l1.ethers.provider.getBalance(recipient), 70n);
  });

  test("operator: takes the batch back, and has its operations executed in another; a late proof of it counts for nothing", async () => {
    const version = await addVersion();
    const chain = await create(version);
    const first = await settle(chain, version);
    const operation = await chain.request();
    const content = { canonicalTxHashes: [operation], logs: [SUCCESS] };
    const { stored } = await commit(chain, content);
    await commit(chain);
    await takeBack(chain, 1n, first.stored);
    assert.deepEqual(version.skipped(await version.prove([itemOf(chain, stored)])), [[chain.configuration.chainId, 1n]]);
    await settle(chain, version, content);
    assert.equal(await executed(chain), 2n);
  });

  test("operator: where an operation is what has no proof, takes another version with its notice, and the batch in that one", async () => {
    const [version, next] = [await addVersion(), await addVersion()];
    for (const to of [next.version, furtherVersion(1)]) {
      const chain = await create(version);
      const first = await settle(chain, version);
      const effectiveAt = await scheduleUpgrade(chain, to);
      const operation = await chain.request();
      // The batch without a proof has the earlier version, and precedes those of the next one until it is reverted.
      const { formed, stored } = await commit(chain, { timestamp: effectiveAt - 1n });
      await assertReverts(chain.execute(stored, formed), "BatchNotProven(1, 1)");
      await takeBack(chain, 1n, first.stored);
      const content = { canonicalTxHashes: [operation], logs: [SUCCESS], protocolVersion: to };
      if (to === next.version) await settle(chain, next, content);
      else await chain.settle(content);
      assert.equal(await view<bigint>(chain.contract, "getProtocolVersion"), to);
    }
  });

  test("user: asks by the queue, opens the exit when nothing is executed in time, and is paid by the last executed state", async () => {
    const version = await addVersion();
    const chain = await create(version);
    const holder = ecosystem.accounts[3]!;
    const account = lower(holder.address);
    const holding = { settlementChainId: ecosystem.chainId, baseToken: ETH as Hex, token: ZERO_ADDRESS, account };
    const reserve = { leafKind: LeafKind.account, address: BigInt(PREDEPLOYS.L2BaseToken), slot: 0n };
    const leaves = [
      { ...reserve, value: (BASE_TOKEN_RESERVE_WEI << 64n) | 1n },
      { ...holdingKey(holding), value: (600n << 64n) | 7n },
    ];
    const tree = StateTree.genesis(leaves, { compressor: referenceCompressor });
    const deposit = await chain.request({}, DEPOSIT);
    await settle(chain, version, { canonicalTxHashes: [deposit], logs: [SUCCESS], newStateRoot: digestToHex(tree.root) });

    const asked = await chain.request({}, DEPOSIT);
    await commit(chain, { canonicalTxHashes: [asked], logs: [SUCCESS] });
    const opens = await view<bigint>(chain.contract, "exitOpensAt");
    await setNextBlock(ecosystem, opens - 1n);
    await assertReverts(send(chain.contract, "activateExit"), "ExitNotOpen");
    await setNextBlock(ecosystem, opens + 1n);
    await send(as(chain.contract, holder), "activateExit");

    const { chainId } = chain.configuration;
    const { proof } = proveHolding(tree, holding)!;
    const recipient = addressOf(0xa2);
    await send(as(ecosystem.stateExit, holder), "claimHolding", chainId, ETH, 600n, recipient, proof);
    assert.equal(await ecosystem.l1.ethers.provider.getBalance(recipient), 600n);
    // What was deposited and never executed comes back.
    await send(chain.contract, "refundOperation", await operationAt(chain, 1));
  });

  test("fault in the circuits: a freeze stops what is proven already and what would be proven, of chains of that version alone", async () => {
    const [version, other] = [await addVersion(), await addVersion()];
    const [chain, spared] = [await create(version), await create(other)];
    const falsely = await commit(chain);
    await version.prove([itemOf(chain, falsely.stored)]);
    const waiting = await commit(chain);
    await scene.nextCycle();
    await scene.freeze([version.version]);
    await assertReverts(chain.execute(falsely.stored, falsely.formed), "VersionFrozen");
    const skipped = version.skipped(await version.prove([itemOf(chain, waiting.stored)]));
    assert.deepEqual(skipped, [[chain.configuration.chainId, 1n]]);
    await settle(spared, other);
  });

  test("fault in the circuits: council and governance halt, and chains that take replacements pass over at once", async () => {
    const [version, mended] = [await addVersion(), await addVersion()];
    const chain = await create(version, { takesReplacements: true });
    const first = await settle(chain, version);
    const operation = await chain.request();
    const falsely = await commit(chain, { canonicalTxHashes: [operation], logs: [SUCCESS] });
    await version.prove([itemOf(chain, falsely.stored)]);
    await scene.nextCycle();
    await scene.halt(version.version, mended.version);
    await send(ecosystem.settings, "passHalted", chain.configuration.chainId);
    await assertReverts(chain.execute(falsely.stored, falsely.formed), "VersionHalted");
    await takeBack(chain, 1n, first.stored);
    await settle(chain, mended, { canonicalTxHashes: [operation], logs: [SUCCESS] });
    assert.equal(await view<bigint>(chain.contract, "getProtocolVersion"), mended.version);
  });

  test("fault in the circuits: a chain without a quorum passes to another version that proves execution, and has no batch to revert", async () => {
    const [version, mended] = [await addVersion(), await addVersion()];
    const [, settler] = ecosystem.accounts;
    const chain = await createWithoutQuorum(ecosystem, version, BigInt(900 + number), { takesReplacements: true });
    await settleNext(chain, settler!);
    await scene.nextCycle();
    await scene.halt(version.version, mended.version);
    const stopped = await formFor(chain, settler!.address);
    await assertReverts(sendSettlement(chain, settler!, settlementOf(chain, stopped)), "VersionHalted");
    await send(ecosystem.settings, "passHalted", chain.configuration.chainId);
    await settleNext(chain, settler!, { protocolVersion: mended.version });
    assert.equal(await executed(chain), 2n);
  });

  test("fault in the circuits: without a replacement a chain stops, and its users leave with the last executed state", async () => {
    const version = await addVersion();
    const chain = await create(version);
    const { stored } = await settle(chain, version);
    await scene.nextCycle();
    await scene.halt(version.version);
    await assertReverts(send(ecosystem.settings, "passHalted", chain.configuration.chainId), "NoReplacement");
    await chain.request();
    await ecosystem.increaseTime(2_000n);
    await send(chain.contract, "activateExit");
    assert.equal(await view(chain.contract, "executedStateRoot"), stored.newStateRoot);
  });
});
