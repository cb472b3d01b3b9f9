import { Interface, type Signer } from "ethers";
import hre from "hardhat";
import { lowerCaseAddress } from "../../../src/ecosystem/devnet/accounts/accounts.ts";
import {
  chainContract,
  encodeTokenRequest,
  queuedRequest,
  requestCost,
  type QueuedRequest,
} from "../../../src/ecosystem/client/queue/l1-request.ts";
import type { Hex } from "../../../src/ground/protocol/hex.ts";
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

/** The first deposit of a token creates its contract on L2. */
const TOKEN_GAS_LIMIT = 2_000_000n;

/** A token of L1 for a chain whose base token is ETH; the sender must have approved the bridge. Explains nothing where L1 refuses. */
export async function depositToken(
  factory: Hex,
  deposit: {
    readonly chainId: bigint;
    readonly bridge: Hex;
    readonly token: Hex;
    readonly amount: bigint;
    readonly recipient: Hex;
  },
  signer: Signer,
): Promise<QueuedRequest> {
  const mintValue = await requestCost(factory, deposit.chainId, TOKEN_GAS_LIMIT, signer);
  const hyperchain = await chainContract(factory, deposit.chainId, signer);
  const terms = { hyperchain, mintValue, gasLimit: TOKEN_GAS_LIMIT, refundRecipient: await signer.getAddress() };
  const response = await signer.sendTransaction({
    to: factory,
    data: encodeTokenRequest({ ...terms, ...deposit }, 0n),
    value: mintValue,
  });
  return queuedRequest((await response.wait())!, hyperchain);
}
