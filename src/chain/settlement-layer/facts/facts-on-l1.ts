import { Interface, type Result } from "ethers";
import { chainFactoryAbi } from "../../../ground/abi/chain-factory.ts";
import { verifierRegistryAbi } from "../../../ground/abi/verifier-registry.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import type { BatchNumber, ChainId } from "../../../ground/protocol/ids.ts";
import { hyperchainInterface, registryInterface, settingsInterface } from "../reader/contract-interfaces.ts";
import { countingBlock } from "../reader/l1-depth.ts";
import type { SendingProvider } from "./judge.ts";

const factory = new Interface(chainFactoryAbi);
const versions = new Interface(verifierRegistryAbi);

interface L1OfFacts {
  readonly provider: SendingProvider;
  /** Depth of an L1 block that counts; 1 is the newest. */
  readonly confirmations: number;
  readonly factory: Hex;
  readonly registry: Hex;
  readonly settings: Hex;
  /** Contract of the chain that imports facts. */
  readonly hyperchain: Hex;
}

/** Counts of a chain's batches on L1, and whether it has stopped. */
export interface SourceOnL1 {
  readonly hyperchain: Hex;
  readonly committed: bigint;
  readonly verified: bigint;
  readonly executed: bigint;
  readonly hasExited: boolean;
}

/** L1 at its newest block that counts, as a chain that imports facts sees it. */
export class FactsOnL1 {
  readonly block: number;
  readonly provider: SendingProvider;
  readonly #l1: L1OfFacts;

  private constructor(l1: L1OfFacts, block: number) {
    this.#l1 = l1;
    this.provider = l1.provider;
    this.block = block;
  }

  /** Rejects with the provider's error. */
  static async look(l1: L1OfFacts): Promise<FactsOnL1> {
    return new FactsOnL1(l1, Math.max(0, countingBlock(await l1.provider.getBlockNumber(), l1.confirmations)));
  }

  /** Value of a fact for the importing chain: the registry's answer depends on its caller. 0 until L1 has executed the batch. */
  async valueOf(factIndex: bigint): Promise<Hex> {
    const { registry, hyperchain } = this.#l1;
    return (await this.#call(registryInterface, registry, "rootAt", [factIndex], hyperchain))[0] as Hex;
  }

  /** Undefined for an id without a chain. */
  async source(chainId: ChainId): Promise<SourceOnL1 | undefined> {
    const [address] = await this.#call(factory, this.#l1.factory, "getHyperchain", [chainId]);
    const hyperchain = String(address).toLowerCase() as Hex;
    if (BigInt(hyperchain) === 0n) return undefined;
    const names = ["getTotalBatchesCommitted", "getTotalBatchesVerified", "getTotalBatchesExecuted", "exited"];
    const values = await Promise.all(names.map((name) => this.#call(hyperchainInterface, hyperchain, name, [])));
    const [committed, verified, executed] = values.map(([value]) => value as bigint);
    if (committed === undefined || verified === undefined || executed === undefined) return undefined;
    return { hyperchain, committed, verified, executed, hasExited: values[3]?.[0] === true };
  }

  /** Hash of the record that a chain's contract stores for a batch. */
  async storedHash({ hyperchain }: SourceOnL1, batchNumber: BatchNumber): Promise<Hex> {
    return (await this.#call(hyperchainInterface, hyperchain, "storedBatchHash", [batchNumber]))[0] as Hex;
  }

  /** Contract that accepts proofs of a chain's batches of this version; undefined if it proves no execution. */
  async aggregator(chainId: ChainId, version: bigint): Promise<Hex | undefined> {
    const [address] = await this.#call(settingsInterface, this.#l1.settings, "aggregatorOf", [chainId, version]);
    return BigInt(String(address)) === 0n ? undefined : (String(address).toLowerCase() as Hex);
  }

  /** True if the version is retired, frozen or halted: then L1 records none of its statements, for any chain. */
  async isStopped(version: bigint): Promise<boolean> {
    const [registry] = await this.#call(factory, this.#l1.factory, "verifiers", []);
    return (await this.#call(versions, String(registry) as Hex, "aggregatorOf", [version]))[1] as boolean;
  }

  async #call(contract: Interface, to: Hex, name: string, args: readonly unknown[], from?: Hex): Promise<Result> {
    const call = { to, data: contract.encodeFunctionData(name, args), blockTag: this.block };
    const answer = await this.provider.call(from === undefined ? call : { ...call, from });
    return contract.decodeFunctionResult(name, answer);
  }
}
