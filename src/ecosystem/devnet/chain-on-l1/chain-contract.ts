import { Interface, ZeroHash, type Provider } from "ethers";
import { chainFactoryAbi } from "../../../ground/abi/chain-factory.ts";
import { hyperchainAbi } from "../../../ground/abi/hyperchain.ts";
import { ReconstructionError } from "../../../chain/reconstruction/reconstruction-error.ts";
import { layersBelow } from "../../../ground/protocol/chain-ancestry.ts";
import { fromHex, toHex, type Hex } from "../../../ground/protocol/hex.ts";
import { readFirstRecord, type BatchTotals } from "../../../chain/settlement/l1-sender/chain-reader.ts";
import type { StoredBatch } from "../../../ground/protocol/stored-batch.ts";
import type { ImportedRoot } from "../../../ground/protocol/rolling-hash.ts";
import type { ScheduledTerms } from "../../../ground/protocol/terms.ts";
import type { ScheduledUpgrade } from "../../../ground/protocol/upgrade.ts";
import type { SettingsEvent } from "../../../chain/settlement-layer/reader/chain-versions.ts";
import {
  dataCarrierInterface,
  registryInterface,
  settingsInterface,
} from "../../../chain/settlement-layer/reader/contract-interfaces.ts";
import { plainQuorum } from "../../../chain/settlement-layer/reader/l1-event.ts";
import { askContract, CallRefusal } from "./ask-contract.ts";
import type { HyperchainConfiguration } from "./create-chain.ts";

/** A block of L1. */
export interface L1Block {
  readonly blockNumber: number;
  readonly blockHash: Hex;
  /** Seconds. */
  readonly timestamp: bigint;
}

/** A chain's contract, and what is around it. */
export interface ChainContractFacts {
  readonly settlementChainId: bigint;
  readonly hyperchain: Hex;
  readonly configuration: HyperchainConfiguration;
  readonly factory: Hex;
  readonly bridge: Hex;
  /** Registry of Transaction Roots. */
  readonly registry: Hex;
  /** When it was created; seconds of L1's time. */
  readonly bornAt: bigint;
  /** Registry of published bytecodes. */
  readonly bytecodes: Hex;
  /** Settings of all chains, and their upgrades. */
  readonly settings: Hex;
  /** Registry of protocol versions. */
  readonly verifiers: Hex;
  /** Current terms of the chain, at that block. */
  readonly terms: CountingTerms;
  /** Whether its policy carries its data on, from the chain on which it settles. */
  readonly isCarried: boolean;
}

/** Terms of a chain's settings in its present epoch. */
type CountingTerms = Pick<ScheduledTerms, "threshold" | "validators" | "dataAvailabilityPolicy">;

/** State of the chain's contract at one block of L1. */
export interface ChainContractState {
  readonly totals: BatchTotals;
  readonly executedStateRoot: Hex;
  readonly operationsQueued: bigint;
  readonly operationsExecuted: bigint;
  readonly exited: boolean;
}

const hyperchainInterface = new Interface([
  ...hyperchainAbi,
  // Functions of the implementation that its interface lacks.
  "function bytecodes() view returns (address)",
  "function settings() view returns (address)",
]);
const factoryInterface = new Interface(chainFactoryAbi);

/** Asks a chain's contract, always about the same block. */
export class ChainContractReader {
  readonly #provider: Provider;
  readonly #hyperchain: Hex;
  readonly #block: number;

  constructor(provider: Provider, hyperchain: Hex, block: number) {
    this.#provider = provider;
    this.#hyperchain = hyperchain;
    this.#block = block;
  }

  /** Facts of the contract, of which only the terms change. Throws ReconstructionError NotAHyperchain. */
  async facts(): Promise<ChainContractFacts> {
    const hyperchain = this.#hyperchain;
    const [{ chainId: settlementChainId }, factory, bytecodes, settings, raw] = await Promise.all([
      this.#provider.getNetwork(),
      this.#ask("factory").then(address),
      this.#ask("bytecodes").then(address),
      this.#ask("settings").then(address),
      this.#ask("getConfiguration"),
    ]);
    const configuration = plainConfiguration(raw as Readonly<Record<string, unknown>>);
    const ofFactory = (name: string, ...args: unknown[]): Promise<unknown> => this.#call(factory, factoryInterface, name, args);
    const [known, bridge, registry, verifiers, bornAt] = await Promise.all([
      ofFactory("getZKChain", configuration.chainId).then(address),
      ofFactory("sharedBridge").then(address),
      ofFactory("messageRoot").then(address),
      this.#call(settings, settingsInterface, "verifiers", []).then(address),
      ofFactory("bornAt", configuration.chainId) as Promise<bigint>,
    ]);
    if (known !== hyperchain) {
      throw new ReconstructionError(
        "NotAHyperchain",
        `${hyperchain} says that it is chain ${configuration.chainId} of ${factory}, which is ${known}`,
      );
    }
    const terms = await this.#terms(settings, configuration.chainId);
    const isCarried = layersBelow(configuration.chainId) > 0 && (await this.#isCarrier(terms.dataAvailabilityPolicy));
    const contracts = { factory, bridge, registry, bytecodes, settings, verifiers };
    return { settlementChainId, hyperchain, configuration, ...contracts, bornAt, terms, isCarried };
  }

  /** Throws ReconstructionError NotAHyperchain. */
  async state(): Promise<ChainContractState> {
    const [committed, verified, executed, executedStateRoot, operationsQueued, operationsExecuted, exited] = await Promise.all([
      this.#ask("getTotalBatchesCommitted"),
      this.#ask("getTotalBatchesVerified"),
      this.#ask("getTotalBatchesExecuted"),
      this.#ask("executedStateRoot"),
      this.#ask("getTotalPriorityTxs"),
      this.#ask("getFirstUnprocessedPriorityTx"),
      this.#ask("exited"),
    ]);
    return {
      totals: { committed: committed as bigint, verified: verified as bigint, executed: executed as bigint },
      executedStateRoot: executedStateRoot as Hex,
      operationsQueued: operationsQueued as bigint,
      operationsExecuted: operationsExecuted as bigint,
      exited: exited as boolean,
    };
  }

  /** The record before the chain's first batch; imports are looked for from this block on. Rejects with the provider's error. */
  firstRecord(fromBlock: number): Promise<StoredBatch> {
    return readFirstRecord({ provider: this.#provider, hyperchain: this.#hyperchain, fromBlock });
  }

  /** State root of the genesis, as the chain's protocol version has it; undefined where that version is retired. */
  async genesisStateRoot(): Promise<Hex | undefined> {
    try {
      const record = (await this.#ask("genesisBatch")) as { readonly newStateRoot: Hex };
      return record.newStateRoot;
    } catch (error) {
      const refusal = error instanceof ReconstructionError ? error.cause : undefined;
      if (refusal instanceof CallRefusal && refusal.code === "Reverted") return undefined;
      throw error;
    }
  }

  /** Hash of a committed batch's record; 0 where there is none. */
  async storedBatchHash(batchNumber: bigint): Promise<Hex> {
    return (await this.#ask("storedBatchHash", batchNumber)) as Hex;
  }

  /** Root of an executed batch's log tree. */
  async logsRoot(batchNumber: bigint): Promise<Hex> {
    return (await this.#ask("l2LogsRootHash", batchNumber)) as Hex;
  }

  /** Hash of an operation in the queue. */
  async operationHash(index: bigint): Promise<Hex> {
    return ((await this.#ask("priorityOperation", index)) as { readonly hash: Hex }).hash;
  }

  /** Protocol version, by the current settings, of a batch with this first timestamp and number of operations. */
  async versionOfBatch(
    { configuration, settings }: ChainContractFacts,
    firstTimestamp: bigint,
    operations: bigint,
  ): Promise<bigint> {
    const args = [configuration.chainId, firstTimestamp, operations];
    return (await this.#call(settings, settingsInterface, "versionOfBatch", args)) as bigint;
  }

  /** Newest root of other chains; undefined before the first. */
  async newestRoot({ registry }: ChainContractFacts): Promise<ImportedRoot | undefined> {
    const registryIndex = (await this.#call(registry, registryInterface, "latestRootIndex", [])) as bigint;
    if (registryIndex === 0n) return undefined;
    return { registryIndex, root: (await this.#call(registry, registryInterface, "rootAt", [registryIndex])) as Hex };
  }

  /** Upgrades from the version of the chain's creation to those of its next batches, by the current settings. */
  async upgrades(facts: ChainContractFacts): Promise<readonly SettingsEvent[]> {
    const { configuration, settings } = facts;
    const blockNumber = this.#block;
    // No upgrade is in effect at the beginning of time.
    const current = await this.versionOfBatch(facts, 0n, 0n);
    const next = (await this.#call(settings, settingsInterface, "upgradeOf", [configuration.chainId])) as ScheduledUpgrade;
    const past = current === configuration.protocolVersion ? [] : [{ version: current, effectiveAt: 0n, operations: 0n }];
    const scheduled = next.version === 0n ? [] : [next];
    return [...past, ...scheduled].map(({ version, effectiveAt, operations }) => ({
      type: "upgradeScheduled",
      blockNumber,
      version,
      effectiveAt,
      operations,
    }));
  }

  async #terms(settings: Hex, chainId: bigint): Promise<CountingTerms> {
    const { current } = (await this.#call(settings, settingsInterface, "epochsOf", [chainId])) as { readonly current: bigint };
    const terms = (await this.#call(settings, settingsInterface, "termsOf", [chainId, current])) as Record<string, unknown>;
    return { ...plainQuorum(terms["quorum"]), dataAvailabilityPolicy: address(terms["dataAvailabilityPolicy"]) };
  }

  async #isCarrier(policy: Hex): Promise<boolean> {
    try {
      await this.#call(policy, dataCarrierInterface, "isCodeCarried", [this.#hyperchain, ZeroHash]);
      return true;
    } catch (error) {
      if (error instanceof ReconstructionError) return false;
      throw error;
    }
  }

  #ask(name: string, ...args: unknown[]): Promise<unknown> {
    return this.#call(this.#hyperchain, hyperchainInterface, name, args);
  }

  async #call(to: Hex, contract: Interface, name: string, args: readonly unknown[]): Promise<unknown> {
    try {
      return await askContract(this.#provider, { to, contract, name, args, block: this.#block });
    } catch (error) {
      if (!(error instanceof CallRefusal)) throw error;
      throw new ReconstructionError("NotAHyperchain", `${to} does not answer ${name} as a chain's contract does`, {
        cause: error,
      });
    }
  }
}

function plainConfiguration(raw: Readonly<Record<string, unknown>>): HyperchainConfiguration {
  const number = (name: keyof HyperchainConfiguration): bigint => BigInt(raw[name] as bigint);
  const account = (name: keyof HyperchainConfiguration): Hex => address(raw[name]);
  return {
    chainId: number("chainId"),
    protocolVersion: number("protocolVersion"),
    admin: account("admin"),
    baseToken: account("baseToken"),
    dataAvailabilityPolicy: account("dataAvailabilityPolicy"),
    transactionFilterer: account("transactionFilterer"),
    sequencingMode: Number(number("sequencingMode")),
    cheatsAllowed: Boolean(raw["cheatsAllowed"]),
    isGoverned: Boolean(raw["isGoverned"]),
    takesReplacements: Boolean(raw["takesReplacements"]),
    requiresSecondCheck: Boolean(raw["requiresSecondCheck"]),
    validatorThreshold: number("validatorThreshold"),
    standbyThreshold: number("standbyThreshold"),
    executionDelay: number("executionDelay"),
    priorityOpWindow: number("priorityOpWindow"),
    exitDelay: number("exitDelay"),
    priorityGasPerSecond: number("priorityGasPerSecond"),
    l2GasPrice: number("l2GasPrice"),
    sequencer: account("sequencer"),
    importBatches: number("importBatches"),
    importStateRoot: raw["importStateRoot"] as Hex,
    importData: raw["importData"] as Hex,
    validators: Array.from(raw["validators"] as Iterable<unknown>, address),
    standby: Array.from(raw["standby"] as Iterable<unknown>, address),
  };
}

function address(value: unknown): Hex {
  return toHex(fromHex(String(value), 20));
}
