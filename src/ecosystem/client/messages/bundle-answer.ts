import { AbiCoder } from "ethers";
import type { Hex } from "../../../ground/protocol/hex.ts";
import type { MemberClient } from "../ecosystem/member-client.ts";
import { ClientError } from "../ecosystem/client-error.ts";
import { waitForStep, type MessageStanding } from "../ecosystem/running-ecosystem.ts";
import type { WaitOptions } from "../ecosystem/wait-until.ts";
import { revertReason, type ContractNames } from "../sending/revert-reason.ts";
import { bundleResult, handlerEvents } from "./bundle-result.ts";
import type { MessageLogs } from "./sent-messages.ts";

/** Outcome of a bundle's calls, and its arrival at the sender. */
export type MessageAnswer = {
  /** Whether the contract that sent the bundle accepted the outcome. */
  readonly callbackSucceeded: boolean;
  /** Transaction on the sender's chain that delivered it. */
  readonly transactionHash: Hex;
} & BundleOutcome;

/** Outcome of a bundle's calls. */
export type BundleOutcome =
  | {
      readonly success: true;
      /** Return data of each call. */
      readonly results: readonly Hex[];
    }
  | {
      readonly success: false;
      /** Revert data, cut to 1,024 bytes. */
      readonly data: Hex;
      /** Text of the revert data: `with TooMuch(101, 100)`. */
      readonly reason: string | undefined;
    };

/** End of a bundle on its destination. */
export interface BundleEnd {
  readonly outcome: BundleOutcome;
  /** Hash of the message with the answer; undefined if the bundle requested none. */
  readonly answerHash: Hex | undefined;
  /** Hashes of the messages that return value and tokens. */
  readonly refundHashes: readonly Hex[];
}

/** End of a bundle in the transaction that executed it; undefined if that did not. `names` decodes revert data. */
export function bundleEnd(bundleHash: Hex, receipt: Pick<MessageLogs, "logs">, names?: ContractNames): BundleEnd | undefined {
  const ended = bundleResult(bundleHash, receipt);
  if (ended === undefined) return undefined;
  const events = handlerEvents(bundleHash, receipt);
  const hashesIn = (event: string, argument: string): readonly Hex[] =>
    events.flatMap(({ name, args }) => (name === event ? [String(args[argument]) as Hex] : []));
  const { success, result } = ended;
  return {
    outcome: success ? { success, results: resultsOf(result) } : { success, data: result, reason: revertReason(result, names) },
    answerHash: hashesIn("ResultSent", "messageHash")[0],
    refundHashes: hashesIn("BundleRefunded", "refundMessageHash"),
  };
}

/** Whether the sender of a bundle accepted the answer, in the transaction that delivered it. */
export function isAnswerAccepted(bundleHash: Hex, receipt: Pick<MessageLogs, "logs">): boolean {
  return handlerEvents(bundleHash, receipt).some(
    ({ name, args }) => name === "CallbackExecuted" && args["callbackSuccess"] === true,
  );
}

/** Reader of receipts of a chain. */
export interface ReceiptReader {
  getTransactionReceipt(hash: string): Promise<Pick<MessageLogs, "logs"> | null>;
}

/**
 * Resolves when the sender of a bundle has received the outcome of its calls, also if they failed. `hash` is the message's, or
 * the hash of the transaction that sent it. Throws ClientError: NoAnswer if it requested none, Failed, TimedOut.
 */
export async function waitForAnswer(
  client: MemberClient,
  hash: Hex,
  providerOf: (chainId: number) => ReceiptReader,
  options: WaitOptions = {},
): Promise<MessageAnswer> {
  const message = await waitForStep(client, hash, "executed", options);
  const end = bundleEnd(message.messageHash, await receiptOf(message, providerOf));
  if (end?.answerHash === undefined)
    throw new ClientError("NoAnswer", `the ${message.type} ${message.messageHash} requested no answer`, { message });
  const answer = await waitForStep(client, end.answerHash, "executed", options);
  const receipt = await receiptOf(answer, providerOf);
  const { transactionHash } = executedIn(answer);
  return { ...end.outcome, callbackSucceeded: isAnswerAccepted(message.messageHash, receipt), transactionHash };
}

function executedIn({ messageHash, steps }: MessageStanding): MessageStanding["steps"][number] {
  const executed = steps.find(({ step }) => step === "executed");
  if (executed === undefined) throw new Error(`message ${messageHash} has no transaction that executed it`);
  return executed;
}

async function receiptOf(message: MessageStanding, providerOf: (chainId: number) => ReceiptReader) {
  const { chainId, transactionHash } = executedIn(message);
  const receipt = await providerOf(chainId).getTransactionReceipt(transactionHash);
  if (receipt === null) throw new Error(`chain ${chainId} does not have transaction ${transactionHash}`);
  return receipt;
}

/** Return data of each call, as the interop handler encodes them. */
function resultsOf(encoded: Hex): readonly Hex[] {
  const [results] = AbiCoder.defaultAbiCoder().decode(["bytes[]"], encoded) as unknown as [readonly Hex[]];
  return [...results];
}
