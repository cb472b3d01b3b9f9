import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { ZeroAddress, type BaseContract, type ContractTransactionReceipt } from "ethers";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { FINALIZE, NOTARIZE, NULLIFY, type VoteKind } from "../../../src/chain/consensus/votes.ts";
import { hubVoteDomain } from "../../../src/ecosystem/hub/hub-certificate.ts";
import { wordToHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { quorumDomain } from "../../../src/ground/protocol/quorum.ts";
import { startLocalL1 } from "../../support/l1.ts";
import { as, deployEcosystem, eventsOf, hexAddress, send, view, type Ecosystem } from "./support/ecosystem.ts";
import { assertReverts } from "./support/errors.ts";
import {
  accuse,
  deployHub,
  deployHubStakes,
  enlistAggregator,
  hubData,
  hubServiceOf,
  LIFE,
  type Accusation,
  type DatedVote,
  type HubStakes,
} from "./support/hub-stakes.ts";
import { aggregatorKeys, NOTICE_SECONDS } from "./support/hubs.ts";
import { setNextBlock } from "./support/terms.ts";

const UNBONDING = 100_000n;
const ETHER = 10n ** 18n;
const OTHER_LIFE = wordToHex(98n);
/** Aggregators of the first epoch, and one of a later epoch. */
const KEYS = aggregatorKeys(1_000, 4);
const [NEW_KEY] = aggregatorKeys(2_000, 1);
const [LIAR, OTHER] = KEYS;

describe("contrary votes of a hub's aggregators take their stake", () => {
  let ecosystem: Ecosystem;
  let stakes: HubStakes;
  let [admin, operator, otherOperator, reporter]: HardhatEthersSigner[] = [];
  before(async () => {
    ecosystem = await deployEcosystem();
    [admin, operator, otherOperator, reporter] = ecosystem.accounts.slice(0, 4);
  });
  after(() => ecosystem.l1.close());

  interface Staked {
    readonly contract: BaseContract;
    readonly hub: Hex;
  }

  /** A hub of four aggregators with a new registry. One coin answers for the liar, and one for a key of a later epoch. */
  async function staked(): Promise<Staked> {
    stakes = await deployHubStakes(ecosystem, UNBONDING);
    const contract = await deployHub(ecosystem, admin!, KEYS);
    const hub = await hexAddress(contract);
    for (const [by, key] of [
      [operator!, LIAR!],
      [otherOperator!, NEW_KEY!],
    ] as const) {
      await send(as(stakes.registry, by), "deposit", { value: ETHER });
      await enlistAggregator(stakes, { ecosystem, hub }, by, key);
    }
    await ecosystem.increaseTime(10n);
    return { contract, hub };
  }
  const justNow = async (): Promise<bigint> => (await ecosystem.latestTimestamp()) - 1n;
  const vote = (kind: VoteKind, id: bigint, signedAt: bigint, other: Partial<DatedVote> = {}): DatedVote => {
    return { kind, epoch: 0, view: 5, id: wordToHex(id), signedAt: Number(signedAt), ...other };
  };
  const pairAt = (second: bigint, other: Partial<DatedVote> = {}) =>
    [vote(NOTARIZE, 1n, second, other), vote(NOTARIZE, 2n, second, other)] as const;
  const report = (
    { hub }: Staked,
    votes: readonly [DatedVote, DatedVote],
    accusation: Partial<Accusation> = {},
  ): Promise<ContractTransactionReceipt> =>
    accuse(stakes, { ecosystem, reporter: reporter! }, votes, { hub, by: [LIAR!, LIAR!], ...accusation });
  const activeOf = async (by = operator!): Promise<bigint> =>
    (await view<{ active: bigint }>(stakes.registry, "depositOf", by.address)).active;
  const balanceOf = (account: string): Promise<bigint> => ecosystem.l1.ethers.provider.getBalance(account);
  /** Epoch 1 with the new key instead of the liar's; resolves with its first second. */
  async function replaceLiar({ contract }: Staked): Promise<bigint> {
    const next = [NEW_KEY!, ...KEYS.slice(1)].map(({ address }) => address).sort();
    const receipt = await send(contract, "scheduleAggregators", next);
    const [event] = eventsOf(contract, receipt, "AggregatorsScheduled");
    return event!.args["since"] as bigint;
  }

  test("two notarizations of one view: a tenth is the reporter's, and the rest is burnt", async () => {
    const world = await staked();
    const second = await justNow();
    const before = [await balanceOf(reporter!.address), await balanceOf(ZeroAddress)] as const;
    const receipt = await report(world, pairAt(second));
    const paid = receipt.gasUsed * receipt.gasPrice;
    assert.equal((await balanceOf(reporter!.address)) - before[0] + paid, ETHER / 10n);
    assert.equal((await balanceOf(ZeroAddress)) - before[1], (ETHER * 9n) / 10n);
    assert.equal(await activeOf(), 0n);
    const [equivocated] = eventsOf(stakes.judge, receipt, "AggregatorEquivocated");
    const [slashed] = eventsOf(stakes.registry, receipt, "Slashed");
    const { hub, aggregator, epoch, id } = equivocated!.args as unknown as Record<string, string | bigint>;
    assert.deepEqual([String(hub).toLowerCase(), String(aggregator).toLowerCase(), epoch], [world.hub, LIAR!.address, 0n]);
    assert.equal(id, slashed!.args["evidenceId"]);
    assert.equal(slashed!.args["service"], await hubServiceOf(stakes, world.hub));
  });

  test("votes that an honest aggregator casts both take nothing", async () => {
    const world = await staked();
    const second = await justNow();
    const one = vote(NOTARIZE, 1n, second);
    const refused = async (other: DatedVote, error: string) => assertReverts(report(world, [one, other]), error);
    await refused(vote(NOTARIZE, 1n, second), `SameDecision(${wordToHex(1n)})`);
    await refused(vote(FINALIZE, 1n, second), "VotesCompatible(1, 3)");
    await refused(vote(NULLIFY, 0n, second), "VotesCompatible(1, 2)");
    await refused(vote(NOTARIZE, 2n, second, { view: 6 }), "ViewsDiffer(5, 6)");
    await refused(vote(NOTARIZE, 2n, second, { epoch: 1 }), "VoteEpochsDiffer(0, 1)");
    await assertReverts(report(world, pairAt(second), { faultAt: second - 1n }), "FaultOutsideVotes");
    assert.equal(await activeOf(), ETHER);
  });

  test("votes of another life, hub, chain or layer contradict none", async () => {
    const world = await staked();
    const other = await deployHub(ecosystem, reporter!, KEYS);
    const second = await justNow();
    const domain = hubVoteDomain(ecosystem.chainId, world.hub, LIFE);
    const others = [
      hubVoteDomain(ecosystem.chainId, world.hub, OTHER_LIFE),
      hubVoteDomain(ecosystem.chainId, await hexAddress(other), LIFE),
      hubVoteDomain(ecosystem.chainId + 1n, world.hub, LIFE),
      // As a chain's nodes sign.
      { ...quorumDomain(ecosystem.chainId, world.hub), salt: LIFE },
    ];
    for (const [index, foreign] of others.entries()) {
      await assertReverts(report(world, pairAt(second), { domains: [domain, foreign] }), "SignersDiffer");
      await assertReverts(report(world, pairAt(second), { domains: [foreign, foreign] }), "SignersDiffer");
      assert.equal(await activeOf(), ETHER, `domain ${index}`);
    }
    await report(world, pairAt(second), { life: OTHER_LIFE });
    assert.equal(await activeOf(), 0n);
  });

  test("an L1 counts the votes that name its chain id, and those of another L1 contradict none", async () => {
    const other = await deployEcosystem(0n, () => startLocalL1({ chainId: 1_234 }));
    try {
      const [governor, staker, accuser] = other.accounts as [HardhatEthersSigner, HardhatEthersSigner, HardhatEthersSigner];
      const there = await deployHubStakes(other, UNBONDING);
      const hub = await hexAddress(await deployHub(other, governor, KEYS));
      await send(as(there.registry, staker), "deposit", { value: ETHER });
      await enlistAggregator(there, { ecosystem: other, hub }, staker, LIAR!);
      await other.increaseTime(10n);
      const votes = pairAt((await other.latestTimestamp()) - 1n);
      const foreign = hubVoteDomain(ecosystem.chainId, hub, LIFE);
      const accusation = { hub, by: [LIAR!, LIAR!] } as const;
      const report = (domains?: Accusation["domains"]): Promise<unknown> =>
        accuse(there, { ecosystem: other, reporter: accuser }, votes, { ...accusation, domains });
      await assertReverts(report([foreign, foreign]), "SignersDiffer");
      await report();
      assert.equal((await view<{ active: bigint }>(there.registry, "depositOf", staker.address)).active, 0n);
    } finally {
      await other.l1.close();
    }
  });

  test("fake hub: a stranger's hub that lists the key takes nothing that was enlisted for another", async () => {
    const world = await staked();
    const fake = await hexAddress(await deployHub(ecosystem, reporter!, KEYS));
    await ecosystem.increaseTime(10n);
    const second = await justNow();
    const service = await hubServiceOf(stakes, fake);
    // The key votes in both hubs, once in each.
    const domains = [world.hub, fake].map((hub) => hubVoteDomain(ecosystem.chainId, hub, LIFE));
    const mixed = [domains[0]!, domains[1]!] as const;
    await assertReverts(report(world, pairAt(second), { hub: fake, domains: mixed }), "SignersDiffer");
    await assertReverts(report(world, pairAt(second), { hub: fake }), `NothingAtStake(${service}, ${LIAR!.address}, ${second})`);
    await assertReverts(report(world, pairAt(second), { hub: LIAR!.address }), `HubUnknown(${LIAR!.address})`);
    assert.equal(await activeOf(), ETHER);
  });

  test("two signers, and a signer outside the epoch, take nothing", async () => {
    const world = await staked();
    const second = await justNow();
    const differ = `SignersDiffer(${LIAR!.address}, ${OTHER!.address})`;
    await assertReverts(report(world, pairAt(second), { by: [LIAR!, OTHER!] }), differ);
    // A key with stake, which another epoch lists.
    await assertReverts(report(world, pairAt(second), { by: [NEW_KEY!, NEW_KEY!] }), `SignerNotOfEpoch(0, ${NEW_KEY!.address})`);
    await assertReverts(report(world, pairAt(second), { by: [OTHER!, OTHER!] }), "NothingAtStake");
    assert.deepEqual([await activeOf(), await activeOf(otherOperator!)], [ETHER, ETHER]);
  });

  test("an aggregator that leaves answers while the hub still counts its epoch, and not afterwards", async () => {
    const world = await staked();
    const began = await ecosystem.latestTimestamp();
    const since = await replaceLiar(world);
    await assertReverts(report(world, pairAt(began - 1n, { epoch: 1 })), "EpochUnknown(0, 1)");
    const until = since + NOTICE_SECONDS;
    await setNextBlock(ecosystem, until + 10n);
    await send(as(stakes.registry, reporter!), "deposit", { value: 1n });
    const last = until - 1n;
    const [first] = await view<readonly [bigint]>(world.contract, "epochAt", 0n);
    for (const second of [until, until + 5n])
      await assertReverts(report(world, pairAt(second)), `FaultOutsideEpoch(0, ${first}, ${until}, ${second})`);
    await assertReverts(report(world, pairAt(last, { epoch: 1 })), `SignerNotOfEpoch(1, ${LIAR!.address})`);
    await report(world, pairAt(last));
    assert.equal(await activeOf(), 0n);
  });

  test("an aggregator answers from the first second of its epoch", async () => {
    const world = await staked();
    const since = await replaceLiar(world);
    await setNextBlock(ecosystem, since + 10n);
    await send(as(stakes.registry, reporter!), "deposit", { value: 1n });
    const by = [NEW_KEY!, NEW_KEY!] as const;
    await assertReverts(report(world, pairAt(since, { epoch: 0 }), { by }), `SignerNotOfEpoch(0, ${NEW_KEY!.address})`);
    await assertReverts(report(world, pairAt(since - 1n, { epoch: 1 }), { by }), "FaultOutsideEpoch");
    await report(world, pairAt(since, { epoch: 1 }), { by });
    assert.equal(await activeOf(otherOperator!), 0n);
  });

  test("a scheduled epoch that is replaced lists none of its keys", async () => {
    const world = await staked();
    await replaceLiar(world);
    const kept = KEYS.map(({ address }) => address);
    const receipt = await send(world.contract, "scheduleAggregators", kept);
    const since = eventsOf(world.contract, receipt, "AggregatorsScheduled")[0]!.args["since"] as bigint;
    await setNextBlock(ecosystem, since + 10n);
    await send(as(stakes.registry, reporter!), "deposit", { value: 1n });
    const [by, votes] = [[NEW_KEY!, NEW_KEY!] as const, pairAt(since, { epoch: 1 })];
    await assertReverts(report(world, votes, { by }), `SignerNotOfEpoch(1, ${NEW_KEY!.address})`);
  });

  test("a report that is shown twice, or swapped, takes nothing more", async () => {
    const world = await staked();
    const second = await justNow();
    const [one, two] = [vote(FINALIZE, 1n, second), vote(NULLIFY, 0n, second)];
    const mark: unknown = await ecosystem.l1.ethers.provider.send("evm_snapshot", []);
    const idOf = (receipt: ContractTransactionReceipt): unknown =>
      eventsOf(stakes.registry, receipt, "Slashed")[0]!.args["evidenceId"];
    const id = idOf(await report(world, [two, one]));
    await ecosystem.l1.ethers.provider.send("evm_revert", [mark]);
    assert.equal(idOf(await report(world, [one, two])), id);
    await assertReverts(report(world, [one, two]), `AlreadySlashed(${ETHER}, ${ETHER})`);
    await assertReverts(report(world, [two, one]), `AlreadySlashed(${ETHER}, ${ETHER})`);
  });

  test("seconds before the stake, in the future, and before the time of unbonding: L1 takes nothing", async () => {
    const world = await staked();
    const second = await justNow();
    await assertReverts(report(world, pairAt(second + 10_000n)), "TimeNotPast");
    await assertReverts(report(world, pairAt(0n)), "FaultOutsideEpoch");
    await setNextBlock(ecosystem, second + UNBONDING + 1n);
    await send(as(stakes.registry, reporter!), "deposit", { value: 1n });
    await assertReverts(report(world, pairAt(second)), "FaultTooOld");
    assert.equal(await activeOf(), ETHER);
  });

  test("a report of the last second is mined before the coins leave", async () => {
    const { hub } = await staked();
    assert.equal(await view(stakes.judge, "window", hubData(hub)), UNBONDING);
    await assertReverts(ecosystem.l1.deploy("HubEquivocation", UNBONDING, 0n), "SlashTimeMissing()");
    const registry = await ecosystem.l1.deploy("StakeRegistry", UNBONDING - 1n);
    const enlisted = enlistAggregator({ ...stakes, registry }, { ecosystem, hub }, operator!, LIAR!);
    await assertReverts(enlisted, `WindowTooLong(${UNBONDING - 1n}, ${UNBONDING})`);
  });
});
