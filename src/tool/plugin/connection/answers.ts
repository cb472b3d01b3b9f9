import { bundleEnd, isAnswerAccepted, type BundleEnd } from "../../../ecosystem/client/messages/bundle-answer.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import type { Hyperchains, TransactionLike } from "../api/hyperchains.ts";
import { MessageError, type Message } from "../api/message.ts";
import type { CrossingReturns } from "./crossing.ts";
import type { EcosystemLink } from "./link.ts";

/** Maximum of messages that {@link Hyperchains.completed} follows. */
const MOST_MESSAGES = 64;

type Follow = Pick<Hyperchains, "message" | "messages">;

/** Answers and refunds of bundles. */
export function createReturns(link: EcosystemLink, follow: () => Follow): CrossingReturns {
  const receiptOf = async (chainId: number, hash: Hex) => {
    const receipt = await link.client(chainId).getTransactionReceipt(hash);
    if (receipt === null) throw new Error(`chain ${chainId} does not have transaction ${hash}`);
    return receipt;
  };
  /** Moves the ecosystem until the calls have succeeded or failed; undefined for a message without calls. */
  const endOf = async (message: Message): Promise<BundleEnd | undefined> => {
    if (message.type !== "bundle") return undefined;
    await arrived(message);
    const executed = message.steps.find(({ step }) => step === "executed");
    if (executed === undefined) return undefined;
    return bundleEnd(message.hash, await receiptOf(executed.chainId, executed.transactionHash), await link.names());
  };
  return {
    async answer(message) {
      const end = await endOf(message);
      if (end?.answerHash === undefined)
        throw new MessageError("NoAnswer", `the ${message.type} ${message.hash} requested no answer`);
      const answer = await follow().message(end.answerHash);
      const { transactionHash } = await answer.delivered();
      const receipt = await receiptOf(message.sourceChainId, transactionHash);
      return { ...end.outcome, callbackSucceeded: isAnswerAccepted(message.hash, receipt), transactionHash };
    },
    async refunds(message) {
      const hashes = (await endOf(message))?.refundHashes ?? [];
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

/** Moves the ecosystem until the message has arrived, also if its call failed. Throws any other error. */
async function arrived(message: Message): Promise<void> {
  try {
    await message.delivered();
  } catch (error) {
    if (!(error instanceof MessageError) || error.code !== "CallFailed") throw error;
  }
}
