import { bls12_381 } from "@noble/curves/bls12-381.js";
import mcl from "mcl-wasm";
import { decodeCiphertext, exponentOf, maskSeed, pairingBytes, unmaskMessage } from "./ciphertext.ts";
import { identityPoint } from "./identity-point.ts";
import { combinationFactors, type SecretShare } from "./key-shares.ts";

const { Fr } = bls12_381.fields;
const GENERATOR = bls12_381.G2.Point.BASE.toBytes();
const G1_BYTES = 48;

await mcl.init(mcl.BLS12_381);
// Compressed points, in the form of other libraries.
mcl.setETHserialization(true);

/** Share of a holder in the key of an identity. */
interface KeyShare {
  /** Index of the holder. */
  readonly holder: number;
  /** Point of G1, compressed. */
  readonly share: Uint8Array;
}

/** Share that a holder has in the key of an identity. */
export function keyShareOf(identity: Uint8Array, secret: SecretShare): Uint8Array {
  return mcl.mul(hashed(identity), scalar(secret)).serialize();
}

/** Key of an identity, from as many shares as the threshold; undefined if one is not a point. Does not check the shares. */
export function combineShares(shares: readonly KeyShare[]): Uint8Array | undefined {
  const factors = combinationFactors(shares.map(({ holder }) => holder));
  let key = new mcl.G1();
  for (const [i, { share }] of shares.entries()) {
    const point = pointOfG1(share);
    if (point === undefined) return undefined;
    key = mcl.add(key, mcl.mul(point, scalar(factors[i] ?? 0n)));
  }
  return key.serialize();
}

/** True if the key belongs to the identity: a combined one with the public key, or a share with the holder's public share. */
export function isKeyOf(identity: Uint8Array, key: Uint8Array, publicKey: Uint8Array): boolean {
  const [point, recipient] = [pointOfG1(key), pointOfG2(publicKey)];
  if (point === undefined || recipient === undefined) return false;
  const quotient = mcl.mul(mcl.millerLoop(point, generator), mcl.millerLoop(mcl.neg(hashed(identity)), recipient));
  return mcl.finalExp(quotient).isOne();
}

/**
 * Message of a ciphertext; undefined if it was encrypted to another identity. There is one ciphertext for each message and seed,
 * so that equal bytes open equally on every node.
 */
export function open(ciphertext: Uint8Array, key: Uint8Array): Uint8Array | undefined {
  const parts = decodeCiphertext(ciphertext);
  const [point, identityKey] = [parts && pointOfG2(parts.point), pointOfG1(key)];
  if (parts === undefined || point === undefined || identityKey === undefined) return undefined;
  const seed = maskSeed(parts.seed, pairingBytes(coefficientsOf(mcl.pairing(identityKey, point))));
  const message = unmaskMessage(parts.blocks, seed);
  if (message === undefined) return undefined;
  const expected = mcl.mul(generator, scalar(Fr.create(exponentOf(seed, message))));
  return expected.isEqual(point) ? message : undefined;
}

type G1 = InstanceType<typeof mcl.G1>;
type G2 = InstanceType<typeof mcl.G2>;

const generator = requirePoint(pointOfG2(GENERATOR));

function hashed(identity: Uint8Array): G1 {
  return requirePoint(pointOfG1(identityPoint(identity).toBytes()));
}

/** Undefined for other bytes, and for the neutral element, which is not a key. */
function pointOfG1(bytes: Uint8Array): G1 | undefined {
  const point = new mcl.G1();
  // The EVM's precompiled contracts, in the same thread, read points of other orders.
  mcl.verifyOrderG1(true);
  return bytes.length === G1_BYTES && isRead(() => point.deserialize(bytes)) && !point.isZero() ? point : undefined;
}

function pointOfG2(bytes: Uint8Array): G2 | undefined {
  const point = new mcl.G2();
  mcl.verifyOrderG2(true);
  return bytes.length === 2 * G1_BYTES && isRead(() => point.deserialize(bytes)) && !point.isZero() ? point : undefined;
}

function isRead(read: () => void): boolean {
  try {
    read();
    return true;
  } catch {
    return false;
  }
}

function requirePoint<Point>(point: Point | undefined): Point {
  if (point === undefined) throw new TypeError("a point of the curve could not be read");
  return point;
}

function scalar(value: bigint): InstanceType<typeof mcl.Fr> {
  const element = new mcl.Fr();
  element.setStr(value.toString(16), 16);
  return element;
}

function coefficientsOf(pairing: InstanceType<typeof mcl.GT>): readonly bigint[] {
  return pairing
    .getStr(16)
    .split(" ")
    .map((digits) => BigInt(`0x${digits}`));
}
