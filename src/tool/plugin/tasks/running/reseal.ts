import type { NewTaskActionFunction } from "hardhat/types/tasks";
import { findChain } from "../../../../ecosystem/client/ecosystem/ecosystem.ts";
import type { ResealInfo } from "../../../../ecosystem/devnet/view/books/ecosystem-info.ts";
import { wholeNumber } from "../../../../ecosystem/options/fields/values.ts";
import { readNumber } from "../session/arguments.ts";
import { resealLines } from "../session/event-lines.ts";
import { waitWithProgress } from "../session/progress-wait.ts";
import { withEcosystem } from "../session/session.ts";
import type { runningTasks } from "../arguments/running.ts";
import type { ArgumentsOf } from "../arguments/shared.ts";

type ResealArguments = ArgumentsOf<(typeof runningTasks)["reseal"]>;

const BATCH_NUMBER = wholeNumber(0, Number.MAX_SAFE_INTEGER, 1);

/** `hyperchain:reseal`: rebuilds batches of a chain that L1 has not executed. */
const action: NewTaskActionFunction<ResealArguments> = (args, hre) =>
  withEcosystem(args, hre, "acts", async (session) => {
    const { info, output, request } = session;
    const chain = findChain(info, args.chain);
    const fromBatch = readNumber("fromBatch", args.fromBatch, BATCH_NUMBER);
    output.progress(`forming the batches of ${chain.name} again…`);
    const done = (await waitWithProgress(
      session,
      request("hyperchain_reseal", chain.chainId, ...(fromBatch === undefined ? [] : [fromBatch])),
    )) as ResealInfo;
    output.result(() => resealLines(info, done), done);
  });

export default action;
