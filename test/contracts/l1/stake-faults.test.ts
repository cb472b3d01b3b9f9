import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { ZeroAddress, type ContractTransactionReceipt } from "ethers";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import type { Hex } from "../../../src/ground/protocol/hex.ts";
import type { BatchCommitment } from "../../../src/ground/protocol/quorum.ts";
import { SigningRecord } from "../../../src/chain/settlement/signing/signing-record.ts";
import { createRandomness, type Randomness } from "../../protocol/random-batches.ts";
import { byNight } from "../../support/nightly.ts";
import { TestChain } from "./support/chain.ts";
import {
  as,
  defaultConfiguration,
  deployEcosystem,
  eventsOf,
  hexAddress,
  send,
  view,
  type Ecosystem,
} from "./support/ecosystem.ts";
import { assertReverts, errorOf } from "./support/errors.ts";
import { StakeModel, type Period } from "./support/stake-model.ts";
import { deployStakes, enlistment, serviceOf, signWord, wordOn, type Stakes, type Word } from "./support/stakes.ts";
import { lower, setNextBlock } from "./support/terms.ts";

const UNBONDING = 1_000n;
const ETHER = 10n ** 18n;
const HISTORIES = byNight(100, 8);
const STEPS = 60;
const SEED = Number(process.env["STAKE_SEED"] ?? 1);
/** Two words that contradict each other at every second: the reporter names the second. */
const WORDS = [wordOn(1n), wordOn(2n)] as const;
const NO_PERIOD: Partial<Period> = {};

/** A chain's quorum as a service, with the signatures of each key for both words. */
interface Service {
  readonly chainId: bigint;
  readonly chain: TestChain;
  readonly id: Hex;
  readonly signatures: ReadonlyMap<string, readonly [string, string]>;
}

describe("faults of one enlistment", () => {
  let ecosystem: Ecosystem;
  let services: readonly Service[];
  let stakes: Stakes;
  let operators: readonly HardhatEthersSigner[];
  let keys: readonly HardhatEthersSigner[];
  let reporters: readonly HardhatEthersSigner[];
  let clean: unknown;
  let time: bigint;
  before(async () => {
    ecosystem = await deployEcosystem();
    operators = ecosystem.accounts.slice(1, 3);
    keys = ecosystem.accounts.slice(3, 5);
    // Operators and keys report, too.
    reporters = ecosystem.accounts.slice(1, 8);
    stakes = await deployStakes(ecosystem, UNBONDING);
    services = [await createService(270n), await createService(271n), await createService(272n)];
    clean = await rpc("evm_snapshot");
  });
  after(() => ecosystem.l1.close());

  const rpc = async (method: string, ...args: readonly unknown[]): Promise<unknown> =>
    ecosystem.l1.ethers.provider.send(method, [...args]);
  const balanceOf = (account: string): Promise<bigint> => ecosystem.l1.ethers.provider.getBalance(account);

  async function createService(chainId: bigint): Promise<Service> {
    const validators = keys.map(({ address }) => lower(address)).sort();
    const configuration = { ...(await defaultConfiguration(ecosystem, chainId)), validators };
    const chain = await TestChain.create(ecosystem, configuration);
    const { address } = chain;
    const signatures = new Map<string, readonly [string, string]>();
    for (const key of keys) {
      const [first, second] = [
        await signWord(ecosystem, address, key, WORDS[0]),
        await signWord(ecosystem, address, key, WORDS[1]),
      ];
      signatures.set(key.address, [first, second]);
    }
    return { chainId, chain, id: await serviceOf(stakes, chainId), signatures };
  }
  /** State before any deposit. */
  async function startAgain(): Promise<void> {
    await rpc("evm_revert", clean);
    clean = await rpc("evm_snapshot");
    time = (await ecosystem.latestTimestamp()) + 10n;
  }
  /** Sends as an account at a second. */
  async function at(second: bigint, by: HardhatEthersSigner, name: string, ...args: readonly unknown[]) {
    await setNextBlock(ecosystem, second);
    time = second;
    return send(as(stakes.registry, by), name, ...args);
  }
  async function enlistAt(second: bigint, place: number, service: Service, shareBps: bigint) {
    const [operator, key] = [operators[place]!, keys[place]!];
    const args = await enlistment({ stakes, ecosystem, chainId: service.chainId }, operator, key, shareBps);
    return at(second, operator, "enlist", ...args);
  }
  function reportArguments({ chainId, signatures }: Service, place: number, faultAt: bigint, isSwapped = false) {
    const [first, second] = signatures.get(keys[place]!.address)!;
    const words = isSwapped ? [WORDS[1], second, WORDS[0], first] : [WORDS[0], first, WORDS[1], second];
    return [{ chainId, epoch: 0n, faultAt }, ...words] as const;
  }
  async function reportAt(second: bigint, service: Service, place: number, faultAt: bigint, by = reporters[6]!) {
    await setNextBlock(ecosystem, second);
    time = second;
    const args = reportArguments(service, place, faultAt, faultAt % 2n === 0n);
    return send(as(stakes.equivocation, by), "reportBatches", await hexAddress(stakes.registry), ...args);
  }
  const slashedBy = (receipt: ContractTransactionReceipt): bigint =>
    eventsOf(stakes.registry, receipt, "Slashed").reduce((sum, { args }) => sum + (args["amount"] as bigint), 0n);

  test("a fault of dust that its operator reports leaves the greatest fault to be paid", async () => {
    await startAgain();
    const [operator] = operators;
    const stake = 1_000n * ETHER;
    const whenStaked = time;
    await at(whenStaked, operator!, "deposit", { value: stake });
    await enlistAt(whenStaked + 1n, 0, services[0]!, 10_000n);
    const whole = time + 5n;
    await at(whole + 1n, operator!, "announceWithdrawal", stake);
    await at(whole + 10n, operator!, "deposit", { value: 10_000n });
    await reportAt(whole + 11n, services[0]!, 0, whole + 10n, operator!);
    const before = await balanceOf(ZeroAddress);
    // The same two words, at another second.
    const receipt = await reportAt(whole + 20n, services[0]!, 0, whole);
    assert.equal(slashedBy(receipt), stake - 10_000n);
    // Nine tenths are burnt.
    assert.equal((await balanceOf(ZeroAddress)) - before, stake - 10_000n - (stake - 10_000n) / 10n);
    await assertReverts(reportAt(whole + 21n, services[0]!, 0, whole - 1n), `AlreadySlashed(${stake}, ${stake})`);
    await assertReverts(reportAt(whole + 21n, services[0]!, 0, whole + 10n), `AlreadySlashed(${stake}, 10000)`);
    // The greatest weight, of two deposits.
    assert.equal(await balanceOf(await stakes.registry.getAddress()), 10_000n);
  });

  test("faults of different weights take the greatest of them in every order", async () => {
    await startAgain();
    const [operator] = operators;
    const weights = [3n, 7n, 1n, 5n, 7n, 4n].map((coins) => coins * ETHER);
    await enlistAt(time, 0, services[0]!, 5_000n);
    const seconds: bigint[] = [];
    for (const weight of weights) {
      // The whole deposit is twice the weight; a smaller one leaves the rest in an announcement.
      const { active } = await view<{ active: bigint }>(stakes.registry, "depositOf", operator!.address);
      const total = await balanceOf(await stakes.registry.getAddress());
      const wanted = 2n * weight;
      if (wanted > total && active < total) await at(time + 1n, operator!, "announceWithdrawal", 0n);
      if (wanted > total) await at(time + 1n, operator!, "deposit", { value: wanted - total });
      else await at(time + 1n, operator!, "announceWithdrawal", total - wanted);
      seconds.push(time);
      time += 3n;
    }
    const start = time;
    for (let round = 0; round < 8; round++) {
      const snapshot = await rpc("evm_snapshot");
      const random = createRandomness(SEED + round);
      const order = round === 0 ? [2, 0, 5, 3, 1, 4] : round === 1 ? [1, 4, 3, 5, 0, 2] : shuffled(random, 6);
      let [sum, greatest] = [0n, 0n];
      time = start;
      for (const place of order) {
        const by = reporters[random.index(reporters.length)]!;
        const report = reportAt(time + 1n, services[0]!, 0, seconds[place]!, by);
        if (weights[place]! > greatest) sum += slashedBy(await report);
        else await assertReverts(report, `AlreadySlashed(${greatest}, ${weights[place]!})`);
        greatest = weights[place]! > greatest ? weights[place]! : greatest;
      }
      assert.equal(sum, 7n * ETHER, `order ${order.join()}`);
      assert.equal(await balanceOf(await stakes.registry.getAddress()), 14n * ETHER - sum);
      await rpc("evm_revert", snapshot);
    }
  });

  test("two signers of the same two words both pay", async () => {
    await startAgain();
    for (const place of [0, 1]) {
      await at(time + 1n, operators[place]!, "deposit", { value: ETHER });
      await enlistAt(time + 1n, place, services[0]!, 10_000n);
    }
    const faultAt = time;
    const ids: unknown[] = [];
    for (const place of [0, 1]) {
      const receipt = await reportAt(time + 2n, services[0]!, place, faultAt);
      assert.equal(slashedBy(receipt), ETHER);
      const [slashed] = eventsOf(stakes.registry, receipt, "Slashed");
      const [equivocated] = eventsOf(stakes.equivocation, receipt, "Equivocated");
      assert.equal(equivocated!.args["id"], slashed!.args["evidenceId"]);
      ids.push(slashed!.args["evidenceId"]);
    }
    assert.notEqual(ids[0], ids[1]);
  });

  test("a reporter that reports a greater fault while it is paid takes the greatest, once", async () => {
    await startAgain();
    const reporter = await ecosystem.l1.deploy("NestedReporter");
    time = (await ecosystem.latestTimestamp()) + 1n;
    await at(time, operators[0]!, "deposit", { value: ETHER });
    await enlistAt(time + 1n, 0, services[0]!, 10_000n);
    const small = time;
    await at(time + 1n, operators[0]!, "deposit", { value: 2n * ETHER });
    const great = time;
    const registry = await hexAddress(stakes.registry);
    const calls = [small, great].map((faultAt) =>
      stakes.equivocation.interface.encodeFunctionData("reportBatches", [registry, ...reportArguments(services[0]!, 0, faultAt)]),
    );
    await setNextBlock(ecosystem, time + 2n);
    await send(reporter, "report", await hexAddress(stakes.equivocation), ...calls);
    assert.equal(await balanceOf(await reporter.getAddress()), (3n * ETHER) / 10n);
    assert.equal(await balanceOf(registry), 0n);
  });

  test("a share stays reserved for the time of unbonding after its last slash, so that coins which remain pay others", async () => {
    await startAgain();
    const [one, two, three] = services;
    await at(time, operators[0]!, "deposit", { value: 2n * ETHER });
    await enlistAt(time + 1n, 0, one!, 5_000n);
    await enlistAt(time + 1n, 0, two!, 5_000n);
    const delistedAt = time + 1n;
    await at(delistedAt, operators[0]!, "delist", one!.id);
    const faultOfTwo = delistedAt + 5n;
    const slashedAt = delistedAt + UNBONDING - 1n;
    assert.equal(slashedBy(await reportAt(slashedAt, one!, 0, delistedAt - 1n)), ETHER);
    // Both of these would claim the coin that remains.
    const early = enlistAt(delistedAt + UNBONDING + 1n, 0, three!, 5_000n);
    await assertReverts(early, "ShareOutOfRange(0, 5000)");
    assert.equal(slashedBy(await reportAt(faultOfTwo + UNBONDING, two!, 0, faultOfTwo)), ETHER);
    await enlistAt(slashedAt + UNBONDING + 1n, 0, three!, 5_000n);
  });

  /** Words of a key about two batches and two revert counts, with random times that end before L1's. */
  function randomWords(random: Randomness, start: bigint, record: SigningRecord | undefined): Word[] {
    return Array.from({ length: 8 }, () => {
      const asked = wordOn(1n + random.below(3n), { batchNumber: 5n + random.below(2n), revertCount: random.below(2n) });
      const free = record?.freeFrom(asked as BatchCommitment) ?? 0n;
      const earliest = start + random.below(40n);
      const validFrom = earliest > free ? earliest : free;
      const word = { ...asked, validFrom, validUntil: validFrom + random.below(60n) };
      record?.admit(word as BatchCommitment);
      return word;
    });
  }
  /** Pairs of the words, in both orders, that L1 would slash for at the first or last second of either. */
  async function slashablePairs(words: readonly Word[]): Promise<number> {
    const hyperchain = services[0]!.chain.address;
    const signatures = await Promise.all(words.map((word) => signWord(ecosystem, hyperchain, keys[0]!, word)));
    const registry = await hexAddress(stakes.registry);
    const by = as(stakes.equivocation, reporters[6]!).getFunction("reportBatches");
    const tried = words.flatMap((first, i) =>
      words.flatMap((second, j) =>
        [...new Set([first.validFrom, first.validUntil, second.validFrom])].map(async (faultAt) => {
          const fault = { chainId: services[0]!.chainId, epoch: 0n, faultAt };
          // The signature of another word, too: its signer is then unknown.
          const args = [registry, fault, first, signatures[i]!, second, signatures[faultAt % 7n === 0n ? i : j]!];
          return by.staticCall(...args).then(
            () => 1,
            () => 0,
          );
        }),
      ),
    );
    return (await Promise.all(tried)).reduce<number>((sum, one) => sum + one, 0);
  }

  test("an honest key is slashed for no pair of its words, and a key that ignores their times is", async () => {
    await startAgain();
    await at(time, operators[0]!, "deposit", { value: ETHER });
    await enlistAt(time + 1n, 0, services[0]!, 10_000n);
    const start = time;
    const seeds = Array.from({ length: byNight(20, 3) }, (_, i) => SEED + i);
    const honest = seeds.map((seed) => randomWords(createRandomness(seed), start, new SigningRecord()));
    const lying = seeds.map((seed) => randomWords(createRandomness(seed), start, undefined));
    await at(start + UNBONDING - 1n, operators[1]!, "deposit", { value: 1n });
    for (const words of honest) assert.equal(await slashablePairs(words), 0);
    for (const words of lying) assert.ok((await slashablePairs(words)) > 0);
  });

  test(`${HISTORIES} random histories slash what a simple model slashes, and the greatest weight of each enlistment`, async () => {
    const seen = new Map<string, number>();
    for (let history = 0; history < HISTORIES; history++) {
      await startAgain();
      await runHistory(createRandomness(SEED * 1_000 + history), seen);
    }
    for (const name of ["deposit", "announce", "withdraw", "enlist", "delist", "report"])
      assert.ok((seen.get(name) ?? 0) > 0, `${name}: ${JSON.stringify([...seen])}`);
    for (const name of ["announce", "withdraw", "enlist", "delist", "report"])
      assert.ok((seen.get(`${name} refused`) ?? 0) > 0, `${name}: ${JSON.stringify([...seen])}`);
    for (const name of ["report more", "lasting weight below the weight"])
      assert.ok((seen.get(name) ?? 0) > 0, JSON.stringify([...seen]));
  });

  /** Random steps of two operators; each result, balance and payment is the model's. */
  async function runHistory(random: Randomness, seen: Map<string, number>): Promise<void> {
    const models = operators.map(() => new StakeModel(UNBONDING));
    const proven = new Map<Period, { greatest: bigint; slashed: bigint }>();
    const registry = await stakes.registry.getAddress();
    const count = (name: string): void => void seen.set(name, (seen.get(name) ?? 0) + 1);
    const expect = async (name: string, isAccepted: boolean, call: Promise<unknown>): Promise<void> => {
      count(isAccepted ? name : `${name} refused`);
      if (isAccepted) await call;
      else await errorOf(call);
    };
    /** A second of the latest enlistments, or one just before or after; at times an expired one, or one that is not over. */
    const report = async (now: bigint, place: number): Promise<void> => {
      const periods = models[place]!.periods.slice(-3);
      const { service: id, from, until } = periods[random.index(Math.max(1, periods.length))] ?? NO_PERIOD;
      const service = services.find((each) => each.id === id) ?? services[0]!;
      const faultAt = (from ?? now) - 2n + random.below((until ?? now) - (from ?? now) + 4n);
      const by = reporters[random.index(reporters.length)]!;
      const before = await balanceOf(registry);
      const due = models[place]!.report(now, service.id, faultAt);
      const call = reportAt(now, service, place, faultAt, by);
      if (!due) return expect("report", false, call);
      const receipt = await call;
      const sums = proven.get(due.period) ?? { greatest: 0n, slashed: 0n };
      count(sums.slashed > 0n ? "report more" : "report");
      const [event] = eventsOf(stakes.registry, receipt, "Slashed");
      const { amount, reporter } = event!.args as unknown as { amount: bigint; reporter: string };
      assert.deepEqual([amount, reporter], [due.amount, by.address]);
      assert.equal(before - (await balanceOf(registry)), due.amount);
      const greatest = due.weight > sums.greatest ? due.weight : sums.greatest;
      proven.set(due.period, { greatest, slashed: sums.slashed + amount });
    };
    /** A stranger sees a key's lasting weight as the lesser of the model's two. */
    const compareLasting = async (now: bigint): Promise<void> => {
      const place = random.index(2);
      const service = services[random.index(services.length)]!;
      const second = now - 1n - random.below(40n);
      const delay = random.index(8) === 0 ? UNBONDING : random.below(60n);
      const weights = [second, second - delay].map((each) => models[place]!.weightAt(service.id, each));
      const lesser = weights[0]! < weights[1]! ? weights[0]! : weights[1]!;
      const lasting = await view(stakes.registry, "lastingWeight", service.id, keys[place]!.address, second, delay);
      assert.equal(lasting, lesser);
      if (weights[0] !== weights[1]) count("lasting weight below the weight");
    };
    let now = time;
    const step = async (): Promise<void> => {
      const place = random.index(4) === 0 ? 1 : 0;
      const [operator, model] = [operators[place]!, models[place]!];
      const service = services[random.index(services.length)]!;
      const kind = random.index(12);
      if (kind < 5) {
        const value = random.index(3) === 0 ? 1n + random.below(10n) : ETHER + random.below(ETHER);
        model.deposit(now, value);
        return expect("deposit", true, at(now, operator, "deposit", { value }));
      }
      if (kind === 5) {
        const total = model.active + model.leaving;
        const amount = [total, total + 1n, random.below(total + 1n), 0n][random.index(4)]!;
        const isAccepted = model.announce(now, amount);
        return expect("announce", isAccepted, at(now, operator, "announceWithdrawal", amount));
      }
      if (kind === 6) return expect("withdraw", model.withdraw(now), at(now, operator, "withdraw"));
      if (kind === 7) return expect("delist", model.delist(now, service.id), at(now, operator, "delist", service.id));
      if (kind < 11) {
        const shareBps = 1n + random.below(5_000n);
        const isAccepted = model.enlist(now, service.id, shareBps);
        return expect("enlist", isAccepted, enlistAt(now, place, service, shareBps));
      }
      // Several at a time, so that later ones find more or less than earlier ones took.
      for (let reports = 1 + random.index(8); reports > 0; reports--) await report((now += 1n), place);
    };
    for (let i = 0; i < STEPS; i++) {
      now += random.index(10) === 0 ? UNBONDING + random.below(3n) : 1n + random.below(20n);
      await step();
      const coins = models.reduce((sum, { active, leaving }) => sum + active + leaving, 0n);
      assert.equal(await balanceOf(registry), coins, `after step ${i}`);
      await compareLasting(await ecosystem.latestTimestamp());
    }
    for (const { greatest, slashed } of proven.values()) assert.equal(slashed, greatest);
  }
});

function shuffled(random: Randomness, count: number): number[] {
  const order = Array.from({ length: count }, (_, index) => index);
  for (let i = count - 1; i > 0; i--) {
    const j = random.index(i + 1);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}
