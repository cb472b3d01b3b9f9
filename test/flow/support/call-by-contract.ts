import { ContractFactory, type Signer } from "ethers";
import hre from "hardhat";
import { fromHex, toHex, type Hex } from "../../../src/ground/protocol/hex.ts";

/** Makes a call by a new contract: it is not in the transaction's input. Resolves with the transaction's hash. */
export async function callByContract(sender: Signer, to: string, data: string): Promise<Hex> {
  const { abi, bytecode } = await hre.artifacts.readArtifact("CallShaper");
  const shaper = await new ContractFactory(abi, bytecode, sender).deploy();
  await shaper.waitForDeployment();
  const masked = toHex(fromHex(data as Hex).map((byte) => byte ^ 0xff));
  const sent = (await shaper.getFunction("run")([{ target: to, data: masked, manner: 1 }])) as {
    readonly hash: Hex;
    wait(): Promise<unknown>;
  };
  await sent.wait();
  return sent.hash;
}
