import type { NewTaskActionFunction } from "hardhat/types/tasks";
import { findChain } from "../../../../ecosystem/client/ecosystem/ecosystem.ts";
import type { EcosystemInfo, SettledBatchInfo } from "../../../../ecosystem/devnet/view/books/ecosystem-info.ts";
import { batchLine, layerOf } from "../session/event-lines.ts";
import { waitWithProgress } from "../session/progress-wait.ts";
import { withEcosystem } from "../session/session.ts";
import type { runningTasks } from "../arguments/running.ts";
import type { ArgumentsOf } from "../arguments/shared.ts";

type SettleArguments = ArgumentsOf<(typeof runningTasks)["settle"]>;

/** `hyperchain:settle`: seals the open batches and waits until L1 has executed them. */
const action: NewTaskActionFunction<SettleArguments> = (args, hre) =>
  withEcosystem(args, hre, "acts", async (session) => {
    const { info, output, request } = session;
    const chain = args.chain === undefined ? undefined : findChain(info, args.chain);
    const settled = chain === undefined ? info.chains : info.chains.filter(({ chainId }) => chainId === chain.chainId);
    output.progress(`settling ${chain?.name ?? info.chains.map(({ name }) => name).join(", ")}…`);
    const batches = (await waitWithProgress(
      session,
      request("hyperchain_settle", chain?.chainId ?? null),
    )) as readonly SettledBatchInfo[];
    output.result(
      () =>
        [
          ...(batches.length === 0 ? [`nothing to settle: ${layersOf(info, settled)} executed every batch`] : []),
          ...batches.map((batch) => batchLine(info, batch)),
        ].join("\n"),
      batches,
    );
  });

/** Settlement layers of the chains, with the verb. */
function layersOf(info: EcosystemInfo, settled: EcosystemInfo["chains"]): string {
  const names = [...new Set(settled.map((chain) => layerOf(info, chain.chainId).name))];
  return `${names.join(" and ")} ${names.length === 1 ? "has" : "have"}`;
}

export default action;
