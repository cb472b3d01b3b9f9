import type { EcosystemInfo } from "./answers.ts";

/** What a chain settles on: L1, or another chain. */
export interface SettlementBase {
  /** As the page's server names it. */
  readonly member: string;
  readonly chainId: number;
  /** As routes have it. */
  readonly name: string;
  /** As texts have it. */
  readonly words: string;
}

interface Layers {
  readonly l1: Pick<EcosystemInfo["l1"], "name" | "chainId">;
  readonly chains: readonly {
    readonly name: string;
    readonly settlesOn?: Pick<EcosystemInfo["l1"], "name" | "chainId">;
  }[];
}

/** What the chain with this name settles on. */
export function baseOf({ l1, chains }: Layers, chain: string): SettlementBase {
  const on = chains.find(({ name }) => name === chain)?.settlesOn;
  if (on === undefined) return { member: "l1", chainId: l1.chainId, name: l1.name, words: "L1" };
  return { member: String(on.chainId), chainId: on.chainId, name: on.name, words: on.name };
}
