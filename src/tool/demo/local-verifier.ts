import type { Contract, ContractTransactionReceipt } from "ethers";
import hre from "hardhat";
import { digestToHex, elementsToBytes } from "../../ground/protocol/digest.ts";
import { toHex } from "../../ground/protocol/hex.ts";
import type { BatchStatement } from "../../ground/protocol/statement.ts";
import { compile } from "./compile.ts";

/** The verifier on an in-process L1 that enforces the public networks' limits on code size and transaction gas. */
export interface LocalVerifier {
  readonly address: string;
  /** Runtime size of each deployed contract, bytes. */
  readonly codeSizes: ReadonlyMap<string, number>;
  /** Sends a transaction that verifies the proof. Throws ethers' error, with the contract's custom error, when refused. */
  verify(statement: BatchStatement, proof: Uint8Array): Promise<ContractTransactionReceipt>;
  /** Deploys another contract of the project on the same L1. */
  deploy(name: string, ...args: readonly unknown[]): Promise<Contract>;
  /** The contracts that evaluate the constraints, as the STARK verifier's constructor takes them. */
  readonly evaluators: readonly Contract[];
  /** Name of the custom error with which the contract refuses the proof, or undefined when it accepts. */
  refusal(statement: BatchStatement, proof: Uint8Array): Promise<string | undefined>;
  close(): Promise<void>;
}

/** Compiles what has changed, starts the L1 and deploys the verifier's contracts. */
export async function startLocalVerifier(): Promise<LocalVerifier> {
  await compile();
  const connection = await hre.network.create("local");
  const { ethers } = connection;
  const codeSizes = new Map<string, number>();
  async function deploy(name: string, ...args: readonly unknown[]): Promise<Contract> {
    const contract = await ethers.deployContract(name, [...args]);
    await contract.waitForDeployment();
    codeSizes.set(name, (await ethers.provider.getCode(contract)).length / 2 - 1);
    return contract;
  }
  const evaluators = [await deploy("StateTransitionStarkConstraints1"), await deploy("StateTransitionStarkConstraints2")];
  const stark = await deploy("StateTransitionStark", ...evaluators);
  const verifier = await deploy("StateTransitionVerifier", stark);
  const verify = verifier.getFunction("verify");

  return {
    address: await verifier.getAddress(),
    codeSizes,
    deploy,
    evaluators,
    async verify(statement, proof) {
      const transaction = await verify.send(toTuple(statement), proof);
      const receipt = await transaction.wait();
      if (receipt === null) throw new Error(`transaction ${transaction.hash} was not mined`);
      return receipt;
    },
    async refusal(statement, proof) {
      try {
        await verify.staticCall(toTuple(statement), proof);
        return undefined;
      } catch (error) {
        const data = revertData(error);
        if (data === undefined) throw error;
        return stark.interface.parseError(data)?.name ?? data;
      }
    },
    close: () => connection.close(),
  };
}

/** The contract's struct: digests as bytes32, quintic elements as bytes20. */
function toTuple(statement: BatchStatement) {
  return {
    commitment: statement.commitment,
    oldStateRoot: digestToHex(statement.oldStateRoot),
    newStateRoot: digestToHex(statement.newStateRoot),
    diffDigest: digestToHex(statement.diffDigest),
    point: toHex(elementsToBytes(statement.point)),
    evaluation: toHex(elementsToBytes(statement.evaluation)),
    outputsHash: statement.outputsHash,
  };
}

function revertData(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null || !("data" in error)) return undefined;
  return typeof error.data === "string" ? error.data : undefined;
}
