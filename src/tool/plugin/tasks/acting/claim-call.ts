import { memberName } from "../../../../ecosystem/client/ecosystem/ecosystem.ts";
import type { SentL1Call } from "../../../../ecosystem/client/calls/direct-call.ts";
import { executeL1Call } from "../../../../ecosystem/client/calls/l1-calls.ts";
import type { Hex } from "../../../../ground/protocol/hex.ts";
import { pluginError } from "../../plugin-error.ts";
import type { AccountPlace } from "../session/accounts.ts";
import { whenExecuted, type Claimed } from "../following/claim-withdrawal.ts";
import { sessionOf, type Session } from "../session/session.ts";

/** A call that was made, by which message, and the name of what it was made on. */
export interface ClaimedCall extends Claimed {
  readonly chainId: number;
  readonly messageHash: Hex;
  readonly layer: string;
}

/**
 * Executes calls on L1, each after the one before it: the account pays on the settlement layer of each call's
 * chain. Throws as `claimCall`.
 */
export async function claimCalls(session: Session, calls: readonly SentL1Call[], account: Hex): Promise<readonly ClaimedCall[]> {
  const claimed: ClaimedCall[] = [];
  for (const name of calls) {
    const here = sessionOf(session, name.chain);
    const made = await claimCall(here, name, { chainId: here.info.l1.chainId, account });
    claimed.push({ ...made, chainId: name.chain, messageHash: name.messageHash, layer: here.info.l1.name });
  }
  return claimed;
}

/**
 * Waits until a call on L1 is executable, and executes it; resolves with the transaction, which another
 * account may have sent first. Throws ClientError Failed with the reason if the call reverts, a plugin error
 * if it can no longer be executed.
 */
async function claimCall(session: Session, name: SentL1Call, payer: AccountPlace): Promise<Claimed> {
  const { info } = session;
  const { chain: chainId, messageHash } = name;
  const names = await session.names();
  const made = await whenExecuted(session, chainId, payer, (signer, view) => executeL1Call(info, name, signer, view, names));
  if (made.state === "executed" || made.state === "executedBefore")
    return { transactionHash: made.l1TransactionHash, isOfBefore: made.state === "executedBefore" };
  const why = made.state === "canceled" ? "its sender has canceled it" : "it was not made in its time";
  throw pluginError(
    `the call ${messageHash} of ${memberName(info, chainId)} can no longer be executed: ${why}; send it again if you still need it`,
  );
}
