import { giftId, noteId } from "../../l2/support/held-hashes.ts";
import type { Gift, HeldAccount } from "../../l2/support/held-world.ts";
import { addressOf, send, type ChainConfiguration } from "./ecosystem.ts";
import {
  BOND,
  COIN,
  exitOf,
  heldMessage,
  lastAct,
  listedNote,
  OwnersChain,
  type HeldExitScene,
  type PostedTree,
  type Sent,
} from "./held-exits.ts";

/** Recipient of L1's payments. */
export const HEIR = addressOf(0xe1);
export const PAYABLE = { value: BOND };

export type HeldExitCalls = ReturnType<typeof heldExitCalls>;

/** Calls of the exit of held accounts, each by the account's owner. */
export function heldExitCalls(scene: () => HeldExitScene) {
  let nextChainId = 270n;
  const newChain = (overrides: Partial<ChainConfiguration> = {}) => OwnersChain.create(scene(), nextChainId++, overrides);
  const balance = (account: string) => scene().ecosystem.l1.ethers.provider.getBalance(account);
  /** An account with an amount that it was given and has redeemed. */
  const rich = (on: OwnersChain, amount = 100n, token: string = COIN) => {
    const { account, sent: registration } = on.register();
    const posted = on.post([{ account, gifts: [on.give(account, amount, token)] }]);
    return { account, registration, posted };
  };
  const claim = async (on: OwnersChain, account: HeldAccount, { sent, ...tree }: PostedTree, position = 0) =>
    send(
      await exitOf(scene(), account),
      "claim",
      on.exiting(account),
      heldMessage(sent),
      lastAct({ sent, ...tree }, position),
      PAYABLE,
    );
  const claimNew = async (on: OwnersChain, account: HeldAccount, registration: Sent) =>
    send(await exitOf(scene(), account), "claimNew", on.chainId, account.number, heldMessage(registration), PAYABLE);
  const refute = (on: OwnersChain, { number }: HeldAccount, later: Sent, index = 0, by = scene().exit) =>
    send(by, "refute", on.chainId, number, heldMessage(later), index);
  const payAsset = async (on: OwnersChain, account: HeldAccount, amount: bigint, token: string = COIN, to = HEIR) =>
    send(await exitOf(scene(), account), "payAsset", on.exiting(account), token, amount, to);
  const payNote = async (on: OwnersChain, account: HeldAccount, { tree, sent }: PostedTree, index = 0, position = 0) => {
    const proof = tree.proofs(position)[index]!;
    const absence = account.redeemed.absence(noteId(proof.root, position, index));
    const args = [on.exiting(account), heldMessage(sent), listedNote(proof, absence), proof.notes[index]!.amount, HEIR];
    return send(await exitOf(scene(), account), "payNote", ...args);
  };
  const payGift = async (on: OwnersChain, account: HeldAccount, gift: Gift & { sent: Sent }, amount = gift.amount) => {
    const argument = { ...gift, absence: account.redeemed.absence(giftId(gift.gift)) };
    const args = [on.exiting(account), heldMessage(gift.sent), argument, amount, HEIR];
    return send(await exitOf(scene(), account), "payGift", ...args);
  };
  const pass = (seconds: bigint) => scene().ecosystem.increaseTime(seconds);
  /** A stopped chain with one account of 100 whose last act spent 40, and its first act. */
  const stoppedWithHistory = async () => {
    const on = await newChain();
    const { account, posted: first, registration } = rich(on);
    const before = { ...account, holdings: new Map(account.holdings), redeemed: account.redeemed.copy() };
    const last = on.post([{ account, payments: [{ to: HEIR, token: COIN, amount: 40n }] }]);
    await on.settle();
    await on.stop();
    return { on, account, before, first, last, registration };
  };
  return { newChain, balance, rich, claim, claimNew, refute, payAsset, payNote, payGift, pass, stoppedWithHistory };
}
