import { readFileSync } from "node:fs";
import { Interface } from "ethers";
import { fromHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { compileSolidity } from "../../contracts/verifier/support/compile.ts";

const PROJECT = new URL("../../../fixtures/example-project/", import.meta.url);
export const GROTH16_VERIFIER = new Interface([
  "function verifyProof(uint256[2], uint256[2][2], uint256[2], uint256[3]) view returns (bool)",
]);

/** Points and inputs of a Groth16 proof, as verifiers that snarkjs writes take them. */
export interface Groth16Proof {
  readonly a: readonly [bigint, bigint];
  readonly b: readonly [readonly [bigint, bigint], readonly [bigint, bigint]];
  readonly c: readonly [bigint, bigint];
  readonly inputs: readonly [bigint, bigint, bigint];
}

/** That of the example project. */
export const GROTH16_PROOF: Groth16Proof = {
  a: [
    0x0ba173a9155665e0f39b925d3118c2e68a63e5da3563e34603ffc5eb3e638584n,
    0x0aaaec7094034f7386ae9046767b098d7fe39ec072143e2721fb094c527caa35n,
  ],
  b: [
    [
      0x1f070c201c9b6ed3c406bde5962b6b2bb66da0acd291bc17dadc3d6f9e8d75fan,
      0x0c01147cdd4828a63b6616e4b3986ef1dead9a8a41b66a4ff38b3f35e45c2ec8n,
    ],
    [
      0x08cf85a8c9e25c9862496a2aef7bc729e0caa043d1dce1994e70112cf8bf80ecn,
      0x1a55c9c15c0ca13e7b0c83bc5c39c6fac3b0006432b1a124d92545f19da9abdfn,
    ],
  ],
  c: [
    0x1ef171c32a5ec9fa75afa93bec00b0400a056296dbf3cd2e8d3605edca88172dn,
    0x01628e37ed440256adf0e15682df5db2b9bdcf7f98d6d994279a21cd26006d4dn,
  ],
  inputs: [101n, 202n, 303n],
};

/** Call data of the example project's verifier. */
export const groth16Call = ({ a, b, c, inputs }: Groth16Proof): Uint8Array =>
  fromHex(GROTH16_VERIFIER.encodeFunctionData("verifyProof", [a, b, c, inputs]) as Hex);

/** The example project's verifier, compiled as Hardhat does: with its optimizer, or without it as by default. */
export function compileGroth16Verifier(isOptimized: boolean): { readonly creation: Hex; readonly runtime: Hex } {
  const source = readFileSync(new URL("contracts/Groth16Verifier.sol", PROJECT), "utf8");
  const optimizer = isOptimized ? { enabled: true, runs: 200 } : { enabled: false };
  const compiled = compileSolidity({ "Groth16Verifier.sol": source }, { evmVersion: "osaka", optimizer })["Groth16Verifier"]!;
  return { creation: compiled.creation as Hex, runtime: compiled.runtime as Hex };
}
