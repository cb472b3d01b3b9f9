import type { NewTaskActionFunction } from "hardhat/types/tasks";
import { findChain } from "../../../client/ecosystem/ecosystem.ts";
import type { EcosystemInfo, EcosystemStatus, SettledBatchInfo } from "../../../devnet/view/books/ecosystem-info.ts";
import { pluginError } from "../../plugin-error.ts";
import { batchLine, layerOf } from "../session/event-lines.ts";
import { waitWithProgress } from "../session/progress-wait.ts";
import { withEcosystem, type Session } from "../session/session.ts";
import type { runningTasks } from "../arguments/running.ts";
import type { ArgumentsOf } from "../arguments/shared.ts";

type SettleArguments = ArgumentsOf<(typeof runningTasks)["settle"]>;

/** `hyperchain:settle`: seals the open batches and waits until L1 has executed them. */
const action: NewTaskActionFunction<SettleArguments> = (args, hre) =>
  withEcosystem(args, hre, "acts", async (session) => {
    const { info, output, request } = session;
    const chain = args.chain === "" ? undefined : findChain(info, args.chain);
    const settled = chain === undefined ? info.chains : info.chains.filter(({ chainId }) => chainId === chain.chainId);
    if (args.execution && settled.every(({ execution }) => execution === undefined))
      throw pluginError(
        `no execution is proven of ${settled.map(({ name }) => name).join(", ")}, so --execution would wait for nothing; leave it out, or spawn with --execution proven`,
      );
    output.progress(`settling ${chain?.name ?? info.chains.map(({ name }) => name).join(", ")}…`);
    const batches = (await waitWithProgress(
      session,
      request("hyperchain_settle", chain?.chainId ?? null, ...(args.execution ? [{ execution: true }] : [])),
    )) as readonly SettledBatchInfo[];
    const sentences = args.execution ? await provenSentences(session, settled) : [];
    output.result(
      () =>
        [
          ...(batches.length === 0 ? [`nothing to settle: ${layersOf(info, settled)} executed every batch`] : []),
          ...batches.map((batch) => batchLine(info, batch)),
          ...sentences,
        ].join("\n"),
      batches,
    );
  });

/** What the chains settle on, with its verb. */
function layersOf(info: EcosystemInfo, settled: EcosystemInfo["chains"]): string {
  const names = [...new Set(settled.map((chain) => layerOf(info, chain.chainId).name))];
  return `${names.join(" and ")} ${names.length === 1 ? "has" : "have"}`;
}

/** What is proven now of the chains' execution. */
async function provenSentences({ request }: Session, settled: EcosystemInfo["chains"]): Promise<readonly string[]> {
  const { chains } = (await request("hyperchain_status")) as EcosystemStatus;
  return chains.flatMap(({ name, chainId, execution }) =>
    execution !== undefined && settled.some((chain) => chain.chainId === chainId) ? [`${name}: ${execution.sentence}`] : [],
  );
}

export default action;
