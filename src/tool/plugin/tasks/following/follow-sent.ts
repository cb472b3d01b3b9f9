import type { Sent } from "../../../../ecosystem/client/transfers/send.ts";
import type { Hex } from "../../../../ground/protocol/hex.ts";
import type { AccountPlace } from "../session/accounts.ts";
import { claimWithdrawal } from "./claim-withdrawal.ts";
import { followMessage } from "./follow-message.ts";
import type { Session } from "../session/session.ts";
import { waitForTransaction } from "./wait-for-transaction.ts";

/** Progress of a send. */
interface Arrival {
  readonly arrived: boolean;
  readonly steps: readonly unknown[];
  readonly claimTransactionHash?: Hex | null;
}

/** Send whose arrival is awaited. */
type SentSomehow = Pick<Sent, "type" | "transactionHash" | "messageHash" | "destinationChainId">;

/** Waits until a send has arrived, as its route needs it; a withdrawal is claimed, by the sender. */
export async function followSent(session: Session, sent: SentSomehow, from: AccountPlace, noWait: boolean): Promise<Arrival> {
  if (sent.type === "payment") return { arrived: true, steps: [] };
  if (noWait) return { arrived: false, steps: [] };
  if (sent.type === "deposit") {
    session.output.progress(`queued on ${session.info.l1.name} (${sent.transactionHash})`);
    await waitForTransaction(session, sent.destinationChainId, sent.messageHash);
    return { arrived: true, steps: [] };
  }
  if (sent.type === "transfer")
    return { arrived: true, steps: (await followMessage(session, sent.messageHash, "executed")).steps };
  const payer = { ...from, chainId: session.info.l1.chainId };
  const { transactionHash } = await claimWithdrawal(session, from.chainId, sent.messageHash, payer);
  return { arrived: true, steps: [], claimTransactionHash: transactionHash ?? null };
}
