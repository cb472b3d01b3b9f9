import type { HardhatEthers } from "@nomicfoundation/hardhat-ethers/types";
import type { BaseContract } from "ethers";
import hre from "hardhat";

/** A fresh in-process L1 with the public networks' limits. Artifacts must be built (`npm run build:contracts`). */
export interface LocalL1 {
  readonly ethers: HardhatEthers;
  /** Deploys a contract of this project by name, or by fully qualified name where the name is ambiguous. */
  deploy(name: string, ...args: unknown[]): Promise<BaseContract>;
  close(): Promise<void>;
}

export async function startLocalL1(override: { readonly chainId?: number } = {}): Promise<LocalL1> {
  const connection = await hre.network.create({ network: "local", override });
  const { ethers } = connection;
  return {
    ethers,
    async deploy(name, ...args) {
      const contract = await ethers.deployContract(name, args);
      await contract.waitForDeployment();
      return contract as unknown as BaseContract;
    },
    close: () => connection.close(),
  };
}
