import { Wallet, type JsonRpcProvider } from "ethers";
import * as v from "valibot";
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import { findChain } from "../../../../ecosystem/client/ecosystem/ecosystem.ts";
import { linkPeers } from "../../../../ecosystem/client/governing/terms.ts";
import { connectHttp } from "../../../../ecosystem/devnet/relaying/relaying.ts";
import type { EcosystemStatus, OrderInfo } from "../../../../ecosystem/devnet/view/books/ecosystem-info.ts";
import { reconstructCarriedOn } from "../../../../ecosystem/devnet/reconstruction/reconstruct-carried.ts";
import {
  reconstruct,
  type ReconstructionOptions,
  type Reconstruction,
  type ReconstructionProgress,
} from "../../../../ecosystem/devnet/reconstruction/reconstruct.ts";
import { withProvider } from "../../../../ecosystem/devnet/reconstruction/with-provider.ts";
import { reasonOf } from "../../../../ground/errors/reason-of.ts";
import { safeConfirmations } from "../../../../ecosystem/options/fields/l1.ts";
import { privateKey, wholeNumber } from "../../../../ecosystem/options/fields/values.ts";
import type { Hex } from "../../../../ground/protocol/hex.ts";
import type { AnswerLimits } from "../../discovery/json-rpc.ts";
import type { Effect } from "../../discovery/find-ecosystem.ts";
import { pluginError } from "../../plugin-error.ts";
import { packageGenesis } from "../../protocol-genesis.ts";
import { readSender, signerOf } from "../session/accounts.ts";
import { dataSources } from "../session/data-sources.ts";
import type { EcosystemArguments } from "../session/arguments.ts";
import { createOutput, type Output } from "../session/output.ts";
import { withEcosystem, type Session } from "../session/session.ts";
import { explained } from "../session/task-error.ts";

/** Number of a block on L1. */
export const L1_BLOCK = wholeNumber(0, Number.MAX_SAFE_INTEGER, 1);

/** Arguments that name a chain, which may have ended. */
export interface ChainOnL1Arguments extends EcosystemArguments {
  /** Name or id, or the address of its contract on L1. */
  readonly chain: string;
  readonly settlementUrl: string | undefined;
  /**
   * Contract of what the chain settles on, where that is a chain, and the URL of the layer on which it is: without a
   * settlement URL, all is read there.
   */
  readonly base?: string | undefined;
  readonly baseUrl?: string | undefined;
  /** Folders and URLs of those who keep what L1 does not have. */
  readonly data?: string | undefined;
}

/** A chain's contract on L1, whether the chain runs or not. */
export interface FoundOnL1 {
  /** In the running ecosystem; absent where only its contract is known. */
  readonly name?: string;
  /** Names of the chains with which it makes links, if it is in the running ecosystem. */
  readonly linkPeers?: readonly string[];
  /** Source of its order, if the running ecosystem names one besides its sequencer. */
  readonly orderedBy?: OrderInfo;
  /** URL of its settlement layer: L1, or another chain. */
  readonly l1: string;
  /** Name of its settlement layer in texts: "L1", or the name of a chain. */
  readonly layer: string;
  readonly hyperchain: Hex;
  readonly output: Output;
  /** Folders and URLs of those who keep its data; undefined where they are looked for on its layer alone. */
  readonly data?: string | undefined;
  /** Asks the chain itself; absent where only its contract is known. */
  readonly chain?: (method: string, params: readonly unknown[], limits: AnswerLimits) => Promise<unknown>;
  /**
   * The newest block of its layer that the running chain has read; undefined where it reads none now. Absent where only its
   * contract is known.
   */
  readonly readUpTo?: () => Promise<number | undefined>;
  /** Whether it was found in a running ecosystem, of which development accounts can be named. */
  readonly runs: boolean;
  /** The chain on which it settles, if it is known. */
  readonly base?: FoundOnL1;
  /** Whether no node of that chain is named: then `l1` is what that one settles on, whose messages have the data. */
  readonly hasNoNode: boolean;
  /** Names of the chains that are known to settle on it. */
  readonly onTop: readonly string[];
  /** Does work with an account there that `from` names, or HYPERCHAIN_PRIVATE_KEY's. */
  withSigner(from: string | undefined, l1ChainId: bigint, work: (signer: Wallet) => Promise<void>): Promise<void>;
}

/** Finds a chain's contract in the running ecosystem, or on the L1 that `--settlement-url` names, and does the task's work. */
export async function withChainOnL1(
  args: ChainOnL1Arguments,
  hre: HardhatRuntimeEnvironment,
  effect: Effect,
  work: (chain: FoundOnL1) => Promise<void>,
): Promise<void> {
  const { chain, settlementUrl } = args;
  if (settlementUrl === undefined && args.base === undefined && args.baseUrl === undefined)
    return withEcosystem(args, hre, effect, (session) => {
      const { info } = session;
      const known = info.chains.find((each) =>
        isAddress(chain) ? each.hyperchain === chain.toLowerCase() : each.chainId === findChain(info, chain).chainId,
      );
      return work({ ...runningChain(session, known, known?.hyperchain ?? (chain as Hex)), data: args.data });
    });
  if (settlementUrl !== undefined && !isUrl(settlementUrl))
    throw pluginError(`--settlement-url must be a URL such as http://127.0.0.1:8545, got '${settlementUrl}'`);
  const named = args.base === undefined ? args : await withContracts(args, hre);
  if (!isAddress(named.chain))
    throw pluginError(`with --settlement-url the chain is named by its contract: 0x and 40 hex digits, got '${chain}'`);
  await work({ ...namedChain(named, named.chain, createOutput(args.json)), data: args.data }).catch((error: unknown) => {
    throw explained(error);
  });
}

/** With the contracts of a chain and its base, where the running ecosystem has them by name. Throws a plugin error. */
async function withContracts(args: ChainOnL1Arguments, hre: HardhatRuntimeEnvironment): Promise<ChainOnL1Arguments> {
  const { chain, base = "" } = args;
  if (isAddress(chain) && isAddress(base)) return args;
  let contracts: readonly string[] = [];
  await withEcosystem(args, hre, "reads", ({ info }) => {
    contracts = [chain, base].map((name) => (isAddress(name) ? name : findChain(info, name).hyperchain));
    return Promise.resolve();
  }).catch((error: unknown) => {
    const message = `with --base a chain is named by its contract, 0x and 40 hex digits, or as its ecosystem names it while that runs; got '${chain}' on '${base}' (${reasonOf(error)})`;
    throw pluginError(message, error);
  });
  const [ofChain = chain, ofBase = base] = contracts;
  return { ...args, chain: ofChain, base: ofBase };
}

/** A chain by contracts and URLs: of its base, or where no node of that is, of the base's L1. */
function namedChain(args: ChainOnL1Arguments, chain: Hex, output: Output): FoundOnL1 {
  const { settlementUrl } = args;
  const base = baseNamed(args, output);
  const url = settlementUrl ?? base?.l1;
  if (url === undefined) throw new TypeError("a chain that is named has a URL");
  const own = base === undefined ? {} : { base };
  // Without a node of the base, what is read is on the base's layer.
  const layer = base === undefined || settlementUrl === undefined ? "L1" : "the chain below";
  return { ...chainAt(url, chain, output), ...own, layer, hasNoNode: settlementUrl === undefined };
}

type KnownChain = Session["info"]["chains"][number];

/** A chain of the running ecosystem, with those below it; or one that it does not know, on its L1. */
function runningChain(session: Session, chain: KnownChain | undefined, hyperchain: Hex): FoundOnL1 {
  const { info, output } = session;
  const settlement = chain?.settlesOn ?? info.l1;
  const below = info.chains.find(({ chainId }) => chainId === chain?.settlesOn?.chainId);
  return {
    l1: settlement.url,
    layer: chain?.settlesOn?.name ?? "L1",
    hyperchain,
    output,
    ...(chain === undefined ? {} : { name: chain.name }),
    ...(chain === undefined ? {} : { linkPeers: linkPeers(chain.name, info.chains) }),
    ...(chain?.orderedBy === undefined ? {} : { orderedBy: chain.orderedBy }),
    ...(chain === undefined ? {} : { chain: (method, params, limits) => session.ask(chain.chainId, method, params, limits) }),
    ...(chain === undefined ? {} : { readUpTo: () => readUpTo(session, chain.chainId) }),
    runs: true,
    hasNoNode: false,
    ...(below === undefined ? {} : { base: runningChain(session, below, below.hyperchain) }),
    onTop: info.chains
      .filter(({ settlesOn }) => settlesOn !== undefined && settlesOn.chainId === chain?.chainId)
      .map(({ name }) => name),
    withSigner: async (from, _chainId, act) => act(signerOf(session, await readSender(session, from, settlement.name))),
  };
}

/** A paused chain reads nothing. */
async function readUpTo({ request }: Session, chainId: number): Promise<number | undefined> {
  const { chains } = (await request("hyperchain_status")) as EcosystemStatus;
  const status = chains.find((chain) => chain.chainId === chainId);
  return status?.stopped === true || status?.fault !== undefined ? undefined : status?.settlementBlock;
}

/** A chain of which only its contract is known. */
function chainAt(l1: string, hyperchain: Hex, output: Output): FoundOnL1 {
  const withSigner: FoundOnL1["withSigner"] = (from, l1ChainId, act) => withOwnKey(from, l1, l1ChainId, act);
  return { l1, layer: "L1", hyperchain, output, runs: false, hasNoNode: false, onTop: [], withSigner };
}

function baseNamed({ base, baseUrl }: ChainOnL1Arguments, output: Output): FoundOnL1 | undefined {
  if (base === undefined && baseUrl === undefined) return undefined;
  if (base === undefined || baseUrl === undefined || !isAddress(base) || !isUrl(baseUrl))
    throw pluginError(
      `--base takes a contract (0x and 40 hex digits) and --base-url the URL of the L1 that it is on; got '${base}' and '${baseUrl}'`,
    );
  return chainAt(baseUrl, base, output);
}

async function withOwnKey(
  from: string | undefined,
  l1: string,
  l1ChainId: bigint,
  work: (signer: Wallet) => Promise<void>,
): Promise<void> {
  const key = process.env["HYPERCHAIN_PRIVATE_KEY"];
  if (from !== undefined || !v.is(privateKey, key))
    throw pluginError(
      "with --settlement-url the account's key is taken from HYPERCHAIN_PRIVATE_KEY: 0x and 64 hex digits, no --from",
    );
  const provider = connectHttp(l1ChainId, l1);
  try {
    await work(new Wallet(key, provider));
  } finally {
    provider.destroy();
  }
}

/** Depth from which on blocks of the L1 count from which a chain is read. Rejects with L1's error. */
export async function confirmationsOf(place: FoundOnL1): Promise<number> {
  const url = isReadFromBasesL1(place) ? place.base.l1 : place.l1;
  if (url === place.l1 && place.layer !== "L1") return 1;
  return safeConfirmations(await withProvider(url, async (l1) => BigInt((await l1.send("eth_chainId", [])) as string)));
}

/** The depth where a chain's own layer is read: only L1 takes something back. */
export function depthOn({ layer }: Pick<FoundOnL1, "layer">, confirmations: number): number {
  return layer === "L1" ? confirmations : 1;
}

/** Whether a chain on a chain is rebuilt from the L1 of that one. */
export function isReadFromBasesL1(place: FoundOnL1): place is FoundOnL1 & Required<Pick<FoundOnL1, "base">> {
  return place.base !== undefined && !place.runs;
}

const NO_SOURCES = { holders: [], leaves: undefined };

/** Rebuilds the chain from L1 and from the holders of data that is not on L1, and prints the progress. */
export async function rebuild(
  { l1, layer, hyperchain, output, data }: Pick<FoundOnL1, "l1" | "layer" | "hyperchain" | "output" | "data">,
  options: Partial<Pick<ReconstructionOptions, "upTo" | "fromBlock" | "toBlock" | "confirmations">>,
): Promise<Reconstruction> {
  const genesis = await packageGenesis();
  output.progress(`reading ${hyperchain} from ${layer} at ${l1}…`);
  const { holders, leaves } = data === undefined ? NO_SOURCES : await dataSources(data, { l1, hyperchain });
  return reconstruct({ l1, hyperchain, genesis, holders, leaves, onProgress: progressOf(output, layer), ...options });
}

/**
 * Rebuilds a chain on a chain from L1 alone: from messages of its base, which is rebuilt too. Rejects with
 * ReconstructionError NotARollup where
 * its data are not carried.
 */
export async function rebuildFromMessages(
  { hyperchain, output }: Pick<FoundOnL1, "hyperchain" | "output">,
  {
    base,
    node,
    ...options
  }: Pick<ReconstructionOptions, "upTo"> & { readonly base: Reconstruction; readonly node: JsonRpcProvider },
): Promise<Reconstruction> {
  const genesis = await packageGenesis();
  const layer = `chain ${base.contract.configuration.chainId}`;
  output.progress(`reading ${hyperchain} from messages of ${layer}…`);
  return reconstructCarriedOn(node, { base, hyperchain, genesis, onProgress: progressOf(output, layer), ...options });
}

/** Prints the progress about once a second, because there can be many thousand blocks. */
function progressOf(output: Output, layer: string): (progress: ReconstructionProgress) => void {
  let toldAt = performance.now();
  return ({ blockNumber, toBlock, batchesApplied, batchesTotal }) => {
    if (performance.now() - toldAt < 1_000) return;
    toldAt = performance.now();
    output.progress(`${layer} block ${blockNumber} of ${toBlock}, ${batchesApplied} of ${batchesTotal} batches`);
  };
}

function isUrl(text: string): boolean {
  return /^https?:\/\//.test(text);
}

function isAddress(text: string): text is Hex {
  return /^0x[0-9a-fA-F]{40}$/.test(text);
}
