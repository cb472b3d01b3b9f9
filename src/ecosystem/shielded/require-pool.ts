import { Contract, type Provider } from "ethers";

import { toHex } from "../../ground/protocol/hex.ts";
import { ShieldedError } from "./shielded-error.ts";

/** Views of the implementations, besides their interfaces. */
const STARK = ["function stark() view returns (address)"];
const KEY = ["function verificationKey() view returns (bytes32)"];

/** Throws ShieldedError OtherPool for an address that is not that of this package's pool, from whose code it follows. */
export function requirePinned(pool: string, pinned: string): void {
  if (pool.toLowerCase() === pinned.toLowerCase()) return;
  throw new ShieldedError(
    "OtherPool",
    `${pool} is not the shielded pool of this package, which is at ${pinned}: leave 'pool' out, or set trustsOtherPool if you have read its code`,
  );
}

/**
 * Throws ShieldedError unless a pool's verifier takes proofs of this key: notes of another pool could be paid for and not
 * spent. Codes: NoPool for an account without code, OtherVerifier for another key.
 */
export async function requirePool(pool: string, key: Uint8Array, provider: Provider): Promise<void> {
  if ((await provider.getCode(pool)) === "0x")
    throw new ShieldedError("NoPool", `there is no shielded pool at ${pool}: put it on the chain with deployShieldedPool`);
  const stark = (await new Contract(pool, STARK, provider).getFunction("stark").staticCall()) as string;
  const actual = (await new Contract(stark, KEY, provider).getFunction("verificationKey").staticCall()) as string;
  if (actual === toHex(key)) return;
  throw new ShieldedError(
    "OtherVerifier",
    `the verifier of the pool at ${pool} has the key ${actual}, and this package proves for ${toHex(key)}: use the version of the package that deployed the pool`,
  );
}

/** Code that returns CHAINID: CHAINID, PUSH0, MSTORE, PUSH1 32, PUSH0, RETURN. */
const RETURN_CHAIN_ID = "0x465f5260205ff3";

/** Chain id that contracts see. A URL can name another: that of the porter in a chain of two partitions does. */
export async function chainIdOfContracts(provider: Provider): Promise<bigint> {
  return BigInt(await provider.call({ data: RETURN_CHAIN_ID }));
}
