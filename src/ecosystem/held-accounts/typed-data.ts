import { verifyTypedData, type TypedDataDomain } from "ethers";
import type { Hex } from "../../ground/protocol/hex.ts";

/** EIP-712 fields of an owner's signature that the contract checks: the act with this leaf, in this tree. */
export const ACT_TYPES = {
  Act: [
    { name: "root", type: "bytes32" },
    { name: "leaf", type: "bytes32" },
  ],
};

/** EIP-712 fields of a request to a collector. The contract accepts no signature of this type. */
export const JOIN_TYPES = { Join: [{ name: "leaf", type: "bytes32" }] };

/** Domain of the contract `HeldAccounts` of a chain. */
export function heldDomain({ chainId, contract }: { readonly chainId: bigint; readonly contract: Hex }): TypedDataDomain {
  return { name: "HeldAccounts", version: "1", chainId, verifyingContract: contract };
}

/** True if the owner signed the values. A malformed signature is not the owner's. */
export function isSignedBy(
  owner: Hex,
  {
    domain,
    types,
    values,
    signature,
  }: {
    readonly domain: TypedDataDomain;
    readonly types: typeof ACT_TYPES | typeof JOIN_TYPES;
    readonly values: Readonly<Record<string, Hex>>;
    readonly signature: Hex;
  },
): boolean {
  try {
    return verifyTypedData(domain, types, values, signature).toLowerCase() === owner;
  } catch {
    return false;
  }
}
