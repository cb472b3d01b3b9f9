import { memberName } from "../../../../ecosystem/client/ecosystem/ecosystem.ts";
import { forceDelivery } from "../../../../ecosystem/client/transfers/force-delivery.ts";
import type { MessageInfo } from "../../../../ecosystem/devnet/view/books/ecosystem-info.ts";
import type { Hex } from "../../../../ground/protocol/hex.ts";
import { rootOf, type Journey } from "../../../../ecosystem/relayer/journey.ts";
import type { Relayer } from "../../../../ecosystem/relayer/relayer.ts";
import { carriersOf } from "../../../../ecosystem/relayer/sent-too-early.ts";
import { pluginError } from "../../plugin-error.ts";
import { signerOf } from "../session/accounts.ts";
import { messageTitle } from "../session/event-lines.ts";
import { openRelayer } from "./own-relayer.ts";
import type { Session } from "../session/session.ts";
import { untilJourney } from "../following/until-journey.ts";
import { waitForTransaction } from "../following/wait-for-transaction.ts";

interface GiveBackOptions {
  /** One that L1 moved nothing for, or its refund. */
  readonly message: MessageInfo;
  /** Pays. */
  readonly account: Hex;
  readonly noWait: boolean;
  /** Through the queue of the chain that sent it, which must take it or stop. */
  readonly throughQueue: boolean;
}

/**
 * Refunds the assets of a message to its senders on the sending chain. Throws a plugin error if the chain
 * refuses.
 */
export async function giveBack(session: Session, { message, account, noWait, throughQueue }: GiveBackOptions): Promise<void> {
  const { info, output } = session;
  const { messageHash, sourceChainId } = message;
  const isRefund = (journey: Journey): boolean =>
    journey.content.type === "refund" && namesOf(relayer, message).has(journey.messageHash);
  const relayer = openRelayer(session, { account, delivers: isRefund });
  const refunds = (): readonly Journey[] =>
    relayer.journeys().filter((journey) => journey.sourceChainId === BigInt(sourceChainId) && isRefund(journey));
  await relayer.observe();
  const open = refunds().filter(({ steps }) => !steps.has("executed"));
  if (open.length > 0 && throughQueue) {
    if (await queueOnL1(session, open, { message, account, noWait, throughQueue })) return;
    await relayer.observe();
  } else if (open.length > 0) {
    const waiting = `${memberName(info, sourceChainId)} has not imported a root that shows what L1 refused`;
    const isDone = (): boolean => refunds().every(({ imported }) => imported !== undefined);
    await untilJourney(session, relayer, { isDone, waiting, message, noWait });
    output.progress(`giving ${messageTitle(info, message)} back from ${account}…`);
    await relayer.poll();
  }
  const refused = refunds().find(({ steps }) => !steps.has("executed"));
  if (refused !== undefined)
    throw pluginError(`${refused.messageHash} cannot be refunded: ${refused.refusal ?? "the chain refused it"}`);
  const done = refunds().map((refund) => ({
    messageHash: refund.messageHash,
    transactionHash: refund.steps.get("executed")?.transactionHash as Hex,
  }));
  output.result(
    () =>
      `${messageTitle(info, message)}: what it carries ${open.length > 0 ? "is back" : "was given back before"} on ${memberName(info, sourceChainId)} (${done.map(({ transactionHash }) => transactionHash).join(", ")})`,
    { messageHash, sourceChainId, refunds: done, givenBackNow: open.length > 0 },
  );
}

/** Resolves with true if nothing more was requested, else after the chain has executed all refunds. */
async function queueOnL1(
  session: Session,
  refunds: readonly Journey[],
  { message, account, noWait }: GiveBackOptions,
): Promise<boolean> {
  const { info, output } = session;
  const { messageHash, sourceChainId } = message;
  output.progress(`queueing the refund of ${messageTitle(info, message)} on ${info.l1.name} from ${account}…`);
  const signer = signerOf(session, { chainId: info.l1.chainId, account });
  const queued = [];
  // The first brings the root for the others.
  let known: bigint | undefined;
  for (const refund of refunds) {
    const forced = await forceDelivery(
      info,
      { chain: sourceChainId, messageHash: refund.messageHash, rootIndex: rootOf(refund) ?? known },
      signer,
    );
    known = forced.rootIndex;
    queued.push({ ...forced, messageHash: refund.messageHash });
  }
  if (noWait) {
    const hashes = queued.map(({ deliveryTransactionHash }) => deliveryTransactionHash);
    output.result(
      () => `${messageTitle(info, message)}: its refund is in ${memberName(info, sourceChainId)}'s queue (${hashes.join(", ")})`,
      { messageHash, sourceChainId, queued, givenBackNow: false },
    );
    return true;
  }
  for (const { rootTransactionHash, deliveryTransactionHash } of queued) {
    for (const hash of [rootTransactionHash, deliveryTransactionHash])
      if (hash !== undefined) await waitForTransaction(session, sourceChainId, hash);
  }
  return false;
}

/** Hashes of the asset messages to refund. */
function namesOf(relayer: Relayer, { messageHash, sourceChainId }: MessageInfo): ReadonlySet<Hex> {
  const sent = relayer.journey(BigInt(sourceChainId), messageHash);
  return new Set(sent === undefined ? [messageHash] : carriersOf(sent));
}
