import type { Hex } from "../../ground/protocol/hex.ts";
import { isOfOpStack } from "../../ground/protocol/superchain.ts";
import type { StateReader } from "../model/state-reader.ts";
import { SequencerError } from "./sequencer-error.ts";

/**
 * Throws SequencerError NoSuchPredeploy for a recipient at which chains of the OP Stack have a contract, and this state no code.
 * A transaction to the address would succeed without effect, and lose the money. A rule of the pool, of the bundler and of
 * questions, not of the chain: operations of L1's queue and calls of contracts are exempt.
 */
export async function requirePredeploy(to: Hex | undefined, state: Pick<StateReader, "code">): Promise<void> {
  if (to === undefined || !isOfOpStack(to) || (await state.code(to)) !== "0x") return;
  throw new SequencerError(
    "NoSuchPredeploy",
    `${to} is an address of the OP Stack's contracts, and this chain has no code there, so money sent to it would be lost; use this chain's contracts (hyperchain_info lists the addresses), bridges.superchain for four of the Superchain's, or import others`,
  );
}
