import assert from "node:assert/strict";
import { PREDEPLOYS_DIGEST } from "../../../src/ground/protocol/generated/version-predeploys.ts";
import { after, before, describe, test } from "node:test";
import type { BaseContract } from "ethers";
import { PREDEPLOYS } from "../../../src/ground/protocol/predeploys.ts";
import type { StoredBatch } from "../../../src/ground/protocol/stored-batch.ts";
import { startLocalL1 } from "../../support/l1.ts";
import { addExecutionVersion } from "./support/aggregates.ts";
import { proofOf, type FormedBatch, type TestChain } from "./support/chain.ts";
import {
  addressOf,
  as,
  eventsOf,
  furtherVersion,
  provenVersion,
  hexAddress,
  RETIREMENT_NOTICE_SECONDS,
  send,
  view,
  type ChainConfiguration,
  type Ecosystem,
} from "./support/ecosystem.ts";
import { assertReverts } from "./support/errors.ts";
import { activateExit } from "./support/exits.ts";
import { deployFreezeScene, type FreezeScene } from "./support/freezes.ts";
import { createWithoutQuorum } from "./support/settlements.ts";
import { lower, quorumOf, scheduleTerms, setNextBlock } from "./support/terms.ts";

/** Versions: two with a second verifier, one without. */
const [CHECKED, NEXT_CHECKED, UNCHECKED] = [furtherVersion(10), furtherVersion(11), furtherVersion(12)];
const EXECUTING = provenVersion(13);
const SUCCESS = { type: "priorityOp", success: true } as const;

interface BegunBatch {
  readonly formed: FormedBatch;
  readonly stored: StoredBatch;
}

describe("a second check that a chain's terms require", () => {
  let scene: FreezeScene;
  let ecosystem: Ecosystem;
  let second: BaseContract;
  let number = 20;
  before(async () => {
    scene = await deployFreezeScene();
    ({ ecosystem } = scene);
    second = await ecosystem.l1.deploy("VerifierDouble");
    for (const version of [CHECKED, NEXT_CHECKED]) await scene.addVersion(version, await second.getAddress());
    await scene.addVersion(UNCHECKED);
  });
  after(() => ecosystem.l1.close());

  const create = (overrides: Partial<ChainConfiguration> = {}): Promise<TestChain> =>
    scene.create({ protocolVersion: CHECKED, requiresSecondCheck: true, ...overrides });
  const begin = async (chain: TestChain, content: Parameters<TestChain["form"]>[0] = {}): Promise<BegunBatch> => {
    const formed = await chain.form(content);
    return { formed, stored: (await chain.commit(formed)).stored };
  };
  const proven = async (chain: TestChain, content: Parameters<TestChain["form"]>[0] = {}): Promise<BegunBatch> => {
    const begun = await begin(chain, content);
    await chain.prove(begun.stored);
    return begun;
  };
  const confirm = ({ contract }: TestChain, stored: StoredBatch, proof = proofOf(stored)) =>
    send(contract, "confirmBatch", stored, proof);
  const executedBy = ({ contract }: TestChain) => view<bigint>(contract, "getTotalBatchesExecuted");
  const scheduleUpgrade = ({ configuration }: TestChain, version: bigint) =>
    send(ecosystem.settings, "scheduleUpgrade", configuration.chainId, version, 0n);
  const noticeOf = ({ configuration }: TestChain) => view<bigint>(ecosystem.settings, "upgradeNotice", configuration.chainId);
  const unsupported = (version: bigint) => `SecondCheckUnsupported(${version})`;
  /** A fresh version without a second verifier, or with one, for tests that halt or retire it. */
  const freshVersion = async (secondVerifier?: string): Promise<bigint> => {
    const version = furtherVersion(number++);
    await scene.addVersion(version, secondVerifier);
    return version;
  };

  test("a batch executes only after any account has confirmed it, in either order of proof and confirmation", async () => {
    const chain = await create();
    const first = await proven(chain);
    await assertReverts(chain.execute(first.stored, first.formed), "SecondCheckMissing(0)");
    const stranger = { ...chain, contract: as(chain.contract, ecosystem.accounts[9]!) } as TestChain;
    const receipt = await confirm(stranger, first.stored);
    const hash = await view<string>(chain.contract, "storedBatchHash", 0n);
    const [event] = eventsOf(chain.contract, receipt, "BatchConfirmed");
    assert.deepEqual([...event!.args], [0n, hash]);
    assert.equal(await view(chain.contract, "confirmedBatchHash", 0n), hash);
    await chain.execute(first.stored, first.formed);

    const next = await begin(chain);
    await confirm(chain, next.stored);
    await assertReverts(chain.execute(next.stored, next.formed), "BatchNotProven(1, 1)");
    await chain.prove(next.stored);
    await chain.execute(next.stored, next.formed);
    assert.equal(await executedBy(chain), 2n);
  });

  test("a chain whose terms do not require it executes without, and any account may confirm its batches", async () => {
    const chain = await create({ requiresSecondCheck: false });
    await chain.settle();
    const { stored, formed } = await proven(chain);
    await confirm(chain, stored);
    await chain.execute(stored, formed);
  });

  test("a confirmation takes a committed batch and a proof that the second verifier accepts", async () => {
    const chain = await create();
    const { stored, formed } = await begin(chain);
    const [wrong, later] = [
      { ...stored, outputsHash: stored.commitment },
      { ...stored, batchNumber: 1n },
    ];
    await assertReverts(confirm(chain, later), "BatchNotCommitted(1, 1)");
    await assertReverts(confirm(chain, wrong), "StoredBatchMismatch");
    await assertReverts(confirm(chain, stored, proofOf(wrong)), `WrongProof(${proofOf(stored)})`);
    await send(second, "setRefuses", true);
    await assertReverts(confirm(chain, stored), "ProofRefused()");
    await send(second, "setRefuses", false);
    await chain.prove(stored);
    await assertReverts(chain.execute(stored, formed), "SecondCheckMissing(0)");
    const plain = await scene.create({ protocolVersion: UNCHECKED });
    const unchecked = await begin(plain, { protocolVersion: UNCHECKED });
    await assertReverts(confirm(plain, unchecked.stored), unsupported(UNCHECKED));
  });

  test("a confirmed batch that is reverted and committed again is not confirmed", async () => {
    const chain = await create();
    const [before, timestamp] = [chain.last, await ecosystem.latestTimestamp()];
    const first = await proven(chain, { timestamp });
    await confirm(chain, first.stored);
    await send(chain.contract, "revertBatches", ...(await chain.signRevert(0n)));
    // The reverted batch cannot be confirmed, although its hash is still there.
    await assertReverts(confirm(chain, first.stored), "BatchNotCommitted(0, 0)");
    [chain.last, chain.batchCount] = [before, 0n];
    const other = await proven(chain, { timestamp });
    assert.notEqual(other.stored.commitment, first.stored.commitment);
    await assertReverts(chain.execute(other.stored, other.formed), "SecondCheckMissing(0)");
    await confirm(chain, other.stored);
    await chain.execute(other.stored, other.formed);
  });

  test("a batch is confirmed once, and not after its execution: no account pays for a check that nothing waits for", async () => {
    const chain = await create();
    const { stored, formed } = await proven(chain);
    await confirm(chain, stored);
    // Before its proof is looked at: the second verifier refuses everything now.
    await send(second, "setRefuses", true);
    await assertReverts(confirm(chain, stored), "BatchAlreadyConfirmed(0)");
    await chain.execute(stored, formed);
    await assertReverts(confirm(chain, stored), "BatchAlreadyExecuted(1, 0)");
    await send(second, "setRefuses", false);
    // A batch that needed no confirmation when it was executed.
    const plain = await create({ requiresSecondCheck: false });
    const other = await plain.settle();
    await assertReverts(confirm(plain, other.stored), "BatchAlreadyExecuted(1, 0)");
  });

  test("a stopped chain confirms nothing", async () => {
    const chain = await create();
    await chain.request();
    const { stored } = await begin(chain);
    await activateExit(ecosystem, chain);
    await assertReverts(confirm(chain, stored), "ChainExited()");
  });

  test("terms that require it count for batches in flight, after the whole notice", async () => {
    const chain = await create({ requiresSecondCheck: false });
    const notice = await noticeOf(chain);
    const effectiveAt = await scheduleTerms(ecosystem, chain, { requiresSecondCheck: true });
    assert.equal(effectiveAt, (await ecosystem.latestTimestamp()) + notice);
    const [one, other] = [await proven(chain), await proven(chain)];
    await setNextBlock(ecosystem, effectiveAt - 1n);
    await chain.execute(one.stored, one.formed);
    await setNextBlock(ecosystem, effectiveAt);
    await assertReverts(chain.execute(other.stored, other.formed), "SecondCheckMissing(1)");
    await confirm(chain, other.stored);
    await chain.execute(other.stored, other.formed);
  });

  test("terms dropped between prove and execute: the batch executes one window later, without a confirmation", async () => {
    const chain = await create({ executionDelay: 7n });
    const { stored, formed } = await proven(chain);
    const effectiveAt = await scheduleTerms(ecosystem, chain, { requiresSecondCheck: false });
    assert.equal(effectiveAt, (await ecosystem.latestTimestamp()) + chain.configuration.priorityOpWindow);
    await setNextBlock(ecosystem, effectiveAt - 1n);
    await assertReverts(chain.execute(stored, formed), "SecondCheckMissing(0)");
    await setNextBlock(ecosystem, effectiveAt);
    await chain.execute(stored, formed);
  });

  test("terms that drop it and change anything else wait for the whole notice", async () => {
    const changes = [
      { quorum: quorumOf([ecosystem.accounts[3]!]) },
      { standby: quorumOf([ecosystem.accounts[3]!]) },
      { isGoverned: false },
      { takesReplacements: true },
      { transactionFilterer: await hexAddress(second) },
      { dataAvailabilityPolicy: await hexAddress(await ecosystem.l1.deploy("RollupCalldataPolicy")) },
    ];
    for (const change of changes) {
      const chain = await create();
      const effectiveAt = await scheduleTerms(ecosystem, chain, { requiresSecondCheck: false, ...change });
      assert.equal(effectiveAt, (await ecosystem.latestTimestamp()) + (await noticeOf(chain)), Object.keys(change).join());
    }
  });

  test("terms of a later epoch drop it alone", async () => {
    const chain = await create();
    const quorum = quorumOf([ecosystem.accounts[0]!, ecosystem.accounts[3]!], 1);
    await ecosystem.increaseTime((await scheduleTerms(ecosystem, chain, { quorum })) - (await ecosystem.latestTimestamp()));
    const effectiveAt = await scheduleTerms(ecosystem, chain, { quorum, requiresSecondCheck: false });
    assert.equal(effectiveAt, (await ecosystem.latestTimestamp()) + chain.configuration.priorityOpWindow);
  });

  test("a second verifier that stops does not open the exit: the admin drops the check in time", async () => {
    const chain = await create({ executionDelay: 300n, exitDelay: 451n });
    const { priorityOpWindow, exitDelay, executionDelay } = chain.configuration;
    const hash = await chain.request();
    const deadline = (await ecosystem.latestTimestamp()) + priorityOpWindow;
    // As late as L1 takes a batch with the operation, for an exit that opens a window and the exit delay after the deadline.
    await setNextBlock(ecosystem, deadline + priorityOpWindow - 1n);
    const { stored, formed } = await begin(chain, { canonicalTxHashes: [hash], logs: [SUCCESS] });
    await chain.prove(stored);
    await send(second, "setRefuses", true);
    try {
      await assertReverts(confirm(chain, stored), "ProofRefused()");
      const effectiveAt = await scheduleTerms(ecosystem, chain, { requiresSecondCheck: false });
      const executable = stored.committedAt + executionDelay;
      await setNextBlock(ecosystem, executable > effectiveAt ? executable : effectiveAt);
      await chain.execute(stored, formed);
      assert.equal(await view(chain.contract, "exitOpensAt"), 2n ** 256n - 1n);
      assert.ok((await ecosystem.latestTimestamp()) < deadline + priorityOpWindow + exitDelay);
    } finally {
      await send(second, "setRefuses", false);
    }
  });

  test("the term on a version without a second verifier is refused, and on a chain whose upgrade leads to one", async () => {
    await assertReverts(create({ protocolVersion: UNCHECKED }), unsupported(UNCHECKED));
    const unchecked = await scene.create({ protocolVersion: UNCHECKED });
    await assertReverts(scheduleTerms(ecosystem, unchecked, { requiresSecondCheck: true }), unsupported(UNCHECKED));
    // The next version has one, and batches of the version before it may wait.
    await scheduleUpgrade(unchecked, CHECKED);
    await assertReverts(scheduleTerms(ecosystem, unchecked, { requiresSecondCheck: true }), unsupported(UNCHECKED));
    await ecosystem.increaseTime(await noticeOf(unchecked));
    await unchecked.settle({ protocolVersion: CHECKED });
    await scheduleTerms(ecosystem, unchecked, { requiresSecondCheck: true });

    const leaving = await create({ requiresSecondCheck: false });
    await scheduleUpgrade(leaving, UNCHECKED);
    await assertReverts(scheduleTerms(ecosystem, leaving, { requiresSecondCheck: true }), unsupported(UNCHECKED));
  });

  test("an upgrade to a version without second verifier is refused while the last terms require the check", async () => {
    const chain = await create();
    await assertReverts(scheduleUpgrade(chain, UNCHECKED), unsupported(UNCHECKED));
    await scheduleUpgrade(chain, NEXT_CHECKED);
    await send(ecosystem.settings, "cancelUpgrade", chain.configuration.chainId);
    const about = await create({ requiresSecondCheck: false });
    await scheduleTerms(ecosystem, about, { requiresSecondCheck: true });
    await assertReverts(scheduleUpgrade(about, UNCHECKED), unsupported(UNCHECKED));

    // Both in one block: the terms count long before the version.
    await scheduleTerms(ecosystem, chain, { requiresSecondCheck: false });
    await scheduleUpgrade(chain, UNCHECKED);
    await ecosystem.increaseTime(await noticeOf(chain));
    await chain.settle({ protocolVersion: UNCHECKED });
  });

  test("a drop is not withdrawn while an upgrade waits to a version without second verifier", async () => {
    const chain = await create();
    const { chainId } = chain.configuration;
    await scheduleTerms(ecosystem, chain, { requiresSecondCheck: false });
    await scheduleUpgrade(chain, UNCHECKED);
    await assertReverts(send(ecosystem.settings, "cancelTerms", chainId), unsupported(UNCHECKED));
    await send(ecosystem.settings, "cancelUpgrade", chainId);
    await send(ecosystem.settings, "cancelTerms", chainId);
    const { stored, formed } = await proven(chain);
    await assertReverts(chain.execute(stored, formed), "SecondCheckMissing(0)");
  });

  test("a halted version whose replacement has no second verifier is passed after the check is dropped", async () => {
    const [version, replacement] = [await freshVersion(await second.getAddress()), await freshVersion()];
    await scene.nextCycle();
    const chain = await create({ protocolVersion: version, takesReplacements: true });
    const { chainId } = chain.configuration;
    await scene.halt(version, replacement);
    await assertReverts(send(ecosystem.settings, "passHalted", chainId), unsupported(replacement));
    await scheduleTerms(ecosystem, chain, { requiresSecondCheck: false });
    await send(ecosystem.settings, "passHalted", chainId);
    const { stored, formed } = await proven(chain, { protocolVersion: replacement });
    await assertReverts(chain.execute(stored, formed), "SecondCheckMissing(0)");
    await assertReverts(send(ecosystem.settings, "cancelTerms", chainId), unsupported(replacement));
    await ecosystem.increaseTime(chain.configuration.priorityOpWindow);
    await chain.execute(stored, formed);
  });

  test("a batch that was proven before its version retired is confirmed and executed afterwards", async () => {
    const version = await freshVersion(await second.getAddress());
    const chain = await create({ protocolVersion: version });
    const { stored, formed } = await proven(chain, { protocolVersion: version });
    await send(ecosystem.verifiers, "scheduleRetirement", version);
    await ecosystem.increaseTime(RETIREMENT_NOTICE_SECONDS);
    await assertReverts(chain.commit(await chain.form({ protocolVersion: version })), "ProtocolVersionRetired");
    await confirm(chain, stored);
    await chain.execute(stored, formed);
  });

  test("a chain without a quorum is refused: no version that it may have has a second verifier", async () => {
    const aggregator = await addExecutionVersion(ecosystem, EXECUTING);
    const refused = createWithoutQuorum(ecosystem, aggregator, 900n, { requiresSecondCheck: true });
    await assertReverts(refused, unsupported(EXECUTING));
    const chain = await createWithoutQuorum(ecosystem, aggregator, 901n);
    await assertReverts(scheduleTerms(ecosystem, chain, { requiresSecondCheck: true }), unsupported(EXECUTING));
  });

  test("a version with a second verifier without code, or one that proves execution, is not added", async () => {
    const [version, proven] = [furtherVersion(15), provenVersion(15)];
    const aggregator = await ecosystem.l1.deploy("ProofAggregator", addressOf(1), await second.getAddress(), proven);
    const known = await view<{ toObject(): object }>(ecosystem.verifiers, "contentOf", CHECKED);
    const content = { ...known.toObject() };
    await assertReverts(
      send(ecosystem.verifiers, "addVersion", version, { ...content, secondVerifier: addressOf(5) }),
      `VerifierWithoutCode(${addressOf(5)})`,
    );
    const executing = { ...content, aggregator: await hexAddress(aggregator), executionKey: `0x${"00".repeat(31)}05` };
    const refusal = `SecondVerifierUnsupported(${await hexAddress(second)})`;
    await assertReverts(send(ecosystem.verifiers, "addVersion", proven, executing), refusal);
  });

  test("a chain on a base is refused: no registry on a hyperchain has a second verifier", async () => {
    const base = await startLocalL1({ chainId: 270 });
    try {
      await base.ethers.provider.send("hardhat_setCode", [PREDEPLOYS.SystemContext, "0x00"]);
      const [governance] = await base.ethers.getSigners();
      const terms = [governance!.address, addressOf(0), 1_000n, 0n, 0n];
      const verifiers = await base.deploy("VerifierRegistry", terms);
      const parts = ["VerifierDouble", "VerifierDouble", "StateTree"];
      const reader = await hexAddress(await base.deploy("BatchReader", PREDEPLOYS_DIGEST));
      const [verifier, secondVerifier, tree] = await Promise.all(parts.map(async (name) => hexAddress(await base.deploy(name))));
      const known = await view<{ toObject(): object }>(ecosystem.verifiers, "contentOf", CHECKED);
      const content = { ...known.toObject(), verifier, tree, reader };
      const refusal = `SecondVerifierUnsupported(${secondVerifier})`;
      await assertReverts(send(verifiers, "addVersion", CHECKED, { ...content, secondVerifier }), refusal);
      await send(verifiers, "addVersion", CHECKED, { ...content, secondVerifier: addressOf(0) });
    } finally {
      await base.close();
    }
  });

  test("only the admin drops the check", async () => {
    const chain = await create();
    const stranger = ecosystem.accounts[9]!;
    const denied = `OnlyAdmin(${lower(ecosystem.accounts[0]!.address)}, ${lower(stranger.address)})`;
    const byStranger = { ...ecosystem, settings: as(ecosystem.settings, stranger) };
    await assertReverts(scheduleTerms(byStranger, chain, { requiresSecondCheck: false }), denied);
  });
});
