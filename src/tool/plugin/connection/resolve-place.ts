import type { ChainAddressLike } from "../../../ecosystem/client/ecosystem/chain-address.ts";
import type { ChainName } from "../../../ecosystem/client/ecosystem/ecosystem.ts";
import { resolveChainAddress } from "../../../ecosystem/client/names/resolve-name.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { withAddress } from "../development-accounts.ts";
import type { EcosystemLink } from "./link.ts";

/**
 * An account of a request, by address, by name (`bob@alpha`) or by the number of a development account (`7@alpha`), as the
 * client's functions take it. Throws ClientError, or a plugin error for a number that names no account.
 */
export async function resolvePlace(
  link: EcosystemLink,
  address: ChainAddressLike,
  defaultChain?: ChainName,
): Promise<{ readonly chain: number; readonly account: Hex }> {
  const l1 = link.client(link.info.l1.chainId);
  const { chainId, account } = await resolveChainAddress(link.info, numbered(link, address), l1, defaultChain);
  return { chain: chainId, account };
}

/** Replaces the number of a development account by its address. Throws a plugin error for other numbers. */
export function numbered({ info }: Pick<EcosystemLink, "info">, address: ChainAddressLike): ChainAddressLike {
  return typeof address === "string" ? withAddress(info, address) : address;
}
