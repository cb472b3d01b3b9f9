import { HyperchainError } from "../../../ground/errors/hyperchain-error.ts";
import type { RunSwitchOptions } from "../chains/run-switch.ts";
import type { DevnetChain } from "../chains/served-chain.ts";
import type { LayerOnL1 } from "../l1/layer-on-l1.ts";
import type { SettlementBase } from "../l1/settlement-base.ts";
import type { ChainPlan } from "../../options/plan.ts";
import { areDeployed, askBasePrice, openBaseOn, type ChainBase, type ChainBaseDependencies } from "./deploy-base.ts";

interface SettlementBasesDependencies extends ChainBaseDependencies {
  readonly onL1: SettlementBase;
  readonly contracts: Pick<LayerOnL1, "requireProven">;
  /** Current chains. */
  readonly chains: () => readonly DevnetChain[];
}

/** Settlement layers of an ecosystem's chains: L1, or another of them, which gets the contracts at the first request. */
export class SettlementBases {
  readonly #dependencies: SettlementBasesDependencies;
  /** Bases by the chain and not by its id, which another can have after it. */
  readonly #onChains = new Map<DevnetChain, ChainBase>();

  constructor(dependencies: SettlementBasesDependencies) {
    this.#dependencies = dependencies;
  }

  get onL1(): SettlementBase {
    return this.#dependencies.onL1;
  }

  /** All layers on which a current chain settles, L1 first. */
  current(): readonly SettlementBase[] {
    const { onL1, chains } = this.#dependencies;
    return [...new Set([onL1, ...chains().map(({ base }) => base)])];
  }

  /**
   * Settlement layer of a chain; L1 has the version of a proven chain then. Rejects with ChainBelowError if the chain below
   * does not run, unless the chain is paused as well (`begins`), with DeploymentError, or as `LayerOnL1.requireProven`.
   */
  async of(
    { settlesOn, proving }: { readonly settlesOn?: ChainPlan["settlesOn"]; readonly proving?: ChainPlan["proving"] },
    begins: RunSwitchOptions["begins"] = "running",
  ): Promise<SettlementBase> {
    const { onL1, contracts, chains } = this.#dependencies;
    if (settlesOn === undefined) {
      if (proving?.execution === "proven") await contracts.requireProven();
      return onL1;
    }
    const chain = chains().find(({ name }) => name === settlesOn);
    if (chain === undefined || (begins === "running" && !chain.runSwitch.isRunning))
      throw new ChainBelowError("ParentNotRunning", `${settlesOn} does not run; start it before a chain that settles on it`);
    const known = this.#onChains.get(chain);
    if (known !== undefined && (await areDeployed(known.ecosystem, known.provider))) return known;
    known?.close();
    const base = await openBaseOn(chain, this.#dependencies);
    this.#onChains.set(chain, base);
    return base;
  }

  /** Contracts on a chain, as far as this process has opened them; undefined for a chain on which no other settles. */
  on(chainId: bigint): SettlementBase | undefined {
    return [...this.#onChains].find(([chain]) => chain.chainId === chainId)?.[1];
  }

  /** Restores the base fee of a stored chain on which others settled. */
  opened(chain: Pick<DevnetChain, "chainId" | "pipeline">): void {
    if (this.#dependencies.world?.layer(chain.chainId) !== undefined) askBasePrice(chain);
  }

  close(): void {
    for (const base of this.#onChains.values()) base.close();
  }
}

/**
 * ParentNotRunning: the chain below is paused. ChainsOnTop: others settle on the chain, which must be removed first.
 * Remedy: start the parent chain first; stop or remove the chains that settle on it before it.
 */
export class ChainBelowError extends HyperchainError<"ParentNotRunning" | "ChainsOnTop"> {
  override readonly name = "ChainBelowError";
}

/** Throws ChainBelowError ChainsOnTop where others of these settle on the chain. */
export function requireNothingOnTop(chain: DevnetChain, chains: readonly DevnetChain[], remedy: string): void {
  const names = chains.filter(({ base }) => base.chain?.chainId === chain.chainId).map(({ name }) => name);
  if (names.length === 0) return;
  throw new ChainBelowError("ChainsOnTop", `${names.join(" and ")} settle on ${chain.name}; ${remedy} ${names.join(", ")} first`);
}
