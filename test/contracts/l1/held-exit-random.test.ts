import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createRandomness, type Randomness } from "../../protocol/random-batches.ts";
import { byNight } from "../../support/nightly.ts";
import { giftId, noteId } from "../l2/support/held-hashes.ts";
import { openingOf, type BurnProof, type Gift, type HeldAccount, type Plan } from "../l2/support/held-world.ts";
import { addressOf, as, send } from "./support/ecosystem.ts";
import {
  BOND,
  COIN,
  deployHeldExitScene,
  exitOf,
  heldMessage,
  lastAct,
  listedNote,
  OwnersChain,
  WEEK,
  type HeldExitScene,
  type PostedTree,
  type Sent,
} from "./support/held-exits.ts";

const CHAINS = byNight(8, 2);
const POSTS = 12;
const SEED = Number(process.env["HELD_EXIT_SEED"] ?? 1);
const ACCOUNTS = 5;
const HEIR = addressOf(0xe2);

let scene: HeldExitScene;
before(async () => {
  scene = await deployHeldExitScene();
});
after(() => scene.ecosystem.l1.close());

/** Records of an account's owner: its contents after each act, and all that it received. */
interface Owner {
  readonly account: HeldAccount;
  /** The registration first. */
  readonly past: {
    readonly contents: HeldAccount;
    readonly posted?: PostedTree;
    readonly position: number;
    readonly sent: Sent;
  }[];
  readonly notes: { readonly proof: BurnProof; readonly sent: Sent }[];
  readonly gifts: (Gift & { readonly sent: Sent })[];
}

/** Random gifts and posts in several batches. Resolves with the owners, and their sum. */
async function randomHistory(on: OwnersChain, random: Randomness): Promise<{ readonly owners: Owner[]; readonly total: bigint }> {
  let total = 0n;
  const owners = Array.from({ length: ACCOUNTS }, (): Owner => {
    const { account, sent } = on.register();
    return { account, past: [{ contents: copyOf(account), position: 0, sent }], notes: [], gifts: [] };
  });
  for (let step = 0; step < POSTS; step++) {
    const lucky = owners[random.index(ACCOUNTS)]!;
    const amount = 1n + random.below(1_000n);
    lucky.gifts.push(on.give(lucky.account, amount));
    total += amount;
    const actors = owners.filter(() => random.index(2) === 0);
    if (actors.length === 0) continue;
    const plans = actors.map((owner) => randomPlan(random, owners, owner));
    const listed = actors.map((_, i) => i).filter((i) => i === 0 || random.index(3) !== 0);
    const posted = on.post(plans, listed);
    for (const position of listed) {
      const { past, account } = actors[position]!;
      past.push({ contents: copyOf(account), posted, position, sent: posted.sent });
      for (const { amount: paid } of plans[position]!.payments ?? []) total -= paid;
      for (const proof of posted.tree.proofs(position))
        owners[proof.notes[proof.index]!.to - 1]!.notes.push({ proof, sent: posted.sent });
    }
    if (random.index(3) === 0) await on.settle();
  }
  await on.settle();
  return { owners, total };
}

function copyOf(account: HeldAccount): HeldAccount {
  return { ...account, holdings: new Map(account.holdings), redeemed: account.redeemed.copy() };
}

/** Redeems some of the received amounts, and spends some of the rest. */
function randomPlan(random: Randomness, owners: readonly Owner[], { account, notes, gifts }: Owner): Plan {
  const isNew = (id: string): boolean => !account.redeemed.ids.has(id);
  const chosenNotes = notes.map(({ proof }) => proof).filter((proof) => isNew(idOf(proof)) && random.index(2) === 0);
  const chosenGifts = gifts.filter(({ gift }) => isNew(giftId(gift)) && random.index(2) === 0);
  const had = account.holdings.get(COIN) ?? 0n;
  const received = [...chosenNotes.map(({ notes: all, index }) => all[index]!), ...chosenGifts];
  const available = received.reduce((sum, { amount }) => sum + amount, had);
  const burned =
    available < 3n
      ? []
      : [{ to: owners[random.index(ACCOUNTS)]!.account.number, token: COIN, amount: 1n + random.below(available / 3n) }];
  const payments =
    available < 3n || random.index(2) === 0 ? [] : [{ to: HEIR, token: COIN, amount: 1n + random.below(available / 3n) }];
  return { account, notes: chosenNotes, gifts: chosenGifts, burned, payments };
}

function idOf({ root, position, index }: BurnProof): string {
  return noteId(root, position, index);
}

/** Claims the contents after one of the account's acts. Resolves with false if L1 refuses it. */
async function claimAt(on: OwnersChain, { account, past }: Owner, at: number): Promise<boolean> {
  const { contents, posted, position, sent } = past[at]!;
  const exit = await exitOf(scene, account);
  const calling =
    posted === undefined
      ? send(exit, "claimNew", on.chainId, account.number, heldMessage(sent), { value: BOND })
      : send(exit, "claim", on.exiting(contents), heldMessage(sent), lastAct(posted, position), { value: BOND });
  return calling.then(
    () => true,
    () => false,
  );
}

/** Pays all that an owner has, each asset, note and gift once, and tries each twice. */
async function payAll(on: OwnersChain, { account, notes, gifts }: Owner): Promise<void> {
  const exit = await exitOf(scene, account);
  const exiting = on.exiting(account);
  const calls: [string, ...unknown[]][] = openingOf(account).holdings.map(({ token, amount }) => [
    "payAsset",
    exiting,
    token,
    amount,
    HEIR,
  ]);
  for (const { proof, sent } of notes) {
    if (account.redeemed.ids.has(idOf(proof))) continue;
    const note = listedNote(proof, account.redeemed.absence(idOf(proof)));
    calls.push(["payNote", exiting, heldMessage(sent), note, proof.notes[proof.index]!.amount, HEIR]);
  }
  for (const gift of gifts) {
    if (account.redeemed.ids.has(giftId(gift.gift))) continue;
    const argument = { ...gift, absence: account.redeemed.absence(giftId(gift.gift)) };
    calls.push(["payGift", exiting, heldMessage(gift.sent), argument, gift.amount, HEIR]);
  }
  for (const [name, ...args] of calls) {
    await send(exit, name, ...args);
    await assert.rejects(send(exit, name, ...args), /ClaimTooLarge/);
  }
}

test("F5: on random chains honest claims are paid to the unit, and no stale claim survives one watcher", async () => {
  const random = createRandomness(SEED);
  const watcher = as(scene.exit, scene.ecosystem.accounts[5]!);
  let refuted = 0;
  for (let chain = 0; chain < CHAINS; chain++) {
    const on = await OwnersChain.create(scene, BigInt(500 + chain));
    const { owners, total } = await randomHistory(on, random);
    await on.stop();
    const honest = new Set<Owner>();
    for (let round = 0; honest.size < ACCOUNTS; round++) {
      const owner = owners[random.index(ACCOUNTS)]!;
      if (honest.has(owner)) continue;
      const { past, account } = owner;
      const at = round < 3 * ACCOUNTS ? random.index(past.length) : past.length - 1;
      if (!(await claimAt(on, owner, at))) {
        assert.notEqual(at, past.length - 1, "L1 refuses no honest claim");
        continue;
      }
      const later = past[at + 1 + random.index(Math.max(1, past.length - at - 1))];
      if (later === undefined) {
        honest.add(owner);
        continue;
      }
      await scene.ecosystem.increaseTime(random.below(WEEK - 100n));
      const index = later.posted!.sent === later.sent ? indexIn(later.sent.body, account.number) : 0;
      await send(watcher, "refute", on.chainId, account.number, heldMessage(later.sent), index);
      refuted++;
    }
    await scene.ecosystem.increaseTime(WEEK);
    const had = await scene.ecosystem.l1.ethers.provider.getBalance(HEIR);
    for (const owner of owners) await payAll(on, owner);
    assert.equal((await scene.ecosystem.l1.ethers.provider.getBalance(HEIR)) - had, total);
  }
  assert.ok(refuted >= CHAINS);
});

/** Index of a number in a listing's message. */
function indexIn(body: string, number: number): number {
  const start = body.startsWith("0x00") ? 33 : 65;
  const numbers = body.slice(2 + 2 * start).match(/.{10}/g) ?? [];
  return numbers.findIndex((digits) => Number.parseInt(digits, 16) === number);
}
