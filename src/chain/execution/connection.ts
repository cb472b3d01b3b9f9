import { rmSync } from "node:fs";
import { join } from "node:path";
import { BLOCK_GAS_LIMIT, TRANSACTION_GAS_CAP } from "../../ground/transaction/gas-limits.ts";
import type { Hex } from "../../ground/protocol/hex.ts";

/** A JSON-RPC connection to an in-process chain: the part of Hardhat's network connection that the engine uses. */
export interface EdrConnection {
  readonly provider: {
    request(args: { readonly method: string; readonly params?: readonly unknown[] }): Promise<unknown>;
    on(event: "message", listener: (message: { readonly type: string; readonly data: unknown }) => void): unknown;
    removeListener(event: "message", listener: (message: { readonly type: string; readonly data: unknown }) => void): unknown;
  };
  /** Loads newly compiled contracts into the engine, so that stack traces have their lines. */
  learn?(): Promise<void>;
  close(): Promise<void>;
}

/** Settings of an in-process chain: the `override` of Hardhat's `network.create({ network, override })`. */
export interface EdrOverride {
  readonly chainId: number;
  readonly accounts: [];
  readonly coinbase: string;
  readonly hardfork: "osaka";
  readonly allowBlocksWithSameTimestamp: true;
  readonly allowUnlimitedContractSize: boolean;
  readonly initialBaseFeePerGas: 0;
  readonly initialDate: Date;
  readonly blockGasLimit: number;
  readonly transactionGasCap: number;
  readonly throwOnTransactionFailures: false;
  readonly throwOnCallFailures: true;
  readonly loggingEnabled: boolean;
  readonly mining: { auto: false; interval: 0; mempool: { order: "fifo" } };
}

/** Part of Hardhat's configuration that a chain's engine changes: the rules of a chain's history. */
interface EdrHostConfig {
  readonly chainDescriptors: ReadonlyMap<
    bigint,
    { readonly name: string; readonly chainType: string; readonly hardforkHistory?: ReadonlyMap<string, object> }
  >;
  readonly paths: { readonly cache: string };
}

/**
 * Registers with EDR the rules of the chain that it will fork from: without them it refuses calls in its history. Removes
 * the records of former chains at the same port.
 */
export function prepareFork(
  { chainDescriptors, paths }: EdrHostConfig,
  { chainId, url }: { readonly chainId: number; readonly url: string },
): void {
  // Hardhat passes the map to each engine in its state at that time.
  (chainDescriptors as Map<bigint, object>).set(BigInt(chainId), {
    name: `chain ${chainId}`,
    chainType: "l1",
    hardforkHistory: new Map([["osaka", { blockNumber: 0 }]]),
    blockExplorers: {},
  });
  const { hostname, port } = new URL(url);
  for (const host of [`${hostname}_${port}`, `${hostname}:${port}`])
    rmSync(join(paths.cache, "edr-fork-cache", "rpc_cache", "v2", host), { recursive: true, force: true });
}

/** Opens an in-process chain with these settings, as `hre.network.create({ network, override })` does. */
export type EdrConnect = (override: EdrOverride) => Promise<EdrConnection>;

/** Contracts that Ethereum calls at the start of each block. Chains have none: a slot per block would be pubdata. */
export const BLOCK_START_CONTRACTS: readonly Hex[] = [
  "0x000f3df6d732807ef1319fb7b8bb8522d0beac02",
  "0x0000f90827f1c53a10cb7a02335b175320002935",
];

/**
 * Bytes of stack that an engine thread needs at most. EDR 0.22 overflows the default of 2 MiB (and so ends the process)
 * when a call with much gas fails at a great depth; 64 MiB stood 10^11 gas. Remove when EDR sets its own.
 */
const ENGINE_STACK_BYTES = 64 * 2 ** 20;

/**
 * States of recent blocks that an engine keeps. EDR's own number is 100,000, and each is as large as what its block changed:
 * 2 KiB for each transaction of a full block, 10 KiB for one that is alone in its block, for good. It computes older states
 * again from the blocks' changes, which takes some 50 µs for each full block since the genesis.
 */
const ENGINE_STATES = 128;

/**
 * Milliseconds until EDR's allocator returns what was freed. With its own second, what EDR noted about a transaction as large
 * as a proof's (over 100 MiB) stays until long after the next one of them.
 */
const ENGINE_PURGE_MS = 10;

/**
 * Gives EDR's threads a stack that deep recursion cannot overflow, and bounds what EDR keeps. What the environment says
 * already stays. The stack is read with the process's first EDR chain, the allocator's delay when EDR is loaded, no matter who
 * does it; so call this as early as possible.
 */
export function prepareEngine(environment: NodeJS.ProcessEnv = process.env): void {
  environment["RUST_MIN_STACK"] ??= String(ENGINE_STACK_BYTES);
  environment["__EDR_MAX_CACHED_STATES"] ??= String(ENGINE_STATES);
  environment["MIMALLOC_PURGE_DELAY"] ??= String(ENGINE_PURGE_MS);
}

/** The settings of a chain's engine: no accounts, no clock or mining, free gas price, L1's newest rules. */
export function edrOverride(options: {
  readonly chainId: number;
  readonly coinbase: string;
  /** Seconds. */
  readonly genesisTimestamp: bigint;
  /** Whether code is not limited as on Ethereum. */
  readonly unlimitedCode: boolean;
}): EdrOverride {
  return {
    chainId: options.chainId,
    accounts: [],
    coinbase: options.coinbase,
    hardfork: "osaka",
    allowBlocksWithSameTimestamp: true,
    allowUnlimitedContractSize: options.unlimitedCode,
    initialBaseFeePerGas: 0,
    initialDate: new Date(Number(options.genesisTimestamp) * 1000),
    blockGasLimit: Number(BLOCK_GAS_LIMIT),
    transactionGasCap: Number(TRANSACTION_GAS_CAP),
    throwOnTransactionFailures: false,
    throwOnCallFailures: true,
    loggingEnabled: false,
    mining: { auto: false, interval: 0, mempool: { order: "fifo" } },
  };
}
