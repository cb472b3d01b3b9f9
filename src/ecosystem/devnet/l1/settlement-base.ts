import type { Provider, Signer } from "ethers";
import type { Hex } from "../../../ground/protocol/hex.ts";
import type { Layer } from "../deployment/layer.ts";
import type { LayerOnL1 } from "./layer-on-l1.ts";
import type { LocalL1 } from "./local-l1.ts";
import type { SettlementLayer } from "./settlement-layer.ts";

/** Settlement layer of chains: L1, or a chain of the ecosystem. */
export interface SettlementBase extends Pick<LocalL1, "chainId" | "url" | "provider" | "request"> {
  /** Name in `hyperchain_info`. */
  readonly name: string;
  readonly ecosystem: Layer;
  /**
   * The contract there that carries data of the chains on it to L1, which is created where it is missing; absent on
   * L1. Rejects with
   * DeploymentError.
   */
  readonly carrier?: () => Promise<Hex>;
  /** Provider for the ecosystem's transactions, which are recorded (`own-sends.ts`). */
  readonly sending: Provider;
  /** Deploys base tokens, and has all of those. */
  readonly deployer: Signer;
  /** Whose coins operators and funded accounts of the chains that settle here get. */
  readonly funder: Signer;
  /** The chain that it is; absent for L1. */
  readonly chain?: { readonly chainId: bigint; readonly name: string };
  /** Transfers coins to the payer there, from the payer below; on L1 the payer has them. Rejects with DeploymentError. */
  bringMoney(amountWei: bigint): Promise<void>;
}

/** L1 with the contracts of its chains. */
export function baseOnL1(
  { l1, provider: sending, deployer, funder }: SettlementLayer,
  contracts: Pick<LayerOnL1, "current">,
): SettlementBase {
  const { chainId, url, provider, request } = l1;
  return {
    name: "l1",
    chainId,
    url,
    provider,
    request,
    sending,
    get ecosystem() {
      return contracts.current;
    },
    deployer,
    funder,
    bringMoney: () => Promise.resolve(),
  };
}
