import type { NewTaskActionFunction } from "hardhat/types/tasks";
import { memberName } from "../../../../ecosystem/client/ecosystem/ecosystem.ts";
import { forceDelivery } from "../../../../ecosystem/client/transfers/force-delivery.ts";
import type { MessageInfo } from "../../../../ecosystem/devnet/view/books/ecosystem-info.ts";
import type { Hex } from "../../../../ground/protocol/hex.ts";
import { rootOf, type Journey } from "../../../../ecosystem/relayer/journey.ts";
import type { Relayer } from "../../../../ecosystem/relayer/relayer.ts";
import { pluginError } from "../../plugin-error.ts";
import { signerOf } from "../session/accounts.ts";
import { readHash } from "../session/arguments.ts";
import { callFailure } from "../session/call-failure.ts";
import { layerOf, messageTitle } from "../session/event-lines.ts";
import { findMessage } from "../following/follow-message.ts";
import { giveBack } from "./give-back.ts";
import { openRelayer, relayerAccount } from "./own-relayer.ts";
import { sessionOf, withEcosystem, type Session } from "../session/session.ts";
import { untilJourney } from "../following/until-journey.ts";
import { waitForTransaction } from "../following/wait-for-transaction.ts";
import type { relayingTasks } from "../arguments/relaying.ts";
import type { ArgumentsOf } from "../arguments/shared.ts";

type DeliverArguments = ArgumentsOf<(typeof relayingTasks)["deliver"]>;

/** `hyperchain:deliver`: brings one message with its proof to its destination, where no relayer does. */
const action: NewTaskActionFunction<DeliverArguments> = (args, hre) =>
  withEcosystem(args, hre, "acts", async (whole) => {
    const message = await findMessage(whole, readHash(args.hash));
    const session = sessionOf(whole, message.sourceChainId);
    const { info, output } = session;
    requireDeliverable(session, message);
    const before = message.steps.find(({ step }) => step === "executed");
    const { messageHash, sourceChainId, destinationChainId } = message;
    const account = relayerAccount(session, args.from);
    if (message.type === "refund" || message.sentTooEarly !== undefined) {
      await giveBack(session, { message, account, noWait: args.noWait, throughQueue: args.throughQueue });
      return;
    }
    const isIt = (journey: Journey): boolean =>
      journey.sourceChainId === BigInt(sourceChainId) && journey.messageHash === messageHash;
    const relayer = openRelayer(session, { account, delivers: isIt });
    if (before === undefined && args.throughQueue) {
      if (await queueOnL1(session, relayer, { message, account, noWait: args.noWait })) return;
    } else if (before === undefined) {
      await untilImported(session, relayer, message, args.noWait);
      output.progress(`delivering ${messageTitle(info, message)} from ${account}…`);
      await relayer.poll();
      const journey = relayer.journey(BigInt(sourceChainId), messageHash);
      if (journey?.steps.has("executed") !== true)
        throw pluginError(
          `${messageTitle(info, message)} cannot be delivered: ${journey?.refusal ?? "its chain went back to an earlier state"}`,
        );
    }
    const transactionHash =
      before?.transactionHash ??
      (relayer.journey(BigInt(sourceChainId), messageHash)?.steps.get("executed")?.transactionHash as Hex);
    const delivered = { ...message, steps: [{ step: "executed", chainId: destinationChainId, transactionHash }] };
    const failure = await callFailure(session, delivered);
    const verb = before === undefined ? "delivered" : "it was delivered before";
    output.result(
      () =>
        `${messageTitle(info, message)}: ${verb} on ${memberName(info, destinationChainId)} (${transactionHash})${failure === undefined ? "" : `, but ${failure}`}`,
      {
        messageHash,
        sourceChainId,
        destinationChainId,
        transactionHash,
        deliveredNow: before === undefined,
        ...(failure === undefined ? {} : { failure }),
      },
    );
  });

/**
 * Puts root and message into the destination's queue on L1. Resolves with true if nothing more was requested,
 * else after the destination has executed both.
 */
async function queueOnL1(
  session: Session,
  relayer: Relayer,
  { message, account, noWait }: { readonly message: MessageInfo; readonly account: Hex; readonly noWait: boolean },
): Promise<boolean> {
  const { info, output } = session;
  const { messageHash, sourceChainId, destinationChainId } = message;
  const journeyNow = (): Journey | undefined => relayer.journey(BigInt(sourceChainId), messageHash);
  const waiting = `${memberName(info, sourceChainId)}'s batch with it is not executed on ${layerOf(info, sourceChainId).name}`;
  await untilJourney(session, relayer, {
    isDone: () => journeyNow()?.steps.has("inTransactionRoot") === true,
    waiting,
    message,
    noWait,
  });
  output.progress(`queueing ${messageTitle(info, message)} on ${info.l1.name} from ${account}…`);
  const journey = journeyNow();
  const request = { chain: sourceChainId, messageHash, rootIndex: journey && rootOf(journey) };
  const queued = await forceDelivery(info, request, signerOf(session, { chainId: info.l1.chainId, account }));
  const { rootTransactionHash, deliveryTransactionHash, l1TransactionHash } = queued;
  if (noWait) {
    const destination = memberName(info, destinationChainId);
    output.result(
      () =>
        `${messageTitle(info, message)} is in ${destination}'s queue (${l1TransactionHash}); it will be delivered in ${deliveryTransactionHash}`,
      { messageHash, sourceChainId, ...queued, transactionHash: deliveryTransactionHash, deliveredNow: false },
    );
    return true;
  }
  for (const hash of [rootTransactionHash, deliveryTransactionHash]) {
    if (hash !== undefined) await waitForTransaction(session, destinationChainId, hash);
  }
  await relayer.observe();
  return false;
}

/** Throws a plugin error for a message that no chain waits for. */
function requireDeliverable({ info }: Session, { type, messageHash, sourceChainId }: MessageInfo): void {
  const chain = memberName(info, sourceChainId);
  if (type === "withdrawal")
    throw pluginError(
      `${messageHash} is a withdrawal: 'npx hardhat hyperchain:claim ${chain} ${messageHash}' claims it on ${info.l1.name}`,
    );
  if (type === "l1Call")
    throw pluginError(
      `${messageHash} is a call on ${info.l1.name}: 'npx hardhat hyperchain:claim ${chain} ${messageHash}' has it made`,
    );
  if (type === "l1Message")
    throw pluginError(
      `${messageHash} is a message to a contract on ${info.l1.name}: 'npx hardhat hyperchain:claim ${chain} ${messageHash}' delivers it`,
    );
  if (type === "message")
    throw pluginError(`${messageHash} is a message of ${chain} to ${info.l1.name} itself; no chain takes it`);
}

/** Waits until the destination has a root that holds the message. Throws a plugin error where that must not be waited for. */
async function untilImported(session: Session, relayer: Relayer, message: MessageInfo, noWait: boolean): Promise<void> {
  const waiting = `${memberName(session.info, message.destinationChainId)} has not imported a root that holds it`;
  const isDone = (): boolean => {
    const journey = relayer.journey(BigInt(message.sourceChainId), message.messageHash);
    return journey?.imported !== undefined || journey?.sentTooEarly !== undefined;
  };
  await untilJourney(session, relayer, { isDone, waiting, message, noWait });
}

export default action;
