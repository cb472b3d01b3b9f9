import type { EcosystemInfo } from "./answers.ts";

/** Settlement layer of a chain: L1, or another chain. */
export interface SettlementBase {
  /** Name of the layer in the page's server. */
  readonly member: string;
  readonly chainId: number;
  /** Name of the layer in routes. */
  readonly name: string;
  /** Name of the layer in texts. */
  readonly words: string;
}

interface Layers {
  readonly l1: Pick<EcosystemInfo["l1"], "name" | "chainId">;
  readonly chains: readonly {
    readonly name: string;
    readonly settlesOn?: Pick<EcosystemInfo["l1"], "name" | "chainId">;
  }[];
}

/** Settlement layer of the chain with this name. */
export function baseOf({ l1, chains }: Layers, chain: string): SettlementBase {
  const on = chains.find(({ name }) => name === chain)?.settlesOn;
  if (on === undefined) return { member: "l1", chainId: l1.chainId, name: l1.name, words: "L1" };
  return { member: String(on.chainId), chainId: on.chainId, name: on.name, words: on.name };
}
