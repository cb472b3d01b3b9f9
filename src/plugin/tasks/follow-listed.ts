import { findSentList, listsOf } from "../../client/transfer-list.ts";
import type { Hex } from "../../protocol/hex.ts";
import { hintFor } from "./follow-message.ts";
import { createProgressWait } from "./progress-wait.ts";
import type { Session } from "./session.ts";

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

/** The first list of a transaction and its chain; undefined for a hash of anything else. */
export async function listOfTransaction(
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
