import { AbiCoder, type LogDescription } from "ethers";
import { bundleResult } from "../../client/messages/bundle-result.ts";
import { interopHandler } from "../../client/sending/contract-interfaces.ts";
import { revertReason } from "../../client/sending/revert-reason.ts";
import type { Hex } from "../../protocol/hex.ts";
import { PREDEPLOYS } from "../../protocol/predeploys.ts";
import type { Hyperchains, TransactionLike } from "../api/hyperchains.ts";
import { MessageError, type Message } from "../api/message.ts";
import type { CrossingReturns } from "./crossing.ts";
import type { EcosystemLink } from "./link.ts";

/** Maximum of messages that {@link Hyperchains.completed} follows. */
const MOST_MESSAGES = 64;

type Follow = Pick<Hyperchains, "message" | "messages">;

/** Answers and refunds of bundles. */
export function createReturns(link: EcosystemLink, follow: () => Follow): CrossingReturns {
  const endOf = async (message: Message): Promise<BundleEnd | undefined> =>
    message.type === "bundle" ? bundleEnd(link, message) : undefined;
  return {
    async answer(message) {
      const end = await endOf(message);
      const [sent] = (end?.events ?? []).filter(({ name }) => name === "ResultSent");
      if (end === undefined || sent === undefined)
        throw new MessageError("NoAnswer", `the ${message.type} ${message.hash} requested no answer`);
      const answer = await follow().message(String(sent.args["messageHash"]));
      const { transactionHash } = await answer.delivered();
      const events = await handlerEvents(link, message.sourceChainId, transactionHash, message.hash);
      const callback = events.find(({ name }) => name === "CallbackExecuted");
      return { ...end.outcome, callbackSucceeded: callback?.args["callbackSuccess"] === true, transactionHash };
    },
    async refunds(message) {
      const { events } = (await endOf(message)) ?? { events: [] };
      const hashes = events.flatMap(({ name, args }) => (name === "BundleRefunded" ? [String(args["refundMessageHash"])] : []));
      if (hashes.length === 0)
        throw new MessageError("NothingToRefund", `the ${message.type} ${message.hash} returned nothing to its sender`);
      const refunds = await Promise.all(hashes.map((hash) => follow().message(hash)));
      for (const refund of refunds) await refund.delivered();
      return refunds;
    },
  };
}

/**
 * Moves the ecosystem until everything that a transaction caused has arrived: its messages, answers, refunds, and messages that
 * deliveries sent. Calls may have failed. Throws MessageError: NotDelivered, TooManyMessages above 64.
 */
export async function completed(
  follow: Follow,
  transaction: TransactionLike | Promise<TransactionLike>,
): Promise<readonly Message[]> {
  const found = new Map<Hex, Message>();
  const queue = [...(await follow.messages(transaction))];
  for (let message = queue.shift(); message !== undefined; message = queue.shift()) {
    if (found.has(message.hash)) continue;
    if (found.size === MOST_MESSAGES)
      throw new MessageError(
        "TooManyMessages",
        `the transaction caused more than ${MOST_MESSAGES} messages; follow them one by one`,
      );
    found.set(message.hash, message);
    await arrived(message);
    const executed = message.steps.find(({ step }) => step === "executed");
    if (executed !== undefined) queue.push(...(await follow.messages(executed.transactionHash)));
  }
  return [...found.values()];
}

/** End of a bundle's calls on the destination. */
interface BundleEnd {
  readonly outcome: { readonly success: true; readonly results: readonly Hex[] } | Failure;
  /** Events of the interop handler about the bundle. */
  readonly events: readonly LogDescription[];
}

interface Failure {
  readonly success: false;
  readonly data: Hex;
  readonly reason: string | undefined;
}

/** Moves the ecosystem until the bundle's calls have succeeded or failed. Throws MessageError NotDelivered. */
async function bundleEnd(link: EcosystemLink, message: Message): Promise<BundleEnd | undefined> {
  const failure = await arrived(message);
  const executed = message.steps.find(({ step }) => step === "executed");
  if (executed === undefined) return undefined;
  const receipt = await link.client(executed.chainId).getTransactionReceipt(executed.transactionHash);
  const result = receipt === null ? undefined : bundleResult(message.hash, receipt);
  if (result === undefined) return undefined;
  const events = await handlerEvents(link, executed.chainId, executed.transactionHash, message.hash);
  if (result.success) return { outcome: { success: true, results: resultsOf(result.result) }, events };
  const reason = failure?.reason ?? revertReason(result.result, await link.names());
  return { outcome: { success: false, data: result.result, reason }, events };
}

/** Moves the ecosystem until the message has arrived. Resolves with the error of a failed call; rejects with any other. */
async function arrived(message: Message): Promise<MessageError | undefined> {
  try {
    await message.delivered();
    return undefined;
  } catch (error) {
    if (error instanceof MessageError && error.code === "CallFailed") return error;
    throw error;
  }
}

/** Return data of each call, as the interop handler encodes them. */
function resultsOf(encoded: Hex): readonly Hex[] {
  const [results] = AbiCoder.defaultAbiCoder().decode(["bytes[]"], encoded) as unknown as [readonly Hex[]];
  return [...results];
}

/** Events of a chain's interop handler about a bundle, in a transaction. */
async function handlerEvents(
  link: EcosystemLink,
  chainId: number,
  transactionHash: Hex,
  bundleHash: Hex,
): Promise<readonly LogDescription[]> {
  const receipt = await link.client(chainId).getTransactionReceipt(transactionHash);
  return (receipt?.logs ?? []).flatMap((log) => {
    if (log.address.toLowerCase() !== PREDEPLOYS.InteropHandler) return [];
    const event = interopHandler.parseLog(log);
    return event !== null && String(event.args["bundleHash"]).toLowerCase() === bundleHash ? [event] : [];
  });
}
