import type { NewTaskActionFunction } from "hardhat/types/tasks";
import type { MessageInfo } from "../../../../ecosystem/devnet/view/books/ecosystem-info.ts";
import { readHash } from "../session/arguments.ts";
import { callFailure } from "../session/call-failure.ts";
import { messageTitle, readyLine, stepLine, stuckLine } from "../session/event-lines.ts";
import { findMessage, followMessage } from "./follow-message.ts";
import { messageOf } from "./follow-listed.ts";
import { followQueued, journeyText, queuedBy, type DownwardJourney } from "./follow-queued.ts";
import { notLeft, onwardHops, onwardMoney, type OnwardHop } from "./onward-hops.ts";
import { withEcosystem, type Session } from "../session/session.ts";
import type { followingTasks } from "../arguments/following.ts";
import type { ArgumentsOf } from "../arguments/shared.ts";

type MessageArguments = ArgumentsOf<(typeof followingTasks)["message"]>;

/** `hyperchain:message`: each step of one message, until its import is settled; of what a layer sends to a chain too. */
const action: NewTaskActionFunction<MessageArguments> = (args, hre) =>
  withEcosystem(args, hre, "reads", async (session) => {
    const { info, output } = session;
    const given = readHash(args.hash);
    // The queue comes second: what a claim on L1 queues is a step of the message that it claims.
    const queued = (await session.request("hyperchain_message", given)) === null ? await queuedBy(session, given) : [];
    if (queued.length > 0) return tellQueued(session, await followQueued(session, queued, args.noWait));
    const hash = await messageOf(session, given, args.noWait);
    const message = args.noWait ? await findMessage(session, hash) : await followMessage(session, hash, "importSettled");
    const failure = await callFailure(session, message);
    const onward = await onwardHops(session, message);
    output.result(
      () => {
        const steps = args.noWait ? message.steps.map((step) => stepLine(info, message, step)) : [];
        const further = onward.map((hop) => hopText(session, hop));
        const fee = message.fee === undefined || message.stuck !== undefined ? [] : [feeLine(message.fee)];
        return [...steps, standingLine(session, message, failure), ...fee, ...further].join("\n");
      },
      { ...message, ...(failure === undefined ? {} : { failure }), ...(onward.length === 0 ? {} : { onward }) },
    );
  });

/** Prints operations from a layer to chains, and their later hops. */
async function tellQueued(session: Session, journeys: readonly DownwardJourney[]): Promise<void> {
  const told = await Promise.all(
    journeys.map(async (journey) => ({ journey, onward: await onwardMoney(session, journey.steps) })),
  );
  session.output.result(
    () =>
      told
        .flatMap(({ journey, onward }) => [journeyText(session, journey), ...onward.map((hop) => hopText(session, hop))])
        .join("\n"),
    { messages: told.map(({ journey, onward }) => (onward.length === 0 ? journey : { ...journey, onward })) },
  );
}

/** A hop behind the first, with all its steps. */
function hopText(session: Session, hop: OnwardHop): string {
  if (hop.by === "none") return notLeft(session, hop.chainId);
  if (hop.by === "queue") return journeyText(session, hop.operation);
  const { info } = session;
  const { message } = hop;
  const steps = message.steps.map((step) => stepLine(info, message, step));
  return [...steps, standingLine(session, message, message.failed?.why)].join("\n");
}

/** Line with what a message waits for, or with its end. */
function standingLine({ info }: Session, message: MessageInfo, failure: string | undefined): string {
  if (message.ready !== undefined) return readyLine(info, { ...message, ...message.ready });
  if (message.stuck !== undefined) return stuckLine(info, { ...message, ...message.stuck });
  const title = messageTitle(info, message);
  if (failure !== undefined) return `${title} has failed: ${failure}`;
  return `${title}: ${message.waitingFor === undefined ? outcome(message) : `waiting until ${message.waitingFor}`}`;
}

function feeLine(fee: string): string {
  return `  its fee for the account that delivers it: ${fee} (smallest units of what it carries)`;
}

/** Outcome of a message that waits for nothing. */
function outcome({ ended, sentTooEarly, refusal }: MessageInfo): string {
  if (ended !== undefined) return `it has ${ended}: ${refusal ?? ""}; send it again if it is still wanted`;
  return sentTooEarly === undefined ? "every step is done" : (refusal ?? "");
}

export default action;
