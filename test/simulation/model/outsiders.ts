import { TWO_BRIDGES_MAGIC } from "./bridge.ts";
import { wordToHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import type { Frame } from "./frame.ts";
import { Refusal, requireThat } from "./refusal.ts";
import type { Call, Party, Token } from "./world.ts";

/** Records a call's result while the calls around it are not reverted. */
function remember({ world, transaction }: Frame, end: string): void {
  const { ends } = transaction;
  const before = ends.length;
  world.journal.record(() => {
    ends.length = before;
  });
  ends.push(end);
}

function performAll(frame: Frame, calls: readonly Call[]): void {
  for (const call of calls) {
    const { refusal } = frame.tryCall(call);
    remember(frame, refusal?.text ?? "ok");
  }
}

function partyOf({ world, self }: Frame): Party {
  return world.parties.get(self)!;
}

/** ThirdParty.sol. */
export const thirdParty = {
  run(frame: Frame, calls: readonly Call[], regrets: boolean): void {
    performAll(frame, calls);
    requireThat(!regrets, "ThirdParty", "Regretted");
  },

  prepare(frame: Frame, refusesEther: boolean, calls: readonly Call[]): void {
    const party = partyOf(frame);
    party.refusesEther.value = refusesEther;
    party.onEther.value = calls;
  },

  receive(frame: Frame): void {
    const party = partyOf(frame);
    if (party.refusesEther.value) frame.transaction.met.add("recipient that refuses");
    requireThat(!party.refusesEther.value, "ThirdParty", "EtherRefused");
    if (party.onEther.value.length > 0) frame.transaction.met.add("reentrant recipient");
    performAll(frame, party.onEther.value);
  },
};

function tokenOf({ world, self }: Frame): Token {
  return world.tokens.get(self)!;
}

function move(frame: Frame, from: Hex, to: Hex, amount: bigint): boolean {
  const token = tokenOf(frame);
  const { met } = frame.transaction;
  const isBlacklisted = token.blacklisted.get(from) === true || token.blacklisted.get(to) === true;
  if (token.paused.value) met.add("pausing token");
  if (isBlacklisted) met.add("blacklisting token");
  requireThat(!token.paused.value && !isBlacklisted, "HostileToken", "Error", () => ["refused"]);
  const attack = token.onTransfer.value;
  if (attack !== undefined && !token.attacking.value) {
    met.add("reentrant token");
    token.attacking.value = true;
    const { refusal } = frame.tryCall(attack);
    token.attacking.value = false;
    remember(frame, refusal?.text ?? "ok");
  }
  if (token.answersFalse.value) met.add("token that answers false");
  if (token.fee.value !== 0n) met.add("token with a fee");
  if (token.answersFalse.value) return false;
  if (token.balance.get(from) < amount) throw new Refusal("HostileToken", "Panic", [0x11]);
  const fee = token.fee.value;
  token.balance.add(-amount, from);
  token.balance.add(amount < fee ? 0n : amount - fee, to);
  return true;
}

/** HostileToken.sol. */
export const hostileToken = {
  mint(frame: Frame, account: Hex, amount: bigint): void {
    frame.transaction.met.add("inflating token");
    tokenOf(frame).balance.add(amount, account);
  },

  behave(frame: Frame, paused: boolean, answersFalse: boolean, fee: bigint): void {
    const token = tokenOf(frame);
    token.paused.value = paused;
    token.answersFalse.value = answersFalse;
    token.fee.value = fee;
  },

  blacklist(frame: Frame, account: Hex, value: boolean): void {
    tokenOf(frame).blacklisted.set(value, account);
  },

  prepare(frame: Frame, attack: Call | undefined): void {
    tokenOf(frame).onTransfer.value = attack;
  },

  transfer: (frame: Frame, to: Hex, amount: bigint): boolean => move(frame, frame.sender, to, amount),
  transferFrom: (frame: Frame, from: Hex, to: Hex, amount: bigint): boolean => move(frame, from, to, amount),
};

/** SecondBridgeDouble.sol. */
export const secondBridge = {
  bridgehubDeposit({ world, self, transaction }: Frame): unknown {
    transaction.met.add("second bridge of another");
    const magicValue = world.secondBridges.get(self) ?? TWO_BRIDGES_MAGIC;
    return { magicValue, l2Contract: self, l2Calldata: "0x", factoryDeps: [], txDataHash: wordToHex(0n) };
  },
  bridgehubConfirmL2Transaction(): void {},
};

/** VerifierDouble.sol. */
export const verifierDouble = {
  setRefuses({ world, self }: Frame, value: boolean): void {
    world.refusingVerifiers.set(value, self);
  },
};
