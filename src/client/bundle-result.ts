import type { Hex } from "../protocol/hex.ts";
import { PREDEPLOYS } from "../protocol/predeploys.ts";
import { interopHandler } from "./contract-interfaces.ts";
import type { MessageLogs } from "./sent-messages.ts";

/** What became of the calls in a bundle. */
export interface BundleResult {
  /** False where a call reverted: then none of the bundle's calls has left a trace, and what it brought goes back. */
  readonly success: boolean;
  /** What the calls returned, or the data with which one reverted. */
  readonly result: Hex;
}

/** The result of the bundle with this hash, as the transaction that executed it tells; undefined where it did not execute it. */
export function bundleResult(bundleHash: Hex, receipt: Pick<MessageLogs, "logs">): BundleResult | undefined {
  for (const log of receipt.logs) {
    if (log.address.toLowerCase() !== PREDEPLOYS.InteropHandler) continue;
    const event = interopHandler.parseLog(log);
    if (event?.name !== "BundleExecuted" || String(event.args["bundleHash"]).toLowerCase() !== bundleHash.toLowerCase()) continue;
    return { success: event.args["success"] === true, result: String(event.args["result"]) as Hex };
  }
  return undefined;
}
