import { JsonRpcProvider, Network } from "ethers";
import type { HDNodeWallet } from "ethers";
import type { Hex } from "../protocol/hex.ts";
import { createRelayer } from "../relayer/relayer.ts";
import type { Relayer, RelayerDependencies } from "../relayer/relayer.ts";
import type { DeployedEcosystem } from "./deploy-ecosystem.ts";

/** A chain as a relayer sees it. */
export interface RelayTarget {
  readonly chainId: bigint;
  readonly url: string;
  readonly hyperchain: Hex;
}

/** Reaches a chain over HTTP; to be destroyed. Nothing is cached: local blocks can be a millisecond apart. */
export function connectHttp(chainId: bigint, url: string): JsonRpcProvider {
  const network = Network.from(chainId);
  return new JsonRpcProvider(url, network, { staticNetwork: network, cacheTimeout: -1, batchMaxCount: 1, pollingInterval: 100 });
}

/** A relayer over HTTP, as anyone can run it beside this one. `wallet` pays on every chain. */
export function connectRelayer(
  ecosystem: DeployedEcosystem,
  l1Url: string,
  chains: readonly RelayTarget[],
  wallet: HDNodeWallet,
  onStep?: RelayerDependencies["onStep"],
): Relayer & { close(): void } {
  const l1 = connectHttp(ecosystem.settlementChainId, l1Url);
  const providers = chains.map(({ chainId, url }) => connectHttp(chainId, url));
  const relayer = createRelayer(
    {
      settlementChainId: ecosystem.settlementChainId,
      registry: ecosystem.addresses.roots,
      fromBlock: ecosystem.fromBlock,
      chains: chains.map(({ chainId, hyperchain }, i) => ({ chainId, hyperchain, signer: wallet.connect(providers[i] ?? null) })),
    },
    onStep === undefined ? { l1 } : { l1, onStep },
  );
  return {
    ...relayer,
    close() {
      for (const provider of [l1, ...providers]) provider.destroy();
    },
  };
}
