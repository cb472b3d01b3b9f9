import { Interface } from "ethers";
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

/**
 * Sends ETH, or a call, from L1 to a chain whose base token is ETH: through the priority queue, so that the chain must take
 * it. `factoryAddress` is the ecosystem's. Rejects with ethers' error when L1 refuses.
 */
export async function requestFromL1(factoryAddress: Hex, request: L1Request, signer: Signer): Promise<QueuedRequest> {
  const { chainId, to, valueWei, data = "0x", gasLimit = DEFAULT_GAS_LIMIT } = request;
  const costCall = factory.encodeFunctionData("l2TransactionBaseCost", [chainId, 0n, gasLimit, GAS_PER_PUBDATA_BYTE]);
  const mintValue = BigInt(await signer.call({ to: factoryAddress, data: costCall })) + valueWei;
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
  const response = await signer.sendTransaction({
    to: factoryAddress,
    data: factory.encodeFunctionData("requestL2TransactionDirect", [direct]),
    value: mintValue,
  });
  const receipt = await response.wait();
  const event = receipt?.logs.map((log) => hyperchain.parseLog(log)).find((parsed) => parsed?.name === "NewPriorityRequestId");
  if (receipt === null || event === undefined || event === null) throw new Error(`transaction ${response.hash} queued nothing`);
  return { canonicalTxHash: String(event.args["txHash"]).toLowerCase() as Hex, receipt };
}
