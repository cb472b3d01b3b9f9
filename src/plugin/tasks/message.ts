import type { NewTaskActionFunction } from "hardhat/types/tasks";
import type { MessageInfo } from "../../devnet/view/ecosystem-info.ts";
import { readHash } from "./arguments.ts";
import type { EcosystemArguments } from "./arguments.ts";
import { callFailure } from "./call-failure.ts";
import { messageTitle, stepLine, stuckLine } from "./event-lines.ts";
import { findMessage, followMessage } from "./follow-message.ts";
import { messageOf } from "./follow-listed.ts";
import { queuedBy, tellQueued } from "./follow-queued.ts";
import { withEcosystem } from "./session.ts";

interface MessageArguments extends EcosystemArguments {
  readonly hash: string;
  readonly noWait: boolean;
}

/** `hyperchain:message`: each step of one message, until its import is settled; of what a layer sends to a chain too. */
const action: NewTaskActionFunction<MessageArguments> = (args, hre) =>
  withEcosystem(args, hre, "reads", async (session) => {
    const { info, output } = session;
    const given = readHash(args.hash);
    // The queue comes second: what a claim on L1 queues is a step of the message that it claims.
    const queued = (await session.request("hyperchain_message", given)) === null ? await queuedBy(session, given) : [];
    if (queued.length > 0) return tellQueued(session, queued, args.noWait);
    const hash = await messageOf(session, given, args.noWait);
    const message = args.noWait ? await findMessage(session, hash) : await followMessage(session, hash, "importSettled");
    const failure = await callFailure(session, message);
    output.result(
      () => {
        const steps = args.noWait ? message.steps.map((step) => stepLine(info, message, step)) : [];
        if (message.stuck !== undefined) return [...steps, stuckLine(info, { ...message, ...message.stuck })].join("\n");
        const standing = message.waitingFor === undefined ? outcome(message) : `waiting until ${message.waitingFor}`;
        return [
          ...steps,
          `${messageTitle(info, message)}: ${failure === undefined ? standing : `${standing}, but ${failure}`}`,
          ...(message.fee === undefined
            ? []
            : [`  its fee for the account that delivers it: ${message.fee} (smallest units of what it carries)`]),
        ].join("\n");
      },
      { ...message, ...(failure === undefined ? {} : { failure }) },
    );
  });

/** Of a message that waits for nothing. */
function outcome({ ended, sentTooEarly, refusal }: MessageInfo): string {
  if (ended !== undefined) return `it has ${ended}: ${refusal ?? ""}; send it again if it is still wanted`;
  return sentTooEarly === undefined ? "every step is done" : (refusal ?? "");
}

export default action;
