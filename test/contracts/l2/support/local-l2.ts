import type { HardhatEthers, HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import type { Contract } from "ethers";
import hre from "hardhat";
import { chainConfigurationSlots, genesisAccounts, type ChainConfiguration } from "../../../../src/ground/protocol/genesis.ts";
import type { Hex } from "../../../../src/ground/protocol/hex.ts";
import { PREDEPLOYS, type PredeployName } from "../../../../src/ground/protocol/predeploys.ts";

/** An in-process chain with the predeploys at their addresses, and nothing of the rest of a hyperchain. */
export interface LocalL2 {
  readonly chainId: bigint;
  readonly ethers: HardhatEthers;
  /** The predeploy as seen by its own ABI, called by the bootloader, by an aliased L1 contract, or by an account. */
  predeploy(name: PredeployName, caller?: HardhatEthersSigner): Promise<Contract>;
  /** A signer for any address, with money for gas. */
  impersonate(address: string): Promise<HardhatEthersSigner>;
  close(): Promise<void>;
}

export async function startLocalL2(chainId: number, configuration: ChainConfiguration): Promise<LocalL2> {
  const connection = await hre.network.create({
    network: "local",
    override: { chainId, initialBaseFeePerGas: 0, gasPrice: 0 },
  });
  const { ethers, provider } = connection;
  const request = async (method: string, ...params: unknown[]): Promise<void> => {
    await provider.request({ method, params });
  };
  const accounts = genesisAccounts();
  for (const { address, artifact, balanceWei } of accounts) {
    await request("hardhat_setCode", address, (await hre.artifacts.readArtifact(artifact)).deployedBytecode);
    if (balanceWei > 0n) await request("hardhat_setBalance", address, `0x${balanceWei.toString(16)}`);
  }
  for (const { address, slot, value } of chainConfigurationSlots(configuration)) {
    await request("hardhat_setStorageAt", address, `0x${BigInt(slot).toString(16)}`, value);
  }
  const [firstAccount] = await ethers.getSigners();
  if (firstAccount === undefined) throw new Error("the network has no accounts");
  return {
    chainId: BigInt(chainId),
    ethers,
    async predeploy(name, caller) {
      const { artifact } = accounts.find(({ address }) => address === PREDEPLOYS[name]) ?? { artifact: name };
      return (await ethers.getContractAt(artifact, PREDEPLOYS[name], caller ?? firstAccount)) as unknown as Contract;
    },
    async impersonate(address) {
      await request("hardhat_impersonateAccount", address);
      return ethers.getSigner(address);
    },
    close: () => connection.close(),
  };
}

/** Account that gets the fees of a batch. */
export const COINBASE: Hex = `0x${"c0".repeat(20)}`;

/** Sender of system transactions. */
export const BOOTLOADER: Hex = "0x0000000000000000000000000000000000008001";
