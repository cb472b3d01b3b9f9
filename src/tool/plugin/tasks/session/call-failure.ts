import { bundleResult, revertedCall } from "../../../../ecosystem/client/messages/bundle-result.ts";
import { memberName } from "../../../../ecosystem/client/ecosystem/ecosystem.ts";
import { revertReason } from "../../../../ecosystem/client/sending/revert-reason.ts";
import type { MessageInfo, MessageTrace } from "../../../../ecosystem/devnet/view/books/ecosystem-info.ts";
import type { Session } from "./session.ts";

/**
 * Failure of a message that has arrived: a sentence for users, and below it the lines of Solidity if the ecosystem has the
 * sources. Undefined if the message did not fail. A bundle counts as executed either way, so its steps do not show a failure.
 */
export async function callFailure(
  { info, provider, request, names }: Pick<Session, "info" | "provider" | "request" | "names">,
  message: MessageInfo,
): Promise<string | undefined> {
  if (message.failed === undefined) return undefined;
  const executed = message.type === "bundle" ? message.steps.find(({ step }) => step === "executed") : undefined;
  if (executed === undefined) return message.failed.why;
  const receipt = await provider(executed.chainId).getTransactionReceipt(executed.transactionHash);
  const outcome = receipt === null ? undefined : bundleResult(message.messageHash, receipt);
  if (outcome === undefined || outcome.success) return message.failed.why;
  // A trace can be too large; what the call reverted with is known without it.
  const trace = (await request("hyperchain_traceMessage", message.messageHash, message.sourceChainId).catch(
    () => null,
  )) as MessageTrace | null;
  const sentence = revertedCall(memberName(info, executed.chainId), revertReason(outcome.result, await names()), outcome);
  const { stackTrace = [], sentFrom } = trace?.failure ?? {};
  const sent = sentFrom === undefined ? [] : [`sent from ${memberName(info, sentFrom.chainId)}`, ...sentFrom.stackTrace];
  return [sentence, ...[...stackTrace, ...sent].map((line) => `    ${line}`)].join("\n");
}
