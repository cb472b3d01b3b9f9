import { ContractFactory, Interface, type HDNodeWallet, type Provider, type Signer } from "ethers";
import hre from "hardhat";
import { startFlowDevnet, type FlowDevnet } from "../flow/support/devnet.ts";
import type { DevnetOptions } from "../../src/ecosystem/devnet/devnet.ts";
import type { EcosystemInfo } from "../../src/ecosystem/devnet/view/books/ecosystem-info.ts";
import { connectInProcess } from "../../src/ecosystem/devnet/relaying/relaying.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";

export { ETHER } from "../flow/support/devnet.ts";

const erc20 = new Interface(["function balanceOf(address) view returns (uint256)"]);

/** Two chains that pay for gas with ETH, and one with a custom base token. Nothing is proven. */
export interface ClientEcosystem {
  readonly devnet: FlowDevnet;
  readonly info: EcosystemInfo;
  /** Provider of a chain, by chain id; L1 too. */
  provider(chainId: number): Provider;
  /** A development account on a member, by the member's name. */
  on(member: string, account: number): HDNodeWallet;
  /** Settles everything and relays it, twice: answers travel back too. */
  moveOn(): Promise<void>;
  close(): Promise<void>;
}

export async function startClientEcosystem(options: Pick<Partial<DevnetOptions>, "singletons"> = {}): Promise<ClientEcosystem> {
  const chains = [
    { chainId: 271n, name: "a" },
    { chainId: 272n, name: "b" },
    { chainId: 273n, name: "gas", baseToken: { name: "Gas Coin", symbol: "GAS" } },
  ];
  const devnet = await startFlowDevnet(chains, { relayer: true, proofs: "none", ...options });
  const info = devnet.info();
  const clients = new Map(devnet.chains.map(({ chainId, provider }) => [Number(chainId), connectInProcess(chainId, provider)]));
  const provider = (chainId: number): Provider => clients.get(chainId) ?? devnet.l1.provider;
  return {
    devnet,
    info,
    provider,
    on(member, account) {
      const chainId = info.chains.find(({ name }) => name === member)?.chainId ?? info.l1.chainId;
      return devnet.accounts.wallet(account).connect(provider(chainId));
    },
    async moveOn() {
      for (let round = 0; round < 2; round++) {
        await devnet.settle();
        await devnet.relay();
      }
    },
    async close() {
      for (const client of clients.values()) client.destroy();
      await devnet.close();
    },
  };
}

/** Creates a contract of this project; resolves with its address. */
export async function deploy(signer: Signer, name: string, ...args: unknown[]): Promise<Hex> {
  const { abi, bytecode } = await hre.artifacts.readArtifact(name);
  const contract = await new ContractFactory(abi, bytecode, signer).deploy(...args);
  await contract.waitForDeployment();
  return (await contract.getAddress()).toLowerCase() as Hex;
}

/** A token's balance. */
export async function tokensOf(provider: Provider, token: string, account: string): Promise<bigint> {
  return BigInt(await provider.call({ to: token, data: erc20.encodeFunctionData("balanceOf", [account]) }));
}
