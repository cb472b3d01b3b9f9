import type { Hex } from "../../../src/ground/protocol/hex.ts";
import type { Frame } from "./frame.ts";

const OFFSET = 0x1111000000000000000000000000000000001111n;
export const ZERO_ADDRESS: Hex = "0x0000000000000000000000000000000000000000";
/** ETH, as clients write it. */
export const ETH: Hex = "0x0000000000000000000000000000000000000001";

/** A number as an address. */
export function addressOf(value: bigint): Hex {
  return `0x${value.toString(16).padStart(40, "0")}`;
}

/** The L2 address of an L1 contract. */
export function aliased(contract: Hex): Hex {
  return addressOf((BigInt(contract) + OFFSET) % (1n << 160n));
}

/** The L2 address from which the operations of this sender come. */
export function l2Sender({ transaction }: Frame, sender: Hex): Hex {
  return sender === transaction.origin ? sender : aliased(sender);
}

/** The L2 address that gets a refund: accounts with a key keep their address, whatever code they delegate to. */
export function refundRecipient({ world }: Frame, recipient: Hex, sender: Hex): Hex {
  const given = recipient === ZERO_ADDRESS ? sender : recipient;
  return world.kinds.get(given) === undefined ? given : aliased(given);
}

/** Address of a request's caller on L2: a caller without code that is not the origin is a contract under construction. */
export function callerOnL2({ world, transaction }: Frame, caller: Hex): Hex {
  const isAccount = world.kinds.get(caller) === undefined && (caller === transaction.origin || world.hasCode(caller));
  return isAccount ? caller : aliased(caller);
}

/** ETH inside the contracts is 0. */
export function plain(token: Hex): Hex {
  return token === ETH ? ZERO_ADDRESS : token;
}
