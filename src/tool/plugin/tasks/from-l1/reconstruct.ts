import * as v from "valibot";
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import type { NewTaskActionFunction } from "hardhat/types/tasks";
import { systemClock } from "../../../../ground/runtime/clock.ts";
import { withOperations } from "../../../../ecosystem/devnet/reconstruction/queued-operations.ts";
import type { Reconstruction } from "../../../../ecosystem/devnet/reconstruction/reconstruct.ts";
import { operateChain } from "../../../../ecosystem/devnet/reconstruction/operate-chain.ts";
import { startReconstructedChain } from "../../../../ecosystem/devnet/reconstruction/start-reconstructed-chain.ts";
import { connectHttp } from "../../../../ecosystem/devnet/relaying/relaying.ts";
import { l1Request } from "../../../../ecosystem/devnet/l1/request/l1-request.ts";
import { droppedInfo, summarize, type ReconstructionSummary } from "../../../../ecosystem/devnet/reconstruction/summary.ts";
import type { SettledBatch } from "../../../../chain/node/settling/settled-batch.ts";
import { layerName } from "../../../../ecosystem/devnet/view/books/layer-name.ts";
import { settledBatchInfo } from "../../../../ecosystem/devnet/view/batches/settled-info.ts";
import { confirmations as confirmationCount } from "../../../../ecosystem/options/fields/l1.ts";
import { port as portNumber } from "../../../../ecosystem/options/fields/serving.ts";
import { oneOf, privateKey } from "../../../../ecosystem/options/fields/values.ts";
import type { Hex } from "../../../../ground/protocol/hex.ts";
import { connectChain } from "../../start-ecosystem.ts";
import { pluginError } from "../../plugin-error.ts";
import { readNumber, readOption } from "../session/arguments.ts";
import { confirmationsOf, depthOn, L1_BLOCK, withChainOnL1 } from "./chain-on-l1.ts";
import { readLogs } from "./logs-file.ts";
import { waitLine, warning, type Output } from "../session/output.ts";
import { rebuildNamed } from "./rebuild-named.ts";
import { droppedText, reconstructionText } from "./reconstruction-text.ts";
import { closeAndExit, nextSignal } from "../session/until-signal.ts";
import type { fromL1Tasks } from "../arguments/from-l1.ts";
import type { ArgumentsOf } from "../arguments/shared.ts";

type ReconstructArguments = ArgumentsOf<(typeof fromL1Tasks)["reconstruct"]>;

/** Options of a chain for the operator that continues it, as in hyperchain:spawn. */
const RUNNING = { batchAgeMs: 2_000, minGasPriceWei: 1_000_000n } as const;

const LAST_BATCH = oneOf("executed", "verified", "committed");

/** `hyperchain:reconstruct`: a chain's state from L1's data alone, checked against the root that L1 executed. */
const action: NewTaskActionFunction<ReconstructArguments> = (args, hre) =>
  withChainOnL1(args, hre, args.operate ? "acts" : "reads", async (place) => {
    const { output } = place;
    const upTo = readOption("upTo", args.upTo, LAST_BATCH);
    const fromBlock = readNumber("fromBlock", args.fromBlock, L1_BLOCK);
    const port = readNumber("servePort", args.servePort, portNumber);
    if (args.dropOpenBatches && !args.operate)
      throw pluginError("--drop-open-batches reverts batches before the chain is continued: add --operate");
    const key = args.operate ? operatorKey(args) : undefined;
    const depth = readNumber("confirmations", args.confirmations, confirmationCount) ?? (await confirmationsOf(place));
    const options = {
      // An operator continues after the last committed batch.
      ...(upTo !== undefined ? { upTo } : key === undefined ? {} : { upTo: "committed" as const }),
      ...(fromBlock === undefined ? {} : { fromBlock }),
      confirmations: depth,
    };
    if (key !== undefined && place.hasNoNode) throw noNodeOfBase();
    const logs = args.operations === undefined ? [] : readLogs(args.operations);
    const rebuild = async (): Promise<Reconstruction> => withOperations(await rebuildNamed(place, options, hre), logs);
    const reconstruction = await rebuild();
    const summary = summarize(reconstruction);
    if (port === undefined) output.result(() => reconstructionText(summary), summary);
    else if (key === undefined)
      await serve(
        reconstruction,
        summary,
        { ...(place.hasNoNode ? {} : { l1Url: place.l1 }), port, writable: args.writable },
        hre,
        output,
      );
    else
      await operate(
        { reconstruction, rebuild },
        { l1Url: place.l1, key, port, confirmations: depthOn(place, depth), dropsOpenBatches: args.dropOpenBatches },
        hre,
        output,
      );
  });

function noNodeOfBase(): Error {
  return pluginError(
    "the chain continues on its base: with --operate, name a running node of the base, its operator's or one that continues from L1, as --settlement-url",
  );
}

function operatorKey({ servePort, writable }: ReconstructArguments): Hex {
  const key = process.env["HYPERCHAIN_PRIVATE_KEY"];
  if (servePort === undefined)
    throw pluginError("--operate serves the chain to its users: give it a --serve-port, 0 for any free one");
  if (writable) throw pluginError("--writable changes a copy, and --operate continues the chain itself; choose one");
  if (!v.is(privateKey, key))
    throw pluginError(
      "--operate needs the key of one of the chain's validators, or of any account where its order is L1's queue alone, which also pays on L1: set HYPERCHAIN_PRIVATE_KEY to it, 0x and 64 hex digits",
    );
  return key;
}

async function operate(
  { reconstruction, rebuild }: { readonly reconstruction: Reconstruction; readonly rebuild: () => Promise<Reconstruction> },
  {
    port,
    ...operating
  }: Pick<Parameters<typeof operateChain>[1], "l1Url" | "key" | "port" | "confirmations" | "dropsOpenBatches">,
  hre: HardhatRuntimeEnvironment,
  output: Output,
): Promise<void> {
  const { host, pollIntervalMs, proofs, prover, chains } = hre.config.hyperchains;
  const chainId = Number(reconstruction.contract.configuration.chainId);
  const pace = chains.find((each) => each.chainId === chainId)?.pace ?? {};
  const name = `chain ${chainId}`;
  const layer = layerName(chainId);
  const told: ((batch: SettledBatch) => void)[] = [];
  let dropped: ReturnType<typeof droppedInfo> | undefined;
  const chain = await operateChain(
    reconstruction,
    { ...RUNNING, ...operating, host, port, pollIntervalMs, proofs, prover, pace },
    {
      connect: connectChain(hre),
      clock: systemClock,
      rebuild,
      onDropped: (batches) => {
        dropped = droppedInfo(batches);
        output.progress(warning(droppedText(dropped)));
      },
      onUpdate(update) {
        if (update.type === "settled") told.forEach((tell) => tell(update.batch));
        else if (update.type === "waiting") output.progress(waitLine(name, update.reason));
      },
      onStop: (error) =>
        output.progress(warning(`${name} has stopped: ${error instanceof Error ? error.message : String(error)}`)),
    },
  );
  const summary = summarize(chain.reconstruction);
  const joining = chain.fleet === undefined ? "" : `\nworkers join its prover at ${chain.fleet.url}`;
  output.result(() => `${reconstructionText(summary)}\n\nserved at ${chain.url} by its new operator; Ctrl-C ends it.${joining}`, {
    ...summary,
    url: chain.url,
    ...(chain.fleet === undefined ? {} : { fleet: chain.fleet.url }),
    ...(dropped === undefined ? {} : { dropped }),
  });
  told.push((settled) => {
    const batch = settledBatchInfo(BigInt(chainId), settled);
    output.result(
      () =>
        `${name} batch ${batch.batchNumber}: ${batch.transactions} ${batch.transactions === 1 ? "transaction" : "transactions"}, settled on ${layer}`,
      { batch },
    );
  });
  await nextSignal();
  await closeAndExit(
    () => chain.close(),
    (error) => output.progress(String(error)),
  );
}

async function serve(
  reconstruction: Reconstruction,
  summary: ReconstructionSummary,
  { l1Url, port, writable }: { readonly l1Url?: string; readonly port: number; readonly writable: boolean },
  hre: HardhatRuntimeEnvironment,
  output: Output,
): Promise<void> {
  const { host } = hre.config.hyperchains;
  const l1 = l1Url === undefined ? undefined : connectHttp(reconstruction.contract.settlementChainId, l1Request(l1Url));
  const chain = await startReconstructedChain(
    reconstruction,
    { host, port, writable },
    { connect: connectChain(hre), clock: systemClock, ...(l1 === undefined ? {} : { l1 }) },
  );
  output.result(
    () =>
      `${reconstructionText(summary)}\n\nserved at ${chain.url}${writable ? ", where transactions change a copy" : ", for reading"}; Ctrl-C ends it.`,
    { ...summary, url: chain.url },
  );
  await nextSignal();
  await closeAndExit(
    () => chain.close().finally(() => l1?.destroy()),
    (error) => output.progress(String(error)),
  );
}

export default action;
