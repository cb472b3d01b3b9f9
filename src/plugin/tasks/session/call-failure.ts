import { bundleResult, revertedCall } from "../../../client/messages/bundle-result.ts";
import { memberName } from "../../../client/ecosystem/ecosystem.ts";
import { revertReason } from "../../../client/sending/revert-reason.ts";
import type { MessageInfo, MessageTrace } from "../../../devnet/view/books/ecosystem-info.ts";
import type { Session } from "./session.ts";

/**
 * What became of a call that has arrived, where it reverted: a sentence for users, and the lines of Solidity below it where
 * the ecosystem knows the sources. Undefined for a call that was carried out or has not arrived, and for every other
 * message. A bundle counts as executed either way, so its steps alone do not tell.
 */
export async function callFailure(
  { info, provider, request, names }: Pick<Session, "info" | "provider" | "request" | "names">,
  message: MessageInfo,
): Promise<string | undefined> {
  const executed = message.type === "bundle" ? message.steps.find(({ step }) => step === "executed") : undefined;
  if (executed === undefined) return undefined;
  const receipt = await provider(executed.chainId).getTransactionReceipt(executed.transactionHash);
  const outcome = receipt === null ? undefined : bundleResult(message.messageHash, receipt);
  if (outcome === undefined || outcome.success) return undefined;
  // A trace can be too large; what the call reverted with is known without it.
  const trace = (await request("hyperchain_traceMessage", message.messageHash, message.sourceChainId).catch(
    () => null,
  )) as MessageTrace | null;
  const sentence = revertedCall(memberName(info, executed.chainId), revertReason(outcome.result, await names()), outcome);
  const { stackTrace = [], sentFrom } = trace?.failure ?? {};
  const sent = sentFrom === undefined ? [] : [`sent from ${memberName(info, sentFrom.chainId)}`, ...sentFrom.stackTrace];
  return [sentence, ...[...stackTrace, ...sent].map((line) => `    ${line}`)].join("\n");
}
