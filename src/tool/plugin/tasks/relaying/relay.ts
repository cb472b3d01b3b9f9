import { setTimeout as pause } from "node:timers/promises";
import type { NewTaskActionFunction } from "hardhat/types/tasks";
import { messageInfo } from "../../../../ecosystem/devnet/view/books/message-info.ts";
import type { DeliveryPolicy } from "../../../../ecosystem/relayer/delivery-policy.ts";
import type { Journey } from "../../../../ecosystem/relayer/journey.ts";
import { describeRefusal } from "../../../../ecosystem/relayer/refusal.ts";
import { minRewardPercent as percent } from "../../../../ecosystem/options/fields/relayer.ts";
import { amount } from "../../../../ecosystem/options/fields/values.ts";
import { readNumber, readOption } from "../session/arguments.ts";
import { messageTitle, stepLine } from "../session/event-lines.ts";
import { openRelayers, relayerAccount } from "./own-relayer.ts";
import { warning } from "../session/output.ts";
import { withEcosystem } from "../session/session.ts";
import { closeAndExit, nextSignal } from "../session/until-signal.ts";
import type { relayingTasks } from "../arguments/relaying.ts";
import type { ArgumentsOf } from "../arguments/shared.ts";

type RelayArguments = ArgumentsOf<(typeof relayingTasks)["relay"]>;

/** Interval between polls of L1 and the chains. */
const LOOK_MS = 500;
/** A reward may be asked to be this many percent of the gas cost at most. */

/** `hyperchain:relay`: a relayer as its own process, which delivers what its policy pays for. */
const action: NewTaskActionFunction<RelayArguments> = (args, hre) =>
  withEcosystem(args, hre, "acts", async (session) => {
    const { info, output } = session;
    const account = relayerAccount(session, args.from);
    const refused = new Map<Journey, string>();
    let delivered = 0;
    let telling = false;
    const relayer = openRelayers(session, {
      account,
      policy: policyOf(args),
      onStep(journey, step, { chainId, transactionHash }) {
        if (step === "executed" && telling) delivered++;
        if (!telling || args.once) return;
        const message = messageInfo(journey);
        const done = { step, chainId: Number(chainId), transactionHash };
        const hasFailed = journey.failedWith !== undefined;
        const json = { message: message.messageHash, ...done, ...(hasFailed && step === "executed" ? { failed: true } : {}) };
        output.result(() => stepLine(info, message, done, hasFailed), json);
      },
    });
    const look = async (): Promise<void> => {
      await (args.once ? relayer.poll() : relayer.advance());
      for (const journey of relayer.journeys()) {
        if (journey.refusal === undefined || journey.steps.has("executed") || refused.get(journey) === journey.refusal) continue;
        refused.set(journey, journey.refusal);
        output.progress(`${messageTitle(info, messageInfo(journey))} is not delivered: ${journey.refusal}`);
      }
    };
    // What was delivered before is not news.
    await relayer.observe();
    telling = true;
    if (args.once) {
      await look();
      output.result(() => `${delivered} ${delivered === 1 ? "message" : "messages"} delivered, ${refused.size} refused`, {
        account,
        delivered,
        refused: refused.size,
      });
      return;
    }
    const names = info.chains.map(({ name }) => name);
    output.result(() => `relaying between ${names.join(", ")} from ${account}; Ctrl-C ends it`, { account, chains: names });
    let trouble = "";
    const tellTrouble = (error: unknown): void => {
      // An unavailable member only delays; each reason is printed once.
      const reason = describeRefusal(error);
      if (reason !== trouble) output.progress(warning(`waiting, and continuing automatically: ${reason}`));
      trouble = reason;
    };
    const signal = nextSignal().then(() => "ended" as const);
    // A timer that keeps the process alive: nothing else here does.
    const turn = async (): Promise<void> =>
      look()
        .catch(tellTrouble)
        .then(() => pause(LOOK_MS));
    while ((await Promise.race([signal, turn()])) !== "ended");
    await closeAndExit(
      () => Promise.resolve(),
      () => undefined,
    );
  });

/** Throws a plugin error for an option that says no number. */
function policyOf({ minRewardPercent, reserve }: RelayArguments): DeliveryPolicy {
  return {
    minRewardPercent: readNumber("minRewardPercent", minRewardPercent, percent),
    reserveWei: readOption("reserve", reserve, RESERVE),
  };
}

const RESERVE = amount("an amount such as 0.01");

export default action;
