import { AbiCoder, Interface } from "ethers";
import type { Signer, TransactionReceipt } from "ethers";
import { chainFactoryAbi } from "../abi/chain-factory.ts";
import { hyperchainAbi } from "../abi/hyperchain.ts";
import type { Hex } from "../protocol/hex.ts";

/** A call on L2 that L1 requests, with ETH to pay for it. */
export interface L1Request {
  readonly chainId: bigint;
  /** Called or paid on L2. */
  readonly to: Hex;
  /** Wei that it gets. */
  readonly valueWei: bigint;
  readonly data?: Hex;
  /** Default 300,000. What is not used is refunded on L2. */
  readonly gasLimit?: bigint;
}

/** A request in the chain's queue. */
export interface QueuedRequest {
  readonly canonicalTxHash: Hex;
  readonly receipt: TransactionReceipt;
}

const factory = new Interface(chainFactoryAbi);
const hyperchain = new Interface(hyperchainAbi);
/** In ZK Stack's shape, for its clients; the price per byte is in the gas already. */
const GAS_PER_PUBDATA_BYTE = 800n;
const DEFAULT_GAS_LIMIT = 300_000n;
/** The first deposit of a token creates its contract on L2. */
const TOKEN_GAS_LIMIT = 2_000_000n;

/**
 * Sends ETH, or a call, from L1 to a chain whose base token is ETH: through the priority queue, so that the chain must take
 * it. `factoryAddress` is the ecosystem's. Rejects with ethers' error when L1 refuses.
 */
export async function requestFromL1(factoryAddress: Hex, request: L1Request, signer: Signer): Promise<QueuedRequest> {
  const { chainId, to, valueWei, data = "0x", gasLimit = DEFAULT_GAS_LIMIT } = request;
  const mintValue = (await costOf(factoryAddress, chainId, gasLimit, signer)) + valueWei;
  const direct = {
    chainId,
    mintValue,
    l2Contract: to,
    l2Value: valueWei,
    l2Calldata: data,
    l2GasLimit: gasLimit,
    l2GasPerPubdataByteLimit: GAS_PER_PUBDATA_BYTE,
    factoryDeps: [],
    refundRecipient: await signer.getAddress(),
  };
  return queue(factoryAddress, factory.encodeFunctionData("requestL2TransactionDirect", [direct]), mintValue, signer);
}

/** A token of L1 on its way to a chain. */
export interface TokenDeposit {
  readonly chainId: bigint;
  /** The bridge on L1, which the sender must have approved for the amount. */
  readonly bridge: Hex;
  readonly token: Hex;
  readonly amount: bigint;
  readonly recipient: Hex;
}

/** Sends an ERC-20 token from L1 to a chain whose base token is ETH. Rejects with ethers' error when L1 refuses. */
export async function depositToken(factoryAddress: Hex, deposit: TokenDeposit, signer: Signer): Promise<QueuedRequest> {
  const { chainId, bridge, token, amount, recipient } = deposit;
  const mintValue = await costOf(factoryAddress, chainId, TOKEN_GAS_LIMIT, signer);
  const outer = {
    chainId,
    mintValue,
    l2Value: 0n,
    l2GasLimit: TOKEN_GAS_LIMIT,
    l2GasPerPubdataByteLimit: GAS_PER_PUBDATA_BYTE,
    refundRecipient: await signer.getAddress(),
    secondBridgeAddress: bridge,
    secondBridgeValue: 0n,
    secondBridgeCalldata: AbiCoder.defaultAbiCoder().encode(["address", "uint256", "address"], [token, amount, recipient]),
  };
  return queue(factoryAddress, factory.encodeFunctionData("requestL2TransactionTwoBridges", [outer]), mintValue, signer);
}

async function costOf(factoryAddress: Hex, chainId: bigint, gasLimit: bigint, signer: Signer): Promise<bigint> {
  const data = factory.encodeFunctionData("l2TransactionBaseCost", [chainId, 0n, gasLimit, GAS_PER_PUBDATA_BYTE]);
  return BigInt(await signer.call({ to: factoryAddress, data }));
}

async function queue(to: Hex, data: string, value: bigint, signer: Signer): Promise<QueuedRequest> {
  const response = await signer.sendTransaction({ to, data, value });
  const receipt = await response.wait();
  const event = receipt?.logs.map((log) => hyperchain.parseLog(log)).find((parsed) => parsed?.name === "NewPriorityRequestId");
  if (receipt === null || event === undefined || event === null) throw new Error(`transaction ${response.hash} queued nothing`);
  return { canonicalTxHash: String(event.args["txHash"]).toLowerCase() as Hex, receipt };
}
