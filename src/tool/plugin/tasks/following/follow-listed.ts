import { memberName } from "../../../../ecosystem/client/ecosystem/ecosystem.ts";
import { findSentList, listsOf } from "../../../../ecosystem/client/transfers/transfer-list.ts";
import type { Hex } from "../../../../ground/protocol/hex.ts";
import { pluginError } from "../../plugin-error.ts";
import { hintFor } from "./follow-message.ts";
import { createProgressWait } from "../session/progress-wait.ts";
import type { Session } from "../session/session.ts";

const WAITING = "the sender's batch is sealed, and sends its lists";

/** Waits until a list leaves with its batch; resolves with its message's hash, by which it is followed. */
export async function untilListed(session: Session, chainId: number, list: Hex): Promise<Hex> {
  const patience = createProgressWait(session);
  for (;;) {
    const sent = await findSentList(session.provider(chainId), list);
    if (sent !== undefined) return sent.messageHash;
    await patience.wait(`waiting until ${WAITING}${hintFor(WAITING)}`);
  }
}

/**
 * The hash by which a message is followed: the given one where it names a message or a transaction that sent one, else that of
 * the list into which the transaction put a transfer. Lists come second, since a token that is sent may put something into one.
 * Throws a plugin error for a list that has not left, unless it is to be waited for.
 */
export async function messageOf(session: Session, hash: Hex, noWait: boolean): Promise<Hex> {
  if ((await session.request("hyperchain_message", hash)) !== null) return hash;
  const listing = await listOfTransaction(session, hash);
  if (listing === undefined) return hash;
  const { chainId, list } = listing;
  if (!noWait) return untilListed(session, chainId, list);
  const sent = await findSentList(session.provider(chainId), list);
  if (sent !== undefined) return sent.messageHash;
  throw pluginError(
    `${hash} put its transfer into a list, which leaves with the batch of ${memberName(session.info, chainId)}: it has no message before; ` +
      "'npx hardhat hyperchain:settle' seals open batches now",
  );
}

/** The first list of a transaction and its chain; undefined for a hash of anything else. */
async function listOfTransaction(
  { info, provider }: Session,
  hash: Hex,
): Promise<{ readonly chainId: number; readonly list: Hex } | undefined> {
  for (const { chainId, stopped } of info.chains) {
    const receipt = stopped === true ? null : await provider(chainId).getTransactionReceipt(hash);
    const [list] = receipt === null ? [] : listsOf(receipt.logs);
    if (list !== undefined) return { chainId, list };
  }
  return undefined;
}
