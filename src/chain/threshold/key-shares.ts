import { bls12_381 } from "@noble/curves/bls12-381.js";
import { concatBytes, utf8ToBytes } from "@noble/hashes/utils.js";
import { keccak } from "../../ground/protocol/hex.ts";

const { G2, fields } = bls12_381;
const { Fr } = fields;
const DEALER = "hyperchain.threshold.dealer";

/** Secret share of one holder: the value of the dealer's polynomial at the holder's number, which is its index plus 1. */
export type SecretShare = bigint;

/** Public part of a dealt key. */
interface DealtKey {
  /** Shares that make the key of an identity. */
  readonly threshold: number;
  /** Points of G2, compressed: of the key, and of each holder's share. */
  readonly publicKey: Uint8Array;
  readonly publicShares: readonly Uint8Array[];
}

/** Dealt key with the secret shares of its holders. */
export interface DealtShares extends DealtKey {
  readonly secretShares: readonly SecretShare[];
}

/**
 * Deals a key to `holders`. Fewer than `threshold` learn nothing about the key. The dealer has it, and so does each process with
 * the seed. Equal seeds deal equal keys.
 */
export function dealKey(
  seed: Uint8Array,
  { holders, threshold }: { readonly holders: number; readonly threshold: number },
): DealtShares {
  const coefficients = Array.from({ length: threshold }, (_, degree) => coefficientOf(seed, degree));
  const secretShares = Array.from({ length: holders }, (_, index) => valueAt(coefficients, BigInt(index + 1)));
  return {
    threshold,
    publicKey: publicPoint(coefficients[0] ?? 0n),
    publicShares: secretShares.map(publicPoint),
    secretShares,
  };
}

/** Factor of each holder's share in the key that the holders make together. */
export function combinationFactors(holders: readonly number[]): readonly bigint[] {
  const numbers = holders.map((index) => BigInt(index + 1));
  return numbers.map((number) =>
    numbers
      .filter((other) => other !== number)
      .reduce((factor, other) => Fr.mul(factor, Fr.div(other, Fr.sub(other, number))), 1n),
  );
}

/** 64 bytes of hash, so that the value is uniform below the order. */
function coefficientOf(seed: Uint8Array, degree: number): bigint {
  const [high, low] = [0, 1].map((half) => keccak(concatBytes(utf8ToBytes(DEALER), Uint8Array.of(degree, half), seed)));
  return Fr.create(BigInt(`${high}${low?.slice(2)}`));
}

function valueAt(coefficients: readonly bigint[], x: bigint): bigint {
  return coefficients.reduceRight((value, coefficient) => Fr.add(Fr.mul(value, x), coefficient), 0n);
}

function publicPoint(secret: bigint): Uint8Array {
  return G2.Point.BASE.multiply(secret).toBytes();
}
