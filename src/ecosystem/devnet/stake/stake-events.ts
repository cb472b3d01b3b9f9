import { Interface, type Log, type Provider } from "ethers";
import { chainFactoryAbi } from "../../../ground/abi/chain-factory.ts";
import { equivocationAbi } from "../../../ground/abi/equivocation.ts";
import { stakeRegistryAbi } from "../../../ground/abi/stake-registry.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { hyperchainInterface } from "../../../chain/settlement-layer/reader/contract-interfaces.ts";
import { PageWidth, readLogPages } from "../../../chain/settlement-layer/reader/log-pages.ts";
import { askContract } from "../chain-on-l1/ask-contract.ts";
import { lowerCaseAddress } from "../accounts/accounts.ts";
import { EpochSigners } from "./epoch-signers.ts";
import type { StakedChain } from "./signed-words.ts";
import { chainOfQuorumData } from "./services.ts";

const registryInterface = new Interface(stakeRegistryAbi);
const equivocationInterface = new Interface(equivocationAbi);
const factoryInterface = new Interface(chainFactoryAbi);

/** Key that an operator has enlisted for the quorum of a chain. */
export interface StakedKey {
  readonly chainId: bigint;
  readonly key: Hex;
  readonly operator: Hex;
  readonly service: Hex;
}

/** Stake that L1 took from a key for a proven fault. */
export interface StakeSlash {
  readonly chainId: bigint;
  readonly key: Hex;
  readonly amountWei: bigint;
  readonly transactionHash: Hex;
}

/** The judge of quorums, with the contracts that it reads. */
interface QuorumJudge {
  readonly factory: Hex;
  readonly signers: EpochSigners;
}

/** A quorum that keys are staked for. */
export interface StakedQuorum extends StakedChain {
  /** Enlisted keys that the chain's terms list. */
  readonly staked: readonly StakedKey[];
  readonly signers: EpochSigners;
}

/** Registry, and the contract that judges quorums for it. */
export interface StakePlace {
  readonly registry: Hex;
  readonly evidence: Hex;
}

/**
 * Keys that are enlisted in a registry for quorums, and the seconds at which weights changed, out of the registry's events.
 * Anyone enlists: services of other judges, and keys that no epoch of their chain lists, are passed over.
 */
export class StakeEvents {
  readonly #place: StakePlace;
  readonly #l1: Provider;
  readonly #width = new PageWidth();
  #judge: QuorumJudge | undefined;
  readonly #hyperchains = new Map<bigint, Hex>();
  /** Enlisted keys, by service and key. */
  readonly #keys = new Map<string, StakedKey>();
  /** Seconds at which deposit or shares of an operator changed. */
  readonly #changes = new Map<Hex, Set<bigint>>();
  #slashes: StakeSlash[] = [];

  constructor(place: StakePlace, l1: Provider) {
    this.#place = place;
    this.#l1 = l1;
  }

  /** Oldest first. */
  get slashes(): readonly StakeSlash[] {
    return this.#slashes;
  }

  changesOf(operator: Hex): readonly bigint[] {
    return [...(this.#changes.get(operator) ?? [])];
  }

  clear(): void {
    this.#keys.clear();
    this.#changes.clear();
    this.#slashes = [];
    this.#hyperchains.clear();
    this.#judge?.signers.clear();
  }

  /** Reads these blocks. Resolves with the operators whose weight changed. Rejects with L1's error. */
  async read(fromBlock: number, toBlock: number): Promise<ReadonlySet<Hex>> {
    const changed = new Set<Hex>();
    const question = { address: this.#place.registry, topics: [], fromBlock, toBlock };
    for await (const { logs } of readLogPages(this.#l1, question, this.#width)) {
      for (const log of logs) {
        const operator = await this.#note(log);
        if (operator !== undefined) changed.add(operator);
        this.#enlist(log);
      }
    }
    return changed;
  }

  /** Chains whose quorums have staked keys, with their present revert counts. Rejects with L1's error. */
  async quorums(): Promise<readonly StakedQuorum[]> {
    const byChain = Map.groupBy(this.#keys.values(), ({ chainId }) => chainId);
    if (byChain.size === 0) return [];
    const judge = await this.#readJudge();
    const quorums = await Promise.all([...byChain].map(([chainId, keys]) => this.#quorumOf(judge, chainId, keys)));
    return quorums.filter((quorum) => quorum !== undefined);
  }

  /** Undefined while L1 has no chain of that id, and where the chain lists none of the keys. */
  async #quorumOf(
    { factory, signers }: QuorumJudge,
    chainId: bigint,
    enlisted: readonly StakedKey[],
  ): Promise<StakedQuorum | undefined> {
    const hyperchain = this.#hyperchains.get(chainId) ?? (await this.#hyperchainOf(factory, chainId));
    if (hyperchain === undefined) return undefined;
    const listed = await signers.allSigners(chainId);
    const staked = enlisted.filter(({ key }) => listed.has(key));
    if (staked.length === 0) return undefined;
    const question = { to: hyperchain, contract: hyperchainInterface, name: "revertCount" };
    const revertCount = BigInt((await askContract(this.#l1, question)) as bigint);
    return { chainId, hyperchain, revertCount, staked, keys: new Set(staked.map(({ key }) => key)), signers };
  }

  async #hyperchainOf(factory: Hex, chainId: bigint): Promise<Hex | undefined> {
    const question = { to: factory, contract: factoryInterface, name: "getHyperchain", args: [chainId] };
    const hyperchain = lowerCaseAddress(String(await askContract(this.#l1, question)));
    if (BigInt(hyperchain) === 0n) return undefined;
    this.#hyperchains.set(chainId, hyperchain);
    return hyperchain;
  }

  async #note(log: Log): Promise<Hex | undefined> {
    const parsed = registryInterface.parseLog(log);
    if (parsed === null) return undefined;
    const operator = lowerCaseAddress(parsed.args["operator"] as string);
    const block = await this.#l1.getBlock(log.blockNumber);
    const seconds = this.#changes.get(operator) ?? new Set();
    if (block !== null) seconds.add(BigInt(block.timestamp));
    this.#changes.set(operator, seconds);
    if (parsed.name === "Slashed") this.#noteSlash(log, parsed.args as unknown as SlashedArgs);
    return operator;
  }

  #noteSlash({ transactionHash }: Log, { service, key, amount }: SlashedArgs): void {
    const staked = this.#keys.get(`${service} ${lowerCaseAddress(key)}`);
    if (staked === undefined) return;
    this.#slashes.push({
      chainId: staked.chainId,
      key: staked.key,
      amountWei: amount,
      transactionHash: transactionHash as Hex,
    });
  }

  #enlist(log: Log): void {
    const parsed = registryInterface.parseLog(log);
    if (parsed?.name !== "Enlisted") return;
    const { operator, service, key, evidence, data } = parsed.args as unknown as Readonly<Record<string, string>>;
    const chainId = chainOfQuorumData(data as Hex);
    if (lowerCaseAddress(evidence ?? "") !== this.#place.evidence || chainId === undefined) return;
    const staked = {
      chainId,
      key: lowerCaseAddress(key ?? ""),
      operator: lowerCaseAddress(operator ?? ""),
      service: service as Hex,
    };
    this.#keys.set(`${staked.service} ${staked.key}`, staked);
  }

  async #readJudge(): Promise<QuorumJudge> {
    const ask = (name: string): Promise<unknown> =>
      askContract(this.#l1, { to: this.#place.evidence, contract: equivocationInterface, name });
    const read = async (): Promise<QuorumJudge> => {
      const [factory, settings] = await Promise.all([ask("factory"), ask("settings")]);
      const signers = new EpochSigners(this.#l1, lowerCaseAddress(String(settings)));
      return { factory: lowerCaseAddress(String(factory)), signers };
    };
    return (this.#judge ??= await read());
  }
}

interface SlashedArgs {
  readonly service: string;
  readonly key: string;
  readonly amount: bigint;
}
