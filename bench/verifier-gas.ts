import { fileURLToPath } from "node:url";
import { keccak256 } from "ethers";
import hre from "hardhat";
import { GAS_PHASES } from "../scripts/verifier-generator/contract.ts";
import { statementValues } from "../src/proofs/circuits/state-transition/statement-values.ts";
import type { LocalVerifier } from "../src/tool/demo/local-verifier.ts";
import { elementsToBytes } from "../src/ground/protocol/digest.ts";
import { type BatchStatement, encodeStatement } from "../src/ground/protocol/statement.ts";

const PROFILE = fileURLToPath(new URL("generated/StateTransitionStarkProfile.sol", import.meta.url));

/**
 * Gas of each phase of a verification, measured by a copy of the verifier that reads the gas counter between phases
 * (about 20 gas a phase more than the verifier itself). Calldata and the transaction's base cost are not in it.
 */
export async function deployGasProfile(
  l1: LocalVerifier,
): Promise<(statement: BatchStatement, proof: Uint8Array) => Promise<Record<string, number>>> {
  // No test needs this contract, so a build of the project does not compile it.
  const built = await hre.solidity.build([PROFILE], { quiet: true });
  if (!hre.solidity.isSuccessfulBuildResult(built)) throw new Error(`${PROFILE} cannot be compiled`);
  await hre.artifacts.clearCache();
  const profile = await l1.deploy("StateTransitionStarkProfile", ...l1.evaluators);
  return async (statement, proof) => {
    const bytes = encodeStatement(statement);
    const values = statementValues(bytes);
    if (values === undefined) throw new RangeError("the statement has an element that is not canonical");
    const data = profile.interface.encodeFunctionData("verify", [keccak256(bytes), elementsToBytes(values), proof]);
    const words = await profile.runner?.call?.({ to: await profile.getAddress(), data });
    if (words === undefined) throw new Error("the profile contract cannot be called");
    return Object.fromEntries(GAS_PHASES.map((phase, i) => [phase, Number(BigInt(`0x${words.slice(2 + 64 * i, 66 + 64 * i)}`))]));
  };
}
