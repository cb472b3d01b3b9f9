import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { ContractTransactionReceipt } from "ethers";
import type { Hex } from "../../../src/ground/protocol/hex.ts";
import { ChainVersions, type SettingsEvent } from "../../../src/chain/settlement-layer/reader/chain-versions.ts";
import { createL1Watcher, type L1Poll, type L1Watcher } from "../../../src/chain/settlement-layer/reader/l1-watcher.ts";
import { TestChain } from "../../contracts/l1/support/chain.ts";
import {
  as,
  defaultConfiguration,
  deployEcosystem,
  GENESIS_LEAVES,
  GENESIS_ROOT,
  NO_EXECUTION_PROOFS,
  furtherVersion,
  PROTOCOL_VERSION,
  send,
  view,
  type Ecosystem,
} from "../../contracts/l1/support/ecosystem.ts";

const SETTINGS: Hex = `0x${"5e".repeat(20)}`;
const OTHER: Hex = `0x${"0d".repeat(20)}`;
const VERIFIERS: Hex = `0x${"7e".repeat(20)}`;
const CHAIN = { chainId: 7n, firstVersion: 1n, settings: SETTINGS, verifiers: VERIFIERS };

const place = (blockNumber: number, contract: Hex) => ({
  blockNumber,
  blockHash: `0x${blockNumber.toString(16).padStart(64, "0")}` as Hex,
  transactionHash: `0x${"00".repeat(32)}` as Hex,
  logIndex: 0,
  contract,
});
const scheduled = (
  blockNumber: number,
  version: bigint,
  effectiveAt: bigint,
  operations = 0n,
  previousVersion = 1n,
): L1Poll["events"][number] & SettingsEvent => ({
  ...place(blockNumber, SETTINGS),
  type: "upgradeScheduled",
  chainId: CHAIN.chainId,
  previousVersion,
  version,
  effectiveAt,
  operations,
});
const canceled = (blockNumber: number, version: bigint): L1Poll["events"][number] & SettingsEvent => ({
  ...place(blockNumber, SETTINGS),
  type: "upgradeCanceled",
  chainId: CHAIN.chainId,
  version,
});
const passed = (blockNumber: number, version: bigint, firstBatch: bigint): L1Poll["events"][number] & SettingsEvent => ({
  ...place(blockNumber, SETTINGS),
  ...{ type: "haltedPassed", chainId: CHAIN.chainId, version, firstBatch },
});
const terms = (blockNumber: number, epoch: bigint, effectiveAt: bigint, chainId = CHAIN.chainId) => ({
  ...place(blockNumber, SETTINGS),
  ...{ type: "termsScheduled" as const, chainId, epoch, effectiveAt, threshold: 1n, validators: [OTHER] },
  standby: { threshold: 0n, validators: [] },
  dataAvailabilityPolicy: OTHER,
  requiresSecondCheck: false,
});
const retiring = (blockNumber: number, version: bigint, retiresAt: bigint, contract = VERIFIERS) => ({
  ...place(blockNumber, contract),
  ...{ type: "retirementScheduled" as const, version, retiresAt },
});
const poll = (events: L1Poll["events"], reorgTo?: number): L1Poll => ({
  events,
  reorg: reorgTo === undefined ? undefined : { blockNumber: reorgTo, removed: [] },
  checkpoint: { blockNumber: 100, blockHash: `0x${"01".repeat(32)}` },
});
const versionsAfter = (...polls: readonly L1Poll[]): ChainVersions => {
  const versions = new ChainVersions(CHAIN);
  for (const each of polls) versions.take(each);
  return versions;
};

describe("the protocol versions of a chain's batches, as L1's events tell them", () => {
  test("change at the second of the effect, after the operation that it waits for", () => {
    const { versionOf } = versionsAfter(poll([scheduled(1, 2n, 1_000n, 3n)]));
    assert.deepEqual(
      [versionOf(999n, 3n, 0n), versionOf(1_000n, 2n, 0n), versionOf(1_000n, 3n, 0n), versionOf(5_000n, 9n, 0n)],
      [1n, 1n, 2n, 2n],
    );
  });

  test("stay the same by terms, which are listed by epoch: withdrawn upgrades have no effect", () => {
    const withdrawn = { ...place(2, SETTINGS), type: "termsCanceled" as const, chainId: CHAIN.chainId, epoch: 1n };
    const foreign = terms(4, 1n, 1_500n, 8n);
    const told = [terms(1, 1n, 1_000n), withdrawn, terms(3, 1n, 2_000n), foreign, scheduled(5, 2n, 1_000n)];
    const versions = versionsAfter(poll(told), poll([terms(6, 2n, 3_000n)]));
    assert.deepEqual(
      versions.terms.map(({ epoch, effectiveAt }) => [epoch, effectiveAt]),
      [
        [1n, 2_000n],
        [2n, 3_000n],
      ],
    );
    assert.deepEqual([versions.changes.length, versions.versionOf(1_000n, 0n, 0n)], [1, 2n]);
    const policyOf = versions.policyOf({ dataAvailabilityPolicy: SETTINGS, priorityOpWindow: 10n });
    assert.deepEqual([policyOf(1_999n), policyOf(2_000n)], [BigInt(SETTINGS), BigInt(OTHER)]);
    versions.returnTo(2);
    assert.deepEqual([versions.terms, versions.changes], [[], []]);
  });

  test("do not change by an upgrade that was withdrawn; the next one counts by its own time", () => {
    const { versionOf } = versionsAfter(poll([scheduled(1, 2n, 1_000n), canceled(2, 2n)]), poll([scheduled(3, 3n, 2_000n)]));
    assert.deepEqual([versionOf(1_500n, 0n, 0n), versionOf(2_000n, 0n, 0n)], [1n, 3n]);
    const none = versionsAfter(poll([scheduled(1, 2n, 1_000n), canceled(2, 2n)]));
    assert.deepEqual([none.versionOf(9_999n, 9n, 0n), none.changes], [1n, []]);
  });

  test("of the past stay the same when further upgrades follow, also withdrawn ones", () => {
    const history = [
      scheduled(1, 2n, 1_000n),
      scheduled(2, 3n, 2_000n, 0n, 2n),
      canceled(3, 3n),
      scheduled(4, 1n, 3_000n, 0n, 2n),
    ];
    const { versionOf } = versionsAfter(poll(history));
    assert.deepEqual(
      [999n, 1_000n, 2_999n, 3_000n].map((time) => versionOf(time, 0n, 0n)),
      [1n, 2n, 2n, 1n],
    );
  });

  test("after a halt that passed are the replacement, from a batch on, at any time; later upgrades apply normally", () => {
    const { versionOf } = versionsAfter(poll([passed(1, 5n, 4n), scheduled(2, 6n, 1_000n, 0n, 5n)]));
    assert.deepEqual(
      [versionOf(500n, 0n, 3n), versionOf(500n, 0n, 4n), versionOf(999n, 0n, 9n), versionOf(1_000n, 0n, 5n)],
      [1n, 5n, 5n, 6n],
    );
  });

  test("a halt that is passed ends an upgrade that was not in effect; batches before it keep theirs", () => {
    const { versionOf, newestUpgrade } = versionsAfter(poll([scheduled(1, 2n, 1_000n), passed(2, 5n, 4n)]));
    assert.deepEqual([versionOf(900n, 0n, 3n), versionOf(2_000n, 0n, 4n), newestUpgrade], [1n, 5n, undefined]);
  });

  test("an upgrade to a version that was halted before a batch of it was executed gives way to another", () => {
    const told = [scheduled(1, 2n, 1_000n), scheduled(2, 3n, 2_000n, 0n, 2n), scheduled(3, 4n, 3_000n, 0n, 2n)];
    const { versionOf } = versionsAfter(poll(told));
    assert.deepEqual(
      [999n, 1_000n, 2_500n, 3_000n].map((time) => versionOf(time, 0n, 0n)),
      [1n, 2n, 2n, 4n],
    );
  });

  test("take no notice of other chains, nor of other contracts that log the same", () => {
    const foreign = { ...scheduled(1, 2n, 0n), chainId: 8n };
    const forged = { ...scheduled(2, 2n, 0n), contract: OTHER };
    const own = scheduled(3, 3n, 1_000n);
    const { versionOf } = versionsAfter(
      poll([foreign, forged, own, { ...canceled(4, 3n), contract: OTHER }, { ...canceled(5, 3n), chainId: 8n }]),
    );
    assert.deepEqual([versionOf(999n, 0n, 0n), versionOf(1_000n, 0n, 0n)], [1n, 3n]);
  });

  test("forget blocks that L1 reverted, and use their replacement", () => {
    const versions = versionsAfter(poll([scheduled(1, 2n, 1_000n)]), poll([canceled(5, 2n)]));
    assert.equal(versions.versionOf(1_000n, 0n, 0n), 1n);
    versions.take(poll([], 4));
    assert.equal(versions.versionOf(1_000n, 0n, 0n), 2n);
    versions.take(poll([scheduled(1, 3n, 1_200n)], 0));
    assert.deepEqual([versions.versionOf(1_000n, 0n, 0n), versions.versionOf(1_200n, 0n, 0n)], [1n, 3n]);
    versions.returnTo(0);
    assert.equal(versions.versionOf(1_200n, 0n, 0n), 1n);
  });

  test("before the reader's first block are what others know, also after its first look", () => {
    const versions = new ChainVersions(
      CHAIN,
      [scheduled(9, 2n, 0n), scheduled(9, 3n, 2_000n, 0n, 2n), scheduled(10, 4n, 0n)],
      10,
    );
    versions.take(poll([]));
    assert.deepEqual([versions.versionOf(1_999n, 0n, 0n), versions.versionOf(2_000n, 0n, 0n)], [2n, 3n]);
    versions.take(poll([canceled(11, 3n)]));
    assert.equal(versions.versionOf(2_000n, 0n, 0n), 2n);
  });

  test("begin with what others have read, until the reader's first look", () => {
    const versions = new ChainVersions(CHAIN, [scheduled(1, 2n, 1_000n)]);
    assert.equal(versions.versionOf(1_000n, 0n, 0n), 2n);
    // A look that found L1 changing under it has found nothing.
    versions.take({ events: [], reorg: undefined, checkpoint: undefined });
    assert.equal(versions.versionOf(1_000n, 0n, 0n), 2n);
    versions.take(poll([scheduled(1, 2n, 1_000n)]));
    assert.equal(versions.changes.length, 1);
  });

  test("include the last block that the reader has read, which goes down after a reorg", () => {
    const versions = new ChainVersions(CHAIN, [scheduled(1, 2n, 1_000n)]);
    assert.equal(versions.readUpTo, undefined);
    versions.take({ events: [], reorg: undefined, checkpoint: undefined });
    assert.equal(versions.readUpTo, undefined);
    versions.take(poll([]));
    assert.equal(versions.readUpTo, 100);
    versions.returnTo(4);
    assert.equal(versions.readUpTo, 4);
  });
});

describe("rules of L1 for a batch that began earlier", () => {
  const ends = (events: L1Poll["events"]) => {
    const versions = versionsAfter(poll(events));
    return (firstTimestamp: bigint, now: bigint): boolean => versions.endsWait(firstTimestamp, now);
  };

  test("change at the effect of an upgrade, for a batch that began before it", () => {
    const endsWait = ends([scheduled(1, 2n, 1_000n)]);
    assert.deepEqual([endsWait(999n, 999n), endsWait(999n, 1_000n), endsWait(1_000n, 1_001n)], [false, true, false]);
    assert.equal(ends([scheduled(1, 2n, 1_000n), canceled(2, 2n)])(999n, 1_000n), false);
  });

  test("change at the effect of terms, unless these were withdrawn", () => {
    const endsWait = ends([terms(1, 1n, 1_000n), terms(2, 2n, 2_000n)]);
    assert.deepEqual([endsWait(999n, 999n), endsWait(999n, 1_000n)], [false, true]);
    assert.deepEqual([endsWait(1_000n, 1_999n), endsWait(1_000n, 2_000n), endsWait(2_000n, 3_000n)], [false, true, false]);
    const withdrawn = { ...place(2, SETTINGS), type: "termsCanceled" as const, chainId: CHAIN.chainId, epoch: 1n };
    assert.equal(ends([terms(1, 1n, 1_000n), withdrawn])(999n, 1_000n), false);
    assert.equal(ends([terms(1, 1n, 1_000n, 8n)])(999n, 1_000n), false);
  });

  test("are about to change from the announcement of a retirement of the batch's version to the retirement", () => {
    const endsWait = ends([retiring(1, 1n, 1_000n)]);
    assert.deepEqual([endsWait(10n, 10n), endsWait(999n, 2_000n), endsWait(1_000n, 1_000n)], [true, true, false]);
    assert.equal(ends([retiring(1, 2n, 1_000n)])(10n, 10n), false);
    assert.equal(ends([retiring(1, 1n, 1_000n, OTHER)])(10n, 10n), false);
    const upgraded = ends([scheduled(1, 2n, 500n), retiring(2, 1n, 1_000n)]);
    assert.deepEqual([upgraded(499n, 499n), upgraded(500n, 600n)], [true, false]);
  });

  test("are as before if L1 took a retirement back", () => {
    const versions = versionsAfter(poll([retiring(5, 1n, 1_000n)]));
    versions.take(poll([], 4));
    assert.equal(versions.endsWait(10n, 10n), false);
  });
});

const [SECOND, THIRD] = [furtherVersion(1), furtherVersion(2)];

describe("the protocol versions of a chain's batches, compared with L1's answers", () => {
  let ecosystem: Ecosystem;
  let chain: TestChain;
  let versions: ChainVersions;
  let watcher: L1Watcher;

  before(async () => {
    ecosystem = await deployEcosystem();
    for (const version of [SECOND, THIRD]) {
      const verifier = await (await ecosystem.l1.deploy("VerifierDouble")).getAddress();
      const tree = await ecosystem.stateTree.getAddress();
      const content = {
        verifier,
        tree,
        reader: await ecosystem.reader.getAddress(),
        genesisStateRoot: GENESIS_ROOT,
        genesisLeafCount: GENESIS_LEAVES,
        ...NO_EXECUTION_PROOFS,
      };
      await send(ecosystem.verifiers, "addVersion", version, content);
    }
    chain = await TestChain.create(ecosystem, await defaultConfiguration(ecosystem, 300n));
    const settings = (await ecosystem.settings.getAddress()).toLowerCase() as Hex;
    const verifiers = (await ecosystem.verifiers.getAddress()).toLowerCase() as Hex;
    versions = new ChainVersions({ chainId: 300n, firstVersion: PROTOCOL_VERSION, settings, verifiers });
    watcher = createL1Watcher(
      { hyperchains: [chain.address], settings, verifiers, fromBlock: 0 },
      { provider: ecosystem.l1.ethers.provider, confirmations: 1 },
    );
  });
  after(() => ecosystem.l1.close());

  const schedule = (version: bigint): Promise<ContractTransactionReceipt> =>
    send(ecosystem.settings, "scheduleUpgrade", 300n, version, 0n);
  const pass = async (): Promise<void> => ecosystem.increaseTime(await view<bigint>(ecosystem.settings, "upgradeNotice", 300n));

  /** Every batch that can still be committed, around all that matters now. */
  async function compare(): Promise<void> {
    versions.take(await watcher.poll());
    const { effectiveAt, operations } = await view<{ effectiveAt: bigint; operations: bigint }>(
      ecosystem.settings,
      "upgradeOf",
      300n,
    );
    const now = await ecosystem.latestTimestamp();
    const times = [now, now + 1n, effectiveAt - 1n, effectiveAt, effectiveAt + 1n].filter((time) => time >= now);
    const taken = await view<bigint>(chain.contract, "getFirstUnprocessedPriorityTx");
    const counts = [operations - 1n, operations, operations + 1n].filter((count) => count >= taken);
    for (const time of times) {
      for (const count of counts) {
        const expected = await view<bigint>(ecosystem.settings, "versionOfBatch", 300n, time, count);
        assert.equal(versions.versionOf(time, count, 0n), expected, `${time} after ${count} operations`);
      }
    }
  }

  test("are the same through upgrades that are scheduled, withdrawn, scheduled again, taken and followed by others", async () => {
    await compare();
    await chain.settle();
    const early = await chain.request();
    await schedule(SECOND);
    await compare();
    await send(ecosystem.settings, "cancelUpgrade", 300n);
    await compare();
    await schedule(THIRD);
    await compare();
    // Another chain's upgrade, by another admin, has no effect.
    const stranger = ecosystem.accounts[4]!;
    const other = { ...(await defaultConfiguration(ecosystem, 301n)), admin: stranger.address };
    await TestChain.create(ecosystem, other);
    await send(as(ecosystem.settings, stranger), "scheduleUpgrade", 301n, SECOND, 0n);
    await compare();
    await pass();
    await compare();
    await chain.settle({ canonicalTxHashes: [early], logs: [{ type: "priorityOp", success: true }] });
    await compare();
    await chain.settle({ protocolVersion: THIRD });
    await compare();
    await schedule(SECOND);
    await compare();
    await pass();
    await chain.settle({ protocolVersion: SECOND });
    await compare();
    const stored = (await readPast()).map(({ firstTimestamp, before, version }) => [
      versions.versionOf(firstTimestamp, before, 0n),
      version,
    ]);
    assert.deepEqual(stored, [
      [PROTOCOL_VERSION, PROTOCOL_VERSION],
      [PROTOCOL_VERSION, PROTOCOL_VERSION],
      [THIRD, THIRD],
      [SECOND, SECOND],
    ]);
    const now = await ecosystem.latestTimestamp();
    assert.equal(versions.endsWait(now, now), false);
    await send(ecosystem.verifiers, "scheduleRetirement", SECOND);
    versions.take(await watcher.poll());
    const retiresAt = await view<bigint>(ecosystem.verifiers, "retiresAt", SECOND);
    assert.deepEqual([versions.endsWait(retiresAt - 1n, retiresAt), versions.endsWait(retiresAt, retiresAt)], [true, false]);
  });

  /** Reads L1's stored values of every batch. */
  async function readPast(): Promise<{ firstTimestamp: bigint; before: bigint; version: bigint }[]> {
    const { events } = await createL1Watcher(
      { hyperchains: [chain.address], fromBlock: 0 },
      { provider: ecosystem.l1.ethers.provider, confirmations: 1 },
    ).poll();
    let taken = 0n;
    return events.flatMap((event) => {
      if (event.type !== "batchCommitted") return [];
      const { firstTimestamp, protocolVersion, priorityOpTotal } = event.stored;
      const before = taken;
      taken = priorityOpTotal;
      return [{ firstTimestamp, before, version: protocolVersion }];
    });
  }
});
