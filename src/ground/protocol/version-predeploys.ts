import { fromHex, keccak, wordToHex, type Hex } from "./hex.ts";

/** Predeploy of chains whose execution is proven, as the leaves of its code have it. */
export interface VersionPredeploy {
  /** 20 bytes. */
  readonly address: Hex;
  readonly codeHash: Hex;
  /** Value of the leaf of the code's digest, in the newest format. */
  readonly codeDigest: Hex;
}

/** keccak over address, hash and digest of each, as the kernel computes it for slot 12 of the system context. */
export function predeploysDigest(predeploys: readonly VersionPredeploy[]): Hex {
  const words = predeploys.flatMap(({ address, codeHash, codeDigest }) => [wordToHex(BigInt(address)), codeHash, codeDigest]);
  return keccak(...words.map((word) => fromHex(word, 32)));
}
