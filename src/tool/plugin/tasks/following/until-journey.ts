import { memberName } from "../../../../ecosystem/client/ecosystem/ecosystem.ts";
import type { MessageInfo } from "../../../../ecosystem/devnet/view/books/ecosystem-info.ts";
import type { Relayer } from "../../../../ecosystem/relayer/relayer.ts";
import { pluginError } from "../../plugin-error.ts";
import { createProgressWait } from "../session/progress-wait.ts";
import type { Session } from "../session/session.ts";

/** Looks at the message until it is so far, and tells what it waits for. */
export async function untilJourney(
  session: Session,
  relayer: Relayer,
  {
    isDone,
    waiting,
    message: { messageHash, sourceChainId },
    noWait,
  }: {
    readonly isDone: () => boolean;
    readonly waiting: string;
    readonly message: Pick<MessageInfo, "messageHash" | "sourceChainId">;
    readonly noWait: boolean;
  },
): Promise<void> {
  const settle = `'npx hardhat hyperchain:settle ${memberName(session.info, sourceChainId)}' settles the open batch now`;
  const patience = createProgressWait(session);
  for (;;) {
    await relayer.observe();
    if (isDone()) return;
    if (noWait) throw pluginError(`${messageHash} cannot be delivered yet: ${waiting}; ${settle}`);
    await patience.wait(`waiting: ${waiting}; ${settle}`);
  }
}
