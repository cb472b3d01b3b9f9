import { AbiCoder } from "ethers";
import { fromHex, keccak, type Hex } from "./hex.ts";

/** A transaction from L1 to L2, in ZK Stack's shape; addresses are numbers. */
export interface L2CanonicalTransaction {
  /** 255. */
  readonly txType: bigint;
  readonly from: bigint;
  readonly to: bigint;
  readonly gasLimit: bigint;
  readonly gasPerPubdataByteLimit: bigint;
  readonly maxFeePerGas: bigint;
  readonly maxPriorityFeePerGas: bigint;
  readonly paymaster: bigint;
  /** Place in the queue. */
  readonly nonce: bigint;
  readonly value: bigint;
  /** Amount minted, refund's recipient, second of L1 when it was queued, 0. */
  readonly reserved: readonly bigint[];
  readonly data: Hex;
  readonly signature: Hex;
  readonly factoryDeps: readonly bigint[];
  readonly paymasterInput: Hex;
  readonly reservedDynamic: Hex;
}

/** Type of priority operations. */
export const PRIORITY_OPERATION_TYPE = 255n;

/** ABI type of a canonical transaction. */
export const L2_CANONICAL_TRANSACTION_ABI_TYPE =
  "tuple(uint256 txType, uint256 from, uint256 to, uint256 gasLimit, uint256 gasPerPubdataByteLimit, uint256 maxFeePerGas, " +
  "uint256 maxPriorityFeePerGas, uint256 paymaster, uint256 nonce, uint256 value, uint256[4] reserved, bytes data, " +
  "bytes signature, uint256[] factoryDeps, bytes paymasterInput, bytes reservedDynamic)";

/** keccak of the ABI encoding: the operation's hash on L1 and L2. */
export function canonicalTxHash(operation: L2CanonicalTransaction): Hex {
  return keccak(fromHex(AbiCoder.defaultAbiCoder().encode([L2_CANONICAL_TRANSACTION_ABI_TYPE], [operation])));
}
