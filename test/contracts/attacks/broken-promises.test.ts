import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { ZeroAddress } from "ethers";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import type { BatchPromise } from "../../../src/ground/protocol/batch-promise.ts";
import { wordToHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import type { TestChain } from "../l1/support/chain.ts";
import { as, hexAddress, send, view, type Ecosystem } from "../l1/support/ecosystem.ts";
import { assertReverts } from "../l1/support/errors.ts";
import { deployFreezeScene, FREEZE_SECONDS, type FreezeScene } from "../l1/support/freezes.ts";
import {
  activeOf,
  contentOf,
  dataOf,
  deployPromiseStakes,
  enlist,
  LONGEST,
  reportOf,
  serviceOf,
  signPromise,
  UNBONDING,
  type Pair,
  type PromiseStakes,
  type SignedPromise,
} from "../l1/support/promises.ts";
import { lower, quorumOf, scheduleTerms, setNextBlock } from "../l1/support/terms.ts";

const ETHER = 10n ** 18n;
const OTHER_ROOT = wordToHex(7n);

/** Attacks on promises between chains, by signers, receivers, reporters and payees. */
describe("broken promises", () => {
  let scene: FreezeScene;
  let ecosystem: Ecosystem;
  let [, operator, key, otherKey, reporter]: HardhatEthersSigner[] = [];
  /** Account that other tests do not pay. */
  let payee: HardhatEthersSigner;
  before(async () => {
    scene = await deployFreezeScene();
    ({ ecosystem } = scene);
    [, operator, key, otherKey, reporter] = ecosystem.accounts.slice(0, 5);
    payee = ecosystem.accounts[9]!;
  });
  after(() => ecosystem.l1.close());

  /** A source of the key alone, whose operator has one coin at stake for promises to the receiver. */
  async function staked(shareBps = 10_000n, before?: PromiseStakes) {
    const stakes = before ?? (await deployPromiseStakes(ecosystem));
    const source = await scene.create({ validators: quorumOf([ecosystem.accounts[0]!, key!]).validators });
    const receiver = await scene.create();
    const pair: Pair = { fromChain: idOf(source), toChain: idOf(receiver) };
    await send(as(stakes.registry, operator!), "deposit", { value: ETHER });
    await enlist(ecosystem, stakes, pair, { operator: operator!, key: key!, shareBps });
    await ecosystem.increaseTime(10n);
    return { stakes, source, receiver, pair };
  }
  type World = Awaited<ReturnType<typeof staked>>;
  const idOf = ({ configuration }: TestChain): bigint => configuration.chainId;
  const balanceOf = (account: string): Promise<bigint> => ecosystem.l1.ethers.provider.getBalance(account);
  const mine = (): Promise<unknown> => ecosystem.l1.ethers.provider.send("evm_mine", []);
  const promise = (world: World, fields: Partial<BatchPromise> = {}, by = key!): Promise<SignedPromise> =>
    signPromise(ecosystem, world.source, by, { toChain: world.pair.toChain, logRoot: OTHER_ROOT, ...fields });
  const report = async ({ stakes }: World, signed: SignedPromise, by = reporter!): Promise<bigint> => {
    const receipt = await send(as(stakes.judge, by), "report", ...(await reportOf(stakes, signed)));
    return receipt.gasUsed * receipt.gasPrice;
  };
  /** After a promise's last second. */
  const pass = async ({ promised }: SignedPromise): Promise<void> => {
    await setNextBlock(ecosystem, promised.landsBy + 1n);
    await mine();
  };
  /** Settles the source's next batch; resolves with its root. */
  const settle = async ({ source }: World, seed: number, to?: bigint): Promise<Hex> =>
    (await source.settle(contentOf(ecosystem, seed, to))).formed.expected.l2LogsTreeRoot;

  test("one batch promised, another one executed: a tenth for the reporter, half burnt, the rest for the payee", async () => {
    const world = await staked();
    const signed = await promise(world);
    await settle(world, 1);
    const before = await Promise.all([reporter!.address, ZeroAddress, payee.address].map(balanceOf));
    const fee = await report(world, signed);
    const after = await Promise.all([reporter!.address, ZeroAddress, payee.address].map(balanceOf));
    assert.equal(after[0]! - before[0]! + fee, ETHER / 10n);
    assert.equal(after[1]! - before[1]!, ETHER / 2n);
    assert.equal(after[2]! - before[2]!, (ETHER * 4n) / 10n);
    assert.equal(await activeOf(world.stakes, operator!), 0n);
    assert.equal(await balanceOf(await world.stakes.judge.getAddress()), 0n);
  });

  test("kept promise: a report of a fulfilled one takes nothing, also if the batch landed late", async () => {
    const world = await staked();
    const content = contentOf(ecosystem, 1);
    const { l2LogsTreeRoot: logRoot } = (await world.source.form(content)).expected;
    const signed = await promise(world, { logRoot });
    await assertReverts(report(world, signed), "PromiseOpen");
    await pass(signed);
    await world.source.settle(content);
    await assertReverts(report(world, signed), `PromiseKept(${world.pair.fromChain}, 0, ${logRoot})`);
    assert.equal(await activeOf(world.stakes, operator!), ETHER);
  });

  test("executed before the report: a batch that lands late, in the block before the report, fulfils its promise", async () => {
    const world = await staked();
    const formed = await world.source.form(contentOf(ecosystem, 1));
    const signed = await promise(world, { logRoot: formed.expected.l2LogsTreeRoot });
    const { stored } = await world.source.commit(formed);
    await world.source.prove(stored);
    await pass(signed);
    const snapshot = await ecosystem.l1.ethers.provider.send("evm_snapshot", []);
    await report(world, signed);
    assert.equal(await activeOf(world.stakes, operator!), 0n, "it is broken if it has not landed");
    await ecosystem.l1.ethers.provider.send("evm_revert", [snapshot]);
    await world.source.execute(stored, formed);
    await assertReverts(report(world, signed), "PromiseKept");
  });

  test("reported twice: the second report takes nothing, and neither do two promises of one weight", async () => {
    const world = await staked();
    const [first, second] = [await promise(world), await promise(world, { logRoot: wordToHex(8n) })];
    await settle(world, 1);
    await report(world, first);
    await assertReverts(report(world, first), `AlreadySlashed(${ETHER}, ${ETHER})`);
    await assertReverts(report(world, second), `AlreadySlashed(${ETHER}, ${ETHER})`);
  });

  test("dust fault first: an operator that breaks and reports a promise over dust pays the whole for the greater one", async () => {
    const world = await staked();
    const great = await promise(world);
    await send(as(world.stakes.registry, operator!), "announceWithdrawal", ETHER);
    await send(as(world.stakes.registry, operator!), "deposit", { value: 1_000n });
    await mine();
    const dust = await promise(world);
    await settle(world, 1);
    await report(world, dust, operator!);
    const before = await balanceOf(payee.address);
    await report(world, great);
    const received = ETHER - 1_000n - (ETHER - 1_000n) / 10n;
    assert.equal((await balanceOf(payee.address)) - before, received - (received * 5n) / 9n);
  });

  test("withdrawal in the promise's second: such a stake has no weight, and one that leaves later still pays", async () => {
    const world = await staked();
    const earlier = await promise(world);
    await send(as(world.stakes.registry, operator!), "announceWithdrawal", ETHER);
    const same = await promise(world);
    await mine();
    const service = await serviceOf(world.stakes, world.pair);
    const weightAt = (second: bigint) => view(world.stakes.registry, "weightAt", service, key!.address, second);
    assert.deepEqual([await weightAt(earlier.promised.stakedAt), await weightAt(same.promised.stakedAt)], [ETHER, 0n]);
    await settle(world, 1);
    await assertReverts(report(world, same), "NothingAtStake");
    const before = await balanceOf(payee.address);
    await report(world, earlier);
    assert.equal((await balanceOf(payee.address)) - before, (ETHER * 4n) / 10n);
  });

  test("future or old stakedAt: a second that is not over takes nothing, nor one before the time of unbonding", async () => {
    const world = await staked();
    const now = await ecosystem.latestTimestamp();
    const future = await promise(world, { stakedAt: now + 10_000n, landsBy: now });
    const tooLong = await promise(world, { landsBy: now + LONGEST + 1n });
    const old = await promise(world);
    await settle(world, 1);
    await assertReverts(report(world, future), "TimeNotPast");
    await assertReverts(report(world, tooLong), `PromiseTooLong(${now + LONGEST}, ${now + LONGEST + 1n})`);
    await ecosystem.increaseTime(UNBONDING);
    await assertReverts(report(world, old), "FaultTooOld");
    assert.equal(await activeOf(world.stakes, operator!), ETHER);
  });

  test("promise from before a rewind: a block that L1 does not have, or has dropped, breaks no promise", async () => {
    const world = await staked();
    const snapshot = await ecosystem.l1.ethers.provider.send("evm_snapshot", []);
    await ecosystem.increaseTime(3n);
    const signed = await promise(world);
    await ecosystem.l1.ethers.provider.send("evm_revert", [snapshot]);
    await ecosystem.increaseTime(50n);
    await settle(world, 1);
    const { stakedNumber } = signed.facts;
    await assertReverts(report(world, signed), `StakedBlockUnknown(${stakedNumber}, ${signed.promised.stakedBlock})`);
    const none = await promise(world, { batchNumber: 0n, stakedBlock: wordToHex(0n) });
    const unknown = { ...none, facts: { ...none.facts, stakedNumber: 10 ** 9 } };
    await assertReverts(report(world, unknown), `StakedBlockUnknown(${10 ** 9}, ${wordToHex(0n)})`);
    const other = await promise(world, { batchNumber: 0n });
    const shifted = { ...other, facts: { ...other.facts, stakedNumber: other.facts.stakedNumber - 1 } };
    await assertReverts(report(world, shifted), "StakedBlockUnknown");
  });

  test("a layer that forgets blocks: a noted block's promise is reported after 256 further ones", async () => {
    const world = await staked();
    const [noted, forgotten] = [await promise(world), await promise(world)];
    await send(as(world.stakes.judge, reporter!), "noteBlock", noted.facts.stakedNumber);
    await mine();
    const later = await promise(world, { logRoot: wordToHex(9n) });
    await ecosystem.l1.ethers.provider.send("hardhat_mine", ["0x101", "0x1"]);
    await settle(world, 1);
    await assertReverts(send(world.stakes.judge, "noteBlock", noted.facts.stakedNumber), "BlockHashUnknown");
    await assertReverts(report(world, later), "StakedBlockUnknown");
    await report(world, forgotten);
    assert.equal(await activeOf(world.stakes, operator!), 0n);
  });

  test("one operator on both sides: it signs, reports and is the payee, and loses half", async () => {
    const world = await staked();
    const signed = await promise(world, { payee: lower(operator!.address) });
    await settle(world, 1);
    const before = await balanceOf(operator!.address);
    const fee = await report(world, signed, operator!);
    assert.equal((await balanceOf(operator!.address)) - before + fee, ETHER / 2n);
  });

  test("frozen version: a freeze restarts the time of a promise, and a halt ends it", async () => {
    const world = await staked();
    const { protocolVersion } = world.source.configuration;
    const signed = await promise(world);
    const length = signed.promised.landsBy - signed.promised.stakedAt;
    await scene.freeze([protocolVersion]);
    const frozenUntil = (await ecosystem.latestTimestamp()) + FREEZE_SECONDS;
    await pass(signed);
    await assertReverts(report(world, signed), `PromiseOpen(${frozenUntil + length}, ${signed.promised.landsBy + 2n})`);
    const snapshot = await ecosystem.l1.ethers.provider.send("evm_snapshot", []);
    await setNextBlock(ecosystem, frozenUntil + length + 1n);
    await report(world, signed);
    assert.equal(await activeOf(world.stakes, operator!), 0n);
    await ecosystem.l1.ethers.provider.send("evm_revert", [snapshot]);
    await scene.nextCycle();
    const halted = await promise(world);
    const halting = await ecosystem.l1.ethers.provider.send("evm_snapshot", []);
    await scene.halt(protocolVersion);
    await ecosystem.increaseTime(LONGEST);
    await assertReverts(report(world, halted), `PromiseHalted(${protocolVersion})`);
    await ecosystem.l1.ethers.provider.send("evm_revert", [halting]);
  });

  test("freeze before the promise: one that has ended suspends nothing", async () => {
    const world = await staked();
    await scene.nextCycle();
    await scene.freeze([world.source.configuration.protocolVersion], 5n);
    await ecosystem.increaseTime(20n);
    const signed = await promise(world);
    await pass(signed);
    await report(world, signed);
    assert.equal(await activeOf(world.stakes, operator!), 0n);
  });

  test("transfer refused to the receiver: the batch's root is the promised one, and the promise is broken", async () => {
    const stakes = await deployPromiseStakes(ecosystem);
    const source = await scene.create({ validators: quorumOf([ecosystem.accounts[0]!, key!]).validators });
    const pair = { fromChain: idOf(source), toChain: 7_777n };
    await send(as(stakes.registry, operator!), "deposit", { value: ETHER });
    await enlist(ecosystem, stakes, pair, { operator: operator!, key: key! });
    await ecosystem.increaseTime(10n);
    const content = contentOf(ecosystem, 1, pair.toChain);
    const { l2LogsTreeRoot: logRoot } = (await source.form(content)).expected;
    const world = { stakes, source, pair, receiver: source };
    const signed = await promise(world, { logRoot });
    const elsewhere = await promise(world, { logRoot, toChain: idOf(source) });
    await source.settle(content);
    assert.equal(await view(ecosystem.bridge, "isRefused", pair.fromChain, 0n, pair.toChain), true);
    await assertReverts(report(world, elsewhere), "PromiseKept");
    await report(world, signed);
    assert.equal(await activeOf(stakes, operator!), 0n);
  });

  test("another receiver, signer, chain or direction: the stake for one pair answers to that pair alone", async () => {
    const world = await staked();
    const other = await staked();
    await settle(world, 1);
    const broken = { batchNumber: 0n };
    await assertReverts(report(world, await promise(world, { ...broken, toChain: other.pair.toChain })), "NothingAtStake");
    await assertReverts(
      report(world, await promise(world, broken, otherKey!)),
      `SignerNotOfEpoch(0, ${lower(otherKey!.address)})`,
    );
    const signed = await promise(world, broken);
    const asOthers = { ...signed, facts: { ...signed.facts, fromChain: other.pair.fromChain } };
    await assertReverts(report(world, asOthers), "SignerNotOfEpoch");
    const ofNone = { ...signed, facts: { ...signed.facts, fromChain: 99_999n } };
    await assertReverts(report(world, ofNone), "ChainUnknown(99999)");
    const changed = { ...signed, promised: { ...signed.promised, payee: lower(reporter!.address) } };
    await assertReverts(report(world, changed), "SignerNotOfEpoch");
    const byStranger = [dataOf(world.pair), key!.address, signed.promised.stakedAt, OTHER_ROOT, payee.address, payee.address];
    await assertReverts(send(as(world.stakes.registry, reporter!), "slash", ...byStranger), "NothingAtStake");
    assert.equal(await activeOf(world.stakes, operator!), ETHER);
  });

  test("another epoch: a signer that left the quorum answers for its promises from before", async () => {
    const world = await staked();
    const due = await scheduleTerms(ecosystem, world.source, { quorum: quorumOf([ecosystem.accounts[0]!]) });
    // The notice is longer than the stake's time, so the promise is signed just before the change.
    await setNextBlock(ecosystem, due - 1n);
    await mine();
    const signed = await promise(world);
    await setNextBlock(ecosystem, due + 1n);
    await mine();
    const late = await promise(world);
    await pass(late);
    await assertReverts(
      report(world, { ...late, facts: { ...late.facts, epoch: 1n } }),
      `SignerNotOfEpoch(1, ${lower(key!.address)})`,
    );
    await assertReverts(report(world, late), `FaultOutsideEpoch(0, ${late.promised.stakedAt})`);
    await report(world, signed);
    assert.equal(await activeOf(world.stakes, operator!), 0n);
  });

  test("a payee that refuses coins prevents no slash: its part is burnt", async () => {
    const world = await staked();
    const signed = await promise(world, { payee: await hexAddress(world.stakes.registry) });
    await settle(world, 1);
    const before = await balanceOf(ZeroAddress);
    await report(world, signed);
    assert.equal((await balanceOf(ZeroAddress)) - before, (ETHER * 9n) / 10n);
    assert.equal(await balanceOf(await world.stakes.judge.getAddress()), 0n);
  });

  test("attack: a payee that reports again while it is paid, to another registry, gets nothing of the burnt half", async () => {
    const world = await staked();
    const returning = await ecosystem.l1.deploy("ReturningPayee");
    const signed = await promise(world, { payee: lower(await returning.getAddress()) });
    await settle(world, 1);
    const [, ...shown] = await reportOf(world.stakes, signed);
    const again = world.stakes.judge.interface.encodeFunctionData("report", [await returning.getAddress(), ...shown]);
    await send(returning, "prepare", await hexAddress(world.stakes.judge), again, 3n);
    const before = await Promise.all([ZeroAddress, await returning.getAddress()].map(balanceOf));
    await report(world, signed);
    const after = await Promise.all([ZeroAddress, await returning.getAddress()].map(balanceOf));
    const parts = after.map((balance, place) => balance - before[place]!);
    assert.deepEqual(parts, [ETHER / 2n, (ETHER * 4n) / 10n]);
  });

  test("a reporter that reports a second promise while it is paid: each payee gets its part", async () => {
    const world = await staked(5_000n);
    const other = await staked(5_000n, world.stakes);
    const nested = await ecosystem.l1.deploy("NestedReporter");
    const payees = [ecosystem.accounts[11]!.address, ecosystem.accounts[12]!.address].map(lower);
    const calls: string[] = [];
    for (const [place, each] of [world, other].entries()) {
      const signed = await promise(each, { payee: payees[place]! });
      await settle(each, 1);
      calls.push(world.stakes.judge.interface.encodeFunctionData("report", await reportOf(world.stakes, signed)));
    }
    const before = await Promise.all(payees.map(balanceOf));
    await send(nested, "report", await hexAddress(world.stakes.judge), ...calls);
    const after = await Promise.all(payees.map(balanceOf));
    const parts = after.map((balance, place) => balance - before[place]!);
    assert.deepEqual(parts, [(ETHER * 4n) / 10n, (ETHER * 4n) / 10n]);
    assert.equal(await balanceOf(await nested.getAddress()), (ETHER * 2n) / 10n);
  });
});
