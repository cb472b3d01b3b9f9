import { isAddress } from "ethers";
import { DEFAULT_MAX_INSTRUCTIONS, LEAST_MAX_INSTRUCTIONS, MOST_MAX_INSTRUCTIONS } from "../chain/instruction-limits.ts";
import type { BatchPolicy, BlockPolicy } from "../chain/sequencer/policies.ts";
import type { Hex } from "../protocol/hex.ts";
import type { DeliveryPolicy } from "../relayer/delivery-policy.ts";
import { ETH_BASE_TOKEN } from "./chains/create-chain.ts";
import type { DeployedEcosystem } from "./l1/deploy-ecosystem.ts";
import type { DataAvailability } from "./view/ecosystem-info.ts";

/** What an ecosystem is to be. Everything that is absent has a default that works on a developer's machine. */
export interface DevnetOptions {
  /** Default "hyperchains". */
  readonly name?: string;
  /** At least one; each gets an operator of its own, in this order. */
  readonly chains: readonly DevnetChainOptions[];
  readonly l1?: L1Options;
  /** Where all members are served. Default 127.0.0.1. */
  readonly host?: string;
  /** Origins whose web pages may ask, beside those of this machine and of browsers' extensions; "*" for all. Default: no others. */
  readonly origins?: readonly string[];
  /** Whether the process may end while they are served: then nobody has to close the ecosystem. Default false. */
  readonly inBackground?: boolean;
  /** Development accounts, by number, that get `fundingWei` on each chain through its priority queue. */
  readonly fundedAccounts: readonly number[];
  /** Smallest units of each chain's base token. */
  readonly fundingWei: bigint;
  readonly prover?: ProverOptions;
  /** How often chains and the relayer look at L1; undefined for only when they are told to. */
  readonly pollIntervalMs?: number | undefined;
  /** Whether the ecosystem runs a relayer of its own. Default true. */
  readonly relayer?: boolean;
  /** What its relayer delivers at which reward. Default: everything, down to a small reserve. */
  readonly relayerPolicy?: DeliveryPolicy;
}

/** Where the settlement layer is. Default: one in this process, at any free port. */
export interface L1Options {
  /** Of the in-process L1; 0 or absent for any free one. */
  readonly port?: number;
  /** An L1 that runs already; nothing is started then, and only Ethereum's own methods are used. */
  readonly url?: string;
  /**
   * Private key that pays for everything on the L1 at `url`; the keys of operators, relayer and funded accounts then follow
   * from it. Default: the development accounts.
   */
  readonly deployerKey?: Hex;
  /** What an operator that has less than a third of it gets from the deployer. Default 10 ETH, or 0.1 ETH with a key of one's own. */
  readonly operatorFundingWei?: bigint;
  /** Contracts that stand at `url` already, as `deployEcosystem` left them; default: new ones. */
  readonly deployed?: DeployedContracts;
  /** L1 blocks that must stand on something before it counts, its own included. Default 1. */
  readonly confirmations?: number;
}

/** What must be known of contracts to create chains with them. */
export type DeployedContracts = Pick<DeployedEcosystem, "addresses" | "version" | "noProofVersion" | "fromBlock">;

/** stark: every batch is proven. none: nothing is, and the chains' protocol version says so on L1. */
export type ProverOptions =
  | {
      readonly mode: "stark";
      /** Threads; default: all cores. */
      readonly workers?: number | undefined;
    }
  | { readonly mode: "none" };

/** How many of how many must sign. */
export interface SignerCount {
  readonly members: number;
  readonly threshold: number;
}

/** An ERC-20 on L1, by its address, or one that is to be deployed, all of it the deployer's. */
export type BaseTokenOption = Hex | { readonly name: string; readonly symbol: string };

export interface DevnetChainOptions {
  readonly chainId: bigint;
  /** Default: `chain-` and the chain id. */
  readonly name?: string;
  /** 0 or absent for any free one. */
  readonly port?: number;
  /** Default: a block for each transaction, at once. */
  readonly blocks?: BlockPolicy;
  /** Default: batches are sealed at their limits and on demand. */
  readonly batches?: BatchPolicy;
  /** Pays for gas. Default: ETH. */
  readonly baseToken?: BaseTokenOption;
  /** Default "rollup". */
  readonly dataAvailability?: DataAvailability;
  /**
   * Of a validium: who keeps its data, in processes of their own, which re-execute every batch. Default: one, in this process.
   */
  readonly committee?: SignerCount;
  /** Of a validium: accounts to which the committee gives the data. Default: only the chain's operator. */
  readonly readers?: readonly Hex[];
  /** Validators in processes of their own, which re-execute every batch. Default: one, in this process. */
  readonly quorum?: SignerCount;
  /** Between commit and execution on L1. Default 0. */
  readonly executionDelaySeconds?: number;
  /** What the sequencer has for an operation when the queue is idle. Default 3,600. */
  readonly priorityOpWindowSeconds?: number;
  /** After an operation's deadline, until the exit opens. Default 86,400. */
  readonly exitDelaySeconds?: number;
  /** Whether its state may be changed at will, for good. Default: only beside an L1 in this process, served to this machine alone. */
  readonly cheats?: boolean;
  /** File that keeps how far settlement is. Default: nothing is kept. */
  readonly journal?: string;
  /** Instructions that a transaction may run: the engine remembers each, in some 800 bytes. 1,000,000 to 2^24; default 2,000,000. */
  readonly maxInstructions?: number;
}

/** A chain's options with every default in place. */
export interface ChainPlan {
  readonly chainId: bigint;
  /** In the list of chains. */
  readonly place: number;
  readonly name: string;
  readonly port: number;
  readonly blocks: BlockPolicy;
  readonly batches: BatchPolicy;
  readonly baseToken: BaseTokenOption;
  readonly dataAvailability: DataAvailability;
  readonly committee: SignerCount | undefined;
  readonly readers: readonly Hex[] | undefined;
  readonly quorum: SignerCount | undefined;
  readonly executionDelaySeconds: number;
  readonly priorityOpWindowSeconds: number;
  readonly exitDelaySeconds: number;
  readonly cheats: boolean;
  readonly journal: string | undefined;
  readonly maxInstructions: number;
}

/** An option that cannot work; the message names the field and what to do. */
export class DevnetOptionsError extends Error {
  override readonly name = "DevnetOptionsError";
  readonly code = "BadOptions";
}

/** The ids that an L1 gives out; the bits above number the chains below them. */
const MAX_CHAIN_ID = 2n ** 32n - 1n;
const MAX_PORT = 65_535;
const LOOPBACK = "127.0.0.1";
/** Only processes of this machine reach them. */
const LOOPBACK_HOSTS: readonly string[] = [LOOPBACK, "localhost", "::1"];

/** Checks all options and adds the defaults to the chains'. Throws DevnetOptionsError. */
export function planChains({ chains, l1 = {}, host = LOOPBACK }: Pick<DevnetOptions, "chains" | "l1" | "host">): readonly ChainPlan[] {
  checkL1(l1);
  if (chains.length === 0) throw new DevnetOptionsError("chains is empty; name at least one chain");
  const plans = chains.map((chain, place) => planChain(chain, place, l1.url === undefined && LOOPBACK_HOSTS.includes(host)));
  for (const field of ["chainId", "name"] as const) {
    const values = plans.map((plan) => plan[field]);
    const second = values.findIndex((value, i) => values.indexOf(value) < i);
    if (second >= 0) throw new DevnetOptionsError(`chains[${second}].${field}: ${values[second]} is taken by chains[${values.indexOf(values[second] ?? "")}]; choose another`);
  }
  return plans;
}

function checkL1({ url, port, deployerKey, deployed, confirmations }: L1Options): void {
  if (url !== undefined && port !== undefined) throw new DevnetOptionsError("l1.port is the in-process L1's; leave it out, or l1.url");
  if (url === undefined && deployerKey !== undefined) throw new DevnetOptionsError("l1.deployerKey is for an L1 at l1.url; the one in this process has the development accounts");
  if (url === undefined && deployed !== undefined) throw new DevnetOptionsError("l1.deployed is for an L1 at l1.url; on the one in this process there is nothing yet");
  if (url !== undefined && !/^https?:\/\//.test(url)) throw new DevnetOptionsError(`l1.url: ${url} does not begin with http:// or https://`);
  if (deployerKey !== undefined && !/^0x[0-9a-f]{64}$/i.test(deployerKey)) throw new DevnetOptionsError("l1.deployerKey is not 0x and 64 hexadecimal digits");
  if (confirmations !== undefined) wholeNumber("l1.confirmations", confirmations, 1, 1_000);
}

function planChain(chain: DevnetChainOptions, place: number, isForTests: boolean): ChainPlan {
  const at = `chains[${place}]`;
  const { chainId, name = `chain-${chainId}`, port = 0, baseToken = ETH_BASE_TOKEN } = chain;
  if (chainId < 1n || chainId > MAX_CHAIN_ID) throw new DevnetOptionsError(`${at}.chainId: ${chainId} is not between 1 and ${MAX_CHAIN_ID}`);
  if (name === "") throw new DevnetOptionsError(`${at}.name is empty; leave it out for chain-${chainId}`);
  wholeNumber(`${at}.port`, port, 0, MAX_PORT);
  if (typeof baseToken === "string" && !isAddress(baseToken)) throw new DevnetOptionsError(`${at}.baseToken: ${baseToken} is no address; give the ERC-20's on L1, or leave it out for ETH`);
  const { executionDelaySeconds = 0, priorityOpWindowSeconds = 3_600, exitDelaySeconds = 86_400 } = chain;
  wholeNumber(`${at}.executionDelaySeconds`, executionDelaySeconds, 0, 2 ** 32);
  wholeNumber(`${at}.priorityOpWindowSeconds`, priorityOpWindowSeconds, 1, 2 ** 32);
  wholeNumber(`${at}.exitDelaySeconds`, exitDelaySeconds, 0, 2 ** 32);
  const { maxInstructions = DEFAULT_MAX_INSTRUCTIONS } = chain;
  wholeNumber(`${at}.maxInstructions`, maxInstructions, LEAST_MAX_INSTRUCTIONS, MOST_MAX_INSTRUCTIONS);
  const { committee, readers, quorum, dataAvailability = "rollup" } = chain;
  if (dataAvailability === "rollup" && (committee ?? readers) !== undefined) {
    throw new DevnetOptionsError(`${at}.${committee === undefined ? "readers" : "committee"}: a rollup posts its data on L1, where everybody has it; choose dataAvailability: "validium", or leave it out`);
  }
  for (const [i, reader] of (readers ?? []).entries()) {
    if (!isAddress(reader)) throw new DevnetOptionsError(`${at}.readers[${i}]: ${reader} is no address`);
  }
  if (committee !== undefined) signerCount(`${at}.committee`, committee);
  if (quorum !== undefined) signerCount(`${at}.quorum`, quorum);
  return {
    chainId,
    place,
    name,
    port,
    blocks: chain.blocks ?? { type: "instant" },
    batches: chain.batches ?? { maxAgeMs: undefined, maxTransactions: undefined },
    baseToken: typeof baseToken === "string" ? (baseToken.toLowerCase() as Hex) : baseToken,
    dataAvailability,
    committee,
    readers: readers?.map((reader) => reader.toLowerCase() as Hex),
    quorum,
    executionDelaySeconds,
    priorityOpWindowSeconds,
    exitDelaySeconds,
    cheats: chain.cheats ?? isForTests,
    journal: chain.journal,
    maxInstructions,
  };
}

function wholeNumber(field: string, value: number, least: number, most: number): void {
  if (!Number.isSafeInteger(value) || value < least || value > most) {
    throw new DevnetOptionsError(`${field}: ${value} is not a whole number from ${least} to ${most}`);
  }
}

function signerCount(field: string, { members, threshold }: SignerCount): void {
  wholeNumber(`${field}.members`, members, 1, MAX_SIGNERS);
  wholeNumber(`${field}.threshold`, threshold, 1, members);
}

/** Each may be a process; the contract would take 64. */
const MAX_SIGNERS = 16;
