import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import type { NewTaskActionFunction } from "hardhat/types/tasks";
import { systemClock } from "../../chain/clock.ts";
import { findChain } from "../../client/ecosystem.ts";
import { reconstruct } from "../../devnet/reconstruction/reconstruct.ts";
import type { Reconstruction, ReconstructionProgress } from "../../devnet/reconstruction/reconstruct.ts";
import { startReconstructedChain } from "../../devnet/reconstruction/start-reconstructed-chain.ts";
import { summarize } from "../../devnet/reconstruction/summary.ts";
import type { ReconstructionSummary } from "../../devnet/reconstruction/summary.ts";
import { connectChain } from "../start-ecosystem.ts";
import { protocolGenesis } from "../protocol-genesis.ts";
import { pluginError } from "../plugin-error.ts";
import { oneOf, wholeNumber } from "./arguments.ts";
import type { EcosystemArguments } from "./arguments.ts";
import { createOutput, strong, table } from "./output.ts";
import type { Output } from "./output.ts";
import { withEcosystem } from "./session.ts";
import { explained } from "./task-error.ts";
import { closeAndExit, nextSignal } from "./until-signal.ts";

interface ReconstructArguments extends EcosystemArguments {
  /** Name or id of a chain, or the address of its contract on L1. */
  readonly chain: string;
  readonly settlementUrl: string | undefined;
  readonly upTo: string | undefined;
  readonly fromBlock: string | undefined;
  readonly servePort: string | undefined;
  readonly writable: boolean;
}

/** `hyperchain:reconstruct`: a chain's state from L1's data alone, checked against the root that L1 executed. */
const action: NewTaskActionFunction<ReconstructArguments> = async (args, hre) => {
  if (args.settlementUrl === undefined) {
    return withEcosystem(args, hre, ({ info, output }) => rebuild(args, info.l1.url, contractOf(info, args.chain), hre, output));
  }
  if (!/^https?:\/\//.test(args.settlementUrl)) throw pluginError(`--settlement-url must be a URL such as http://127.0.0.1:8545, got '${args.settlementUrl}'`);
  if (!isAddress(args.chain)) throw pluginError(`with --settlement-url the chain is named by its contract there: 0x and 40 hex digits, got '${args.chain}'`);
  await rebuild(args, args.settlementUrl, args.chain, hre, createOutput(args.json)).catch((error: unknown) => {
    throw explained(error);
  });
};

async function rebuild(args: ReconstructArguments, l1: string, hyperchain: string, hre: HardhatRuntimeEnvironment, output: Output): Promise<void> {
  const upTo = oneOf("up-to", args.upTo, ["executed", "verified", "committed"]);
  const fromBlock = wholeNumber("from-block", args.fromBlock, 0, Number.MAX_SAFE_INTEGER);
  const port = wholeNumber("serve-port", args.servePort, 0, 65_535);
  const { genesis } = await protocolGenesis();
  output.progress(`reading ${hyperchain} from L1 at ${l1}…`);
  const reconstruction = await reconstruct({
    l1,
    hyperchain,
    genesis,
    onProgress: progressOf(output),
    ...(upTo === undefined ? {} : { upTo }),
    ...(fromBlock === undefined ? {} : { fromBlock }),
  });
  const summary = summarize(reconstruction);
  if (port === undefined) {
    output.result(() => text(summary), summary);
    return;
  }
  await serve(reconstruction, summary, port, args.writable, hre, output);
}

async function serve(reconstruction: Reconstruction, summary: ReconstructionSummary, port: number, writable: boolean, hre: HardhatRuntimeEnvironment, output: Output): Promise<void> {
  const { host } = hre.config.hyperchains;
  const chain = await startReconstructedChain(reconstruction, { host, port, writable }, { connect: connectChain(hre), clock: systemClock });
  output.result(() => `${text(summary)}\n\nserved at ${chain.url}${writable ? ", where transactions change a copy" : ", for reading"}; Ctrl-C ends it.`, { ...summary, url: chain.url });
  await nextSignal();
  await closeAndExit(() => chain.close(), (error) => output.progress(String(error)));
}

/** Tells how far it is about once a second, since there can be many thousand blocks. */
function progressOf(output: Output): (progress: ReconstructionProgress) => void {
  let toldAt = performance.now();
  return ({ blockNumber, toBlock, batchesApplied, batchesTotal }) => {
    if (performance.now() - toldAt < 1_000) return;
    toldAt = performance.now();
    output.progress(`L1 block ${blockNumber} of ${toBlock}, batch ${batchesApplied} of ${batchesTotal}`);
  };
}

function contractOf(info: Parameters<typeof findChain>[0], chain: string): string {
  return isAddress(chain) ? chain : findChain(info, chain).hyperchain;
}

function isAddress(text: string): boolean {
  return /^0x[0-9a-fA-F]{40}$/.test(text);
}

function text(summary: ReconstructionSummary): string {
  const { chainId, stateRoot, isExecuted, l1, batches, lastBlock, accounts, contracts, storageSlots, leaves, messages, pubdataBytes, priorityOps, unapplied } = summary;
  const rows = [
    ["state root", `${stateRoot}${isExecuted ? ", as executed on L1" : ", not executed on L1 yet"}`],
    ["L1 blocks", `${l1.fromBlock} to ${l1.toBlock}`],
    ["batches", `${batches}, up to block ${lastBlock}; ${pubdataBytes.toLocaleString("en")} bytes of data; ${unapplied.length} committed but not applied`],
    ["state", `${accounts} accounts, ${contracts} of them contracts, ${storageSlots} storage slots; ${leaves} leaves`],
    ["messages", `${messages} sent; ${priorityOps.taken} priority operations taken, ${priorityOps.waiting} waiting`],
  ];
  return `${strong(`chain ${chainId}, rebuilt from L1 alone`)}\n${table(rows)}`;
}

export default action;
