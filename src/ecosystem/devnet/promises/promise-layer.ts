import { Interface, type Block, type Provider } from "ethers";
import { brokenPromisesAbi } from "../../../ground/abi/broken-promises.ts";
import { stakeRegistryAbi } from "../../../ground/abi/stake-registry.ts";
import { promiseServiceData, type BatchPromise } from "../../../ground/protocol/batch-promise.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import type { ChainId } from "../../../ground/protocol/ids.ts";
import { hyperchainInterface, registryInterface } from "../../../chain/settlement-layer/reader/contract-interfaces.ts";
import { countingBlock } from "../../../chain/settlement-layer/reader/l1-depth.ts";
import type { PromisesOnL1 } from "../../../chain/settlement-layer/promises/receiver-rule.ts";
import { askContract } from "../chain-on-l1/ask-contract.ts";
import type { Layer } from "../deployment/layer.ts";
import { EpochSigners } from "../stake/epoch-signers.ts";
import { serviceOf } from "../stake/services.ts";

const judgeInterface = new Interface(brokenPromisesAbi);
const stakeInterface = new Interface(stakeRegistryAbi);
/** Limit of a receiver: seconds between the stake's block and the newest one. */
const MAX_STAKE_AGE_SECONDS = 60;

/** Contracts on L1 that a promise depends on. */
export interface PromiseContracts {
  readonly registry: Hex;
  readonly judge: Hex;
  readonly settings: Hex;
  readonly roots: Hex;
}

/** Block of L1 at whose second the stake for a promise is read. */
export interface StakedBlock {
  readonly number: number;
  readonly hash: Hex;
  readonly second: bigint;
}

/** L1 as the receiver of one promise sees it, with the facts that a report of the promise shows. */
interface PromiseOnL1 extends PromisesOnL1 {
  readonly epoch: bigint;
  /** Number of the stake's block; undefined if L1's history does not have it. */
  readonly stakedNumber: number | undefined;
}

/** Contracts of an ecosystem that has promises; undefined for another one. */
export function contractsOfPromises({ addresses }: Layer): PromiseContracts | undefined {
  const { stakeRegistry: registry, brokenPromises: judge, settings, roots } = addresses;
  return registry === undefined || judge === undefined ? undefined : { registry, judge, settings, roots };
}

/** L1 as signers and receivers of promises see it. Each method rejects with the provider's error. */
export class PromiseLayer {
  readonly contracts: PromiseContracts;
  readonly provider: Provider;
  readonly #confirmations: number;
  readonly #epochs: EpochSigners;

  /** `confirmations`: depth at which a block counts for what is remembered; 1 is the newest. */
  constructor(provider: Provider, contracts: PromiseContracts, confirmations: number) {
    this.provider = provider;
    this.#confirmations = confirmations;
    this.contracts = contracts;
    this.#epochs = new EpochSigners(provider, contracts.settings);
  }

  /** Highest count of seconds from the stake's second to the end of a promise. */
  async longestPromise(): Promise<bigint> {
    return this.#ask(this.contracts.judge, judgeInterface, "longestPromise") as Promise<bigint>;
  }

  /** Version in force of a chain's batches. */
  async versionOf(hyperchain: Hex): Promise<bigint> {
    return this.#ask(hyperchain, hyperchainInterface, "getProtocolVersion") as Promise<bigint>;
  }

  /** Count of a chain's executed batches. */
  async executed(hyperchain: Hex): Promise<bigint> {
    return this.#ask(hyperchain, hyperchainInterface, "getTotalBatchesExecuted") as Promise<bigint>;
  }

  /**
   * Value of a fact for the chain with this contract; 0 until L1 has executed the batch, deep enough: an execution that L1 undoes
   * would end the evidence of its promise.
   */
  async valueOf(index: bigint, from: Hex): Promise<Hex> {
    const data = registryInterface.encodeFunctionData("rootAt", [index]);
    const blockTag = Math.max(0, countingBlock(await this.provider.getBlockNumber(), this.#confirmations));
    const answer = await this.provider.call({ from, to: this.contracts.roots, data, blockTag });
    return registryInterface.decodeFunctionResult("rootAt", answer)[0] as Hex;
  }

  /** Stake of a key for promises of a pair of chains: at a second before the newest block's, or now if a slash took some. */
  async weightSince(fromChain: ChainId, toChain: ChainId, key: Hex, second: bigint): Promise<bigint> {
    const service = serviceOf(this.contracts.judge, promiseServiceData(fromChain, toChain));
    const { timestamp } = await this.#block("latest");
    const at = (time: bigint): Promise<unknown> =>
      this.#ask(this.contracts.registry, stakeInterface, "weightAt", service, key, time);
    const [then, last] = (await Promise.all([at(second), at(BigInt(timestamp) - 1n)])) as [bigint, bigint];
    return then < last ? then : last;
  }

  /** Newest block of an earlier second than the newest block of all; undefined if it is older than a receiver takes. */
  async stakedBlock(): Promise<StakedBlock | undefined> {
    const newest = await this.#block("latest");
    for (let number = newest.number - 1; number >= 0; number--) {
      const { timestamp, hash } = await this.#block(number);
      if (timestamp + MAX_STAKE_AGE_SECONDS < newest.timestamp) return undefined;
      if (timestamp < newest.timestamp) return { number, hash: hash as Hex, second: BigInt(timestamp) };
    }
    return undefined;
  }

  /** True if L1's history has the block, and it is at most half as old as a receiver takes. */
  async isFresh({ number, hash, second }: StakedBlock): Promise<boolean> {
    const [newest, block] = await Promise.all([this.#block("latest"), this.provider.getBlock(number)]);
    const age = newest.timestamp - Number(second);
    return block?.hash === hash && age > 0 && age <= MAX_STAKE_AGE_SECONDS / 2;
  }

  /** Number of L1's newest block. */
  newestNumber(): Promise<number> {
    return this.provider.getBlockNumber();
  }

  /** L1 for the check of one promise. */
  async viewFor(fromChain: ChainId, { toChain, stakedAt, stakedBlock }: BatchPromise): Promise<PromiseOnL1> {
    const [newest, longestPromise, epochs, staked] = await Promise.all([
      this.#block("latest"),
      this.longestPromise(),
      this.#epochs.epochsOf(fromChain),
      this.#ofHistory(stakedBlock),
    ]);
    const { current, currentAt } = epochs;
    const epoch = stakedAt >= currentAt || current === 0n ? current : current - 1n;
    const signers = await this.#epochs.signersOf(fromChain, epoch, true);
    return {
      epoch,
      stakedNumber: staked?.number,
      newestAt: BigInt(newest.timestamp),
      longestPromise,
      timeOf: (hash) => Promise.resolve(hash === stakedBlock && staked !== undefined ? BigInt(staked.timestamp) : undefined),
      isValidator: (account) => Promise.resolve(signers.includes(account)),
      weightAt: (account, second) => this.weightSince(fromChain, toChain, account, second),
    };
  }

  /** Block with this hash, if it is in L1's history: nodes also have blocks outside it. */
  async #ofHistory(hash: Hex): Promise<Block | undefined> {
    const block = await this.provider.getBlock(hash);
    if (block === null) return undefined;
    return (await this.provider.getBlock(block.number))?.hash === hash ? block : undefined;
  }

  async #block(tag: "latest" | number): Promise<Block> {
    const block = await this.provider.getBlock(tag);
    if (block === null) throw new RangeError(`L1's node has no block ${tag}`);
    return block;
  }

  #ask(to: Hex, contract: Interface, name: string, ...args: readonly unknown[]): Promise<unknown> {
    return askContract(this.provider, { to, contract, name, args });
  }
}
