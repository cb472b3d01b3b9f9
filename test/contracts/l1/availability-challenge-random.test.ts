import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { ZeroAddress, type ContractTransactionReceipt } from "ethers";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { createRandomness, type Randomness } from "../../protocol/random-batches.ts";
import { byNight } from "../../support/nightly.ts";
import { TestChain } from "./support/chain.ts";
import { ChallengeModel } from "./support/challenge-model.ts";
import {
  absence,
  BOND_WEI,
  onL1,
  presence,
  settleState,
  signData,
  slotKey,
  stateOf,
  type GuardedTestBatch,
} from "./support/challenges.ts";
import { as, defaultConfiguration, deployEcosystem, eventsOf, send, view, type Ecosystem } from "./support/ecosystem.ts";
import { errorOf } from "./support/errors.ts";
import { COIN, Network, TERMS } from "./support/guardians.ts";
import { setNextBlock } from "./support/terms.ts";

const HISTORIES = byNight(40, 2);
const STEPS = 60;
const GUARDIANS = 3;
const SLOTS = 5n;
const SEED = Number(process.env["CHALLENGE_SEED"] ?? 1);
const CHOICES = [...(["batch", "open", "open", "open", "answer", "answer", "report", "report", "report", "close"] as const)];

/** One history: its batches, the model, and the second of its last block. */
interface History {
  readonly network: Network;
  readonly chain: TestChain;
  readonly model: ChallengeModel;
  readonly random: Randomness;
  readonly batches: GuardedTestBatch[];
  /** Second whose weights count, of each batch. */
  readonly counted: bigint[];
  now: bigint;
}

describe("random histories of requests for data", () => {
  let ecosystem: Ecosystem;
  let [challenger, answerer, reporter]: HardhatEthersSigner[] = [];
  let guardians: readonly HardhatEthersSigner[];
  before(async () => {
    ecosystem = await deployEcosystem();
    [challenger, answerer, reporter] = ecosystem.accounts.slice(1, 4);
    guardians = ecosystem.accounts.slice(4, 4 + GUARDIANS);
  });
  after(() => ecosystem.l1.close());

  const seen = new Map<string, number>();

  /** Sends a step at the history's second; it succeeds if the model accepts it. */
  async function expect(
    history: History,
    name: string,
    isAccepted: boolean,
    call: () => Promise<ContractTransactionReceipt>,
  ): Promise<ContractTransactionReceipt | undefined> {
    const counted = isAccepted ? name : `${name} refused`;
    seen.set(counted, (seen.get(counted) ?? 0) + 1);
    await setNextBlock(ecosystem, history.now);
    if (isAccepted) return call();
    await errorOf(call());
    return undefined;
  }

  /** A batch with data on L1, for which some guardians sign all the same: signatures count, not the chain's policy. */
  async function settle(history: History): Promise<void> {
    const { chain, model, random, batches, counted } = history;
    const slots = new Set(Array.from({ length: 1 + random.index(3) }, () => 1n + random.below(SLOTS)));
    const signers = new Set([...guardians.keys()].filter(() => random.index(3) > 0));
    counted.push(history.now);
    await setNextBlock(ecosystem, history.now + 1n);
    const batch = await settleState(chain, stateOf([...slots].toSorted((a, b) => Number(a - b))), {});
    batches.push(batch);
    model.batches.push({ committedAt: batch.stored.committedAt, slots, signers });
    history.now = await history.network.now();
  }

  async function answer(history: History, index: number): Promise<void> {
    const { network, model, random, batches, now } = history;
    const challenge = model.challenges[index]!;
    const batch = random.index(4) === 0 ? random.index(batches.length) : challenge.batch;
    const hasSlot = model.batches[batch]!.slots.has(challenge.slot);
    const isPresent = random.index(4) === 0 ? !hasSlot : hasSlot;
    // Equal states have equal roots: an answer of either is true.
    const state = batches[batch]!.stored.newStateRoot === batches[challenge.batch]!.stored.newStateRoot ? challenge.batch : batch;
    const [name, args] = isPresent
      ? (["answer", presence(batches[batch]!, slotKey(challenge.slot))] as const)
      : (["answerAbsence", absence(batches[batch]!, slotKey(challenge.slot))] as const);
    const isAccepted = model.answers(now, index, { batch: state, isPresent });
    const receipt = await expect(history, "answer", isAccepted, () =>
      send(network.by(answerer!), name, BigInt(index + 1), ...args),
    );
    if (receipt === undefined) return;
    const reward = eventsOf(network.contract, receipt, "ChallengeAnswered")[0]!.args["reward"] as bigint;
    assert.ok(reward > 0n && reward <= challenge.bond, String(reward));
    model.pay(index, reward);
  }

  async function step(history: History): Promise<void> {
    const { network, model, random, batches, counted, now } = history;
    const name = batches.length === 0 ? "batch" : CHOICES[random.index(CHOICES.length)]!;
    if (name === "batch") return settle(history);
    if (name === "open") {
      const [batch, slot] = [random.index(batches.length), 1n + random.below(SLOTS)];
      const { chainId, stored, opening } = batches[batch]!;
      const isAccepted = model.open(now, batch, slot, BOND_WEI);
      const args = [chainId, stored, opening, onL1(slotKey(slot)), { value: BOND_WEI }];
      return void (await expect(history, name, isAccepted, () => send(network.by(challenger!), "open", ...args)));
    }
    if (model.challenges.length === 0) return;
    const index = random.index(model.challenges.length);
    const id = BigInt(index + 1);
    if (name === "answer") return answer(history, index);
    if (name === "close")
      return void (await expect(history, name, model.close(now, index), () => send(network.by(reporter!), "close", id)));
    const { batch } = model.challenges[index]!;
    const guardian = random.index(GUARDIANS);
    // A guardian that signed nothing for the batch has signed other data.
    const isSigner = model.batches[batch]!.signers.has(guardian);
    const signed = isSigner
      ? batches[batch]!
      : { opening: { ...batches[batch]!.opening, preCommitment: `0x${"77".repeat(32)}` as const } };
    const signature = await signData(network, guardians[guardian]!, signed, counted[batch]!);
    const isAccepted = model.report(now, index, guardian);
    await expect(history, name, isAccepted, () => send(network.by(reporter!), "report", id, ...signature));
  }

  async function run(random: Randomness, chainId: bigint): Promise<void> {
    const network = await Network.deploy(ecosystem.l1, { admin: ZeroAddress }, await ecosystem.factory.getAddress());
    for (const guardian of guardians) {
      const { active } = await view<{ active: bigint }>(network.registry, "depositOf", guardian.address);
      assert.equal(active, 0n);
      await network.stake(guardian, guardian, 2n * COIN);
    }
    const chain = await TestChain.create(ecosystem, await defaultConfiguration(ecosystem, chainId));
    const model = new ChallengeModel(TERMS);
    const history: History = { network, chain, model, random, batches: [], counted: [], now: await network.now() };
    for (let i = 0; i < STEPS; i++) {
      const wait = random.index(4) === 0 ? TERMS.answerTime + random.below(TERMS.slashTime) : random.below(30n);
      history.now += 2n + wait;
      await network.passTo(history.now - 1n);
      await step(history);
      const { provider } = ecosystem.l1.ethers;
      assert.equal(await provider.getBalance(network.address), model.bonds);
      for (const [place, { address }] of guardians.entries()) {
        const { active } = await view<{ active: bigint }>(as(network.registry, reporter!), "depositOf", address);
        assert.equal(active, model.slashed.has(place) ? 0n : 2n * COIN);
      }
    }
  }

  test(`${HISTORIES} histories accept, pay and slash the same as a simple model`, async () => {
    for (let history = 0; history < HISTORIES; history++)
      await run(createRandomness(SEED * 1_000 + history), 500n + BigInt(history));
    for (const name of ["open", "answer", "report", "close"])
      for (const counted of [name, `${name} refused`]) assert.ok((seen.get(counted) ?? 0) > 0, JSON.stringify([...seen]));
  });
});
