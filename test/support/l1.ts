import type { HardhatEthers } from "@nomicfoundation/hardhat-ethers/types";
import type { BaseContract } from "ethers";
import hre from "hardhat";
import type { EthereumProvider } from "hardhat/types/providers";

/** A fresh in-process L1 with the public networks' limits. Artifacts must be built (`npm run build:contracts`). */
export interface LocalL1 {
  readonly ethers: HardhatEthers;
  /** Deploys a contract of this project by name, or by fully qualified name where the name is ambiguous. */
  deploy(name: string, ...args: unknown[]): Promise<BaseContract>;
  close(): Promise<void>;
}

export async function startLocalL1(override: { readonly chainId?: number } = {}): Promise<LocalL1> {
  const connection = await hre.network.create({ network: "local", override });
  tryBeforeSending(connection.provider);
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

/** Gas limit of one transaction on public networks. */
const GAS_LIMIT = "0x1000000";

/**
 * Sets the highest gas limit on transactions without one. One call before each replaces Hardhat's estimate, which runs it up to twenty
 * times: a transaction that would fail is not mined.
 */
function tryBeforeSending(provider: EthereumProvider): void {
  const request = provider.request.bind(provider);
  provider.request = async (args) => {
    const { method, params } = args;
    if (method !== "eth_sendTransaction" || !Array.isArray(params)) return request(args);
    const [transaction] = params as [Readonly<Record<string, unknown>>];
    if ("gas" in transaction) return request(args);
    const limited = { ...transaction, gas: GAS_LIMIT };
    await request({ method: "eth_call", params: [limited, "pending"] });
    return request({ method, params: [limited] });
  };
}
