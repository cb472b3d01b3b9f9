import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { AbiCoder, keccak256, ZeroAddress, type BaseContract } from "ethers";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import type { Hex } from "../../../src/ground/protocol/hex.ts";
import { TestChain } from "./support/chain.ts";
import { as, defaultConfiguration, deployEcosystem, send, view, type Ecosystem } from "./support/ecosystem.ts";
import { assertReverts } from "./support/errors.ts";
import {
  deployStakes,
  dataOf,
  domainOf,
  enlistment,
  ENLISTMENT_TYPES,
  report,
  serviceOf,
  signWord,
  wordOn,
  type Stakes,
  type Word,
} from "./support/stakes.ts";
import { lower, quorumOf, scheduleTerms, setNextBlock } from "./support/terms.ts";

const UNBONDING = 100_000n;
const ETHER = 10n ** 18n;

describe("stakes of a chain's quorum", () => {
  let ecosystem: Ecosystem;
  let nextChainId = 270n;
  let [, operator, key, otherKey, reporter, stranger]: HardhatEthersSigner[] = [];
  before(async () => {
    ecosystem = await deployEcosystem();
    [, operator, key, otherKey, reporter, stranger] = ecosystem.accounts.slice(0, 6);
  });
  after(() => ecosystem.l1.close());

  /** A chain of the key alone, whose operator has one coin and the whole of it at stake. */
  async function staked(shareBps = 10_000n): Promise<{ stakes: Stakes; chain: TestChain; chainId: bigint; service: Hex }> {
    const stakes = await deployStakes(ecosystem, UNBONDING);
    const configuration = { ...(await defaultConfiguration(ecosystem, nextChainId++)), validators: [key!.address] };
    const chain = await TestChain.create(ecosystem, configuration);
    const { chainId } = configuration;
    await send(as(stakes.registry, operator!), "deposit", { value: ETHER });
    const args = await enlistment({ stakes, ecosystem, chainId }, operator!, key!, shareBps);
    await send(as(stakes.registry, operator!), "enlist", ...args);
    await ecosystem.increaseTime(10n);
    return { stakes, chain, chainId, service: await serviceOf(stakes, chainId) };
  }
  type Staked = Awaited<ReturnType<typeof staked>>;
  const now = () => ecosystem.latestTimestamp();
  /** Last complete second. */
  const justNow = async (): Promise<bigint> => (await now()) - 1n;
  const accuse = async (
    { stakes, chain, chainId }: Staked,
    [first, second]: readonly [Word, Word],
    { epoch = 0n, faultAt = undefined as bigint | undefined, by = key!, on = chain.address } = {},
  ): Promise<unknown> => {
    const signatures = [await signWord(ecosystem, on, by, first), await signWord(ecosystem, on, by, second)] as const;
    const fault = { chainId, epoch, faultAt: faultAt ?? (await justNow()) };
    return report(stakes, reporter!, fault, [first, signatures[0], second, signatures[1]]);
  };
  const balances = (...accounts: readonly string[]): Promise<bigint[]> =>
    Promise.all(accounts.map((account) => ecosystem.l1.ethers.provider.getBalance(account)));
  const activeOf = async (registry: BaseContract): Promise<bigint> =>
    (await view<{ active: bigint }>(registry, "depositOf", operator!.address)).active;
  const CONTRARY = [wordOn(1n), wordOn(2n)] as const;

  test("two words of one signer for one number take its share: a tenth for the reporter, the rest burnt", async () => {
    const world = await staked(4_000n);
    const { registry } = world.stakes;
    assert.equal(await view(registry, "weightAt", world.service, key!.address, await justNow()), (ETHER * 4n) / 10n);
    const signatures = await Promise.all(CONTRARY.map((word) => signWord(ecosystem, world.chain.address, key!, word)));
    const fault = { chainId: world.chainId, epoch: 0n, faultAt: await justNow() };
    const before = await balances(reporter!.address, ZeroAddress);
    const words = [CONTRARY[0], signatures[0]!, CONTRARY[1], signatures[1]!] as const;
    const receipt = (await report(world.stakes, reporter!, fault, words)) as { gasUsed: bigint; gasPrice: bigint };
    const after = await balances(reporter!.address, ZeroAddress);
    assert.equal(after[0]! - before[0]! + receipt.gasUsed * receipt.gasPrice, (ETHER * 4n) / 100n);
    assert.equal(after[1]! - before[1]!, (ETHER * 36n) / 100n);
    assert.equal(await activeOf(registry), (ETHER * 6n) / 10n);
    assert.deepEqual(await balances(await registry.getAddress()), [(ETHER * 6n) / 10n]);
  });

  test("evidence across chains", async () => {
    const [one, two] = [await staked(), await staked()];
    // Words for the second chain's contract, shown as the first one's.
    await assertReverts(accuse(one, CONTRARY, { on: two.chain.address }), "SignersDiffer");
    // One of each chain.
    const signatures = [
      await signWord(ecosystem, one.chain.address, key!, CONTRARY[0]),
      await signWord(ecosystem, two.chain.address, key!, CONTRARY[1]),
    ] as const;
    const fault = { chainId: one.chainId, epoch: 0n, faultAt: await justNow() };
    const mixed = [CONTRARY[0], signatures[0], CONTRARY[1], signatures[1]] as const;
    await assertReverts(report(one.stakes, reporter!, fault, mixed), "SignersDiffer");
    await assertReverts(accuse({ ...one, chainId: 9_999n }, CONTRARY), "ChainUnknown(9999)");
    // Another evidence contract, of whatever chain, is another service.
    await assertReverts(accuse({ ...one, stakes: { ...two.stakes, registry: one.stakes.registry } }, CONTRARY), "NothingAtStake");
    await assertReverts(
      send(
        as(one.stakes.registry, stranger!),
        "slash",
        dataOf(one.chainId),
        key!.address,
        await justNow(),
        CONTRARY[0].commitment,
        stranger!.address,
        stranger!.address,
      ),
      "NothingAtStake",
    );
    assert.equal(await activeOf(one.stakes.registry), ETHER);
  });

  test("evidence across epochs", async () => {
    const world = await staked();
    const due = await scheduleTerms(ecosystem, world.chain, { quorum: quorumOf([otherKey!]) });
    await assertReverts(accuse(world, CONTRARY, { epoch: 1n }), "EpochUnknown(0, 1)");
    const inTime = await justNow();
    await setNextBlock(ecosystem, due + 10n);
    await ecosystem.l1.ethers.provider.send("evm_mine", []);
    const late = due + 5n;
    await assertReverts(accuse(world, CONTRARY, { epoch: 1n, faultAt: late }), `SignerNotOfEpoch(1, ${lower(key!.address)})`);
    await assertReverts(accuse(world, CONTRARY, { epoch: 0n, faultAt: late }), `FaultOutsideEpoch(0, ${late})`);
    await assertReverts(accuse(world, CONTRARY, { epoch: 1n, faultAt: inTime }), `FaultOutsideEpoch(1, ${inTime})`);
    await accuse(world, CONTRARY, { epoch: 0n, faultAt: inTime });
    assert.equal(await activeOf(world.stakes.registry), 0n);
  });

  test("evidence across revert counts and numbers, and of one commitment", async () => {
    const world = await staked();
    await assertReverts(accuse(world, [wordOn(1n), wordOn(2n, { revertCount: 1n })]), "RevertCountsDiffer(0, 1)");
    await assertReverts(accuse(world, [wordOn(1n), wordOn(2n, { batchNumber: 6n })]), "NumbersDiffer(5, 6)");
    await assertReverts(accuse(world, [wordOn(1n), wordOn(1n, { validUntil: 2n ** 63n })]), "SameCommitment");
    const stranger = await signWord(ecosystem, world.chain.address, otherKey!, CONTRARY[1]);
    const own = await signWord(ecosystem, world.chain.address, key!, CONTRARY[0]);
    const fault = { chainId: world.chainId, epoch: 0n, faultAt: await justNow() };
    const [a, b] = [lower(key!.address), lower(otherKey!.address)];
    const words = [CONTRARY[0], own, CONTRARY[1], stranger] as const;
    await assertReverts(report(world.stakes, reporter!, fault, words), `SignersDiffer(${a}, ${b})`);
    await assertReverts(accuse(world, CONTRARY, { by: otherKey! }), `SignerNotOfEpoch(0, ${b})`);
    assert.equal(await activeOf(world.stakes.registry), ETHER);
  });

  test("evidence of disjoint times: an honest validator's second word begins behind the first one's end", async () => {
    const world = await staked();
    const time = await justNow();
    const first = wordOn(1n, { validUntil: time });
    const honest = wordOn(2n, { validFrom: time + 1n });
    await assertReverts(accuse(world, [first, honest], { faultAt: time }), `TimesDisjoint(${time + 1n}, ${time})`);
    await assertReverts(accuse(world, [honest, first], { faultAt: time }), `TimesDisjoint(${time + 1n}, ${time})`);
    const touching = wordOn(2n, { validFrom: time });
    const outside = `FaultOutsideTimes(${time}, ${time}, ${time - 1n})`;
    await assertReverts(accuse(world, [first, touching], { faultAt: time - 1n }), outside);
    await assertReverts(accuse(world, CONTRARY, { faultAt: time + 10_000n }), "TimeNotPast");
    await accuse(world, [first, touching], { faultAt: time });
  });

  test("evidence that is swapped, or shown twice, takes nothing more from its enlistment", async () => {
    const world = await staked(5_000n);
    const faultAt = await justNow();
    await accuse(world, CONTRARY, { faultAt });
    const repeated = `AlreadySlashed(${ETHER / 2n}, ${ETHER / 2n})`;
    await assertReverts(accuse(world, CONTRARY, { faultAt }), repeated);
    await assertReverts(accuse(world, [CONTRARY[1], CONTRARY[0]], { faultAt }), repeated);
    // A third word makes other pairs, of the same share.
    await assertReverts(accuse(world, [CONTRARY[0], wordOn(3n)], { faultAt }), repeated);
    // Both words are valid at all times: a key that has signed them is at fault in each enlistment.
    await ecosystem.increaseTime(UNBONDING + 1n);
    const args = await enlistment({ ...world, ecosystem }, operator!, key!, 5_000n);
    await send(as(world.stakes.registry, operator!), "enlist", ...args);
    await ecosystem.increaseTime(10n);
    await assertReverts(accuse(world, CONTRARY, { faultAt }), "FaultTooOld");
    await accuse(world, CONTRARY);
    assert.equal(await activeOf(world.stakes.registry), ETHER / 4n);
    const inSecond = `AlreadySlashed(${ETHER / 4n}, ${ETHER / 4n})`;
    await assertReverts(accuse(world, [CONTRARY[0], wordOn(3n)]), inSecond);
    await ecosystem.increaseTime(10n);
    await assertReverts(accuse(world, [CONTRARY[0], wordOn(3n)]), "NothingAtStake");
  });

  test("evidence after unbonding: a deposit that leaves pays until its last second, and not behind it", async () => {
    const world = await staked();
    const { registry } = world.stakes;
    const faultAt = await justNow();
    await send(as(registry, operator!), "announceWithdrawal", ETHER);
    const announcedAt = await now();
    await assertReverts(send(as(registry, operator!), "withdraw"), "WithdrawalTooEarly");
    // A leaving stake does not count for later faults.
    await ecosystem.increaseTime(10n);
    assert.equal(await view(registry, "weightAt", world.service, key!.address, announcedAt), 0n);
    await assertReverts(accuse(world, CONTRARY, { faultAt: announcedAt }), "NothingAtStake");
    const snapshot = await ecosystem.l1.ethers.provider.send("evm_snapshot", []);
    await setNextBlock(ecosystem, faultAt + UNBONDING);
    await accuse(world, CONTRARY, { faultAt });
    assert.deepEqual(await balances(await registry.getAddress()), [0n]);
    await ecosystem.l1.ethers.provider.send("evm_revert", [snapshot]);
    await setNextBlock(ecosystem, announcedAt + UNBONDING);
    await send(as(registry, operator!), "withdraw");
    await assertReverts(accuse(world, CONTRARY, { faultAt }), "FaultTooOld");
    await assertReverts(send(as(registry, operator!), "withdraw"), "NothingAnnounced()");
    assert.deepEqual(await balances(await registry.getAddress()), [0n]);
  });

  test("a key agrees to its operator, represents one, and shares are at most the whole, those that ended with them", async () => {
    const { stakes, chainId, service } = await staked(6_000n);
    const registry = as(stakes.registry, operator!);
    const world = { stakes, ecosystem };
    const enlist = async (by: HardhatEthersSigner, ...args: readonly unknown[]) =>
      send(as(stakes.registry, by), "enlist", ...args);
    const copied = await enlistment({ ...world, chainId }, operator!, key!, 1n);
    await assertReverts(enlist(stranger!, ...copied), `KeyTaken(${lower(operator!.address)})`);
    const own = await enlistment({ ...world, chainId: 999n }, operator!, key!, 1n);
    await assertReverts(enlist(stranger!, ...own), "KeyMismatch");
    await assertReverts(enlist(operator!, ...copied), `AlreadyEnlisted(${service})`);
    const wanting = (chain: bigint, share: bigint) => enlistment({ ...world, chainId: chain }, operator!, key!, share);
    await assertReverts(enlist(operator!, ...(await wanting(999n, 4_001n))), "ShareOutOfRange(4000, 4001)");
    await assertReverts(enlist(operator!, ...(await wanting(999n, 0n))), "ShareOutOfRange(4000, 0)");
    await enlist(operator!, ...(await wanting(999n, 4_000n)));
    await send(registry, "delist", service);
    await assertReverts(send(registry, "delist", service), `NotEnlisted(${service})`);
    await assertReverts(enlist(operator!, ...(await wanting(998n, 1n))), "ShareOutOfRange(0, 1)");
    await ecosystem.increaseTime(UNBONDING + 1n);
    await enlist(operator!, ...(await wanting(998n, 6_000n)));
    await assertReverts(enlist(operator!, stranger!.address, "0x", key!.address, 1n, "0x"), "EvidenceWithoutCode");
    await assertReverts(send(registry, "announceWithdrawal", ETHER + 1n), `DepositTooSmall(${ETHER}, ${ETHER + 1n})`);
  });

  test("a judge whose reports and the time to send their slash take longer than unbonding judges no stake", async () => {
    const { stakes } = await staked();
    const judge = (...times: readonly bigint[]) => ecosystem.l1.deploy("Equivocation", ZeroAddress, ZeroAddress, ...times);
    const enlist = async (evidence: BaseContract) => {
      const { address } = stranger!;
      const domain = { ...domainOf(ecosystem), verifyingContract: await stakes.registry.getAddress() };
      const service = keccak256(AbiCoder.defaultAbiCoder().encode(["address", "bytes"], [await evidence.getAddress(), "0x"]));
      const signature = await key!.signTypedData(domain, ENLISTMENT_TYPES, { operator: address, service });
      const args = [await evidence.getAddress(), "0x", key!.address, 1n, signature] as const;
      return send(as(stakes.registry, stranger!), "enlist", ...args);
    };
    // A report in the last second of its time could only be mined after the coins have left.
    await assertReverts(enlist(await judge(UNBONDING, 1n)), `WindowTooLong(${UNBONDING}, ${UNBONDING + 1n})`);
    await assertReverts(judge(UNBONDING, 0n), "SlashTimeMissing()");
    const longest = await judge(UNBONDING - 50n, 50n);
    assert.equal(await view(longest, "window", "0x"), UNBONDING);
    await enlist(longest);
  });

  test("new stake and a raised deposit count after the delay, and coins that leave within it still pay", async () => {
    const { stakes, service, ...world } = await staked();
    const { registry } = stakes;
    const lasting = (time: bigint, delay: bigint) => view(registry, "lastingWeight", service, key!.address, time, delay);
    await send(as(registry, operator!), "deposit", { value: 2n * ETHER });
    const raisedAt = await now();
    await setNextBlock(ecosystem, raisedAt + 200n);
    await ecosystem.l1.ethers.provider.send("evm_mine", []);
    assert.equal(await lasting(raisedAt + 99n, 100n), ETHER);
    assert.equal(await lasting(raisedAt + 100n, 100n), 3n * ETHER);
    assert.equal(await lasting(raisedAt + 100n, 0n), 3n * ETHER);
    // The delay begins before the first second of all.
    assert.equal(await lasting(99n, 100n), 0n);
    await assertReverts(lasting(raisedAt, UNBONDING + 1n), `DelayTooLong(${UNBONDING}, ${UNBONDING + 1n})`);
    await assertReverts(lasting(await now(), 100n), "TimeNotPast");
    // All coins are announced in the second after the one at which they counted; the fault is of that one.
    const countedAt = await now();
    await send(as(registry, operator!), "announceWithdrawal", 3n * ETHER);
    await setNextBlock(ecosystem, countedAt + UNBONDING);
    await accuse({ stakes, service, ...world }, CONTRARY, { faultAt: countedAt });
    assert.deepEqual(await balances(await registry.getAddress()), [0n]);
  });

  test("a caller that counts shares of a total gets none if the total is below its minimum", async () => {
    const { stakes, service } = await staked();
    const [low, high] = [key!, otherKey!].map(({ address }) => address).toSorted((a, b) => (BigInt(a) < BigInt(b) ? -1 : 1));
    const lasting = (keys: readonly unknown[], minTotal: bigint, delay = 5n) =>
      justNow().then((time) => view<unknown[]>(stakes.registry, "lastingWeights", service, keys, time, delay, minTotal));
    const weights = [low, high].map((address) => (address === key!.address ? ETHER : 0n));
    const [counted, total] = await lasting([low, high], ETHER);
    assert.deepEqual([[...(counted as bigint[])], total], [weights, ETHER]);
    await assertReverts(lasting([low, high], ETHER + 1n), `TotalTooSmall(${ETHER + 1n}, ${ETHER})`);
    await assertReverts(lasting([low, high], 1n, 50n), "TotalTooSmall(1, 0)");
    await assertReverts(lasting([high, low], 0n), `KeysNotAscending(${lower(high!)}, ${lower(low!)})`);
    await assertReverts(lasting([low, low], 0n), `KeysNotAscending(${lower(low!)}, ${lower(low!)})`);
  });
});
