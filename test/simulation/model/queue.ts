import {
  canonicalTxHash,
  PRIORITY_OPERATION_TYPE,
  type L2CanonicalTransaction,
} from "../../../src/ground/protocol/priority-op.ts";
import { hashTag, type Hex } from "../../../src/ground/protocol/hex.ts";
import { PREDEPLOYS } from "../../../src/ground/protocol/predeploys.ts";
import { l2Sender, refundRecipient, ZERO_ADDRESS } from "./aliases.ts";
import { requireRunning } from "./batches.ts";
import type { Frame } from "./frame.ts";
import { requireThat } from "./refusal.ts";
import type { Chain } from "./world.ts";

const MAX_GAS = 8_000_000n;
const MAX_FREE_GAS = 100_000n;
const MAX_FREE_WITHDRAWAL_GAS = 180_000n;
const MAX_FREE_DELIVERY_GAS = 500_000n;
/** Overhead of an operation in addition to its gas. */
export const OVERHEAD_GAS = 60_000n;
/** Selectors of the asset router's `deliver` and `refundTransfer`. */
const SHOWING: readonly string[] = [
  "deliver((uint256,uint256,uint256,(uint16,address,bytes),bytes32[]))",
  "refundTransfer((uint256,uint256,uint256,(uint16,address,bytes),bytes32[]),uint256[],address)",
].map((signature) => hashTag(signature).slice(0, 10));
const WITHDRAWING: readonly string[] = ["withdraw(address,address,uint256)", "withdraw(bytes32,bytes)"].map((signature) =>
  hashTag(signature).slice(0, 10),
);
const MAX_CALLDATA = 32_768n;
const MIN_GAS = 21_000n;
const MIN_GAS_PER_BYTE = 40n;
const DEADLINE_FRACTION = 32n;

/** A request as the factory hands it to a chain. */
export interface ChainRequest {
  readonly sender: Hex;
  readonly contractL2: Hex;
  readonly mintValue: bigint;
  readonly l2Value: bigint;
  readonly l2Calldata: Hex;
  readonly l2GasLimit: bigint;
  readonly l2GasPerPubdataByteLimit: bigint;
  readonly factoryDeps: readonly Hex[];
  readonly refundRecipient: Hex;
}

function freeGas(bridge: Hex, { sender, contractL2, l2Calldata }: ChainRequest): bigint {
  if (sender === bridge) return MAX_FREE_DELIVERY_GAS;
  if (contractL2 !== PREDEPLOYS.L2AssetRouter) return MAX_FREE_GAS;
  const selector = l2Calldata.slice(0, 10);
  if (SHOWING.includes(selector)) return MAX_FREE_DELIVERY_GAS;
  return WITHDRAWING.includes(selector) ? MAX_FREE_WITHDRAWAL_GAS : MAX_FREE_GAS;
}

/** Costs nothing on the chain. */
function isFree(bridge: Hex, request: ChainRequest): boolean {
  return request.mintValue === 0n && request.l2GasLimit <= freeGas(bridge, request);
}

/** Does nothing on the chain, but must be answered. */
function isKnock(bridge: Hex, request: ChainRequest): boolean {
  return isFree(bridge, request) && request.contractL2 === ZERO_ADDRESS && request.l2Calldata === "0x";
}

/** A root that the bridge sends. */
function isRoot(bridge: Hex, { sender, contractL2 }: ChainRequest): boolean {
  return sender === bridge && contractL2 === PREDEPLOYS.ImportedRoots;
}

function checkRequest(price: bigint, request: ChainRequest): void {
  const { factoryDeps, l2GasLimit, mintValue, l2Value, l2Calldata } = request;
  requireThat(factoryDeps.length === 0, "ChainContract", "FactoryDepsUnsupported", () => [factoryDeps.length]);
  const length = BigInt((l2Calldata.length - 2) / 2);
  requireThat(length <= MAX_CALLDATA, "ChainContract", "CalldataTooLong", () => [MAX_CALLDATA, length]);
  const lowest = MIN_GAS + MIN_GAS_PER_BYTE * length;
  requireThat(l2GasLimit >= lowest, "ChainContract", "GasLimitTooLow", () => [lowest, l2GasLimit]);
  requireThat(l2GasLimit <= MAX_GAS, "ChainContract", "GasLimitTooHigh", () => [MAX_GAS, l2GasLimit]);
  requireThat(mintValue >= l2Value, "ChainContract", "MintValueTooLow", () => [l2Value, mintValue]);
  const cost = price * (l2GasLimit + OVERHEAD_GAS);
  requireThat(mintValue - l2Value >= cost, "ChainContract", "MintValueTooLow", () => [cost + l2Value, mintValue]);
}

function newDeadline({ transaction }: Frame, chain: Chain, index: bigint, gasLimit: bigint): bigint {
  const { priorityOpWindow, priorityGasPerSecond } = chain.configuration;
  const idle = (transaction.now + priorityOpWindow) << DEADLINE_FRACTION;
  if (index === chain.operationsExecuted.value) return idle;
  const behind = chain.queue.get(index - 1n)!.deadline + ((gasLimit + OVERHEAD_GAS) << DEADLINE_FRACTION) / priorityGasPerSecond;
  return behind > idle ? behind : idle;
}

export const queue = {
  bridgehubRequestL2Transaction(frame: Frame, request: ChainRequest, payer: Hex): Hex {
    const { world, sender } = frame;
    const chain = world.chainAt(frame.self);
    const { factory, bridge } = world.addresses;
    requireThat(sender === factory, "ChainContract", "OnlyFactory", () => [factory, sender]);
    requireRunning(chain);
    const price = isFree(bridge, request) ? 0n : chain.l2GasPrice.value;
    checkRequest(price, request);
    const recipient = refundRecipient(frame, request.refundRecipient, request.sender);
    const { transactionFilterer } = chain.termsAt(frame.transaction.now);
    const isAllowed =
      transactionFilterer === ZERO_ADDRESS ||
      isKnock(bridge, request) ||
      isRoot(bridge, request) ||
      world.filterers.get(transactionFilterer) === request.sender;
    requireThat(isAllowed, "ChainContract", "TransactionNotAllowed", () => [request.sender]);
    const index = chain.operationsQueued.value;
    const operation: L2CanonicalTransaction = {
      txType: PRIORITY_OPERATION_TYPE,
      from: BigInt(l2Sender(frame, request.sender)),
      to: BigInt(request.contractL2),
      gasLimit: request.l2GasLimit,
      gasPerPubdataByteLimit: request.l2GasPerPubdataByteLimit,
      maxFeePerGas: price,
      maxPriorityFeePerGas: 0n,
      paymaster: 0n,
      nonce: index,
      value: request.l2Value,
      reserved: [request.mintValue, BigInt(recipient), frame.transaction.now, 0n],
      data: request.l2Calldata,
      signature: "0x",
      factoryDeps: [],
      paymasterInput: "0x",
      reservedDynamic: "0x",
    };
    const hash = canonicalTxHash(operation);
    const deadline = newDeadline(frame, chain, index, request.l2GasLimit);
    chain.queue.set({ hash, deadline, payer, operation }, index);
    chain.operationsQueued.value = index + 1n;
    return hash;
  },
};
