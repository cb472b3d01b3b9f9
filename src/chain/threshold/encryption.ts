import { bls12_381 } from "@noble/curves/bls12-381.js";
import { randomBytes } from "@noble/hashes/utils.js";
import { encodeCiphertext, exponentOf, maskMessage, maskSeed, pairingBytes } from "./ciphertext.ts";
import { identityPoint } from "./identity-point.ts";

const { G2, fields } = bls12_381;

/** Message to encrypt, and the recipient: holders of a key, for one identity. */
interface EncryptionRequest {
  readonly message: Uint8Array;
  readonly identity: Uint8Array;
  /** Public key of the holders: a point of G2, compressed. */
  readonly publicKey: Uint8Array;
  /** 32 random bytes. Default: new ones. */
  readonly seed?: Uint8Array;
}

/**
 * Encrypts to an identity, in Shutter's form. Throws Error for bytes that are not a public key. Some 20 ms of processor time;
 * loads no WebAssembly, so that it runs in every browser.
 */
export function encrypt({ message, identity, publicKey, seed = randomBytes(32) }: EncryptionRequest): Uint8Array {
  const recipient = G2.Point.fromBytes(publicKey);
  recipient.assertValidity();
  const exponent = fields.Fr.create(exponentOf(seed, message));
  const pairing = bls12_381.pairing(identityPoint(identity).multiply(exponent), recipient);
  return encodeCiphertext({
    point: G2.Point.BASE.multiply(exponent).toBytes(),
    seed: maskSeed(seed, pairingBytes(coefficientsOf(pairing))),
    blocks: maskMessage(message, seed),
  });
}

/** Coefficients of an element of the target group, in the order of the tower of fields. */
function coefficientsOf({ c0, c1 }: ReturnType<typeof bls12_381.pairing>): readonly bigint[] {
  return [c0, c1].flatMap((six) => [six.c0, six.c1, six.c2]).flatMap((two) => [two.c0, two.c1]);
}
