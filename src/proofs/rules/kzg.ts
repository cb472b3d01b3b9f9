import { bls12_381 } from "@noble/curves/bls12-381.js";
import type { KZG } from "@ethereumjs/util";

/** [τ]₂ of Ethereum's KZG ceremony, compressed (EIP-4844, trusted setup). All that checking a proof needs. */
const TAU_G2 =
  "b5bfd7dd8cdeb128843bc287230af38926187075cbfbefa81009a2ce615ac53d2914e5870cb452d2afaaab24f3499f72" +
  "185cbfee53492714734429b7b38608e23926c911cceceac9a36851477ba4c60b087041de621000edc98edada20c1def2";

const { G1, G2, fields } = bls12_381;

/**
 * The one operation of EIP-4844 that the EVM has: true if `proof` shows that the committed polynomial is y at z, which
 * means e(C − [y]₁, [1]₂) = e(proof, [τ − z]₂). Throws for bytes that do not encode points of the groups or field
 * elements.
 */
function verifyPointEvaluation(commitment: string, z: string, y: string, proof: string): boolean {
  const c = G1.Point.fromHex(commitment.slice(2));
  const w = G1.Point.fromHex(proof.slice(2));
  c.assertValidity();
  w.assertValidity();
  const [zValue, yValue] = [scalar(z), scalar(y)];
  const left = yValue === 0n ? c : c.subtract(G1.Point.BASE.multiplyUnsafe(yValue));
  const tau = G2.Point.fromHex(TAU_G2);
  const right = zValue === 0n ? tau : tau.subtract(G2.Point.BASE.multiplyUnsafe(zValue));
  // A pairing with the neutral element is 1; the library takes none.
  const pairs = [
    { g1: left, g2: G2.Point.BASE },
    { g1: w.negate(), g2: right },
  ].filter(({ g1, g2 }) => !g1.is0() && !g2.is0());
  return fields.Fp12.eql(bls12_381.pairingBatch(pairs), fields.Fp12.ONE);
}

/** The library that ethereumjs asks; on a chain without blob transactions only one of its operations is ever called. */
export const kzg: KZG = {
  verifyProof: verifyPointEvaluation,
  blobToKzgCommitment: noBlobs,
  computeBlobProof: noBlobs,
  verifyBlobProofBatch: noBlobs,
  computeCells: noBlobs,
  computeCellsAndProofs: noBlobs,
  recoverCellsAndProofs: noBlobs,
  verifyCellKzgProofBatch: noBlobs,
};

function noBlobs(): never {
  throw new Error("chains have no blob transactions");
}

function scalar(hex: string): bigint {
  const value = BigInt(hex);
  if (value >= fields.Fr.ORDER) throw new RangeError(`${hex} is not an element of the scalar field`);
  return value;
}
