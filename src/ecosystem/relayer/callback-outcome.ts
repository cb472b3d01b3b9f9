import type { Provider, TransactionReceipt } from "ethers";
import { NamedError } from "../../ground/errors/named-error.ts";
import { PREDEPLOYS } from "../../ground/protocol/predeploys.ts";
import { interopHandler } from "./contract-interfaces.ts";
import type { Delivery } from "./delivery.ts";
import { contractErrorOf, describeRevert } from "./refusal.ts";

/** The outcome of a bundle was delivered, or the time for it has passed: no later attempt can succeed. */
export class CallbackOver extends NamedError<"CallbackOver"> {
  override readonly name = "CallbackOver";
}

/** The listener of an outcome would revert now; the message has its own words. */
export class ListenerFailure extends NamedError<"ListenerFails"> {
  override readonly name = "ListenerFailure";
}

/**
 * Throws where the listener would revert now, with its reason. Asked in the name of a contract, whose failing runs the handler
 * reverts: an account's would succeed, and leave only an event. A node that takes no such calls says nothing of the listener.
 */
export async function requireListener(delivery: Delivery, provider: Pick<Provider, "call">): Promise<void> {
  const refused = await provider.call({ ...delivery, from: PREDEPLOYS.InteropHandler }).then(() => undefined, contractErrorOf);
  if (refused?.name === "FailingRunOfContract")
    throw new ListenerFailure("ListenerFails", `its listener fails: ${describeRevert(String(refused.args["reason"]))}`);
  if (refused?.name === "NoCallbackPending")
    throw new CallbackOver("CallbackOver", "its listener can no longer be told: the 30 days after it first failed have passed");
}

/** Describes an outcome whose listener reverted. */
export function describeFailure(listener: string, transactionHash: string): string {
  return `its listener ${listener} failed in transaction ${transactionHash}, and is called again`;
}

/** Reason why a transaction did not deliver its callback; `undefined` if it did, or had none. */
export function listenerFailure({ hash, logs }: Pick<TransactionReceipt, "hash" | "logs">): string | undefined {
  for (const log of logs) {
    if (log.address.toLowerCase() !== PREDEPLOYS.InteropHandler) continue;
    const event = interopHandler.parseLog(log);
    if (event?.name === "CallbackExecuted" && event.args["callbackSuccess"] !== true) {
      return describeFailure(String(event.args["recipient"]).toLowerCase(), hash);
    }
  }
  return undefined;
}
