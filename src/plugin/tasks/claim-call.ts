import { memberName } from "../../client/ecosystem.ts";
import { executeL1Call } from "../../client/l1-calls.ts";
import type { Hex } from "../../protocol/hex.ts";
import { pluginError } from "../plugin-error.ts";
import type { Place } from "./accounts.ts";
import { whenExecuted } from "./claim-withdrawal.ts";
import type { Claimed } from "./claim-withdrawal.ts";
import type { Session } from "./session.ts";

/**
 * Waits until a call on L1 can be made and has it made; resolves with the transaction, which another account may have been
 * faster with. Throws ClientError Failed with the reason where it reverts, a plugin error where it is over.
 */
export async function claimCall(
  session: Session,
  { chainId, sender, messageHash }: { readonly chainId: number; readonly sender: Hex; readonly messageHash: Hex },
  payer: Place,
): Promise<Claimed> {
  const { info } = session;
  const name = { chain: chainId, sender, messageHash };
  const names = await session.names();
  const made = await whenExecuted(session, chainId, payer, (signer, view) => executeL1Call(info, name, signer, view, names));
  if (made.state === "executed" || made.state === "executedBefore")
    return { transactionHash: made.l1TransactionHash, isOfBefore: made.state === "executedBefore" };
  const why = made.state === "canceled" ? "its sender has canceled it" : "it was not made in its time";
  throw pluginError(
    `the call ${messageHash} of ${memberName(info, chainId)} is not made any more: ${why}; send it again if it is still wanted`,
  );
}
