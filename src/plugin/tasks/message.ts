import type { NewTaskActionFunction } from "hardhat/types/tasks";
import type { Hex } from "../../protocol/hex.ts";
import { pluginError } from "../plugin-error.ts";
import type { EcosystemArguments } from "./arguments.ts";
import { callFailure } from "./call-failure.ts";
import { messageTitle, stepLine } from "./event-lines.ts";
import { findMessage, followMessage } from "./follow-message.ts";
import { withEcosystem } from "./session.ts";

interface MessageArguments extends EcosystemArguments {
  readonly hash: string;
  readonly noWait: boolean;
}

/** `hyperchain:message`: each step of one message, until its import is settled. */
const action: NewTaskActionFunction<MessageArguments> = (args, hre) =>
  withEcosystem(args, hre, async (session) => {
    const { info, output } = session;
    if (!/^0x[0-9a-fA-F]{64}$/.test(args.hash)) throw pluginError(`'${args.hash}' is no hash: 0x and 64 hex digits`);
    const message = args.noWait ? await findMessage(session, args.hash) : await followMessage(session, args.hash as Hex, "importSettled");
    const failure = await callFailure(session, message);
    output.result(() => {
      const steps = args.noWait ? message.steps.map((step) => stepLine(info, message, step)) : [];
      const next = message.refusal ?? message.waitingFor;
      const standing = next === undefined ? "every step is done" : `waiting until ${next}`;
      return [...steps, `${messageTitle(info, message)}: ${failure === undefined ? standing : `${standing}, but ${failure}`}`].join("\n");
    }, { ...message, ...(failure === undefined ? {} : { failure }) });
  });

export default action;
