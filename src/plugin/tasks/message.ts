import type { NewTaskActionFunction } from "hardhat/types/tasks";
import { memberName } from "../../client/ecosystem.ts";
import { findSentList } from "../../client/transfer-list.ts";
import type { Hex } from "../../protocol/hex.ts";
import { pluginError } from "../plugin-error.ts";
import { readHash } from "./arguments.ts";
import type { EcosystemArguments } from "./arguments.ts";
import { callFailure } from "./call-failure.ts";
import { messageTitle, stepLine, stuckLine } from "./event-lines.ts";
import { findMessage, followMessage } from "./follow-message.ts";
import { listOfTransaction, untilListed } from "./follow-listed.ts";
import { withEcosystem } from "./session.ts";
import type { Session } from "./session.ts";

interface MessageArguments extends EcosystemArguments {
  readonly hash: string;
  readonly noWait: boolean;
}

/** `hyperchain:message`: each step of one message, until its import is settled. */
const action: NewTaskActionFunction<MessageArguments> = (args, hre) =>
  withEcosystem(args, hre, async (session) => {
    const { info, output } = session;
    const hash = await messageOf(session, readHash(args.hash), args.noWait);
    const message = args.noWait ? await findMessage(session, hash) : await followMessage(session, hash, "importSettled");
    const failure = await callFailure(session, message);
    output.result(
      () => {
        const steps = args.noWait ? message.steps.map((step) => stepLine(info, message, step)) : [];
        if (message.stuck !== undefined) return [...steps, stuckLine(info, { ...message, ...message.stuck })].join("\n");
        const done = message.sentTooEarly === undefined ? "every step is done" : message.refusal;
        const standing = message.waitingFor === undefined ? done : `waiting until ${message.waitingFor}`;
        return [
          ...steps,
          `${messageTitle(info, message)}: ${failure === undefined ? standing : `${standing}, but ${failure}`}`,
        ].join("\n");
      },
      { ...message, ...(failure === undefined ? {} : { failure }) },
    );
  });

/** Of a transaction that listed a transfer the list's message, else the hash. Throws a plugin error before the list leaves. */
async function messageOf(session: Session, hash: Hex, noWait: boolean): Promise<Hex> {
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

export default action;
