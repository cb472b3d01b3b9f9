import { bls12_381 } from "@noble/curves/bls12-381.js";
import { bn254 } from "@noble/curves/bn254.js";
import { p256 } from "@noble/curves/nist.js";
import { SigningKey } from "ethers";
import { fromHex, keccak, type Hex } from "../../../src/ground/protocol/hex.ts";

const word = (value: bigint, bytes = 32): string => value.toString(16).padStart(2 * bytes, "0");
/** Odd, and as long as the group's order: nothing about it is quick. */
const SCALAR = 0x1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5e6f708192a3b4c5d6e7f809n;

const P1 = bn254.G1.Point.BASE.toAffine();
const P2 = bn254.G2.Point.BASE.toAffine();
const BN_G1 = word(P1.x) + word(P1.y);
const BN_G2 = word(P2.x.c1) + word(P2.x.c0) + word(P2.y.c1) + word(P2.y.c0);

const Q1 = bls12_381.G1.Point.BASE.toAffine();
const Q2 = bls12_381.G2.Point.BASE.toAffine();
const BLS_G1 = word(Q1.x, 64) + word(Q1.y, 64);
const BLS_G2 = word(Q2.x.c0, 64) + word(Q2.x.c1, 64) + word(Q2.y.c0, 64) + word(Q2.y.c1, 64);

/** geth's vector of the point evaluation precompile: versioned hash, z, y, commitment, proof. */
export const POINT_EVALUATION =
  "01e798154708fe7789429634053cbf9f99b619f9f084048927333fce637f549b564c0a11a0f704f4fc3e8acfe0f8245f0ad1347b378fbf96e206da11a5d36306" +
  "24d25032e67a7e6a4910df5834b8fe70e6bcfeeac0352434196bdf4b2485d5a18f59a8d2a1a625a17f3fea0fe5eb8c896db3764f3185481bc22f91b4aaffcca2" +
  "5f26936857bc3a7c2539ea8ec3a952b7873033e038326e87ed3e1276fd140253fa08e9fc25fb2d9a98527fc22a2c9612fbeafdad446cbc7bcdbdcd780af2c16a";

function recoverable(): string {
  const digest = keccak(Uint8Array.of(1));
  const { r, s, v } = new SigningKey(keccak(Uint8Array.of(2))).sign(digest);
  return digest.slice(2) + word(BigInt(v)) + r.slice(2) + s.slice(2);
}

function p256Signature(): string {
  const secret = fromHex(keccak(Uint8Array.of(3)));
  const digest = fromHex(keccak(Uint8Array.of(4)));
  const { r, s } = p256.Signature.fromBytes(p256.sign(digest, secret, { prehash: false }));
  const { x, y } = p256.Point.fromBytes(p256.getPublicKey(secret)).toAffine();
  return keccak(Uint8Array.of(4)).slice(2) + word(r) + word(s) + word(x) + word(y);
}

/** EIP-198: odd numbers of this many bytes. */
function modularPower(bytes: number, exponentBytes: number): string {
  const odd = (count: number): string => `${"fe".repeat(count - 1)}ff`;
  return word(BigInt(bytes)) + word(BigInt(exponentBytes)) + word(BigInt(bytes)) + odd(bytes) + odd(exponentBytes) + odd(bytes);
}

/** EIP-152: rounds, state, message, offsets, final flag. */
function blake(rounds: number): string {
  return word(BigInt(rounds), 4) + "5a".repeat(64 + 128 + 16) + "01";
}

interface PrecompileCall {
  readonly what: string;
  readonly address: number;
  readonly input: Hex;
}

const call = (what: string, address: number, input: string): PrecompileCall => ({ what, address, input: `0x${input}` });

/** Valid calls of every precompiled contract, each at a size at which it takes long for its price. */
export function precompileCalls(): readonly PrecompileCall[] {
  return [
    call("ecrecover", 0x01, recoverable()),
    call("sha256, 32 bytes", 0x02, "5a".repeat(32)),
    call("sha256, 32 kB", 0x02, "5a".repeat(32_768)),
    call("ripemd160, 32 bytes", 0x03, "5a".repeat(32)),
    call("ripemd160, 32 kB", 0x03, "5a".repeat(32_768)),
    call("identity, 32 kB", 0x04, "5a".repeat(32_768)),
    call("modexp, 32 bytes", 0x05, modularPower(32, 32)),
    call("modexp, 256 bytes", 0x05, modularPower(256, 256)),
    call("modexp, 1024 bytes", 0x05, modularPower(1024, 4)),
    call("bn254 add", 0x06, BN_G1 + BN_G1),
    call("bn254 mul", 0x07, BN_G1 + word(SCALAR)),
    call("bn254 pairing, 1", 0x08, BN_G1 + BN_G2),
    call("bn254 pairing, 8", 0x08, (BN_G1 + BN_G2).repeat(8)),
    call("blake2f, 1 round", 0x09, blake(1)),
    call("blake2f, 10,000 rounds", 0x09, blake(10_000)),
    call("point evaluation", 0x0a, POINT_EVALUATION),
    call("bls12 g1 add", 0x0b, BLS_G1 + BLS_G1),
    call("bls12 g1 msm, 1", 0x0c, BLS_G1 + word(SCALAR)),
    call("bls12 g1 msm, 64", 0x0c, (BLS_G1 + word(SCALAR)).repeat(64)),
    call("bls12 g2 add", 0x0d, BLS_G2 + BLS_G2),
    call("bls12 g2 msm, 1", 0x0e, BLS_G2 + word(SCALAR)),
    call("bls12 g2 msm, 64", 0x0e, (BLS_G2 + word(SCALAR)).repeat(64)),
    call("bls12 pairing, 1", 0x0f, BLS_G1 + BLS_G2),
    call("bls12 pairing, 8", 0x0f, (BLS_G1 + BLS_G2).repeat(8)),
    call("bls12 map to g1", 0x10, word(SCALAR, 64)),
    call("bls12 map to g2", 0x11, word(SCALAR, 64) + word(SCALAR, 64)),
    call("p256", 0x100, p256Signature()),
  ];
}
