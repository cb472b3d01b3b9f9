import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { ZeroAddress } from "ethers";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { wordToHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { createRandomness, type Randomness } from "../../protocol/random-batches.ts";
import { byNight } from "../../support/nightly.ts";
import { TestChain, type FormedBatch } from "./support/chain.ts";
import { as, defaultConfiguration, deployEcosystem, eventsOf, send, view, type Ecosystem } from "./support/ecosystem.ts";
import { errorOf } from "./support/errors.ts";
import {
  contentOf,
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
} from "./support/promises.ts";
import { StakeModel, type Period } from "./support/stake-model.ts";
import { lower, quorumOf, setNextBlock } from "./support/terms.ts";

const HISTORIES = byNight(60, 3);
const STEPS = 60;
const SEED = Number(process.env["PROMISE_SEED"] ?? 1);
const ETHER = 10n ** 18n;
const SHARE_BPS = 5_000n;

type Verdict = "fulfilled" | "open" | "overlong" | "broken";
/** A promise, and the key that signed it. */
interface Given {
  readonly signed: SignedPromise;
  readonly place: number;
}

/** The source: which of its batches L1 has committed and executed, with their roots. */
interface Source {
  readonly roots: Hex[];
  readonly formed: { readonly formed: FormedBatch; readonly stored: Awaited<ReturnType<TestChain["commit"]>>["stored"] }[];
  executed: number;
}

/**
 * Two keys of a source promise its batches to two receivers, at random, and any account reports any promise at any time. A simple
 * model has the sum of each report: the rules of `IBrokenPromises`, and the registry's by `StakeModel`.
 */
describe("random promises", () => {
  let ecosystem: Ecosystem;
  let stakes: PromiseStakes;
  let source: TestChain;
  let pairs: readonly Pair[];
  let services: readonly Hex[];
  let operators: readonly HardhatEthersSigner[];
  let keys: readonly HardhatEthersSigner[];
  let payees: readonly HardhatEthersSigner[];
  let clean: unknown;
  let genesis: TestChain["last"];
  before(async () => {
    ecosystem = await deployEcosystem();
    operators = ecosystem.accounts.slice(1, 3);
    keys = ecosystem.accounts.slice(3, 5);
    payees = ecosystem.accounts.slice(15, 17);
    stakes = await deployPromiseStakes(ecosystem);
    const { validators } = quorumOf([ecosystem.accounts[0]!, ...keys]);
    source = await TestChain.create(ecosystem, { ...(await defaultConfiguration(ecosystem, 270n)), validators });
    for (const chainId of [271n, 272n]) await TestChain.create(ecosystem, await defaultConfiguration(ecosystem, chainId));
    pairs = [271n, 272n].map((toChain) => ({ fromChain: 270n, toChain }));
    services = await Promise.all(pairs.map((pair) => serviceOf(stakes, pair)));
    clean = await rpc("evm_snapshot");
    genesis = source.last;
  });
  after(() => ecosystem.l1.close());

  const rpc = async (method: string, ...args: readonly unknown[]): Promise<unknown> =>
    ecosystem.l1.ethers.provider.send(method, [...args]);
  const balanceOf = (account: string): Promise<bigint> => ecosystem.l1.ethers.provider.getBalance(account);
  async function startAgain(): Promise<void> {
    await rpc("evm_revert", clean);
    clean = await rpc("evm_snapshot");
    source.last = genesis;
    source.batchCount = 0n;
  }

  function verdictOf({ promised }: SignedPromise, { roots, executed }: Source, now: bigint): Verdict {
    if (promised.landsBy > promised.stakedAt + LONGEST) return "overlong";
    const number = Number(promised.batchNumber);
    if (number < executed) return roots[number] === promised.logRoot ? "fulfilled" : "broken";
    return now <= promised.landsBy ? "open" : "broken";
  }
  const ERRORS: Record<Exclude<Verdict, "broken">, string> = {
    fulfilled: "PromiseKept",
    open: "PromiseOpen",
    overlong: "PromiseTooLong",
  };

  /** A report by any account follows the verdict and the model of the registry. */
  async function report({ signed, place }: Given, by: HardhatEthersSigner, at: bigint, state: History): Promise<void> {
    const verdict = verdictOf(signed, state.source, at);
    await setNextBlock(ecosystem, at);
    const call = send(as(stakes.judge, by), "report", ...(await reportOf(stakes, signed)));
    if (verdict !== "broken") {
      const error = await errorOf(call);
      assert.equal(error.slice(0, error.indexOf("(")), ERRORS[verdict]);
      return state.count(verdict);
    }
    const service = services[pairs.findIndex(({ toChain }) => toChain === signed.promised.toChain)]!;
    const payee = payees.findIndex(({ address }) => lower(address) === signed.promised.payee);
    const before = await Promise.all([payees[payee]!.address, ZeroAddress].map(balanceOf));
    const due = state.models[place]!.report(at, service, signed.promised.stakedAt);
    if (due === undefined) {
      const error = await errorOf(call);
      assert.match(error, /^(AlreadySlashed|NothingAtStake|FaultTooOld)/);
      return state.count("broken, nothing due");
    }
    const receipt = await call;
    const [slashed] = eventsOf(stakes.registry, receipt, "Slashed");
    assert.equal(slashed!.args["amount"], due.amount);
    const after = await Promise.all([payees[payee]!.address, ZeroAddress].map(balanceOf));
    const received = due.amount - due.amount / 10n;
    const burnt = (received * 5n) / 9n;
    assert.deepEqual([after[0]! - before[0]!, after[1]! - before[1]!], [received - burnt, burnt]);
    const sums = state.proven.get(due.period) ?? 0n;
    state.proven.set(due.period, sums + due.amount);
    state.count("slashed");
  }

  interface History {
    readonly source: Source;
    readonly models: readonly StakeModel[];
    readonly promises: Given[];
    /** Coins that were taken from each enlistment. */
    readonly proven: Map<Period, bigint>;
    count(name: string): void;
  }

  async function runHistory(random: Randomness, seen: Map<string, number>): Promise<void> {
    const models = operators.map(() => new StakeModel(UNBONDING));
    const count = (name: string): void => void seen.set(name, (seen.get(name) ?? 0) + 1);
    const state: History = { source: { roots: [], formed: [], executed: 0 }, models, promises: [], proven: new Map(), count };
    const registry = await stakes.registry.getAddress();
    let now = (await ecosystem.latestTimestamp()) + 10n;
    const at = async (second: bigint): Promise<void> => setNextBlock(ecosystem, second);
    const deposit = async (place: number): Promise<void> => {
      const value = ETHER + random.below(ETHER);
      models[place]!.deposit(now, value);
      await at(now);
      await send(as(stakes.registry, operators[place]!), "deposit", { value });
    };
    const join = async (place: number, pair: number): Promise<void> => {
      const isAccepted = models[place]!.enlist(now, services[pair]!, SHARE_BPS);
      await at(now);
      const call = enlist(ecosystem, stakes, pairs[pair]!, {
        operator: operators[place]!,
        key: keys[place]!,
        shareBps: SHARE_BPS,
      });
      if (isAccepted) return call;
      await errorOf(call);
    };
    const commit = async (): Promise<void> => {
      await at(now);
      const formed = await source.form({ ...contentOf(ecosystem, random.index(3)), timestamp: now - 1n });
      const { stored } = await source.commit(formed);
      await source.prove(stored);
      now = await ecosystem.latestTimestamp();
      state.source.roots.push(formed.expected.l2LogsTreeRoot);
      state.source.formed.push({ formed, stored });
    };
    const execute = async (): Promise<void> => {
      const next = state.source.formed[state.source.executed];
      if (next === undefined) return;
      await at(now);
      await source.execute(next.stored, next.formed);
      state.source.executed++;
    };
    const promise = async (): Promise<void> => {
      const place = random.index(2);
      const number = Math.max(0, state.source.executed - 1) + random.index(4);
      const { roots } = state.source;
      const logRoot = random.index(3) === 0 ? wordToHex(BigInt(random.index(3))) : (roots[number] ?? wordToHex(9n));
      const stakedAt = await ecosystem.latestTimestamp();
      const landsBy = stakedAt + (random.index(8) === 0 ? LONGEST + 1n : random.below(60n));
      const payee = lower(payees[random.index(2)]!.address);
      const fields = { toChain: pairs[random.index(2)]!.toChain, batchNumber: BigInt(number), logRoot, landsBy, payee };
      state.promises.push({ signed: await signPromise(ecosystem, source, keys[place]!, fields), place });
    };
    for (const place of [0, 1]) {
      await deposit(place);
      for (const pair of [0, 1]) {
        now += 1n;
        await join(place, pair);
      }
      now += 1n;
    }
    for (let step = 0; step < STEPS; step++) {
      now += random.index(20) === 0 ? UNBONDING + random.below(3n) : 1n + random.below(20n);
      const kind = random.index(20);
      if (kind < 3) await commit();
      else if (kind < 6) await execute();
      else if (kind === 6) await deposit(random.index(2));
      else if (kind === 7) await join(random.index(2), random.index(2));
      else if (kind === 8) {
        const place = random.index(2);
        const amount = random.below(ETHER);
        await at(now);
        const isAccepted = models[place]!.announce(now, amount);
        const call = send(as(stakes.registry, operators[place]!), "announceWithdrawal", amount);
        if (isAccepted) await call;
        else await errorOf(call);
      } else if (kind < 14) await promise();
      else {
        const given = state.promises.at(-1 - random.index(Math.min(12, state.promises.length || 1)));
        if (given !== undefined) await report(given, ecosystem.accounts[1 + random.index(8)]!, now, state);
      }
      now = await ecosystem.latestTimestamp();
      const coins = models.reduce((sum, { active, leaving }) => sum + active + leaving, 0n);
      assert.equal(await balanceOf(registry), coins, `after step ${step}`);
      assert.equal(await balanceOf(await stakes.judge.getAddress()), 0n);
    }
    await reportInEveryOrder(random, state, now);
    for (const [{ greatest }, slashed] of state.proven) assert.equal(slashed, greatest);
  }

  /** All promises, thrice in another order by other accounts: the sum is the same. */
  async function reportInEveryOrder(random: Randomness, { source: from, promises }: History, start: bigint): Promise<void> {
    const sums = new Set<bigint>();
    // Without promises whose stake becomes free within a round.
    const changes = (second: bigint): boolean => second >= start + 100n && second <= start + 113n;
    const reported = promises.slice(-12).filter(({ signed }) => !changes(signed.promised.stakedAt + UNBONDING));
    const before = await balanceOf(await stakes.registry.getAddress());
    for (let round = 0; round < 3; round++) {
      const snapshot = await rpc("evm_snapshot");
      let now = start + 100n;
      for (const { signed } of shuffled(random, reported)) {
        now += 1n;
        // Within all rounds each report sees the same verdict.
        const isBroken = verdictOf(signed, from, start + 100n) === "broken";
        await setNextBlock(ecosystem, now);
        const by = ecosystem.accounts[1 + random.index(8)]!;
        const call = send(as(stakes.judge, by), "report", ...(await reportOf(stakes, signed)));
        if (isBroken) await call.catch(() => undefined);
        else await errorOf(call);
      }
      sums.add(before - (await balanceOf(await stakes.registry.getAddress())));
      await rpc("evm_revert", snapshot);
    }
    assert.equal(sums.size, 1, [...sums].join());
  }

  test(`${HISTORIES} random histories: no fulfilled promise is slashed, and broken ones take the greatest weight in every order`, async () => {
    const seen = new Map<string, number>();
    for (let history = 0; history < HISTORIES; history++) {
      await startAgain();
      await runHistory(createRandomness(SEED * 1_000 + history), seen);
    }
    for (const name of ["fulfilled", "open", "overlong", "slashed", "broken, nothing due"])
      assert.ok((seen.get(name) ?? 0) > 0, `${name}: ${JSON.stringify([...seen])}`);
    assert.equal(await view(source.contract, "revertCount"), 0n);
  });
});

function shuffled<Item>(random: Randomness, items: readonly Item[]): Item[] {
  const order = [...items];
  for (let i = order.length - 1; i > 0; i--) {
    const j = random.index(i + 1);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}
