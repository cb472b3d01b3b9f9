import type { Hex } from "../../../src/ground/protocol/hex.ts";
import { ZERO_ADDRESS } from "./aliases.ts";
import type { Frame } from "./frame.ts";
import { Refusal, requireThat } from "./refusal.ts";
import type { Token } from "./world.ts";

/** Pays out of what the bridge holds. */
export function send(frame: Frame, token: Hex, recipient: Hex, amount: bigint): void {
  const { world } = frame;
  if (token !== ZERO_ADDRESS) {
    callToken(frame, token, "transfer", [recipient, amount]);
    return;
  }
  const { refusal } = frame.tryCall({ to: recipient, fn: "receive", args: [], value: amount });
  requireThat(refusal === undefined, "SharedBridge", "EtherTransferFailed", () => [recipient, amount]);
  world.ether.value -= amount;
}

/** Takes what the owner gave the bridge leave to take; returns by how much the bridge's balance grew. */
export function pull(frame: Frame, token: Hex, owner: Hex, amount: bigint): bigint {
  const { world, self } = frame;
  const { balance } = tokenAt(frame, token);
  const before = balance.get(self);
  callToken(frame, token, "transferFrom", [owner, self, amount]);
  const after = world.tokens.get(token)!.balance.get(self);
  return after > before ? after - before : 0n;
}

function tokenAt({ world }: Frame, token: Hex): Token {
  const found = world.tokens.get(token);
  requireThat(world.hasCode(token), "SharedBridge", "TokenWithoutCode", () => [token]);
  // Any other contract here answers nothing to a question for its balance.
  if (found === undefined) throw new Refusal("SharedBridge", "TokenCallFailed", [token]);
  return found;
}

function callToken(frame: Frame, token: Hex, fn: string, args: readonly unknown[]): void {
  tokenAt(frame, token);
  const { result } = frame.tryCall({ to: token, fn, args, value: 0n });
  requireThat(result === true, "SharedBridge", "TokenCallFailed", () => [token]);
}
