import type { Hex } from "../../../../ground/protocol/hex.ts";
import type { MessageInfo } from "../../../../ecosystem/devnet/view/books/ecosystem-info.ts";
import { JsonRpcError } from "../../discovery/json-rpc.ts";
import { pluginError } from "../../plugin-error.ts";
import { stepLine, stuckLine } from "../session/event-lines.ts";
import { createProgressWait, untilNextLook } from "../session/progress-wait.ts";
import type { Session } from "../session/session.ts";
import { StepNews } from "../session/step-news.ts";

/** Looks in a row that may fail: a minute where each waits for a silent member, seconds where L1 refuses each at once. */
const MOST_BLIND_LOOKS = 20;

/**
 * Tells each step of a message until the last one that is asked for, or its last, and resolves with the message as it
 * stands then. Throws a plugin error for a message that its destination refuses, and for a hash that names none.
 */
export async function followMessage(session: Session, hash: Hex, until: string): Promise<MessageInfo> {
  const { info, output } = session;
  const patience = createProgressWait(session);
  const unseen = new StepNews();
  for (;;) {
    const message = await lookAt(session, hash);
    const news = unseen.next(hash, message.steps);
    for (const step of news) output.progress(stepLine(info, message, step));
    if (news.length > 0) patience.news();
    if (message.waitingFor === undefined || message.steps.some(({ step }) => step === until)) return message;
    // Relayers of others deliver what this ecosystem's own does not, and what L1 pays or calls waits for its claim.
    if (message.refusal !== undefined && message.stuck !== undefined)
      throw pluginError(stuckLine(info, { ...message, ...message.stuck }));
    if (message.ready !== undefined) return message;
    const help = message.stuck === undefined ? hintFor(message.waitingFor) : `; ${message.stuck.why}: ${message.stuck.help}`;
    await patience.wait(`waiting until ${message.waitingFor}${help}`);
  }
}

/** The message as it stands. A member that works hard is silent for a while, and is asked again. */
async function lookAt(session: Session, hash: Hex): Promise<MessageInfo> {
  for (let failed = 1; ; ++failed) {
    try {
      return await findMessage(session, hash);
    } catch (error) {
      if (!(error instanceof JsonRpcError)) throw error;
      const blind = `the progress of ${hash} is unavailable (${error.message})`;
      // It may be sent already: sending it again would send it twice.
      if (failed === MOST_BLIND_LOOKS)
        throw pluginError(`${blind}; look again with 'npx hardhat hyperchain:message ${hash}'`, error);
      if (failed === 1) session.output.progress(`${blind}; looking again…`);
      await untilNextLook();
    }
  }
}

/**
 * Hint for a message with this pending condition. Settling has no effect on one that waits for a relayer or
 * an import.
 */
export function hintFor(waitingFor: string): string {
  return /batch/.test(waitingFor) ? "; 'npx hardhat hyperchain:settle' settles open batches now" : "";
}

/** The message that a hash names, as it stands after all that was done before. Throws a plugin error where there is none. */
export async function findMessage({ request }: Pick<Session, "request">, hash: string): Promise<MessageInfo> {
  const message = (await request("hyperchain_message", hash, null, { fresh: true })) as MessageInfo | null;
  if (message !== null) return message;
  throw pluginError(
    `no message and no transaction with a message has the hash ${hash}; take it from what hyperchain:send or hyperchain:call printed`,
  );
}
