import { setLengthLeft } from "@ethereumjs/util";
import { NamedError } from "../errors/named-error.ts";
import { fromHex, keccak, type Hex } from "../protocol/hex.ts";
import type { ChainId } from "../protocol/ids.ts";
import { libsecp256k1 } from "../runtime/libsecp256k1.ts";

/**
 * The signer's public key, 64 bytes: the hook that ethereumjs calls for transactions and the ECRECOVER precompile (why not
 * the library's own: decision 7). `v` is 0, 1, 27, 28 or EIP-155's. Throws UnknownSignerError if no key has the
 * signature.
 */
export function recoverPublicKey(
  messageHash: Uint8Array,
  v: bigint,
  r: Uint8Array,
  s: Uint8Array,
  chainId?: ChainId,
): Uint8Array {
  const recoveryId = v === 0n || v === 1n ? v : chainId === undefined ? v - 27n : v - (chainId * 2n + 35n);
  if (recoveryId !== 0n && recoveryId !== 1n) throw new RangeError(`a signature's v cannot be ${v}`);
  const signature = new Uint8Array(64);
  signature.set(setLengthLeft(r, 32), 0);
  signature.set(setLengthLeft(s, 32), 32);
  try {
    return libsecp256k1.ecdsaRecover(signature, Number(recoveryId), messageHash, false).slice(1);
  } catch (error) {
    throw isOfSignature(error) ? new UnknownSignerError(error) : error;
  }
}

const SIGNATURE = /^0x[0-9a-f]{128}(?:1b|1c)$/;

/** Address that signed the digest; undefined if the signature has another form than r, s and 27 or 28, or no key has it. */
export function signerOfDigest(digest: Hex, signature: Hex): Hex | undefined {
  if (!SIGNATURE.test(signature)) return undefined;
  const bytes = fromHex(signature);
  try {
    const key = recoverPublicKey(fromHex(digest), BigInt(bytes[64] ?? 0), bytes.slice(0, 32), bytes.slice(32, 64));
    return `0x${keccak(key).slice(-40)}`;
  } catch (error) {
    if (error instanceof UnknownSignerError) return undefined;
    throw error;
  }
}

/** No key has a signature. */
export class UnknownSignerError extends NamedError<"UnknownSigner"> {
  override readonly name = "UnknownSignerError";

  constructor(cause: unknown) {
    super("UnknownSigner", "no key has the signature", { cause });
  }
}

/** True for a plain Error, as `Libsecp256k1` throws for a signature. Memory and stack run out by errors of other classes. */
function isOfSignature(error: unknown): boolean {
  return error instanceof Error && Object.getPrototypeOf(error) === Error.prototype;
}
