import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { TestChain } from "./support/chain.ts";
import { as, eventsOf, furtherVersion, PROTOCOL_VERSION, send, view, type Ecosystem } from "./support/ecosystem.ts";
import { assertReverts } from "./support/errors.ts";
import { deployFreezeScene, FREEZE_SECONDS, REPLACEMENT, THIRD_VERSION, type FreezeScene } from "./support/freezes.ts";
import { lower, scheduleTerms, setNextBlock } from "./support/terms.ts";

describe("the halt of a version, and the chains on it", () => {
  let scene: FreezeScene;
  let ecosystem: Ecosystem;
  let number = 20;
  /** Version of each test, because a halt is final. */
  let version: bigint;
  before(async () => {
    scene = await deployFreezeScene();
    ({ ecosystem } = scene);
  });
  after(() => ecosystem.l1.close());

  const begin = async (overrides: Parameters<FreezeScene["create"]>[0] = {}): Promise<TestChain> => {
    version = furtherVersion(number++);
    await scene.addVersion(version);
    await scene.nextCycle();
    return scene.create({ protocolVersion: version, ...overrides });
  };
  const council = () => as(ecosystem.verifiers, scene.council);
  const schedule = ({ configuration }: TestChain, to: bigint) =>
    send(ecosystem.settings, "scheduleUpgrade", configuration.chainId, to, 0n);
  const noticeOf = ({ configuration }: TestChain) => view<bigint>(ecosystem.settings, "upgradeNotice", configuration.chainId);
  const pass = ({ configuration }: TestChain, by = ecosystem.accounts[0]!) =>
    send(as(ecosystem.settings, by), "passHalted", configuration.chainId);
  const begun = async (chain: TestChain, content: Parameters<TestChain["form"]>[0] = {}) => {
    const formed = await chain.form({ protocolVersion: version, ...content });
    return { formed, ...(await chain.commit(formed)) };
  };
  const takeBack = async (chain: TestChain, first: bigint) =>
    send(chain.contract, "revertBatches", ...(await chain.signRevert(first)));

  test("halt without freeze, with another replacement, after expiry", async () => {
    await begin();
    const { verifiers } = ecosystem;
    await assertReverts(send(verifiers, "halt", version, 0n), `VersionNotFrozen(${version})`);
    await assertReverts(send(council(), "approveHalt", version, 0n), `VersionNotFrozen(${version})`);
    await scene.freeze([version], 30n);
    await assertReverts(send(verifiers, "halt", version, REPLACEMENT), `HaltNotApproved(${version}, ${REPLACEMENT})`);
    await send(council(), "approveHalt", version, REPLACEMENT);
    for (const other of [0n, THIRD_VERSION])
      await assertReverts(send(verifiers, "halt", version, other), `HaltNotApproved(${version}, ${other})`);
    await ecosystem.increaseTime(30n);
    await assertReverts(send(verifiers, "halt", version, REPLACEMENT), `VersionNotFrozen(${version})`);
    // What the council agreed to in one freeze counts in no other.
    await scene.freeze([version], 10n);
    await assertReverts(send(verifiers, "halt", version, REPLACEMENT), `HaltNotApproved(${version}, ${REPLACEMENT})`);
  });

  test("a freeze that is prolonged, or ended and restarted, does not extend the council's power", async () => {
    await begin();
    await scene.freeze([version], 20n);
    await send(council(), "approveHalt", version, 0n);
    await send(council(), "unfreeze", version);
    await scene.freeze([version], 10n);
    await assertReverts(send(ecosystem.verifiers, "halt", version, 0n), `HaltNotApproved(${version}, 0)`);
    await send(council(), "approveHalt", version, 0n);
    await scene.freeze([version], 20n);
    await ecosystem.increaseTime(10n);
    await assertReverts(send(ecosystem.verifiers, "halt", version, 0n), `HaltNotApproved(${version}, 0)`);
  });

  test("governance alone halts, once, and for a replacement of the same machine and no lower format that will last", async () => {
    await begin();
    const otherMachine = (1n << 16n) + PROTOCOL_VERSION;
    await scene.addVersion(otherMachine);
    await scene.freeze([version]);
    for (const unfit of [version, otherMachine])
      await assertReverts(send(council(), "approveHalt", version, unfit), `ReplacementUnfit(${version}, ${unfit})`);
    await assertReverts(send(council(), "approveHalt", version, 99n), "UnknownProtocolVersion(99)");
    await send(council(), "approveHalt", version, REPLACEMENT);
    const refusal = `OnlyGovernance(${lower(ecosystem.accounts[0]!.address)}, ${lower(scene.council.address)})`;
    await assertReverts(send(council(), "halt", version, REPLACEMENT), refusal);
    await send(ecosystem.verifiers, "halt", version, REPLACEMENT);
    await assertReverts(send(ecosystem.verifiers, "halt", version, REPLACEMENT), "VersionHalted");
    // What is halted replaces nothing.
    await scene.nextCycle();
    await scene.freeze([THIRD_VERSION]);
    await assertReverts(send(council(), "approveHalt", THIRD_VERSION, version), "VersionHalted");
  });

  test("false batch proven before the freeze never executes after a halt", async () => {
    const chain = await begin();
    const { formed, stored } = await begun(chain);
    await chain.prove(stored);
    await scene.halt(version);
    const refusal = `VersionHalted(${version}, ${await haltedAt()})`;
    await ecosystem.increaseTime(10n * FREEZE_SECONDS);
    await assertReverts(chain.execute(stored, formed), refusal);
    await assertReverts(chain.commit(await chain.form({ protocolVersion: version })), refusal);
    assert.equal(await view<bigint>(chain.contract, "getTotalBatchesExecuted"), 0n);
  });

  const haltedAt = async (): Promise<bigint> =>
    (await view<{ haltedAt: bigint }>(ecosystem.verifiers, "standingOf", version)).haltedAt;

  test("honest batches on a halted version: reverted, resealed under the replacement", async () => {
    const chain = await begin({ takesReplacements: true });
    const settled = await chain.settle({ protocolVersion: version });
    assert.equal(settled.stored.batchNumber, 0n);
    await begun(chain);
    await scene.halt(version, REPLACEMENT);
    const receipt = await pass(chain);
    const [event] = eventsOf(ecosystem.settings, receipt, "HaltedPassed");
    assert.deepEqual([...event!.args], [chain.configuration.chainId, version, REPLACEMENT, 1n]);
    await takeBack(chain, 1n);
    [chain.last, chain.batchCount] = [settled.stored, 1n];
    await chain.settle({ protocolVersion: REPLACEMENT });
    assert.equal(await view<bigint>(chain.contract, "getProtocolVersion"), REPLACEMENT);
    await assertReverts(pass(chain), `NotHalted(${REPLACEMENT})`);
  });

  test("replacement for a chain that takes none: it stops, and can schedule one with its notice", async () => {
    const chain = await begin();
    await scene.halt(version, REPLACEMENT);
    await assertReverts(pass(chain), `NoReplacement(${version})`);
    await schedule(chain, REPLACEMENT);
    await ecosystem.increaseTime(await noticeOf(chain));
    await pass(chain, ecosystem.accounts[9]!);
    await chain.settle({ protocolVersion: REPLACEMENT });
  });

  test("no other account than the admin takes the replacement at once, and none where there is none", async () => {
    const chain = await begin({ takesReplacements: true });
    await scene.halt(version, 0n);
    await assertReverts(pass(chain), `NoReplacement(${version})`);
    const other = await begin({ takesReplacements: true });
    await scene.halt(version, REPLACEMENT);
    const stranger = ecosystem.accounts[9]!;
    await assertReverts(pass(other, stranger), `OnlyAdmin(${lower(ecosystem.accounts[0]!.address)}, ${lower(stranger.address)})`);
    await pass(other);
  });

  test("a chain whose next version is halted before it is in effect chooses another", async () => {
    const chain = await scene.create();
    const next = furtherVersion(number++);
    await scene.addVersion(next);
    await scene.nextCycle();
    await schedule(chain, next);
    await assertReverts(schedule(chain, REPLACEMENT), `UpgradePending(${next})`);
    await scene.halt(next);
    await schedule(chain, REPLACEMENT);
    await chain.settle();
    await ecosystem.increaseTime(await noticeOf(chain));
    await chain.settle({ protocolVersion: REPLACEMENT });
  });

  test("a chain whose next version is halted in effect passes to the replacement, once what came before it is executed or gone", async () => {
    const chain = await scene.create({ takesReplacements: true });
    const next = furtherVersion(number++);
    await scene.addVersion(next);
    await scene.nextCycle();
    await schedule(chain, next);
    const before = await chain.form();
    const { stored } = await chain.commit(before);
    await chain.prove(stored);
    await ecosystem.increaseTime(await noticeOf(chain));
    await assertReverts(pass(chain), `NotHalted(${PROTOCOL_VERSION})`);
    await scene.halt(next, REPLACEMENT);
    await assertReverts(chain.commit(await chain.form({ protocolVersion: next })), "VersionHalted");
    await assertReverts(pass(chain), "BatchesWaiting(0, 1)");
    await chain.execute(stored, before);
    await pass(chain);
    await chain.settle({ protocolVersion: REPLACEMENT });
  });

  /** On the first version, with the next one in effect and halted, which none of its batches was. */
  const beginBehindHalted = async (replacement = 0n, overrides: Parameters<FreezeScene["create"]>[0] = {}) => {
    const chain = await scene.create(overrides);
    const next = furtherVersion(number++);
    await scene.addVersion(next);
    await scene.nextCycle();
    await schedule(chain, next);
    await ecosystem.increaseTime(await noticeOf(chain));
    const before = [chain.last, chain.batchCount] as const;
    await chain.commit(await chain.form({ protocolVersion: next }));
    await scene.halt(next, replacement);
    const forget = async (): Promise<void> => {
      await takeBack(chain, before[1]);
      [chain.last, chain.batchCount] = before;
    };
    return { chain, next, forget };
  };
  const cancel = ({ configuration }: TestChain) => send(ecosystem.settings, "cancelUpgrade", configuration.chainId);

  test("a next version that is halted in effect, without a replacement, locks no chain out: its admin returns to the one before", async () => {
    const { chain, next, forget } = await beginBehindHalted();
    await assertReverts(pass(chain), "BatchesWaiting(0, 1)");
    await assertReverts(cancel(chain), "BatchesWaiting(0, 1)");
    await forget();
    await assertReverts(pass(chain), `NoReplacement(${next})`);
    await assertReverts(schedule(chain, PROTOCOL_VERSION), `VersionUnchanged(${PROTOCOL_VERSION})`);
    const stranger = as(ecosystem.settings, ecosystem.accounts[9]!);
    await assertReverts(send(stranger, "cancelUpgrade", chain.configuration.chainId), "OnlyAdmin");
    await cancel(chain);
    await chain.settle({ protocolVersion: PROTOCOL_VERSION });
    await assertReverts(cancel(chain), "NoUpgradeScheduled()");
  });

  test("returns neither to a version that is about to end nor behind an executed batch of the halted one", async () => {
    const ending = furtherVersion(number++);
    await scene.addVersion(ending);
    const { chain, forget } = await beginBehindHalted(0n, { protocolVersion: ending });
    await forget();
    await send(ecosystem.verifiers, "scheduleRetirement", ending);
    await assertReverts(cancel(chain), "ProtocolVersionRetiring");
    const other = await scene.create();
    const executed = furtherVersion(number++);
    await scene.addVersion(executed);
    await schedule(other, executed);
    await ecosystem.increaseTime(await noticeOf(other));
    await other.settle({ protocolVersion: executed });
    await scene.nextCycle();
    await scene.halt(executed);
    await assertReverts(cancel(other), "UpgradeInEffect");
    await schedule(other, PROTOCOL_VERSION);
  });

  test("a replacement that is halted too, with no other, locks no chain out: governance adds a version, or the chain leaves", async () => {
    const replacement = furtherVersion(number++);
    await scene.addVersion(replacement);
    const stuck: TestChain[] = [];
    for (let i = 0; i < 2; ++i) {
      const { chain, forget } = await beginBehindHalted(replacement, { takesReplacements: true });
      await forget();
      await pass(chain);
      stuck.push(chain);
    }
    await scene.nextCycle();
    await scene.halt(replacement);
    for (const chain of stuck) {
      await assertReverts(pass(chain), `NoReplacement(${replacement})`);
      await assertReverts(cancel(chain), "NoUpgradeScheduled()");
      // The last executed state is of this one: an upgrade to it could not be told from one that has begun.
      await assertReverts(schedule(chain, PROTOCOL_VERSION), `VersionUnchanged(${PROTOCOL_VERSION})`);
    }
    const [upgraded, left] = stuck as [TestChain, TestChain];
    // The same content under another number will do.
    const again = furtherVersion(number++);
    await scene.addVersion(again);
    await schedule(upgraded, again);
    await scheduleTerms(ecosystem, left, { isGoverned: false, takesReplacements: false });
    await ecosystem.increaseTime(await noticeOf(upgraded));
    await pass(upgraded, ecosystem.accounts[9]!);
    await upgraded.settle({ protocolVersion: again });
    await left.settle({ protocolVersion: replacement });
  });

  test("leave with batches committed, proven, half executed: it continues with its version, whatever is announced", async () => {
    const chain = await begin();
    const effectiveAt = await scheduleTerms(ecosystem, chain, { isGoverned: false });
    await send(ecosystem.verifiers, "scheduleRetirement", version);
    const first = await begun(chain);
    await chain.prove(first.stored);
    await setNextBlock(ecosystem, effectiveAt - 2n);
    await scene.freeze([version], 40n);
    await assertReverts(chain.execute(first.stored, first.formed), "VersionFrozen");
    await setNextBlock(ecosystem, effectiveAt);
    await chain.execute(first.stored, first.formed);
    await ecosystem.increaseTime(await view<bigint>(ecosystem.verifiers, "retirementNotice"));
    await chain.settle({ protocolVersion: version });
    await assertReverts(pass(chain), `NotHalted(${version})`);
  });

  test("leave while halted: the notice runs, and the version stays stopped until then; a user is out within it", async () => {
    const chain = await begin();
    await scene.halt(version);
    const effectiveAt = await scheduleTerms(ecosystem, chain, { isGoverned: false });
    await chain.request();
    await setNextBlock(ecosystem, effectiveAt - 2n);
    await assertReverts(chain.commit(await chain.form({ protocolVersion: version })), "VersionHalted");
    await send(chain.contract, "activateExit");
    const other = await scene.create({ protocolVersion: REPLACEMENT });
    assert.equal(await view(other.contract, "exited"), false);
  });

  test("a chain that has left comes back only to a version that lasts", async () => {
    const chain = await begin();
    await scheduleTerms(ecosystem, chain, { isGoverned: false });
    await ecosystem.increaseTime(await noticeOf(chain));
    await scene.halt(version);
    await chain.settle({ protocolVersion: version });
    await assertReverts(scheduleTerms(ecosystem, chain, { isGoverned: true }), "VersionHalted");
    await schedule(chain, REPLACEMENT);
    await ecosystem.increaseTime(await noticeOf(chain));
    await chain.settle({ protocolVersion: REPLACEMENT });
    await scheduleTerms(ecosystem, chain, { isGoverned: true });
  });

  test("upgrade across machines, to a lower format", async () => {
    const chain = await scene.create();
    const machine = (2n << 16n) + PROTOCOL_VERSION;
    await scene.addVersion(machine);
    await assertReverts(schedule(chain, machine), "MachineMismatch(0, 2)");
    // A wrong format is refused in test/contracts/attacks/formats.test.ts.
  });

  test("all chains on one day: an upgrade waits for a time of the admin's choice, at most 90 days", async () => {
    const chain = await scene.create();
    const { chainId } = chain.configuration;
    const now = await ecosystem.latestTimestamp();
    const day = now + 5_000_000n;
    await setNextBlock(ecosystem, now + 10n);
    const late = now + 10n + 7_776_000n;
    await assertReverts(
      send(ecosystem.settings, "scheduleUpgrade", chainId, REPLACEMENT, late + 1n),
      `NotBeforeTooLate(${late}, ${late + 1n})`,
    );
    const receipt = await send(ecosystem.settings, "scheduleUpgrade", chainId, REPLACEMENT, day);
    const [event] = eventsOf(ecosystem.settings, receipt, "UpgradeScheduled");
    assert.equal(event!.args["effectiveAt"], day);
    const sooner = await scene.create();
    const early = await send(ecosystem.settings, "scheduleUpgrade", sooner.configuration.chainId, REPLACEMENT, now);
    const [first] = eventsOf(ecosystem.settings, early, "UpgradeScheduled");
    assert.equal(first!.args["effectiveAt"], (await ecosystem.latestTimestamp()) + (await noticeOf(sooner)));
  });
});
