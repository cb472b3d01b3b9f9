import hre from "hardhat";
import { Interface } from "ethers";
import type { Hex } from "../../../src/ground/protocol/hex.ts";

export interface TestContract {
  readonly abi: Interface;
  readonly initCode: Hex;
  readonly runtimeCode: Hex;
}

/** A compiled contract of this project. */
export async function testContract(name: string): Promise<TestContract> {
  const { abi, bytecode, deployedBytecode } = await hre.artifacts.readArtifact(name);
  return { abi: new Interface(abi), initCode: bytecode as Hex, runtimeCode: deployedBytecode as Hex };
}
