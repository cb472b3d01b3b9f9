import { bundleResult } from "../../client/bundle-result.ts";
import { knownErrorOf } from "../../client/contract-interfaces.ts";
import { memberName } from "../../client/ecosystem.ts";
import type { MessageInfo } from "../../devnet/view/ecosystem-info.ts";
import type { Hex } from "../../protocol/hex.ts";
import type { Session } from "./session.ts";

/**
 * What became of a call that has arrived, where it reverted: a sentence for users. Undefined for a call that was carried out or
 * has not arrived, and for every other message. A bundle counts as executed either way, so its steps alone do not tell.
 */
export async function callFailure({ info, provider }: Pick<Session, "info" | "provider">, message: MessageInfo): Promise<string | undefined> {
  const executed = message.type === "bundle" ? message.steps.find(({ step }) => step === "executed") : undefined;
  if (executed === undefined) return undefined;
  const receipt = await provider(executed.chainId).getTransactionReceipt(executed.transactionHash);
  const outcome = receipt === null ? undefined : bundleResult(message.messageHash, receipt);
  if (outcome === undefined || outcome.success) return undefined;
  return `the call arrived on ${memberName(info, executed.chainId)} and reverted there ${reasonOf(outcome.result)}; its value goes back`;
}

/** The error behind revert data, by name where it is Solidity's own or one of this package's contracts. */
function reasonOf(data: Hex): string {
  if (data === "0x") return "without a reason";
  const error = knownErrorOf(data);
  if (error === undefined) return `with ${data}`;
  return error.name === "Error" ? `with "${String(error.args[0])}"` : `with ${error.name}(${error.args.map(String).join(", ")})`;
}
