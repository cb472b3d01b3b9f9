import { generateKeyPairSync, sign, type KeyObject } from "node:crypto";
import { AbiCoder, id, sha256 } from "ethers";
import type { Hex } from "../../src/ground/protocol/hex.ts";

const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const coder = AbiCoder.defaultAbiCoder();

/** A key of P-256 by Node's own library, not by the package's. */
export interface P256Key {
  readonly x: Hex;
  readonly y: Hex;
  readonly secret: KeyObject;
}

/** The fields of the contract's `Attestation`, in their order. */
export interface ShownAttestation {
  readonly leafX: string;
  readonly leafY: string;
  readonly measurement: string;
  readonly notAfter: bigint;
  readonly rootR: string;
  readonly rootS: string;
  readonly quoteR: string;
  readonly quoteS: string;
}

/** Content of a quote. */
export interface QuoteContent {
  readonly policy: string;
  readonly chainId: bigint;
  readonly preCommitment: string;
  readonly pubdataHash: string;
}

export function p256Key(): P256Key {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const { x, y } = publicKey.export({ format: "jwk" });
  const word = (text = ""): Hex => `0x${Buffer.from(text, "base64url").toString("hex")}`;
  return { x: word(x), y: word(y), secret: privateKey };
}

/** Preimage of the root's signature, which hashes it by SHA-256. */
export function leafPreimage(leaf: P256Key, measurement: string, notAfter: bigint): Hex {
  const types = ["bytes32", "bytes32", "bytes32", "bytes32", "uint256"];
  return coder.encode(types, [id("hyperchain.attestation-leaf.v1"), leaf.x, leaf.y, measurement, notAfter]) as Hex;
}

/** Preimage of the quote's signature. */
export function quotePreimage({ policy, chainId, preCommitment, pubdataHash }: QuoteContent): Hex {
  const types = ["bytes32", "address", "uint256", "bytes32", "bytes32"];
  return coder.encode(types, [id("hyperchain.attestation-quote.v1"), policy, chainId, preCommitment, pubdataHash]) as Hex;
}

export function attest(
  { root, leaf, measurement, notAfter }: { root: P256Key; leaf: P256Key; measurement: string; notAfter: bigint },
  content: QuoteContent,
): ShownAttestation {
  const [rootR, rootS] = signedBy(root, leafPreimage(leaf, measurement, notAfter));
  const [quoteR, quoteS] = signedBy(leaf, quotePreimage(content));
  return { leafX: leaf.x, leafY: leaf.y, measurement, notAfter, rootR, rootS, quoteR, quoteS };
}

/** Eight words. */
export function shownData(shown: ShownAttestation): Hex {
  const words = "bytes32,bytes32,bytes32,uint256,bytes32,bytes32,bytes32,bytes32".split(",");
  const { leafX, leafY, measurement, notAfter, rootR, rootS, quoteR, quoteS } = shown;
  return coder.encode(words, [leafX, leafY, measurement, notAfter, rootR, rootS, quoteR, quoteS]) as Hex;
}

/** The other signature of the same words: (r, n − s). */
export function mirrored(s: string): Hex {
  return `0x${(ORDER - BigInt(s)).toString(16).padStart(64, "0")}`;
}

/** Signs with SHA-256 and s in the lower half. */
function signedBy({ secret }: P256Key, preimage: Hex): readonly [r: Hex, s: Hex] {
  const bytes = sign("sha256", Buffer.from(preimage.slice(2), "hex"), { key: secret, dsaEncoding: "ieee-p1363" });
  const s: Hex = `0x${bytes.subarray(32).toString("hex")}`;
  return [`0x${bytes.subarray(0, 32).toString("hex")}`, BigInt(s) > ORDER / 2n ? mirrored(s) : s];
}

/** Expected result of `leafDigest` and `quoteDigest`. */
export function digestOfPreimage(preimage: Hex): Hex {
  return sha256(preimage) as Hex;
}
