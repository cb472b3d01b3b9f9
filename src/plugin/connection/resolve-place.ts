import type { ChainAddressLike } from "../../client/chain-address.ts";
import type { ChainName } from "../../client/ecosystem.ts";
import { resolveChainAddress } from "../../client/resolve-name.ts";
import type { Hex } from "../../protocol/hex.ts";
import type { EcosystemLink } from "./link.ts";

/** An account of a request, by address or by name (`bob@alpha`), as the client's functions take it. Throws ClientError. */
export async function resolvePlace(
  link: EcosystemLink,
  address: ChainAddressLike,
  defaultChain?: ChainName,
): Promise<{ readonly chain: number; readonly account: Hex }> {
  const l1 = link.client(link.info.l1.chainId);
  const { chainId, account } = await resolveChainAddress(link.info, address, l1, defaultChain);
  return { chain: chainId, account };
}
