import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { ZeroAddress } from "ethers";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { ENLISTMENT_TYPES, stakeDomain } from "../../../src/ground/protocol/stake.ts";
import { createRandomness, type Randomness } from "../../protocol/random-batches.ts";
import { startLocalL1, type LocalL1 } from "../../support/l1.ts";
import { byNight } from "../../support/nightly.ts";
import { as, hexAddress, send, view } from "./support/ecosystem.ts";
import { errorOf } from "./support/errors.ts";
import { GuardianModel } from "./support/guardian-model.ts";
import { COIN, ENTER_DELAY, Network, TERMS, UNBONDING, VALIDITY } from "./support/guardians.ts";

const HISTORIES = byNight(60, 4);
const STEPS = 80;
const COUNT = 4;
const SEED = Number(process.env["GUARDIAN_SEED"] ?? 1);
const STEP_NAMES = ["deposit", "announce", "enlist", "delist", "join", "leave", "push out"] as const;
/** Steps with their frequencies: a network needs several of the first ones before it counts. */
const CHOICES = [
  ...(["deposit", "deposit", "enlist", "enlist", "join", "join", "join", "join"] as const),
  ...(["deposit", "announce", "announce", "enlist", "delist", "join", "leave", "push out", "push out"] as const),
];

/** One history: its network, its model, and the second of its last block. */
interface History {
  readonly network: Network;
  readonly model: GuardianModel;
  readonly random: Randomness;
  now: bigint;
}

describe("random histories of an open network", () => {
  let l1: LocalL1;
  let stranger: HardhatEthersSigner | undefined;
  let operators: readonly HardhatEthersSigner[];
  let keys: readonly HardhatEthersSigner[];
  before(async () => {
    l1 = await startLocalL1();
    const accounts = await l1.ethers.getSigners();
    stranger = accounts[1];
    operators = accounts.slice(2, 2 + COUNT);
    keys = accounts.slice(2 + COUNT, 2 + 2 * COUNT).sort((a, b) => (BigInt(a.address) < BigInt(b.address) ? -1 : 1));
  });
  after(() => l1.close());

  const seen = new Map<string, number>();
  const count = (name: string): void => void seen.set(name, (seen.get(name) ?? 0) + 1);

  /** Sends a step at the history's second; it succeeds if the model says so. */
  async function expect(history: History, name: string, isAccepted: boolean, call: () => Promise<unknown>): Promise<void> {
    count(isAccepted ? name : `${name} refused`);
    await l1.ethers.provider.send("evm_setNextBlockTimestamp", [Number(history.now)]);
    if (isAccepted) await call();
    else await errorOf(call());
  }

  async function step(history: History): Promise<void> {
    const { network, model, random, now } = history;
    const name = CHOICES[random.index(CHOICES.length)]!;
    const place = random.index(COUNT);
    const [operator, key] = [operators[place]!, keys[place]!];
    const stake = model.stakeOf(place);
    const registry = as(network.registry, operator);
    const amount = (COIN * (1n + random.below(8n))) / 4n;
    switch (name) {
      case "deposit":
        stake.deposit(now, amount);
        return expect(history, name, true, () => send(registry, "deposit", { value: amount }));
      case "announce":
        return expect(history, name, stake.announce(now, amount), () => send(registry, "announceWithdrawal", amount));
      case "enlist": {
        const domain = stakeDomain(network.chainId, await hexAddress(network.registry));
        const value = { operator: operator.address, service: network.service };
        const signature = await key.signTypedData({ ...domain }, ENLISTMENT_TYPES, value);
        const args = [network.address, "0x", key.address, 10_000n, signature] as const;
        return expect(history, name, model.enlist(now, place), () => send(registry, "enlist", ...args));
      }
      case "delist":
        return expect(history, name, model.delist(now, place), () => send(registry, "delist", network.service));
      case "join":
        return expect(history, name, model.join(now, place), () =>
          send(network.by(operator), "join", key.address, "http://127.0.0.1:1"),
        );
      case "leave":
        return expect(history, name, model.leave(now, place, true), () => send(network.by(operator), "leave", key.address));
      case "push out":
        return expect(history, name, model.leave(now, place, false), () => send(network.by(stranger!), "leave", key.address));
    }
  }

  /** Lists, and one subset of signers at one second of the last hour, as the contract sees them in the newest block. */
  async function compare({ network, model, random, now }: History): Promise<void> {
    const listed = await view<readonly { key: string }[]>(network.contract, "guardians");
    assert.deepEqual(
      listed.map(({ key }) => key),
      model.members.map((place) => keys[place]!.address),
    );
    const members = model.members.length > 0 && random.index(4) > 0 ? model.members : [0, 1, 2, 3];
    const signers = members.filter(() => random.index(4) > 0);
    const time = now - 1n - random.below([1n, ENTER_DELAY, VALIDITY][random.index(3)]!);
    const data = await network.signUntil(
      time + VALIDITY,
      signers.map((place) => keys[place]!),
    );
    const isAccepted = model.accepts(time, signers);
    count(isAccepted ? "accepted" : "missed");
    if (isAccepted) await network.check(data);
    else count(`missed by ${(await errorOf(network.check(data))).split("(")[0]}`);
  }

  async function run(random: Randomness): Promise<void> {
    const network = await Network.deploy(l1, { admin: ZeroAddress });
    const startedAt = await view<bigint>(network.contract, "startedAt");
    const model = new GuardianModel({ ...TERMS, unbonding: UNBONDING, validity: VALIDITY }, COUNT, startedAt);
    const history: History = { network, model, random, now: startedAt + 1n };
    for (let i = 0; i < STEPS; i++) {
      const wait = random.index(10) === 0 ? UNBONDING + 1n : random.below(random.index(3) === 0 ? ENTER_DELAY : 4n);
      history.now = history.now + 1n + wait;
      await step(history);
      // A refused step may have mined no block.
      history.now += 1n;
      await network.passTo(history.now);
      await compare(history);
    }
  }

  test(`${HISTORIES} histories list and accept the same as a simple model`, async () => {
    for (let history = 0; history < HISTORIES; history++) await run(createRandomness(SEED * 1_000 + history));
    for (const name of [...STEP_NAMES, "accepted", "missed"]) assert.ok((seen.get(name) ?? 0) > 0, JSON.stringify([...seen]));
    for (const name of ["enlist", "delist", "join", "leave", "push out"])
      assert.ok((seen.get(`${name} refused`) ?? 0) > 0, JSON.stringify([...seen]));
    for (const name of ["QuorumMissed", "NotAGuardian", "TotalTooSmall"])
      assert.ok((seen.get(`missed by ${name}`) ?? 0) > 0, JSON.stringify([...seen]));
  });
});
