import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { ZeroAddress } from "ethers";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import type { StateKey } from "../../../src/chain/state/state-key.ts";
import { ChallengeAnswers } from "../../../src/ecosystem/devnet/guardian/challenge-answers.ts";
import { LeafKind } from "../../../src/ground/protocol/domain-tags.ts";
import { keccak, wordToHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { startLocalL1 } from "../../support/l1.ts";
import { TestChain } from "./support/chain.ts";
import {
  absence,
  BOND_WEI,
  formState,
  guardedBatchOf,
  onL1,
  openChallenge,
  presence,
  settleState,
  signData,
  slotKey,
  stateOf,
  type GuardedTestBatch,
} from "./support/challenges.ts";
import { as, defaultConfiguration, deployEcosystem, REACTION_SECONDS, send, view, type Ecosystem } from "./support/ecosystem.ts";
import { assertReverts } from "./support/errors.ts";
import { CLAIM, COIN, Network, TERMS, UNBONDING, VALIDITY } from "./support/guardians.ts";
import { lower, setNextBlock } from "./support/terms.ts";

const [PRESENT, ABSENT] = [slotKey(3n), slotKey(4n)];
const { answerTime, slashTime, retention } = TERMS;

describe("request for data that guardians signed for", () => {
  let ecosystem: Ecosystem;
  let network: Network;
  let chain: TestChain;
  let batch: GuardedTestBatch;
  /** Second whose weights count for the signatures. */
  let countedAt: bigint;
  let council: HardhatEthersSigner | undefined;
  let [griefer, answerer, reporter]: HardhatEthersSigner[] = [];
  let guardians: readonly HardhatEthersSigner[];
  let snapshot: unknown;
  before(async () => {
    const l1 = await startLocalL1();
    council = (await l1.ethers.getSigners()).at(-1);
    const freezes = { council: council!.address, freezeTime: REACTION_SECONDS, freezeCycle: 10_000n };
    ecosystem = await deployEcosystem(0n, async () => l1, 0n, freezes);
    [griefer, answerer, reporter] = ecosystem.accounts.slice(1, 4);
    guardians = ecosystem.accounts.slice(4, 7).sort((a, b) => (BigInt(a.address) < BigInt(b.address) ? -1 : 1));
    const factory = await ecosystem.factory.getAddress();
    network = await Network.deploy(ecosystem.l1, { admin: ecosystem.accounts[0]!.address }, factory);
    const admin = network.by(ecosystem.accounts[0]!);
    for (const guardian of guardians) {
      await network.stake(guardian, guardian, 2n * COIN);
      await send(admin, "admit", guardian.address, "http://127.0.0.1:1");
      await network.pass(1n);
      await send(network.by(guardian), "join", guardian.address, "http://127.0.0.1:1");
    }
    await send(admin, "start");
    await network.pass(2n);
    const configuration = { ...(await defaultConfiguration(ecosystem, 270n)), dataAvailabilityPolicy: network.address };
    chain = await TestChain.create(ecosystem, configuration);
    countedAt = (await network.now()) - 1n;
    batch = await settleState(chain, stateOf([1n, 3n, 7n]), signedBy(guardians));
  });
  /** Content of a batch whose data these guardians sign for, and L1 does not have. */
  function signedBy(signers: readonly HardhatEthersSigner[]) {
    return {
      withhold: true,
      policy: async (preCommitment: Hex, pubdataHash: Hex) => ({
        data: await network.sign(signers, { about: { ...CLAIM, preCommitment, pubdataHash } }),
        boundDataHash: keccak(),
      }),
    };
  }
  // A case changes the chain's batches, so each begins with the first one.
  beforeEach(async () => {
    if (snapshot !== undefined) await ecosystem.l1.ethers.provider.send("evm_revert", [snapshot]);
    [chain.last, chain.batchCount] = [batch.stored, 1n];
    snapshot = await ecosystem.l1.ethers.provider.send("evm_snapshot", []);
  });
  after(() => ecosystem.l1.close());

  const open = (key = PRESENT, of = batch) => openChallenge(network.contract, griefer!, of, { key });
  const activeOf = async ({ address }: HardhatEthersSigner): Promise<bigint> => {
    const { active, leaving } = await view<{ active: bigint; leaving: bigint }>(network.registry, "depositOf", address);
    return active + leaving;
  };
  const report = async (id: bigint, guardian: HardhatEthersSigner, of = batch, at = countedAt): Promise<unknown> =>
    send(network.by(reporter!), "report", id, ...(await signData(network, guardian, of, at)));
  const balanceOf = ({ address }: HardhatEthersSigner) => ecosystem.l1.ethers.provider.getBalance(address);

  describe("an answer", () => {
    test("shows the leaf, or that the state has none: no guardian can be reported afterwards", async () => {
      const shown = await open(PRESENT);
      await send(network.by(answerer!), "answer", shown, ...presence(batch, PRESENT));
      const missing = await open(ABSENT);
      await send(network.by(answerer!), "answerAbsence", missing, ...absence(batch, ABSENT));
      await network.pass(answerTime + 1n);
      for (const id of [shown, missing]) await assertReverts(report(id, guardians[0]!), `ChallengeNotOpen(${id})`);
      assert.equal(await activeOf(guardians[0]!), 2n * COIN);
    });

    test("griefing: the challenger pays for the answer's gas and a quarter more, and gets the rest of its bond", async () => {
      const id = await open(PRESENT);
      assert.equal(await ecosystem.l1.ethers.provider.getBalance(network.address), BOND_WEI);
      const before = await balanceOf(answerer!);
      const args = presence(batch, PRESENT);
      const call = network.by(answerer!).getFunction("answer").populateTransaction;
      const data = { ...(await call(id, ...args)), maxPriorityFeePerGas: 0n };
      const receipt = await (await answerer!.sendTransaction(data)).wait();
      const cost = receipt!.gasUsed * receipt!.gasPrice;
      const reward = (await balanceOf(answerer!)) + cost - before;
      assert.ok(receipt!.gasUsed < 1_000_000n, String(receipt!.gasUsed));
      assert.ok(reward > cost, `${reward} for ${cost}`);
      // The measured gas leaves out the payment itself, which is estimated.
      assert.ok(reward < (cost * 3n) / 2n, `${reward} for ${cost}`);
      const rest = await balanceOf(griefer!);
      await send(network.by(reporter!), "close", id);
      assert.equal((await balanceOf(griefer!)) - rest, BOND_WEI - reward);
      assert.equal(await ecosystem.l1.ethers.provider.getBalance(network.address), 0n);
      await assertReverts(send(network.by(reporter!), "close", id), `NothingToReturn(${id})`);
    });

    test("of another leaf, another value, another state or a false absence is refused", async () => {
      const other = await settleState(chain, stateOf([1n, 3n, 8n]), signedBy(guardians));
      const id = await open(PRESENT);
      const answer = (...args: readonly unknown[]) => send(network.by(answerer!), "answer", id, ...args);
      await assertReverts(answer(...presence(batch, slotKey(7n))), "AnswerMismatch");
      const [value, path] = presence(batch, PRESENT);
      await assertReverts(answer(value + 1n, path), "AnswerMismatch");
      await assertReverts(answer(...presence(other, PRESENT)), "AnswerMismatch");
      const absent = (args: readonly unknown[]) => send(network.by(answerer!), "answerAbsence", id, ...args);
      await assertReverts(absent(absence(batch, PRESENT)), "KeyNotBetween");
      await assertReverts(absent(absence(batch, ABSENT)), "KeyNotBetween");
      await answer(value, path);
      await assertReverts(answer(value, path), `ChallengeNotOpen(${id})`);
    });

    test("in the last second counts, and a second later it does not", async () => {
      const { provider } = ecosystem.l1.ethers;
      const id = await open(PRESENT);
      const end = (await network.now()) + answerTime;
      assert.equal((await view<{ deadline: bigint }>(network.contract, "challengeOf", id)).deadline, end);
      // At that second neither a report nor a refund is possible.
      for (const early of [() => report(id, guardians[0]!), () => send(network.by(griefer!), "close", id)]) {
        const state = await provider.send("evm_snapshot", []);
        await setNextBlock(ecosystem, end);
        await assertReverts(early(), `AnswerTimeOpen(${end}, ${end})`);
        await provider.send("evm_revert", [state]);
      }
      const state = await provider.send("evm_snapshot", []);
      await setNextBlock(ecosystem, end);
      await send(network.by(answerer!), "answer", id, ...presence(batch, PRESENT));
      await provider.send("evm_revert", [state]);
      await setNextBlock(ecosystem, end + 1n);
      const late = send(network.by(answerer!), "answer", id, ...presence(batch, PRESENT));
      await assertReverts(late, `AnswerTooLate(${end}, ${end + 1n})`);
    });

    test("several requests in one second: each has its number, and each needs its answer", async () => {
      const { provider } = ecosystem.l1.ethers;
      await provider.send("evm_setAutomine", [false]);
      const contract = network.by(griefer!);
      const keys = [PRESENT, PRESENT, ABSENT];
      const sent = [];
      for (const key of keys) {
        const args = [batch.chainId, batch.stored, batch.opening, onL1(key)];
        sent.push(await contract.getFunction("open")(...args, { value: BOND_WEI, gasLimit: 1_000_000n }));
      }
      await provider.send("evm_mine", []);
      await provider.send("evm_setAutomine", [true]);
      const blocks = await Promise.all(sent.map(async (each) => (await each.wait()).blockNumber));
      assert.equal(new Set(blocks).size, 1);
      assert.equal(await view(network.contract, "challengeCount"), 3n);
      await send(network.by(answerer!), "answer", 1n, ...presence(batch, PRESENT));
      await send(network.by(answerer!), "answerAbsence", 3n, ...absence(batch, ABSENT));
      await network.pass(answerTime + 1n);
      await report(2n, guardians[0]!);
      for (const id of [1n, 3n]) await assertReverts(report(id, guardians[1]!), `ChallengeNotOpen(${id})`);
    });

    test("a challenger whose code spends all gas, or an answerer that takes no coins, stops no answer", async () => {
      const refusing = await ecosystem.l1.deploy("SpendsGas");
      const data = network.contract.interface.encodeFunctionData("open", [
        ...[batch.chainId, batch.stored, batch.opening, onL1(PRESENT)],
      ]);
      await send(as(refusing, griefer!), "forward", network.address, data, { value: BOND_WEI, gasLimit: 1_000_000n });
      await send(network.by(answerer!), "answer", 1n, ...presence(batch, PRESENT));
      await assertReverts(send(network.by(answerer!), "close", 1n, { gasLimit: 1_000_000n }), "RefundFailed");
      const id = await open(PRESENT);
      const answer = network.contract.interface.encodeFunctionData("answer", [id, ...presence(batch, PRESENT)]);
      await send(as(refusing, answerer!), "forward", network.address, answer, { gasLimit: 5_000_000n });
      // The challenger gets the refused coins.
      const before = await balanceOf(griefer!);
      await send(network.by(answerer!), "close", id);
      assert.equal((await balanceOf(griefer!)) - before, BOND_WEI);
    });
  });

  describe("guardians that answer", () => {
    /** A guardian with these batches, and the roots of its proofs in order. */
    function answering(batches: readonly GuardedTestBatch[], proven: Hex[] = [], failing?: StateKey) {
      const find = (root: Hex) => batches.findIndex(({ stored }) => stored.newStateRoot === root);
      const chain = {
        batchWith: (root: Hex) => (find(root) === -1 ? undefined : BigInt(find(root))),
        prove: async (root: Hex, key: StateKey) => {
          if (key.slot === failing?.slot) throw new Error("the disk fails");
          proven.push(root);
          return batches[find(root)]!.tree.prove(key);
        },
      };
      return new ChallengeAnswers({ network: network.address as Hex, signer: guardians[0]!, chain });
    }
    const isAnswered = async (id: bigint): Promise<boolean> =>
      (await view<{ isAnswered: boolean }>(network.contract, "challengeOf", id)).isAnswered;

    test("griefing: the bond pays a guardian's gas and tip, at a low base fee as at a high one", async (t) => {
      const { provider } = ecosystem.l1.ethers;
      const [guardian] = guardians;
      const suggested = BigInt((await provider.send("eth_maxPriorityFeePerGas", [])) as string);
      for (const baseFee of [10n ** 6n, 10n ** 8n, 10n ** 9n, 5n * 10n ** 10n]) {
        const value = 20n * 10n ** 6n * baseFee + BOND_WEI;
        const id = await openChallenge(network.contract, griefer!, batch, { key: PRESENT, value });
        await provider.send("hardhat_setNextBlockBaseFeePerGas", [`0x${baseFee.toString(16)}`]);
        await provider.send("evm_mine", []);
        const before = await balanceOf(guardian!);
        const answers = answering([batch]);
        for (let poll = 0; poll < 4; poll++) await answers.poll();
        assert.ok(await isAnswered(id));
        const block = (await provider.getBlock("latest"))!;
        const { gasPrice, gasUsed } = (await provider.getTransactionReceipt(block.transactions[0]!))!;
        const gained = (await balanceOf(guardian!)) - before;
        const tip = gasPrice - block.baseFeePerGas!;
        // Nodes with default settings take no tip below 0.001 gwei, which is more than an eighth of the lowest base fee here.
        const least = 10n ** 6n;
        assert.equal(tip, baseFee === least ? least : baseFee / 8n);
        assert.ok(gained >= (baseFee === least ? -gasUsed * least : 0n), `${gained} at ${baseFee}`);
        t.diagnostic(`base fee ${baseFee}: gains ${(1_000n * gained) / (gasUsed * gasPrice)} thousandths of the cost`);
        // The tip that the node suggests would cost more than the bond pays.
        if (baseFee < suggested) assert.ok(gained < gasUsed * (suggested - tip));
      }
    });

    test("attack: many requests in one minute, for states in any order: none waits for another, and the oldest state comes first", async () => {
      const { provider } = ecosystem.l1.ethers;
      const newer = await settleState(chain, stateOf([1n, 3n, 8n]), signedBy(guardians));
      const ids = [];
      for (const requested of [newer, batch]) for (let i = 0; i < 4; i++) ids.push(await open(PRESENT, requested));
      const proven: Hex[] = [];
      const answers = answering([batch, newer], proven);
      await provider.send("evm_setAutomine", [false]);
      const rounds: Hex[][] = [];
      for (let poll = 0; poll < 4; poll++) {
        await answers.poll();
        rounds.push(proven.splice(0));
      }
      await provider.send("evm_mine", []);
      await provider.send("evm_setAutomine", [true]);
      const [a, b] = [batch.stored.newStateRoot, newer.stored.newStateRoot];
      assert.deepEqual(rounds, Array(4).fill([a, b]));
      assert.deepEqual(await Promise.all(ids.map(isAnswered)), Array(8).fill(true));
    });

    test("attack: a request that cannot be answered is in front of others, which are answered", async () => {
      const first = await open(ABSENT);
      const later = await open(PRESENT);
      const answers = answering([batch], [], ABSENT);
      const failed = [];
      for (let poll = 0; poll < 4; poll++) await answers.poll().catch((error: unknown) => failed.push(error));
      assert.deepEqual([failed.length, await isAnswered(first), await isAnswered(later)], [1, false, true]);
    });

    test("attack: an answer that a reorg of L1 undoes is sent again", async () => {
      const { provider } = ecosystem.l1.ethers;
      const id = await open(PRESENT);
      const answers = answering([batch]);
      const state = await provider.send("evm_snapshot", []);
      for (let poll = 0; poll < 4; poll++) await answers.poll();
      assert.ok(await isAnswered(id));
      await provider.send("evm_revert", [state]);
      for (let poll = 0; poll < 15; poll++) await answers.poll();
      assert.ok(await isAnswered(id));
    });
  });

  describe("without an answer", () => {
    test("each signer loses its stake once, a tenth to the reporter, and the challenger has its bond back", async () => {
      const id = await open(PRESENT);
      await network.pass(answerTime + 1n);
      for (const guardian of guardians) {
        const before = await balanceOf(reporter!);
        const receipt = (await report(id, guardian)) as { readonly fee: bigint };
        assert.equal((await balanceOf(reporter!)) + receipt.fee - before, (2n * COIN) / 10n);
        assert.equal(await activeOf(guardian), 0n);
      }
      await assertReverts(report(id, guardians[0]!), "AlreadySlashed");
      const before = await balanceOf(griefer!);
      await send(network.by(answerer!), "close", id);
      assert.equal((await balanceOf(griefer!)) - before, BOND_WEI);
      // A report after the bond's return still finds the request.
      await assertReverts(report(id, guardians[1]!), "AlreadySlashed");
    });

    test("signers that left and announced their withdrawal lose the leaving coins", async () => {
      const [leaver] = guardians;
      await send(network.by(leaver!), "leave", leaver!.address);
      await send(as(network.registry, leaver!), "announceWithdrawal", 2n * COIN);
      const id = await open(PRESENT);
      await network.pass(answerTime + 1n);
      await report(id, leaver!);
      assert.equal(await activeOf(leaver!), 0n);
      await network.pass(UNBONDING);
      await assertReverts(send(as(network.registry, leaver!), "withdraw"), "NothingAnnounced()");
    });

    test("a key that did not sign, or signed for other data, for another end or another network, loses nothing", async () => {
      const id = await open(PRESENT);
      await network.pass(answerTime + 1n);
      await assertReverts(report(id, reporter!), "NothingAtStake");
      const [validUntil, signature] = await signData(network, guardians[0]!, batch, countedAt);
      const send_ = (end: bigint, text: Hex) => send(network.by(reporter!), "report", id, end, text);
      await assertReverts(send_(validUntil + 1n, signature), "NothingAtStake");
      const otherData = { opening: { ...batch.opening, pubdataHash: wordToHex(1n) } };
      await assertReverts(send_(...(await signData(network, guardians[0]!, otherData, countedAt))), "NothingAtStake");
      const elsewhere = { ...network, address: lower(reporter!.address), chainId: network.chainId } as unknown as Network;
      await assertReverts(send_(...(await signData(elsewhere, guardians[0]!, batch, countedAt))), "NothingAtStake");
      assert.equal(await activeOf(guardians[0]!), 2n * COIN);
    });

    test("attack: equal roots of two batches: a request names one, and signatures for the other answer for nothing", async () => {
      const twin = await settleState(chain, batch.tree, signedBy(guardians));
      assert.equal(twin.stored.newStateRoot, batch.stored.newStateRoot);
      const { batchNumber, commitment } = batch.stored;
      for (const change of [{ batchNumber }, { commitment }])
        await assertReverts(open(PRESENT, { ...twin, stored: { ...twin.stored, ...change } }), "StoredFormMismatch");
      await assertReverts(open(PRESENT, { ...twin, opening: batch.opening }), "OpeningMismatch");
      const id = await open(PRESENT, twin);
      await network.pass(answerTime + 1n);
      await assertReverts(report(id, guardians[0]!, batch), "NothingAtStake");
      assert.equal(await activeOf(guardians[0]!), 2n * COIN);
      await report(id, guardians[0]!, twin);
      assert.equal(await activeOf(guardians[0]!), 0n);
    });

    test("the last request, answered by no account and reported in the last second, still takes the stake", async () => {
      // Registry: fault + unbonding; the commit came a second or more after the counted one.
      const { committedAt } = batch.stored;
      await setNextBlock(ecosystem, committedAt + retention);
      const id = await open(PRESENT);
      await setNextBlock(ecosystem, committedAt + retention + answerTime + slashTime);
      await report(id, guardians[0]!);
      assert.equal(await activeOf(guardians[0]!), 0n);
      await setNextBlock(ecosystem, committedAt + retention + answerTime + slashTime + 1n);
      await assertReverts(report(id, guardians[1]!), "ReportTooLate");
      assert.equal(VALIDITY + retention + answerTime + slashTime, UNBONDING);
    });

    test("the network's version is stopped: the request is answered, and the signers of another one pay", async () => {
      const { verifiers } = ecosystem;
      const { protocolVersion } = chain.configuration;
      await send(as(verifiers, council!), "freeze", [protocolVersion], REACTION_SECONDS);
      await send(as(verifiers, council!), "approveHalt", protocolVersion, 0n);
      await send(verifiers, "halt", protocolVersion, 0n);
      const formed = await formState(chain, stateOf([5n]), signedBy(guardians));
      await assertReverts(chain.commit(formed), "VersionHalted");
      const [shown, withheld] = [await open(PRESENT), await open(ABSENT)];
      await send(network.by(answerer!), "answer", shown, ...presence(batch, PRESENT));
      await network.pass(answerTime + 1n);
      await report(withheld, guardians[0]!);
    });
  });

  describe("a request is refused", () => {
    const refused = async (reason: string, changes: Partial<GuardedTestBatch>, key = PRESENT): Promise<void> =>
      assertReverts(openChallenge(network.contract, griefer!, { ...batch, ...changes }, { key }), reason);

    test("for a batch that is not executed, also if it is reverted later", async () => {
      const tree = stateOf([5n]);
      const formed = await formState(chain, tree, signedBy(guardians));
      const { stored } = await chain.commit(formed);
      const committed = guardedBatchOf(chain, formed, stored, tree);
      await assertReverts(open(slotKey(5n), committed), "BatchNotExecuted(1, 1)");
      await chain.prove(stored);
      await assertReverts(open(slotKey(5n), committed), "BatchNotExecuted(1, 1)");
      const reversal = await chain.signRevert(1n);
      await send(chain.contract, "revertBatches", ...reversal);
      await assertReverts(open(slotKey(5n), committed), "BatchNotExecuted(1, 1)");
    });

    test("for a batch that was executed long ago", async () => {
      const latest = batch.stored.committedAt + retention;
      await setNextBlock(ecosystem, latest + 1n);
      await refused(`BatchTooOld(${latest}, ${latest + 1n})`, {});
    });

    test("for another record, another chain's batch, or another opening of the commitment", async () => {
      await refused("StoredFormMismatch", { stored: { ...batch.stored, newStateRoot: wordToHex(5n) } });
      await refused("StoredFormMismatch", { stored: { ...batch.stored, committedAt: batch.stored.committedAt + 1n } });
      await refused("ChainWithoutContract(999)", { chainId: 999n });
      const twin = await TestChain.create(ecosystem, await defaultConfiguration(ecosystem, 271n));
      const other = await settleState(twin, batch.tree);
      await refused("StoredFormMismatch", { stored: other.stored });
      for (const name of ["preCommitment", "pubdataHash", "policyDataHash"] as const)
        await refused("OpeningMismatch", { opening: { ...batch.opening, [name]: wordToHex(9n) } });
    });

    test("for a key that no state has, which no guardian could show", async () => {
      await refused("KindUnknown(3, 4)", {}, { ...PRESENT, leafKind: 4 as unknown as LeafKind });
      await refused("SlotUnexpected(0, 3)", {}, { ...PRESENT, leafKind: LeafKind.account });
    });

    test("for no kind that states have", async () => {
      for (const leafKind of Object.values(LeafKind)) {
        const key = { ...ABSENT, leafKind, slot: leafKind === LeafKind.storage ? ABSENT.slot : 0n };
        await send(network.by(answerer!), "answerAbsence", await open(key), ...absence(batch, key));
      }
    });

    test("with less than the bond, which rises with L1's fee", async () => {
      const { provider } = ecosystem.l1.ethers;
      const short = openChallenge(network.contract, griefer!, batch, { key: PRESENT, value: TERMS.bond - 1n });
      await assertReverts(short, `BondTooSmall(${TERMS.bond}, ${TERMS.bond - 1n})`);
      const baseFee = 10n ** 12n;
      await provider.send("hardhat_setNextBlockBaseFeePerGas", [`0x${baseFee.toString(16)}`]);
      const dear = openChallenge(network.contract, griefer!, batch, { key: PRESENT });
      await assertReverts(dear, `BondTooSmall(${10_000_000n * baseFee}, ${BOND_WEI})`);
      assert.equal(await view(network.contract, "lowestBond", baseFee), 10_000_000n * baseFee);
      assert.equal(await view(network.contract, "lowestBond", 1n), TERMS.bond);
    });
  });

  test("no chain is named by a network without a factory", async () => {
    const lonely = await Network.deploy(ecosystem.l1, {}, ZeroAddress);
    await assert.rejects(openChallenge(lonely.contract, griefer!, batch, { key: PRESENT }));
  });
});
