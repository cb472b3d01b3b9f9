import { AbiCoder, type Signer, type TransactionReceipt } from "ethers";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { ClientError } from "../ecosystem/client-error.ts";
import { factory, hyperchainInterface } from "../sending/contract-interfaces.ts";

/** A request in a chain's queue on L1. */
export interface QueuedRequest {
  /** The operation's hash on the chain. */
  readonly canonicalTxHash: Hex;
  readonly receipt: TransactionReceipt;
}

/** Operation that L1 requests of a chain, and its payment; `mintValue` is in the chain's base token. */
interface RequestTerms {
  readonly chainId: bigint;
  /** The chain's contract: L1 refuses the request where the id is another's. */
  readonly hyperchain: Hex;
  readonly mintValue: bigint;
  readonly gasLimit: bigint;
  /** Gets what is not used. */
  readonly refundRecipient: string;
}

/** A call, or a payment, on the chain. */
export interface DirectRequest extends RequestTerms {
  readonly to: Hex;
  /** Base token that it gets, part of `mintValue`. */
  readonly value: bigint;
  readonly data: Hex;
}

/** A token of L1 for the chain; `ETHER` comes with the transaction. */
interface TokenRequest extends RequestTerms {
  readonly bridge: Hex;
  readonly token: Hex;
  readonly amount: bigint;
  readonly recipient: Hex;
}

/** In ZK Stack's shape, for its clients; the price per byte is in the gas already. */
const GAS_PER_PUBDATA_BYTE = 800n;

/**
 * Price of a request's gas, in the chain's base token. Throws ClientError WrongChain if L1 has no factory at
 * the address.
 */
export async function requestCost(
  factoryAddress: Hex,
  chainId: bigint,
  gasLimit: bigint,
  caller: Pick<Signer, "call">,
): Promise<bigint> {
  const data = factory.encodeFunctionData("l2TransactionBaseCost", [chainId, 0n, gasLimit, GAS_PER_PUBDATA_BYTE]);
  const cost = await caller.call({ to: factoryAddress, data });
  if (cost === "0x") {
    const message = `L1 has no factory at ${factoryAddress}: the ecosystem was created on another L1, or this L1 was reset; start the ecosystem again`;
    throw new ClientError("WrongChain", message, { factory: factoryAddress });
  }
  return BigInt(cost);
}

/** Calldata of the factory that queues a call or payment. */
export function encodeDirectRequest(request: DirectRequest): string {
  return factory.encodeFunctionData("requestL2TransactionDirectTo", [request.hyperchain, directFields(request)]);
}

/** Calldata of the factory that queues several, all of them or none. */
export function encodeTogether(requests: readonly DirectRequest[]): string {
  const all = requests.map((request) => ({ hyperchain: request.hyperchain, request: directFields(request) }));
  return factory.encodeFunctionData("requestL2TransactionsTogether", [all]);
}

function directFields({ chainId, mintValue, gasLimit, refundRecipient, to, value, data }: DirectRequest) {
  return {
    chainId,
    mintValue,
    refundRecipient,
    l2Contract: to,
    l2Value: value,
    l2Calldata: data,
    l2GasLimit: gasLimit,
    l2GasPerPubdataByteLimit: GAS_PER_PUBDATA_BYTE,
    factoryDeps: [],
  };
}

/** Calldata of the factory that queues a token's deposit through the bridge. `etherWei` goes with the deposit itself. */
export function encodeTokenRequest(request: TokenRequest, etherWei: bigint): string {
  const { chainId, hyperchain, mintValue, gasLimit, refundRecipient, bridge, token, amount, recipient } = request;
  const outer = {
    chainId,
    mintValue,
    l2Value: 0n,
    l2GasLimit: gasLimit,
    l2GasPerPubdataByteLimit: GAS_PER_PUBDATA_BYTE,
    refundRecipient,
    secondBridgeAddress: bridge,
    secondBridgeValue: etherWei,
    secondBridgeCalldata: AbiCoder.defaultAbiCoder().encode(["address", "uint256", "address"], [token, amount, recipient]),
  };
  return factory.encodeFunctionData("requestL2TransactionTwoBridgesTo", [hyperchain, outer]);
}

/** The chain's contract, as the factory knows it; 20 bytes in lower case. */
export async function chainContract(factoryAddress: Hex, chainId: bigint, signer: Signer): Promise<Hex> {
  const answer = await signer.call({ to: factoryAddress, data: factory.encodeFunctionData("getZKChain", [chainId]) });
  return String(factory.decodeFunctionResult("getZKChain", answer)[0]).toLowerCase() as Hex;
}

/**
 * The request that a transaction queued with a chain's contract. A token that travels with it can log the same event: only the
 * contract's own counts. Throws Error where it queued none.
 */
export function queuedRequest(receipt: TransactionReceipt, hyperchain: Hex): QueuedRequest {
  const [canonicalTxHash] = queuedHashes(receipt, hyperchain);
  if (canonicalTxHash === undefined) throw new Error(`transaction ${receipt.hash} queued nothing at ${hyperchain}`);
  return { canonicalTxHash, receipt };
}

/** Logs as a member answers them. */
interface QueuedLogs {
  readonly logs: readonly { readonly address: string; readonly topics: readonly string[]; readonly data: string }[];
}

/** All that a transaction queued with a chain's contract, in its order: the operations' hashes on the chain. */
export function queuedHashes(receipt: QueuedLogs, hyperchain: Hex): readonly Hex[] {
  return receipt.logs.flatMap((log) => {
    const event = log.address.toLowerCase() === hyperchain ? hyperchainInterface.parseLog(log) : null;
    return event?.name === "NewPriorityRequestId" ? [String(event.args["txHash"]).toLowerCase() as Hex] : [];
  });
}
