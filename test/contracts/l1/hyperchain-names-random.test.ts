import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ZeroAddress } from "ethers";
import { createRandomness } from "../../protocol/random-batches.ts";
import { errorOf } from "./support/errors.ts";
import { addressOf } from "./support/ecosystem.ts";
import { DAY, REVEAL_DELAY, SECRET, startNamesWorld, type NamesWorld } from "./support/names.ts";

const OPERATIONS = 500;
const CHAINS = [271n, 272n, 273n] as const;
const ADMINS = new Map([
  [271n, 1],
  [272n, 2],
]);
const LABELS = ["a", "b", "c", "d", "e", "f", "alpha", "be-ta", "7", "l1", "A", "xn--a", "-a", ""] as const;
const VALID = /^(?!..--)(?!0x)(?!-)[a-z0-9-]{1,63}(?<!-)$/;
const RESERVED = /^(\d+|l1|[0-9a-f]{40})$/;

let world: NamesWorld;
before(async () => {
  world = await startNamesWorld();
});
after(() => world.ecosystem.l1.close());

interface Name {
  owner: string;
  account: string;
}

/** Second implementation of the registry's rules. */
class Model {
  readonly announced = new Map<string, bigint>();
  readonly names = new Map<string, Name>();
  readonly chainOfLabel = new Map<string, bigint>();
  readonly chosen = new Map<string, string>();

  announce(announcement: string, now: bigint): void {
    const before = this.announced.get(announcement);
    if (before === undefined || now > before + DAY) this.announced.set(announcement, now);
  }

  /** The name of the error with which an announcement is refused; undefined where it is used up. */
  use(announcement: string, now: bigint): string | undefined {
    const since = this.announced.get(announcement);
    if (since === undefined) return "NameNotAnnounced";
    if (now < since + REVEAL_DELAY) return "NameTooEarly";
    if (now > since + DAY) return "NameAnnouncementExpired";
    this.announced.delete(announcement);
    return undefined;
  }

  nameChain(user: number, chainId: bigint, label: string, announcement: string, now: bigint): string | undefined {
    if (!VALID.test(label)) return "InvalidLabel";
    if (RESERVED.test(label)) return "ReservedLabel";
    if (!ADMINS.has(chainId)) return "UnknownChain";
    if (ADMINS.get(chainId) !== user) return "OnlyAdmin";
    if ([...this.chainOfLabel.values()].includes(chainId)) return "ChainNamedAlready";
    if (this.chainOfLabel.has(label)) return "LabelTaken";
    const refusal = this.use(announcement, now);
    if (refusal === undefined) this.chainOfLabel.set(label, chainId);
    return refusal;
  }

  nameAccount(chainId: bigint, label: string, name: Name, announcement: string, now: bigint): string | undefined {
    if (!VALID.test(label)) return "InvalidLabel";
    if (RESERVED.test(label)) return "ReservedLabel";
    if (name.account === ZeroAddress) return "ZeroAccount";
    if (!ADMINS.has(chainId)) return "UnknownChain";
    if (this.names.has(`${chainId} ${label}`)) return "NameTaken";
    const refusal = this.use(announcement, now);
    if (refusal === undefined) this.names.set(`${chainId} ${label}`, name);
    return refusal;
  }

  change(user: string, chainId: bigint, label: string, change: Partial<Name>): string | undefined {
    if (Object.values(change).includes(ZeroAddress)) return "ZeroAccount";
    const name = this.names.get(`${chainId} ${label}`);
    if (name?.owner !== user) return "OnlyNameOwner";
    Object.assign(name, change);
    return undefined;
  }

  choose(user: string, chainId: bigint, label: string): string | undefined {
    if (label !== "" && this.names.get(`${chainId} ${label}`)?.account !== user) return "NameOfAnotherAccount";
    this.chosen.set(`${chainId} ${user}`, label);
    return undefined;
  }
}

test(`C9: ${OPERATIONS} random operations of four accounts leave the registry as a model of it has it`, async () => {
  const random = createRandomness(20261123);
  const model = new Model();
  const done = new Map<string, number>();
  const pick = <T>(list: readonly T[]): T => list[random.index(list.length)]!;
  let now = await world.ecosystem.latestTimestamp();
  const accounts = [...world.users.slice(1, 5).map(({ address }) => address.toLowerCase()), addressOf(9)];

  async function step(): Promise<void> {
    const [user, chainId, label] = [1 + random.index(4), pick(CHAINS.slice(0, random.index(9) === 0 ? 3 : 2)), pick(LABELS)];
    const self = world.users[user]!.address.toLowerCase();
    const account = random.index(12) === 0 ? ZeroAddress : pick(accounts);
    now += pick([1n, 1n, 30n, REVEAL_DELAY, REVEAL_DELAY, random.index(10) === 0 ? DAY : 2n]);
    const kind = random.index(8);
    const named = kind < 3 ? await world.announcement(user, chainId, label, kind === 0 ? ZeroAddress : account) : "";
    const announceFirst = random.index(4) !== 0;
    if (kind < 3 && announceFirst) {
      await world.at(now);
      await world.by(user, "announceName", named);
      model.announce(named, now);
      now += pick([REVEAL_DELAY, REVEAL_DELAY, REVEAL_DELAY - 1n, DAY, DAY + 1n]);
    }
    const [expected, name, args] = ((): [string | undefined, string, unknown[]] => {
      if (kind === 0) return [model.nameChain(user, chainId, label, named, now), "nameChain", [label, SECRET]];
      if (kind < 3)
        return [model.nameAccount(chainId, label, { owner: self, account }, named, now), "nameAccount", [label, account, SECRET]];
      if (kind < 5) return [model.change(self, chainId, label, { account }), "point", [label, account]];
      if (kind < 6) return [model.change(self, chainId, label, { owner: account }), "transfer", [label, account]];
      return [model.choose(self, chainId, label), "choose", [label]];
    })();
    await world.at(now);
    const call = world.by(user, name, chainId, ...args);
    if (expected === undefined) await call;
    else assert.equal((await errorOf(call)).replace(/\(.*/s, ""), expected);
    const what = `${name} ${expected ?? "done"}`;
    done.set(what, (done.get(what) ?? 0) + 1);
    now = await world.ecosystem.latestTimestamp();
  }

  async function compare(): Promise<void> {
    for (const label of LABELS) assert.equal(await world.view("chainOf", label), model.chainOfLabel.get(label) ?? 0n);
    for (const chainId of CHAINS) {
      for (const label of LABELS) {
        const { owner, account } = model.names.get(`${chainId} ${label}`) ?? { owner: ZeroAddress, account: ZeroAddress };
        const actual = [...(await world.view<string[]>("nameOf", chainId, label))].map((each) => each.toLowerCase());
        assert.deepEqual(actual, [owner, account], `${label}@${chainId}`);
      }
      for (const account of accounts) {
        const label = model.chosen.get(`${chainId} ${account}`) ?? "";
        const forward = model.names.get(`${chainId} ${label}`)?.account === account;
        assert.equal(await world.view("chosenName", chainId, account), forward ? label : "", `${account}@${chainId}`);
      }
    }
  }

  for (let i = 1; i <= OPERATIONS; i++) {
    await step();
    if (i % 50 === 0) await compare();
  }
  for (const what of [
    "nameChain done",
    "nameChain OnlyAdmin",
    "nameAccount done",
    "nameAccount NameTaken",
    "nameAccount NameTooEarly",
  ])
    assert.ok((done.get(what) ?? 0) > 0, `${what} of ${JSON.stringify([...done])}`);
  for (const what of ["point done", "point OnlyNameOwner", "transfer done", "choose done", "choose NameOfAnotherAccount"])
    assert.ok((done.get(what) ?? 0) > 0, `${what} of ${JSON.stringify([...done])}`);
});
