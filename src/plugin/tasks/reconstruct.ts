import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import type { NewTaskActionFunction } from "hardhat/types/tasks";
import { systemClock } from "../../chain/clock.ts";
import { findChain } from "../../client/ecosystem.ts";
import { reconstruct } from "../../devnet/reconstruction/reconstruct.ts";
import type { Reconstruction, ReconstructionProgress } from "../../devnet/reconstruction/reconstruct.ts";
import { operateChain } from "../../devnet/reconstruction/operate-chain.ts";
import { startReconstructedChain } from "../../devnet/reconstruction/start-reconstructed-chain.ts";
import { summarize } from "../../devnet/reconstruction/summary.ts";
import type { ReconstructionSummary } from "../../devnet/reconstruction/summary.ts";
import type { SettledBatch } from "../../devnet/chains/settled-batch.ts";
import { settledBatchInfo } from "../../devnet/view/settled-info.ts";
import type { Hex } from "../../protocol/hex.ts";
import { connectChain } from "../start-ecosystem.ts";
import { protocolGenesis } from "../protocol-genesis.ts";
import { pluginError } from "../plugin-error.ts";
import { oneOf, wholeNumber } from "./arguments.ts";
import type { EcosystemArguments } from "./arguments.ts";
import { createOutput, strong, table, toJson, warning } from "./output.ts";
import type { Output } from "./output.ts";
import { rebuiltProof } from "./rebuilt-proof.ts";
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
  readonly prove: string | undefined;
  readonly token: string | undefined;
  readonly writable: boolean;
  readonly operate: boolean;
}

/** How a chain is run by whoever goes on with it, as hyperchain:spawn runs it. */
const RUNNING = { batchAgeMs: 2_000, minGasPriceWei: 1_000_000n } as const;

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
  const key = args.operate ? operatorKey(args) : undefined;
  const { genesis } = await protocolGenesis();
  output.progress(`reading ${hyperchain} from L1 at ${l1}…`);
  const reconstruction = await reconstruct({
    l1,
    hyperchain,
    genesis,
    onProgress: progressOf(output),
    // An operator goes on behind what is committed.
    ...(upTo !== undefined ? { upTo } : key === undefined ? {} : { upTo: "committed" }),
    ...(fromBlock === undefined ? {} : { fromBlock }),
  });
  const summary = summarize(reconstruction);
  if (args.prove !== undefined) {
    const proven = rebuiltProof(reconstruction, args.prove, args.token);
    output.result(() => `${text(summary)}\n\n${strong(`proof of the ${proven.kind}, for ${proven.takenBy} on L1`)}\n${toJson(proven.proof)}`, { ...summary, ...proven });
    return;
  }
  if (port === undefined) {
    output.result(() => text(summary), summary);
    return;
  }
  if (key === undefined) await serve(reconstruction, summary, port, args.writable, hre, output);
  else await operate(reconstruction, summary, { l1Url: l1, key, port }, hre, output);
}

function operatorKey({ servePort, writable }: ReconstructArguments): Hex {
  const key = process.env["HYPERCHAIN_PRIVATE_KEY"];
  if (servePort === undefined) throw pluginError("--operate serves the chain to its users: give it a --serve-port, 0 for any free one");
  if (writable) throw pluginError("--writable changes a copy, and --operate goes on with the chain itself; choose one");
  if (key === undefined || !/^0x[0-9a-fA-F]{64}$/.test(key)) throw pluginError("--operate needs the key of one of the chain's validators, which also pays on L1: set HYPERCHAIN_PRIVATE_KEY to it, 0x and 64 hex digits");
  return key as Hex;
}

async function operate(
  reconstruction: Reconstruction,
  summary: ReconstructionSummary,
  { l1Url, key, port }: { readonly l1Url: string; readonly key: Hex; readonly port: number },
  hre: HardhatRuntimeEnvironment,
  output: Output,
): Promise<void> {
  const { host, pollIntervalMs } = hre.config.hyperchains;
  const name = `chain ${summary.chainId}`;
  const told: ((batch: SettledBatch) => void)[] = [];
  const chain = await operateChain(
    reconstruction,
    { ...RUNNING, l1Url, key, host, port, pollIntervalMs },
    {
      connect: connectChain(hre),
      clock: systemClock,
      onSettled: (batch) => told.forEach((tell) => tell(batch)),
      onWait: (reason) => output.progress(reason === undefined ? `${name} goes on: L1 answers` : warning(`${name} waits, and goes on by itself: ${reason}`)),
      onStop: (error) => output.progress(warning(`${name} has stopped: ${error instanceof Error ? error.message : String(error)}`)),
    },
  );
  output.result(() => `${text(summary)}\n\nserved at ${chain.url} by its new operator; Ctrl-C ends it.`, { ...summary, url: chain.url });
  told.push((settled) => {
    const batch = settledBatchInfo(BigInt(summary.chainId), settled, chain.proverMode);
    output.result(() => `${name} batch ${batch.batchNumber}: ${batch.transactions} ${batch.transactions === 1 ? "transaction" : "transactions"}, settled on L1`, { batch });
  });
  await nextSignal();
  await closeAndExit(() => chain.close(), (error) => output.progress(String(error)));
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
    output.progress(`L1 block ${blockNumber} of ${toBlock}, ${batchesApplied} of ${batchesTotal} batches`);
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
