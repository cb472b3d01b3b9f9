import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Provider } from "ethers";
import { readUpgrades } from "../../../src/ecosystem/client/governing/upgrade.ts";
import { treeObjection } from "../../../src/tool/plugin/tasks/governing/upgrade-plan.ts";
import { AssetMessageKind } from "../../../src/ground/protocol/asset-message.ts";
import { assetMessage, claimOf, accountsOf } from "../l1/support/assets.ts";
import { addExecutionVersion, itemOf } from "../l1/support/aggregates.ts";
import type { TestChain } from "../l1/support/chain.ts";
import {
  addressOf,
  as,
  ETH,
  furtherVersion,
  GENESIS_LEAVES,
  GENESIS_ROOT,
  NO_EXECUTION_PROOFS,
  PROTOCOL_VERSION,
  provenVersion,
  RETIREMENT_NOTICE_SECONDS,
  send,
  view,
  type Ecosystem,
} from "../l1/support/ecosystem.ts";
import { assertReverts } from "../l1/support/errors.ts";
import { deployFreezeScene, FREEZE_SECONDS, REPLACEMENT, THIRD_VERSION, type FreezeScene } from "../l1/support/freezes.ts";
import { addImportingVersion, createUnborn, IMPORTING_VERSION } from "../l1/support/imports.ts";
import { lower, scheduleTerms, setNextBlock } from "../l1/support/terms.ts";

const SUCCESS = { type: "priorityOp", success: true } as const;
/** Amount of each deposit in these tests, in wei. */
const DEPOSIT = 10n ** 9n;

/** Numbers of versions are each test's own: what governance does to one is for good. */
describe("attacks by those who govern versions", () => {
  let scene: FreezeScene;
  let ecosystem: Ecosystem;
  let number = 40;
  let recipients = 0xa000;
  before(async () => {
    scene = await deployFreezeScene();
    ({ ecosystem } = scene);
  });
  after(() => ecosystem.l1.close());

  const offer = async (): Promise<bigint> => {
    const version = furtherVersion(number++);
    await scene.addVersion(version);
    return version;
  };
  const noticeOf = ({ configuration }: TestChain) => view<bigint>(ecosystem.settings, "upgradeNotice", configuration.chainId);
  const schedule = ({ configuration }: TestChain, to: bigint) =>
    send(ecosystem.settings, "scheduleUpgrade", configuration.chainId, to, 0n);
  const begun = async (chain: TestChain, content: Parameters<TestChain["form"]>[0] = {}) => {
    const formed = await chain.form(content);
    return { formed, ...(await chain.commit(formed)) };
  };
  const retire = async (version: bigint): Promise<bigint> => {
    await send(ecosystem.verifiers, "scheduleRetirement", version);
    return (await ecosystem.latestTimestamp()) + RETIREMENT_NOTICE_SECONDS;
  };
  /** A chain with one deposit of `DEPOSIT` executed, and a withdrawal of a part of it that is not claimed. */
  const withWithdrawal = async (version: bigint) => {
    const chain = await scene.create({ protocolVersion: version });
    const recipient = addressOf(++recipients);
    const message = assetMessage(ecosystem, { amount: 70n, recipient });
    const canonicalTxHashes = [await chain.request()];
    const { formed } = await chain.settle({ canonicalTxHashes, logs: [SUCCESS, message] });
    return { chain, recipient, claim: claimOf(chain, formed, 1, message) };
  };
  /** A block of this second: what is refused is refused by the clock behind it. */
  const mineAt = async (second: bigint): Promise<void> => {
    await setNextBlock(ecosystem, second);
    await ecosystem.l1.ethers.provider.send("evm_mine", []);
  };
  const etherOf = (account: string) => ecosystem.l1.ethers.provider.getBalance(account);

  test("governance offers a verifier that accepts anything: no chain moves", async () => {
    const version = furtherVersion(number++);
    const verifier = await (await ecosystem.l1.deploy("NoProofVerifier")).getAddress();
    const [tree, reader] = [await ecosystem.stateTree.getAddress(), await ecosystem.reader.getAddress()];
    const genesis = { genesisStateRoot: GENESIS_ROOT, genesisLeafCount: GENESIS_LEAVES, ...NO_EXECUTION_PROOFS };
    const [governed, left] = [await scene.create(), await scene.create({ isGoverned: false })];
    const before = await Promise.all([governed, left].map((chain) => begun(chain)));
    await send(ecosystem.verifiers, "addVersion", version, { verifier, tree, reader, ...genesis });
    await ecosystem.increaseTime(10n * RETIREMENT_NOTICE_SECONDS);
    for (const [i, chain] of [governed, left].entries()) {
      const { formed, stored } = before[i]!;
      // Proofs are asked of the verifier that the chain chose, before and behind the offer.
      await assertReverts(send(chain.contract, "proveBatch", stored, "0x"), "WrongProof");
      // Nor can a quorum name the new one for its batch.
      await assertReverts(chain.commit(await chain.form({ protocolVersion: version })), "CommitmentMismatch");
      await chain.prove(stored);
      await chain.execute(stored, formed);
      const next = await begun(chain);
      await assertReverts(send(chain.contract, "proveBatch", next.stored, "0x"), "WrongProof");
      assert.equal(await view<bigint>(chain.contract, "getProtocolVersion"), PROTOCOL_VERSION);
    }
    const governance = ecosystem.accounts[0]!;
    const own = await scene.create({ admin: ecosystem.accounts[7]!.address });
    await assertReverts(
      schedule(own, version),
      `OnlyAdmin(${lower(ecosystem.accounts[7]!.address)}, ${lower(governance.address)})`,
    );
  });

  describe("governance offers a reader that hides chains' messages, with a verifier that accepts anything", () => {
    let version: bigint;
    let earliest: bigint;
    before(async () => {
      version = furtherVersion(number++);
      const content = await view<{ toObject(): object }>(ecosystem.verifiers, "contentOf", PROTOCOL_VERSION);
      const reader = await (await ecosystem.l1.deploy("HidingReader", await ecosystem.reader.getAddress())).getAddress();
      await send(ecosystem.verifiers, "addVersion", version, { ...content.toObject(), reader });
      earliest = (await ecosystem.latestTimestamp()) + RETIREMENT_NOTICE_SECONDS;
    });

    test("no chain takes it within the longest notice: neither by its creation, nor by an upgrade, nor in the place of a halted version", async () => {
      const [chain, replaced] = [
        await scene.create(),
        await scene.create({ protocolVersion: await offer(), takesReplacements: true }),
      ];
      const { chainId, protocolVersion } = replaced.configuration;
      await assertReverts(scene.create({ protocolVersion: version }), "ReaderTooNew");
      assert.ok((await noticeOf(chain)) < RETIREMENT_NOTICE_SECONDS - 100n);
      await assertReverts(schedule(chain, version), "ReaderTooNew");
      const upgrade = (second: bigint) =>
        send(ecosystem.settings, "scheduleUpgrade", chain.configuration.chainId, version, second);
      await assertReverts(upgrade(earliest - 1n), `ReaderTooNew(${earliest}, ${earliest - 1n})`);
      await upgrade(earliest);
      await scene.halt(protocolVersion, version);
      await assertReverts(send(ecosystem.settings, "passHalted", chainId), "ReaderTooNew");
    });

    test("another version with a reader that is known makes none that is new known, and none that is known new", async () => {
      const [known, again] = [await offer(), furtherVersion(number++)];
      const content = await view<{ toObject(): object }>(ecosystem.verifiers, "contentOf", version);
      await send(ecosystem.verifiers, "addVersion", again, { ...content.toObject() });
      await assertReverts(scene.create({ protocolVersion: again }), "ReaderTooNew");
      await scene.create({ protocolVersion: known });
    });

    test("behind the notice it does what accounts had that time to leave for: others' money on the way pays for what nothing backs", async () => {
      await mineAt(earliest - 1n);
      const [liar, sender, victim] = [
        await scene.create({ protocolVersion: version }),
        await scene.create(),
        await scene.create(),
      ];
      const { chainId } = victim.configuration;
      const transfer = { amount: 70n, destinationChainId: chainId, kind: AssetMessageKind.hyperbridgeSend };
      await sender.settle({ canonicalTxHashes: [await sender.request()], logs: [SUCCESS, assetMessage(ecosystem, transfer)] });
      await liar.settle({ protocolVersion: version, logs: [assetMessage(ecosystem, transfer)], flows: [] });
      assert.deepEqual(await accountsOf(ecosystem, chainId, ETH), [0n, 0n, 70n]);
      const delivery = assetMessage(ecosystem, { ...transfer, kind: AssetMessageKind.hyperbridgeDelivery });
      await victim.settle({ logs: [delivery] });
      const { formed, stored } = await begun(victim, { logs: [delivery] });
      await victim.prove(stored);
      await assertReverts(victim.execute(stored, formed), "TransitOverdraft");
    });
  });

  test("governance retires all at once: every chain that leaves continues", async () => {
    const versions = [await offer(), await offer(), await offer()];
    const chains: Awaited<ReturnType<typeof withWithdrawal>>[] = [];
    for (const version of versions) chains.push(await withWithdrawal(version));
    const staying = await scene.create({ protocolVersion: versions[0]! });
    let end = 0n;
    for (const version of versions) end = await retire(version);
    // As late as an admin may decide: the notice fits between, to the second.
    const last = end - RETIREMENT_NOTICE_SECONDS;
    for (const { chain } of chains) {
      const effectiveAt = await scheduleTerms(ecosystem, chain, { isGoverned: false });
      assert.ok(effectiveAt < end && effectiveAt > last);
    }
    await mineAt(end);
    for (const { chain, claim, recipient } of chains) {
      await chain.settle();
      await send(ecosystem.bridge, "finalizeDeposit", claim);
      assert.equal(await etherOf(recipient), 70n);
      const canonicalTxHashes = [await chain.request()];
      await chain.settle({ canonicalTxHashes, logs: [SUCCESS] });
      assert.equal(await view(chain.contract, "exited"), false);
    }
    await assertReverts(staying.commit(await staying.form()), "ProtocolVersionRetired");
  });

  test("leave after retiresAt: stopped between, exit open", async () => {
    const version = await offer();
    const { chain, claim, recipient } = await withWithdrawal(version);
    const exiting = await scene.create({ protocolVersion: version });
    const end = await retire(version);
    await mineAt(end);
    const effectiveAt = await scheduleTerms(ecosystem, chain, { isGoverned: false });
    const late = await scheduleTerms(ecosystem, exiting, { isGoverned: false });
    // Claims and requests ask no version; batches do.
    await send(ecosystem.bridge, "finalizeDeposit", claim);
    assert.equal(await etherOf(recipient), 70n);
    await exiting.request();
    await assertReverts(chain.commit(await chain.form()), `ProtocolVersionRetired(${version}, ${end})`);
    await mineAt(effectiveAt - 20n);
    await assertReverts(chain.commit(await chain.form()), `ProtocolVersionRetired(${version}, ${end})`);
    // In time for an account that asked when the change was announced: the exit is open a second before it counts at the latest.
    await setNextBlock(ecosystem, late - 1n);
    await send(as(exiting.contract, ecosystem.accounts[9]!), "activateExit");
    assert.equal(await view(exiting.contract, "exited"), true);
    await setNextBlock(ecosystem, late);
    await chain.settle();
  });

  test("leave while frozen: the notice runs, and the version stays stopped until the freeze or the notice ends", async () => {
    const version = await offer();
    const chain = await scene.create({ protocolVersion: version });
    await scene.nextCycle();
    const effectiveAt = await scheduleTerms(ecosystem, chain, { isGoverned: false });
    const { formed, stored } = await begun(chain);
    await setNextBlock(ecosystem, effectiveAt - 20n);
    await scene.freeze([version], 40n);
    await assertReverts(chain.prove(stored), "VersionFrozen");
    await mineAt(effectiveAt);
    await chain.prove(stored);
    await chain.execute(stored, formed);
    assert.ok((await ecosystem.latestTimestamp()) < effectiveAt + 20n);
  });

  test("double claim before and after leaving", async () => {
    const version = await offer();
    const [first, second] = [await withWithdrawal(version), await withWithdrawal(version)];
    const { chain } = first;
    await send(ecosystem.bridge, "finalizeDeposit", first.claim);
    const held = await accountsOf(ecosystem, chain.configuration.chainId, ETH);
    for (const each of [first, second]) await scheduleTerms(ecosystem, each.chain, { isGoverned: false });
    await ecosystem.increaseTime(await noticeOf(chain));
    await retire(version);
    await ecosystem.increaseTime(RETIREMENT_NOTICE_SECONDS);
    await chain.settle();
    await assertReverts(send(ecosystem.bridge, "finalizeDeposit", first.claim), "WithdrawalAlreadyFinalized");
    // In reverse order: claimed after it has left, and not again after its return.
    await send(ecosystem.bridge, "finalizeDeposit", second.claim);
    await schedule(second.chain, REPLACEMENT);
    await ecosystem.increaseTime(await noticeOf(second.chain));
    await scheduleTerms(ecosystem, second.chain, { isGoverned: true });
    await ecosystem.increaseTime(await noticeOf(second.chain));
    await second.chain.settle({ protocolVersion: REPLACEMENT });
    await assertReverts(send(ecosystem.bridge, "finalizeDeposit", second.claim), "WithdrawalAlreadyFinalized");
    assert.deepEqual(await Promise.all([first, second].map(({ recipient }) => etherOf(recipient))), [70n, 70n]);
    assert.deepEqual(await accountsOf(ecosystem, chain.configuration.chainId, ETH), held);
  });

  test("left chain with a lying quorum takes its own balance only", async () => {
    const version = await offer();
    const [{ chain }, other] = [await withWithdrawal(version), await withWithdrawal(version)];
    await scheduleTerms(ecosystem, chain, { isGoverned: false });
    await ecosystem.increaseTime(await noticeOf(chain));
    await scene.nextCycle();
    await scene.halt(version);
    const others = await accountsOf(ecosystem, other.chain.configuration.chainId, ETH);
    const [balance] = await accountsOf(ecosystem, chain.configuration.chainId, ETH);
    assert.equal(balance, DEPOSIT - 70n);
    const thief = addressOf(0x7e1f);
    const lie = async (amount: bigint) => {
      const message = assetMessage(ecosystem, { amount, recipient: thief });
      return { message, ...(await begun(chain, { logs: [message] })) };
    };
    const tooMuch = await lie(balance + 1n);
    await chain.prove(tooMuch.stored);
    await assertReverts(chain.execute(tooMuch.stored, tooMuch.formed), "BalanceOverdraft");
    const [last, count] = [tooMuch.formed.previous, 1n];
    await send(chain.contract, "revertBatches", ...(await chain.signRevert(count)));
    [chain.last, chain.batchCount] = [last, count];
    const all = await lie(balance);
    await chain.prove(all.stored);
    await chain.execute(all.stored, all.formed);
    await send(ecosystem.bridge, "finalizeDeposit", claimOf(chain, all.formed, 0, all.message));
    assert.equal(await etherOf(thief), balance);
    assert.deepEqual(await accountsOf(ecosystem, other.chain.configuration.chainId, ETH), others);
    await send(ecosystem.bridge, "finalizeDeposit", other.claim);
    assert.equal(await etherOf(other.recipient), 70n);
  });

  test("aggregate with one stopped chain: the others of it are proven", async () => {
    const aggregator = await addExecutionVersion(ecosystem, provenVersion(number++));
    const protocolVersion = aggregator.version;
    const governed = await scene.create({ protocolVersion });
    const left = await scene.create({ protocolVersion, isGoverned: false });
    const batches = [await begun(governed), await begun(left)];
    const items = [itemOf(governed, batches[0]!.stored), itemOf(left, batches[1]!.stored)];
    await scene.nextCycle();
    await scene.halt(protocolVersion);
    assert.deepEqual(aggregator.skipped(await aggregator.prove(items)), [[governed.configuration.chainId, 0n]]);
    await left.execute(batches[1]!.stored, batches[1]!.formed);
    await assertReverts(governed.execute(batches[0]!.stored, batches[0]!.formed), "BatchNotProven(0, 0)");
  });

  test("an admin takes no version at once by scheduling back to the one that was executed, behind a replacement", async () => {
    const next = await offer();
    const chain = await scene.create({ takesReplacements: true });
    await chain.settle();
    await schedule(chain, next);
    await ecosystem.increaseTime(await noticeOf(chain));
    await scene.nextCycle();
    await scene.halt(next, REPLACEMENT);
    await send(ecosystem.settings, "passHalted", chain.configuration.chainId);
    const versionNow = async () =>
      view<bigint>(ecosystem.settings, "versionOfBatch", chain.configuration.chainId, await ecosystem.latestTimestamp(), 0n);
    assert.equal(await versionNow(), REPLACEMENT);
    // Where it counted as executed already, the next schedule would begin from it, a notice too early.
    await assertReverts(schedule(chain, PROTOCOL_VERSION), `VersionUnchanged(${PROTOCOL_VERSION})`);
    await schedule(chain, THIRD_VERSION);
    assert.equal(await versionNow(), REPLACEMENT);
    await chain.settle({ protocolVersion: REPLACEMENT });
    await ecosystem.increaseTime(await noticeOf(chain));
    await chain.settle({ protocolVersion: THIRD_VERSION });
    await schedule(chain, PROTOCOL_VERSION);
  });

  test("base's version with another tree: tools schedule it neither for a chain below others nor for one on another", async () => {
    const [same, other] = [await offer(), furtherVersion(number++)];
    const content = await view<{ toObject(): object }>(ecosystem.verifiers, "contentOf", same);
    const tree = await (await ecosystem.l1.deploy("VerifierDouble")).getAddress();
    await send(ecosystem.verifiers, "addVersion", other, { ...content.toObject(), tree });
    const chain = await scene.create();
    const provider = ecosystem.l1.ethers.provider as unknown as Provider;
    const upgrades = await readUpgrades(chain.address, provider);
    const objection = (version: bigint, onTop: readonly string[], chainId = upgrades.chainId) =>
      treeObjection({ ...upgrades, chainId }, version, onTop, provider);
    assert.match((await objection(other, ["x", "y"])) ?? "", /its state tree is another, and x and y settle on it/);
    assert.match((await objection(other, [], upgrades.chainId + (1n << 32n))) ?? "", /it settles on another chain/);
    assert.deepEqual(await Promise.all([objection(same, ["x"]), objection(other, []), objection(9_999n, ["x"])]), [
      undefined,
      undefined,
      undefined,
    ]);
  });

  test("freeze while imports run: imports wait, nothing is lost", async () => {
    await addImportingVersion(ecosystem);
    const account = { address: addressOf(0x5_0000), nonce: 1n, balanceWei: 7n };
    const chain = await createUnborn(ecosystem, 900n, [account]);
    await scene.nextCycle();
    await scene.freeze([IMPORTING_VERSION]);
    const until = (await ecosystem.latestTimestamp()) + FREEZE_SECONDS;
    await assertReverts(chain.bring(0), "VersionFrozen");
    await mineAt(until);
    for (const each of chain.imports.keys()) await chain.bring(each);
    assert.equal(await view<bigint>(chain.contract, "importsLeft"), 0n);
    assert.ok((await view<bigint>(ecosystem.factory, "bornAt", 900n)) >= until);
  });

  test("terms and upgrade in one second: both count from the same one, and neither before", async () => {
    const next = await offer();
    const chain = await scene.create();
    const { chainId } = chain.configuration;
    const notice = await noticeOf(chain);
    const second = (await ecosystem.latestTimestamp()) + notice + 100n;
    await send(ecosystem.settings, "scheduleUpgrade", chainId, next, second);
    await setNextBlock(ecosystem, second - notice);
    assert.equal(await scheduleTerms(ecosystem, chain, { isGoverned: false }), second);
    const epochs = async () => [...(await view<Iterable<bigint>>(ecosystem.settings, "epochsOf", chainId))];
    const versionAt = (time: bigint) => view<bigint>(ecosystem.settings, "versionOfBatch", chainId, time, 2n ** 64n - 1n);
    assert.deepEqual(await epochs(), [0n, 0n, second]);
    assert.deepEqual([await versionAt(second - 1n), await versionAt(second)], [PROTOCOL_VERSION, next]);
    await mineAt(second);
    assert.deepEqual(await epochs(), [1n, second, 0n]);
  });
});
