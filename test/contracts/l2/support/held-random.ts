import assert from "node:assert/strict";
import { createRandomness, type Randomness } from "../../../protocol/random-batches.ts";
import { ETH, L1_TOKEN } from "./ecosystem.ts";
import type { Note, Payment } from "./held-hashes.ts";
import {
  leafOfAccount,
  openingOf,
  type Act,
  type BurnProof,
  type Gift,
  type HeldAccount,
  type HeldWorld,
  type Plan,
} from "./held-world.ts";

const TOKENS = [ETH, L1_TOKEN] as const;
const RECIPIENT = "0x00000000000000000000000000000000000ac003";
const ACCOUNTS = 8;

/** Notes and gifts that an account has received and not redeemed. */
interface Inbox {
  readonly notes: BurnProof[];
  readonly gifts: Gift[];
}

/**
 * Random posts, gifts and false acts, each compared with a model that has no hash: balances of accounts, of the recipient and of the
 * contract. Returns how often each kind of step happened.
 */
export async function runHeldHistory(world: HeldWorld, steps: number, seed: number): Promise<ReadonlyMap<string, number>> {
  const random = createRandomness(seed);
  const accounts: HeldAccount[] = [];
  for (let i = 0; i < ACCOUNTS; i++) accounts.push(await world.register());
  const inboxes = accounts.map((): Inbox => ({ notes: [], gifts: [] }));
  const counts = new Map<string, number>();
  const count = (name: string): void => void counts.set(name, (counts.get(name) ?? 0) + 1);
  const paid = new Map<string, bigint>(TOKENS.map((token) => [token, 0n]));
  const deposited = new Map<string, bigint>(TOKENS.map((token) => [token, 0n]));

  for (let step = 0; step < steps;) {
    if (random.index(5) === 0) {
      const i = random.index(ACCOUNTS);
      const [token, amount] = [TOKENS[random.index(2)]!, 1n + random.below(1000n)];
      inboxes[i]!.gifts.push(await world.give(accounts[i]!, amount, token));
      deposited.set(token, deposited.get(token)! + amount);
      count("gift");
      step++;
      continue;
    }
    const chosen = accounts.map((_, i) => i).filter(() => random.index(2) === 0);
    if (chosen.length === 0) continue;
    const plans = chosen.map((i) => randomPlan(random, accounts, i, inboxes[i]!));
    const tree = world.plan(...plans);
    const isFalse = chosen.map(() => random.index(6) === 0);
    const acts = tree.acts.map((act, k) => (isFalse[k] ? falsified(random, act) : act));
    const isSilent = chosen.map(() => random.index(6) === 0);
    const posted = acts.filter((_, k) => !isSilent[k]);
    const fitting = chosen.map((_, k) => !isFalse[k] && !isSilent[k]);
    if (!fitting.includes(true)) continue;
    const { faults } = await world.post(tree.leaves, posted);
    const skipped = chosen.filter((_, k) => isFalse[k] && !isSilent[k]).length;
    assert.equal(faults.length, skipped, `step ${step}: ${JSON.stringify(faults)}`);
    for (const [k, i] of chosen.entries()) {
      step++;
      count(isSilent[k] ? "silent" : isFalse[k] ? "false" : "act");
      if (!fitting[k]) continue;
      Object.assign(accounts[i]!, tree.next[k]);
      const { notes = [], gifts = [], payments = [] } = plans[k]!;
      inboxes[i]!.notes.splice(0, notes.length);
      inboxes[i]!.gifts.splice(0, gifts.length);
      for (const proof of tree.proofs(k))
        inboxes[accounts.findIndex(({ number }) => number === proof.notes[proof.index]!.to)]!.notes.push(proof);
      for (const { token, amount } of payments) paid.set(token, paid.get(token)! + amount);
      for (const name of ["notes", "gifts", "burned", "payments"] as const) for (const _ of plans[k]![name] ?? []) count(name);
    }
    for (const account of accounts) assert.equal(await world.leafOf(account), leafOfAccount(account), `step ${step}`);
    await assertConserved(world, accounts, inboxes, deposited, paid);
  }
  return counts;
}

/** Redeems the oldest receipts, and spends parts of the sum. */
function randomPlan(random: Randomness, accounts: readonly HeldAccount[], index: number, inbox: Inbox): Plan {
  const account = accounts[index]!;
  const notes = inbox.notes.slice(0, random.index(4));
  const gifts = inbox.gifts.slice(0, random.index(4));
  const has = new Map(TOKENS.map((token) => [token as string, account.holdings.get(token) ?? 0n]));
  for (const { notes: all, index: i } of notes) has.set(all[i]!.token, has.get(all[i]!.token)! + all[i]!.amount);
  for (const { token, amount } of gifts) has.set(token, has.get(token)! + amount);
  const burned: Note[] = [];
  const payments: Payment[] = [];
  for (let i = random.index(5); i > 0; i--) {
    const token = TOKENS[random.index(2)]!;
    const available = has.get(token)!;
    if (available === 0n) continue;
    const amount = random.index(4) === 0 ? available : 1n + random.below(available);
    has.set(token, available - amount);
    if (random.index(3) === 0) payments.push({ to: RECIPIENT, token, amount });
    else burned.push({ to: accounts[random.index(ACCOUNTS)]!.number, token, amount });
  }
  return { account, notes, gifts, burned, payments };
}

/** The act with one part changed, after its owner signed it. */
function falsified(random: Randomness, act: Act): Act {
  const { opening } = act;
  const more = [...opening.holdings.slice(0, -1), { token: L1_TOKEN, amount: 10n ** 20n }];
  const changes: (() => Act)[] = [
    () => ({ ...act, signature: withOtherByte(act.signature) }),
    () => ({ ...act, opening: { ...opening, nonce: opening.nonce + 1n } }),
    () => ({ ...act, opening: { ...opening, holdings: more } }),
    () => ({ ...act, burned: [...act.burned, { to: 1, token: ETH, amount: 10n ** 20n }] }),
    () => ({ ...act, payments: [{ to: RECIPIENT, token: L1_TOKEN, amount: 10n ** 20n }] }),
    () => ({
      ...act,
      notes: [...act.notes, ...act.notes, ...act.notes.map((note) => ({ ...note, position: note.position ^ 1 }))],
      number: act.number + 100,
    }),
  ];
  const [first] = act.notes;
  if (first !== undefined) {
    changes.push(() => ({ ...act, notes: [first, ...act.notes] }));
    changes.push(() => ({ ...act, notes: [{ ...first, position: first.position ^ 1 }, ...act.notes.slice(1)] }));
    changes.push(() => ({ ...act, notes: [{ ...first, sender: first.sender + 1 }, ...act.notes.slice(1)] }));
  }
  return changes[random.index(changes.length)]!();
}

/** The sum of all gifts is in accounts, in notes and gifts that are not redeemed yet, or paid out. */
async function assertConserved(
  world: HeldWorld,
  accounts: readonly HeldAccount[],
  inboxes: readonly Inbox[],
  deposited: ReadonlyMap<string, bigint>,
  paid: ReadonlyMap<string, bigint>,
): Promise<void> {
  const coinAt = (address: string): Promise<bigint> => world.chain.ethers.provider.getBalance(address);
  const tokenAt = async (address: string): Promise<bigint> =>
    (await world.token.getFunction("balanceOf").staticCall(address)) as bigint;
  for (const token of TOKENS) {
    const balance = token === ETH ? coinAt : tokenAt;
    let sum = 0n;
    for (const account of accounts) sum += openingOf(account).holdings.find((each) => each.token === token)?.amount ?? 0n;
    for (const { notes, gifts } of inboxes) {
      for (const { notes: all, index } of notes) if (all[index]!.token === token) sum += all[index]!.amount;
      for (const gift of gifts) if (gift.token === token) sum += gift.amount;
    }
    assert.equal(await balance(RECIPIENT), paid.get(token));
    assert.equal(await balance(world.address), sum);
    assert.equal(sum + paid.get(token)!, deposited.get(token));
  }
}

/** The signature with another tenth byte. */
function withOtherByte(signature: string): string {
  const byte = signature.slice(20, 22) === "00" ? "01" : "00";
  return `${signature.slice(0, 20)}${byte}${signature.slice(22)}`;
}
