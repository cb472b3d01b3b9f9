import type { ErrorDescription } from "ethers";
import type { Hex } from "../../protocol/hex.ts";
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

/** What a receiver or a pool reverted with, out of what the ramps wrap it in; otherwise what the ramps say themselves. */
export function receiverRevert(data: Hex): Hex {
  const error = readFailure(data);
  const isWrapped = error?.name === "ReceiverError" || error?.name === "TokenHandlingError";
  return isWrapped ? (String(error.args["err"]) as Hex) : data;
}

/** Whether a receiver had no gas left for what its chain publishes of a message that it sends itself. */
export function lacksPubdataGas(data: Hex): boolean {
  return readFailure(receiverRevert(data))?.name === "NotEnoughGasForPubdata";
}
