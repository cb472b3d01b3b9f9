import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { ZeroAddress } from "ethers";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { areContrary, type Vote, type VoteKind } from "../../../src/chain/consensus/votes.ts";
import { wordToHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { quorumDomain } from "../../../src/ground/protocol/quorum.ts";
import { TestChain } from "./support/chain.ts";
import { as, defaultConfiguration, deployEcosystem, hexAddress, send, view, type Ecosystem } from "./support/ecosystem.ts";
import { assertReverts } from "./support/errors.ts";
import { deployStakes, enlistment, type Stakes } from "./support/stakes.ts";
import { lower } from "./support/terms.ts";

const UNBONDING = 100_000n;
const ETHER = 10n ** 18n;
const [FIRST_LIFE, SECOND_LIFE] = [wordToHex(1n), wordToHex(2n)];
const [NOTARIZE, NULLIFY, FINALIZE] = [1, 2, 3] as const;
const VOTE_TYPES = {
  BlockVote: [
    { name: "kind", type: "uint8" },
    { name: "epoch", type: "uint64" },
    { name: "view", type: "uint64" },
    { name: "id", type: "bytes32" },
    { name: "signedAt", type: "uint64" },
  ],
};

interface BlockVote {
  readonly kind: number;
  readonly epoch: bigint;
  readonly view: bigint;
  readonly id: Hex;
  readonly signedAt: bigint;
}

describe("votes of a chain's nodes as evidence", () => {
  let ecosystem: Ecosystem;
  let nextChainId = 270n;
  let [, operator, key, otherKey, reporter]: HardhatEthersSigner[] = [];
  before(async () => {
    ecosystem = await deployEcosystem();
    [, operator, key, otherKey, reporter] = ecosystem.accounts.slice(0, 5);
  });
  after(() => ecosystem.l1.close());

  /** A chain of two nodes. The first has one coin at stake. */
  async function staked(): Promise<{ readonly stakes: Stakes; readonly chain: TestChain; readonly chainId: bigint }> {
    const stakes = await deployStakes(ecosystem, UNBONDING);
    const validators = [key!, otherKey!].map(({ address }) => lower(address)).sort();
    const configuration = { ...(await defaultConfiguration(ecosystem, nextChainId++)), validators };
    const chain = await TestChain.create(ecosystem, configuration);
    const { chainId } = configuration;
    await send(as(stakes.registry, operator!), "deposit", { value: ETHER });
    const args = await enlistment({ stakes, ecosystem, chainId }, operator!, key!, 10_000n);
    await send(as(stakes.registry, operator!), "enlist", ...args);
    await ecosystem.increaseTime(10n);
    return { stakes, chain, chainId };
  }
  type Staked = Awaited<ReturnType<typeof staked>>;
  const justNow = async (): Promise<bigint> => (await ecosystem.latestTimestamp()) - 1n;
  const vote = (kind: number, id: bigint, signedAt: bigint, other: Partial<BlockVote> = {}): BlockVote => {
    return { kind, epoch: 0n, view: 5n, id: wordToHex(id), signedAt, ...other };
  };
  const signVote = (by: HardhatEthersSigner, on: Hex, life: Hex, { view: turn, ...fields }: BlockVote): Promise<string> =>
    by.signTypedData({ ...quorumDomain(ecosystem.chainId, on), salt: life }, VOTE_TYPES, { ...fields, view: turn });

  interface Report {
    readonly life?: Hex;
    /** Lives that the votes are signed for. */
    readonly lives?: readonly [Hex, Hex];
    readonly by?: readonly [HardhatEthersSigner, HardhatEthersSigner];
    readonly on?: Hex;
    readonly epoch?: bigint;
    readonly faultAt?: bigint;
  }

  async function accuse({ stakes, chain, chainId }: Staked, votes: readonly [BlockVote, BlockVote], report: Report = {}) {
    const { life = FIRST_LIFE, lives = [life, life], by = [key!, key!], on = chain.address, epoch = 0n } = report;
    const signatures = [await signVote(by[0], on, lives[0], votes[0]), await signVote(by[1], on, lives[1], votes[1])] as const;
    const fault = { chainId, epoch, faultAt: report.faultAt ?? votes[1].signedAt };
    const [first, second] = votes.map(({ view: view_, ...fields }) => ({ ...fields, view_ }));
    const shown = [first, signatures[0], second, signatures[1]];
    return send(as(stakes.equivocation, reporter!), "reportVotes", await hexAddress(stakes.registry), fault, life, ...shown);
  }
  const activeOf = async ({ stakes }: Staked): Promise<bigint> =>
    (await view<{ active: bigint }>(stakes.registry, "depositOf", operator!.address)).active;
  const balanceOf = (account: string): Promise<bigint> => ecosystem.l1.ethers.provider.getBalance(account);

  test("two notarizations of one view take the stake: a tenth for the reporter, the rest burnt", async () => {
    const world = await staked();
    const second = await justNow();
    const before = [await balanceOf(reporter!.address), await balanceOf(ZeroAddress)] as const;
    const receipt = await accuse(world, [vote(NOTARIZE, 1n, second), vote(NOTARIZE, 2n, second)]);
    const paid = (receipt as { gasUsed: bigint; gasPrice: bigint }).gasUsed * (receipt as { gasPrice: bigint }).gasPrice;
    assert.equal((await balanceOf(reporter!.address)) - before[0] + paid, ETHER / 10n);
    assert.equal((await balanceOf(ZeroAddress)) - before[1], (ETHER * 9n) / 10n);
    assert.equal(await activeOf(world), 0n);
  });

  test("each pair of kinds is evidence if no honest node casts both, and only then", async () => {
    const world = await staked();
    const snapshot = async (): Promise<unknown> => ecosystem.l1.ethers.provider.send("evm_snapshot", []);
    const pairs = [NOTARIZE, NULLIFY, FINALIZE].flatMap((one) => [NOTARIZE, NULLIFY, FINALIZE].map((two) => [one, two] as const));
    let contrary = 0;
    for (const [one, two] of pairs)
      for (const ids of [
        [1n, 1n],
        [1n, 2n],
      ] as const) {
        const second = await justNow();
        const votes = [vote(one, ids[0], second), vote(two, ids[1], second)] as const;
        const asVotes = votes.map(({ kind, id }): Vote => ({ kind: kind as VoteKind, epoch: 0, view: 5, id }));
        const mark = await snapshot();
        if (areContrary(asVotes[0]!, asVotes[1]!)) {
          contrary++;
          await accuse(world, votes);
          assert.equal(await activeOf(world), 0n, `${one} ${two} ${ids.join()}`);
        } else {
          const isSame = one === two && one !== NULLIFY;
          await assertReverts(accuse(world, votes), isSame ? "SameDecision" : `VotesCompatible(${one}, ${two})`);
        }
        assert.equal(await ecosystem.l1.ethers.provider.send("evm_revert", [mark]), true);
      }
    // Two notarizations or finalizations of two decisions, and a nullification with a finalization in either order.
    assert.equal(contrary, 6);
  });

  test("kind 7 twice: is not a vote", async () => {
    const world = await staked();
    const second = await justNow();
    for (const kind of [0, 4, 7, 255])
      await assertReverts(accuse(world, [vote(kind, 1n, second), vote(kind, 2n, second)]), `VotesCompatible(${kind}, ${kind})`);
    assert.equal(await activeOf(world), ETHER);
  });

  test("year-old fault, fresh deposit: the coins of another second do not answer", async () => {
    const world = await staked();
    const old = await justNow();
    await ecosystem.increaseTime(UNBONDING / 2n);
    await send(as(world.stakes.registry, operator!), "deposit", { value: 100n * ETHER });
    await ecosystem.increaseTime(10n);
    const votes = [vote(NOTARIZE, 1n, old - 1n), vote(NOTARIZE, 2n, old)] as const;
    const faultAt = await justNow();
    await assertReverts(accuse(world, votes, { faultAt }), `FaultOutsideVotes(${old - 1n}, ${old}, ${faultAt})`);
    await assertReverts(accuse(world, votes, { faultAt: old + 1n }), "FaultOutsideVotes");
    await accuse(world, votes, { faultAt: old });
    // The one coin at that second.
    assert.equal(await activeOf(world), 100n * ETHER);
    await ecosystem.increaseTime(31_536_000n);
    await assertReverts(accuse(world, votes, { faultAt: old - 1n }), "FaultTooOld");
  });

  test("a vote that names a second without stake is at fault in the second of the other one", async () => {
    const world = await staked();
    const second = await justNow();
    const votes = [vote(NOTARIZE, 1n, second), vote(NOTARIZE, 2n, 0n)] as const;
    await assertReverts(accuse(world, votes, { faultAt: 0n }), "FaultTooOld");
    await accuse(world, votes, { faultAt: second });
    assert.equal(await activeOf(world), 0n);
  });

  test("votes of another life, epoch, view, chain, contract or signer contradict none", async () => {
    const [world, other] = [await staked(), await staked()];
    const second = await justNow();
    const votes = [vote(NOTARIZE, 1n, second), vote(NOTARIZE, 2n, second)] as const;
    const contrary = (change: Partial<BlockVote>) => [votes[0], { ...votes[1], ...change }] as const;
    await assertReverts(accuse(world, contrary({ epoch: 1n })), "VoteEpochsDiffer(0, 1)");
    await assertReverts(accuse(world, contrary({ view: 6n })), "ViewsDiffer(5, 6)");
    await assertReverts(accuse(world, votes, { lives: [FIRST_LIFE, SECOND_LIFE] }), "SignersDiffer");
    await assertReverts(accuse(world, votes, { on: other.chain.address }), "SignersDiffer");
    await assertReverts(accuse({ ...world, chainId: 9_999n }, votes), "ChainUnknown(9999)");
    await assertReverts(accuse(world, votes, { epoch: 1n }), "EpochUnknown(0, 1)");
    const [one, two] = [lower(key!.address), lower(otherKey!.address)];
    await assertReverts(accuse(world, votes, { by: [key!, otherKey!] }), `SignersDiffer(${one}, ${two})`);
    // A node without a stake, and a stranger.
    await assertReverts(accuse(world, votes, { by: [otherKey!, otherKey!] }), "NothingAtStake");
    const stranger = lower(reporter!.address);
    await assertReverts(accuse(world, votes, { by: [reporter!, reporter!] }), `SignerNotOfEpoch(0, ${stranger})`);
    assert.equal(await activeOf(world), ETHER);
  });

  test("honest pair, also after a rewind: votes of two lives, and a vote that is signed again later, take nothing", async () => {
    const world = await staked();
    const second = await justNow();
    const votes = [vote(NOTARIZE, 1n, second), vote(NOTARIZE, 2n, second)] as const;
    for (const life of [FIRST_LIFE, SECOND_LIFE])
      await assertReverts(accuse(world, votes, { life, lives: [FIRST_LIFE, SECOND_LIFE] }), "SignersDiffer");
    // A node that is away signs its vote again with a newer second.
    const again = [vote(FINALIZE, 1n, second - 5n), vote(FINALIZE, 1n, second)] as const;
    await assertReverts(accuse(world, again), `SameDecision(${wordToHex(1n)})`);
    // It may notarize a decision and nullify the view.
    const late = [vote(NOTARIZE, 1n, second), vote(NULLIFY, 0n, second)] as const;
    await assertReverts(accuse(world, late), "VotesCompatible(1, 2)");
    assert.equal(await activeOf(world), ETHER);
  });

  test("evidence that is swapped, or shown twice, takes nothing more", async () => {
    const world = await staked();
    const second = await justNow();
    const [one, two] = [vote(FINALIZE, 1n, second), vote(NULLIFY, 0n, second)];
    await accuse(world, [one, two]);
    await assertReverts(accuse(world, [one, two]), `AlreadySlashed(${ETHER}, ${ETHER})`);
    await assertReverts(accuse(world, [two, one]), `AlreadySlashed(${ETHER}, ${ETHER})`);
  });
});
