import type { ErrorDescription } from "ethers";
import type { Hex } from "../../../ground/protocol/hex.ts";
import type { CcipContracts } from "./deploy.ts";
import { ccipFailures } from "./interfaces.ts";

/** An error of the ramps, or of what a receiver reaches through them; null for any other bytes. */
export function readFailure(data: Hex): ErrorDescription | null {
  try {
    return ccipFailures.parseError(data);
  } catch {
    // A stranger's bytes.
    return null;
  }
}

const WRAPPINGS = ["ReceiverError", "TokenHandlingError"];

/** Revert data of a receiver or a pool, without the ramps' wrapping; otherwise the ramps' revert data. */
export function receiverRevert(data: Hex): Hex {
  const error = readFailure(data);
  // A repetition's is in one wrapping more.
  if (error?.name === "ExecutionError") return receiverRevert(String(error.args["err"]) as Hex);
  return error !== null && WRAPPINGS.includes(error.name) ? (String(error.args["err"]) as Hex) : data;
}

/** Coins that the pool lacks for a payment; `undefined` for any other failure. */
export function emptyPool(data: Hex, { coinPool }: Pick<CcipContracts, "coinPool">): string | undefined {
  const error = readFailure(receiverRevert(data));
  if (error?.name !== "NotEnoughInPool") return undefined;
  const [token, amount, available] = error.args.toArray() as [string, bigint, bigint];
  return `the coin pool ${coinPool} has ${available} wei of the token ${token} and is to pay ${amount}: send it more; coins become wrapped ones`;
}

/** Which token or pool refuses; undefined where the receiver does, or the ramps. */
export function refusingToken(data: Hex): string | undefined {
  const error = readFailure(data);
  if (error?.name === "ExecutionError") return refusingToken(String(error.args["err"]) as Hex);
  if (error?.name !== "TokenHandlingError") return undefined;
  return `its tokens are refused by the token or pool ${String(error.args["target"])}`;
}

/** Whether a receiver had no gas left for what its chain publishes of a message that it sends itself. */
export function lacksPubdataGas(data: Hex): boolean {
  return readFailure(receiverRevert(data))?.name === "NotEnoughGasForPubdata";
}

/** Reason for which the destination refuses to run a message in any transaction; undefined for any other failure. */
export function chainsRefusal(data: Hex | undefined): string | undefined {
  const error = data === undefined ? null : readFailure(data);
  return error?.name === "ExecutionRefused" ? String(error.args["reason"]) : undefined;
}
