import type { TransactionReceipt } from "ethers";
import { memberName } from "../../../../ecosystem/client/ecosystem/ecosystem.ts";
import type { Hex } from "../../../../ground/protocol/hex.ts";
import { pluginError } from "../../plugin-error.ts";
import { layerOf } from "../session/event-lines.ts";
import { createProgressWait } from "../session/progress-wait.ts";
import type { Session } from "../session/session.ts";

/** Resolves when a member has included a transaction. Throws a plugin error where it failed there. */
export async function waitForTransaction(session: Session, chainId: number, hash: Hex): Promise<void> {
  const { status } = await includedOn(session, chainId, hash);
  if (status !== 1)
    throw pluginError(`transaction ${hash} was included on ${memberName(session.info, chainId)} but failed there`);
}

/** The receipt of a transaction, once a member has included it. */
export async function includedOn(session: Session, chainId: number, hash: Hex): Promise<TransactionReceipt> {
  const provider = session.provider(chainId);
  const patience = createProgressWait(session, [chainId]);
  for (;;) {
    const receipt = await provider.getTransactionReceipt(hash);
    if (receipt !== null) return receipt;
    await patience.wait(`waiting until ${memberName(session.info, chainId)} looks at ${layerOf(session.info, chainId).name}`);
  }
}
