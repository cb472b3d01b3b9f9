import type { NewTaskActionFunction } from "hardhat/types/tasks";
import { memberName } from "../../client/ecosystem.ts";
import type { ActivityBlock, ActivityTransaction } from "../../devnet/view/activity.ts";
import { activityLine } from "./activity-lines.ts";
import type { EcosystemArguments } from "./arguments.ts";
import { ActivityFollower } from "./follow-activity.ts";
import { warning } from "./output.ts";
import { withEcosystem } from "./session.ts";
import type { Session } from "./session.ts";
import { closeAndExit, nextSignal } from "./until-signal.ts";

interface LogsArguments extends EcosystemArguments {
  readonly follow: boolean;
  readonly all: boolean;
}

/** A look is a question of some blocks; the page is told, and asks as often as there are blocks. */
const LOOK_MS = 200;

/** `hyperchain:logs`: what happens on all members, as the page's live feed has it. */
const action: NewTaskActionFunction<LogsArguments> = (args, hre) =>
  withEcosystem(args, hre, "reads", async (session) => {
    const ask = (ranges?: readonly unknown[]): Promise<readonly ActivityBlock[]> =>
      session.request("hyperchain_activity", ...(ranges === undefined ? [] : [ranges])) as Promise<readonly ActivityBlock[]>;
    const follower = new ActivityFollower(ask);
    const look = async (): Promise<void> => {
      const { blocks, wentBack } = await follower.look();
      for (const chainId of wentBack)
        session.output.progress(warning(`${memberName(session.info, chainId)} has returned to an earlier state`));
      tell(session, blocks, args);
    };
    await look();
    if (!args.follow) return;
    const signal = nextSignal().then(() => "ended" as const);
    // A timer that keeps the process alive: nothing else here does.
    const turn = (): Promise<void> => look().then(() => new Promise((resolve) => setTimeout(resolve, LOOK_MS)));
    while ((await Promise.race([signal, turn()])) !== "ended");
    await closeAndExit(
      () => Promise.resolve(),
      () => undefined,
    );
  });

function tell({ info, output }: Session, blocks: readonly ActivityBlock[], { all }: Pick<LogsArguments, "all">): void {
  const isTold = ({ by }: ActivityTransaction): boolean => all || by === "user";
  for (const block of blocks)
    for (const transaction of block.transactions.filter(isTold)) {
      const { transactions: _, ...place } = block;
      output.result(() => activityLine(info, block, transaction), { ...place, ...transaction });
    }
}

export default action;
