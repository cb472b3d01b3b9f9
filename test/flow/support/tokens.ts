import { Interface } from "ethers";
import hre from "hardhat";
import { lowerCaseAddress } from "../../../src/devnet/accounts.ts";
import { depositToken } from "../../../src/client/ether-request.ts";
import type { Hex } from "../../../src/protocol/hex.ts";
import type { FlowDevnet } from "./devnet.ts";

const erc20 = new Interface(["function approve(address,uint256)", "function mint(address,uint256)"]);

/** Creates a token on L1 and brings `amount` of it to a development account on a chain; resolves with its address on L1. */
export async function depositTestToken(devnet: FlowDevnet, chainId: bigint, account: number, amount: bigint): Promise<Hex> {
  const signer = devnet.accounts.wallet(account).connect(devnet.l1.provider);
  const { bytecode } = await hre.artifacts.readArtifact("TokenDouble");
  const deployed = await (await signer.sendTransaction({ data: bytecode })).wait();
  const token = lowerCaseAddress(deployed!.contractAddress!);
  const { factory, bridge } = devnet.ecosystem.addresses;
  await (await signer.sendTransaction({ to: token, data: erc20.encodeFunctionData("mint", [signer.address, amount]) })).wait();
  await (await signer.sendTransaction({ to: token, data: erc20.encodeFunctionData("approve", [bridge, amount]) })).wait();
  await depositToken(factory, { chainId, bridge, token, amount, recipient: lowerCaseAddress(signer.address) }, signer);
  const chain = devnet.chains.find((candidate) => candidate.chainId === chainId);
  await chain!.pipeline.pollL1();
  return token;
}
