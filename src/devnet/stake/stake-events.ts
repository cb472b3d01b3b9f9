import { Interface, type Log, type Provider } from "ethers";
import { chainFactoryAbi } from "../../abi/chain-factory.ts";
import { equivocationAbi } from "../../abi/equivocation.ts";
import { stakeRegistryAbi } from "../../abi/stake-registry.ts";
import type { Hex } from "../../protocol/hex.ts";
import { hyperchainInterface } from "../../settlement-layer/reader/contract-interfaces.ts";
import { PageWidth, readLogPages } from "../../settlement-layer/reader/log-pages.ts";
import { askContract, CallRefusal } from "../chain-on-l1/ask-contract.ts";
import { lowerCaseAddress } from "../accounts/accounts.ts";
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
  /** Contract that judges the quorum. */
  readonly evidence: Hex;
}

/** Stake that L1 took from a key for a proven fault. */
export interface StakeSlash {
  readonly chainId: bigint;
  readonly key: Hex;
  readonly amountWei: bigint;
  readonly transactionHash: Hex;
}

/** Contract that judges quorums, with the contracts that it reads. */
interface QuorumJudge {
  readonly evidence: Hex;
  readonly factory: Hex;
  readonly settings: Hex;
}

/** A quorum that keys are staked for. */
export interface StakedQuorum extends StakedChain {
  readonly judge: QuorumJudge;
}

/**
 * Keys that are enlisted in a registry for quorums, and the seconds at which weights changed, out of the registry's events.
 * Services of other judges are passed over.
 */
export class StakeEvents {
  readonly #registry: Hex;
  readonly #l1: Provider;
  readonly #width = new PageWidth();
  readonly #judges = new Map<Hex, QuorumJudge | undefined>();
  readonly #keys = new Map<string, StakedKey & { readonly judge: QuorumJudge }>();
  /** Seconds at which deposit or shares of an operator changed. */
  readonly #changes = new Map<Hex, Set<bigint>>();
  #slashes: StakeSlash[] = [];

  constructor(registry: Hex, l1: Provider) {
    this.#registry = registry;
    this.#l1 = l1;
  }

  get keys(): readonly StakedKey[] {
    return [...this.#keys.values()];
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
  }

  /** Reads these blocks. Resolves with the operators whose weight changed, and whether a key is new. Rejects with L1's error. */
  async read(fromBlock: number, toBlock: number): Promise<{ readonly changed: ReadonlySet<Hex>; readonly hasNewKey: boolean }> {
    const changed = new Set<Hex>();
    let hasNewKey = false;
    const question = { address: this.#registry, topics: [], fromBlock, toBlock };
    for await (const { logs } of readLogPages(this.#l1, question, this.#width)) {
      for (const log of logs) {
        const operator = await this.#note(log);
        if (operator !== undefined) changed.add(operator);
        if (await this.#enlist(log)) hasNewKey = true;
      }
    }
    return { changed, hasNewKey };
  }

  /** Chains whose quorums have staked keys, with their present revert counts. Rejects with L1's error. */
  async quorums(): Promise<readonly StakedQuorum[]> {
    const byChain = new Map<string, { judge: QuorumJudge; chainId: bigint; keys: Set<Hex> }>();
    for (const { judge, chainId, key } of this.#keys.values()) {
      const name = `${judge.evidence} ${chainId}`;
      const chain = byChain.get(name) ?? { judge, chainId, keys: new Set() };
      chain.keys.add(key);
      byChain.set(name, chain);
    }
    const quorums = await Promise.all([...byChain.values()].map((chain) => this.#quorumOf(chain)));
    return quorums.filter((quorum) => quorum !== undefined);
  }

  /** Undefined while L1 has no chain of that id: a key may be enlisted before. */
  async #quorumOf(chain: {
    readonly judge: QuorumJudge;
    readonly chainId: bigint;
    readonly keys: ReadonlySet<Hex>;
  }): Promise<StakedQuorum | undefined> {
    const { judge, chainId } = chain;
    const args = [chainId];
    const address = await askContract(this.#l1, {
      to: judge.factory,
      contract: factoryInterface,
      name: "getHyperchain",
      args,
    });
    const hyperchain = lowerCaseAddress(String(address));
    if (BigInt(hyperchain) === 0n) return undefined;
    const revertCount = await askContract(this.#l1, { to: hyperchain, contract: hyperchainInterface, name: "revertCount" });
    return { ...chain, hyperchain, revertCount: BigInt(revertCount as bigint) };
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

  /** Returns true for a key that is new. */
  async #enlist(log: Log): Promise<boolean> {
    const parsed = registryInterface.parseLog(log);
    if (parsed?.name !== "Enlisted") return false;
    const { operator, service, key, evidence, data } = parsed.args as unknown as Readonly<Record<string, string>>;
    const judge = await this.#judge(lowerCaseAddress(evidence ?? ""));
    const chainId = judge && chainOfQuorumData(data as Hex);
    if (judge === undefined || chainId === undefined) return false;
    const staked = {
      judge,
      evidence: judge.evidence,
      chainId,
      key: lowerCaseAddress(key ?? ""),
      operator: lowerCaseAddress(operator ?? ""),
      service: service as Hex,
    };
    const name = `${staked.service} ${staked.key}`;
    const isNew = !this.#keys.has(name);
    this.#keys.set(name, staked);
    return isNew;
  }

  /** Undefined for a contract that judges anything else. */
  async #judge(evidence: Hex): Promise<QuorumJudge | undefined> {
    if (this.#judges.has(evidence)) return this.#judges.get(evidence);
    const ask = (name: string) => askContract(this.#l1, { to: evidence, contract: equivocationInterface, name });
    const judge = await Promise.all([ask("factory"), ask("settings")]).then(
      ([factory, settings]) => ({
        evidence,
        factory: lowerCaseAddress(String(factory)),
        settings: lowerCaseAddress(String(settings)),
      }),
      (error: unknown) => {
        if (error instanceof CallRefusal) return undefined;
        throw error;
      },
    );
    this.#judges.set(evidence, judge);
    return judge;
  }
}

interface SlashedArgs {
  readonly service: string;
  readonly key: string;
  readonly amount: bigint;
}
