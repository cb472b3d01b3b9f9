import type { Hex } from "../../protocol/hex.ts";
import type { StateReader } from "../model/state-reader.ts";
import { SequencerError } from "./sequencer-error.ts";

/** First digits of the 2,048 addresses at which chains of the OP Stack have contracts from their genesis. */
const OP_STACK_PREFIX = "0x4200000000000000000000000000000000000";
const OP_STACK_ADDRESSES = 0x800;

/**
 * Throws SequencerError NoSuchPredeploy for a recipient at which chains of the OP Stack have a contract, and this state no code.
 * A transaction to the address would succeed without effect, and lose the money. A rule of the pool and of questions, not of
 * the chain: operations of L1's queue and calls of contracts are exempt.
 */
export async function requirePredeploy(to: Hex | undefined, state: Pick<StateReader, "code">): Promise<void> {
  if (to === undefined || !isOfOpStack(to) || (await state.code(to)) !== "0x") return;
  throw new SequencerError(
    "NoSuchPredeploy",
    `${to} is an address of the OP Stack's contracts, and this chain has no code there, so money sent to it would be lost; use this chain's contracts (hyperchain_info lists the addresses), or bridges.superchain for those of the Superchain`,
  );
}

function isOfOpStack(address: Hex): boolean {
  return address.startsWith(OP_STACK_PREFIX) && Number.parseInt(address.slice(OP_STACK_PREFIX.length), 16) < OP_STACK_ADDRESSES;
}
