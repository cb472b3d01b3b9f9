import { canonicalTxHash, PRIORITY_OPERATION_TYPE } from "../../../src/protocol/priority-op.ts";
import type { L2CanonicalTransaction } from "../../../src/protocol/priority-op.ts";
import type { Hex } from "../../../src/protocol/hex.ts";
import { l2Sender, refundRecipient, ZERO_ADDRESS } from "./aliases.ts";
import { requireRunning } from "./batches.ts";
import type { Frame } from "./frame.ts";
import { requireThat } from "./refusal.ts";
import type { Chain } from "./world.ts";

const MAX_GAS = 8_000_000n;
const MAX_FREE_GAS = 500_000n;
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

/** Costs nothing on the chain. */
function isFree({ mintValue, l2GasLimit }: ChainRequest): boolean {
  return mintValue === 0n && l2GasLimit <= MAX_FREE_GAS;
}

/** Does nothing on the chain, but must be answered. */
function isKnock(request: ChainRequest): boolean {
  return isFree(request) && request.contractL2 === ZERO_ADDRESS && request.l2Calldata === "0x";
}

function checkRequest(price: bigint, request: ChainRequest): void {
  const { factoryDeps, l2GasLimit, mintValue, l2Value, l2Calldata } = request;
  requireThat(factoryDeps.length === 0, "Hyperchain", "FactoryDepsUnsupported", () => [factoryDeps.length]);
  const length = BigInt((l2Calldata.length - 2) / 2);
  requireThat(length <= MAX_CALLDATA, "Hyperchain", "CalldataTooLong", () => [MAX_CALLDATA, length]);
  const lowest = MIN_GAS + MIN_GAS_PER_BYTE * length;
  requireThat(l2GasLimit >= lowest, "Hyperchain", "GasLimitTooLow", () => [lowest, l2GasLimit]);
  requireThat(l2GasLimit <= MAX_GAS, "Hyperchain", "GasLimitTooHigh", () => [MAX_GAS, l2GasLimit]);
  requireThat(mintValue >= l2Value, "Hyperchain", "MintValueTooLow", () => [l2Value, mintValue]);
  const cost = price * l2GasLimit;
  requireThat(mintValue - l2Value >= cost, "Hyperchain", "MintValueTooLow", () => [cost + l2Value, mintValue]);
}

function newDeadline({ transaction }: Frame, chain: Chain, index: bigint, gasLimit: bigint): bigint {
  const { priorityOpWindow, priorityGasPerSecond } = chain.configuration;
  const idle = (transaction.now + priorityOpWindow) << DEADLINE_FRACTION;
  if (index === chain.operationsExecuted.value) return idle;
  const behind = chain.queue.get(index - 1n)!.deadline + (gasLimit << DEADLINE_FRACTION) / priorityGasPerSecond;
  return behind > idle ? behind : idle;
}

export const queue = {
  bridgehubRequestL2Transaction(frame: Frame, request: ChainRequest, payer: Hex): Hex {
    const { world, sender } = frame;
    const chain = world.chainAt(frame.self);
    const { factory } = world.addresses;
    requireThat(sender === factory, "Hyperchain", "OnlyFactory", () => [factory, sender]);
    requireRunning(chain);
    const price = isFree(request) ? 0n : chain.configuration.l2GasPrice;
    checkRequest(price, request);
    const recipient = refundRecipient(frame, request.refundRecipient, request.sender);
    const { transactionFilterer } = chain.configuration;
    const isAllowed = transactionFilterer === ZERO_ADDRESS || isKnock(request) || world.filterers.get(transactionFilterer) === request.sender;
    requireThat(isAllowed, "Hyperchain", "TransactionNotAllowed", () => [request.sender]);
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
      reserved: [request.mintValue, BigInt(recipient), 0n, 0n],
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
