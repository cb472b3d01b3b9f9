import type { NewTaskActionFunction } from "hardhat/types/tasks";
import { findChain } from "../../client/ecosystem.ts";
import type { SettledBatchInfo } from "../../devnet/view/ecosystem-info.ts";
import type { EcosystemArguments } from "./arguments.ts";
import { batchLine } from "./event-lines.ts";
import { waitWithProgress } from "./progress-wait.ts";
import { withEcosystem } from "./session.ts";

interface SettleArguments extends EcosystemArguments {
  /** Empty for all. */
  readonly chain: string;
}

/** `hyperchain:settle`: seals the open batches and waits until L1 has executed them. */
const action: NewTaskActionFunction<SettleArguments> = (args, hre) =>
  withEcosystem(args, hre, async (session) => {
    const { info, output, request } = session;
    const chain = args.chain === "" ? undefined : findChain(info, args.chain);
    output.progress(`settling ${chain?.name ?? info.chains.map(({ name }) => name).join(", ")}…`);
    const batches = (await waitWithProgress(
      session,
      request("hyperchain_settle", ...(chain === undefined ? [] : [chain.chainId])),
    )) as readonly SettledBatchInfo[];
    output.result(
      () =>
        batches.length === 0
          ? "nothing to settle: L1 has executed every batch"
          : batches.map((batch) => batchLine(info, batch)).join("\n"),
      batches,
    );
  });

export default action;
