import type { HyperlaneInfo } from "../../../../ecosystem/devnet/view/books/bridge-info.ts";
import type { EcosystemInfo } from "../../../../ecosystem/devnet/view/books/ecosystem-info.ts";

/** Chain names that Hyperlane's tools accept. */
const NAME = /^[a-z][a-z0-9]*$/;

/** A file of a registry of Hyperlane's, beneath the registry's folder. */
interface RegistryFile {
  readonly path: string;
  readonly text: string;
}

/**
 * An ecosystem as a registry from which Hyperlane's command line deploys warp routes: metadata and addresses of each member.
 * `refused` are members whose names its tools do not take.
 */
export function hyperlaneRegistry(
  { contracts, members }: Pick<HyperlaneInfo, "contracts" | "members">,
  { l1, chains }: Pick<EcosystemInfo, "l1" | "chains">,
): { readonly files: readonly RegistryFile[]; readonly refused: readonly string[] } {
  const taken = members.filter(({ name }) => NAME.test(name));
  const files = taken.flatMap(({ name, chainId, id }): readonly RegistryFile[] => {
    const chain = chains.find((each) => each.chainId === chainId);
    const symbol = chain?.baseToken.symbol ?? "ETH";
    const metadata = [
      ...["blocks:", "  confirmations: 1", "  estimateBlockTime: 1", "  reorgPeriod: 0"],
      ...[`chainId: ${chainId}`, `displayName: ${name}`, `domainId: ${id}`, "isTestnet: true", `name: ${name}`],
      ...["nativeToken:", "  decimals: 18", `  name: ${JSON.stringify(symbol)}`, `  symbol: ${JSON.stringify(symbol)}`],
      ...["protocol: ethereum", "rpcUrls:", `  - http: ${JSON.stringify(chain?.url ?? l1.url)}`, "technicalStack: other"],
    ];
    const addresses = [`interchainSecurityModule: "${contracts.hook}"`, `mailbox: "${contracts.mailbox}"`];
    return [
      { path: `chains/${name}/metadata.yaml`, text: `${metadata.join("\n")}\n` },
      { path: `chains/${name}/addresses.yaml`, text: `${addresses.join("\n")}\n` },
    ];
  });
  return { files, refused: members.filter((member) => !taken.includes(member)).map(({ name }) => name) };
}
