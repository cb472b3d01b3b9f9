import { memberName } from "../../client/ecosystem.ts";
import type { Hex } from "../../protocol/hex.ts";
import { pluginError } from "../plugin-error.ts";
import { createProgressWait } from "./progress-wait.ts";
import type { Session } from "./session.ts";

/** Resolves when a member has included a transaction. Throws a plugin error where it failed there. */
export async function waitForTransaction(session: Session, chainId: number, hash: Hex): Promise<void> {
  const provider = session.provider(chainId);
  const patience = createProgressWait(session);
  for (;;) {
    const receipt = await provider.getTransactionReceipt(hash);
    if (receipt?.status === 1) return;
    const name = memberName(session.info, chainId);
    if (receipt !== null) throw pluginError(`transaction ${hash} was included on ${name} but failed there`);
    await patience.wait(`waiting until ${name} looks at L1`);
  }
}
