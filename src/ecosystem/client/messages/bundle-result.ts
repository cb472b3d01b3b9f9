import type { LogDescription } from "ethers";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { PREDEPLOYS } from "../../../ground/protocol/predeploys.ts";
import { interopHandler } from "../sending/contract-interfaces.ts";
import { revertError } from "../sending/revert-reason.ts";
import type { MessageLogs } from "./sent-messages.ts";

/** Result of the calls in a bundle. */
export interface BundleResult {
  /** False if a call reverted: then no call of the bundle has an effect, and its value is refunded. */
  readonly success: boolean;
  /** True if a value is refunded. A bundle can also have no value. */
  readonly goesBack: boolean;
  /** Return data of the calls, or revert data of the one that failed. */
  readonly result: Hex;
}

/** The result of the bundle with this hash, as the transaction that executed it tells; undefined where it did not execute it. */
export function bundleResult(bundleHash: Hex, receipt: Pick<MessageLogs, "logs">): BundleResult | undefined {
  const events = handlerEvents(bundleHash, receipt);
  const executed = events.find(({ name }) => name === "BundleExecuted");
  if (executed === undefined) return undefined;
  return {
    success: executed.args["success"] === true,
    goesBack: events.some(({ name }) => name === "BundleRefunded"),
    result: String(executed.args["result"]) as Hex,
  };
}

/** Events of the interop handler about a bundle. A transaction can execute several bundles. */
export function handlerEvents(bundleHash: Hex, { logs }: Pick<MessageLogs, "logs">): readonly LogDescription[] {
  return logs.flatMap((log) => {
    const event = log.address.toLowerCase() === PREDEPLOYS.InteropHandler ? interopHandler.parseLog(log) : null;
    return event !== null && String(event.args["bundleHash"]).toLowerCase() === bundleHash.toLowerCase() ? [event] : [];
  });
}

/** Description of a failed call. `reason` is the text of `revertReason`. */
export function revertedCall(chain: string, reason: string, { goesBack, result }: Omit<BundleResult, "success">): string {
  const ended = hasExpired(result)
    ? `came to ${chain} after its last second, so it was not made`
    : `arrived on ${chain} and reverted there ${reason}`;
  return `the call ${ended}${goesBack ? "; its value is refunded" : ""}`;
}

/** Whether a bundle failed because it came too late. A contract that is called can revert with the same words. */
export function hasExpired(result: Hex): boolean {
  return revertError(result)?.name === "BundleExpired";
}
