import { concat, dataLength, dataSlice, getAddress, toBeHex } from "ethers";
import { hexQuantity, type Hex } from "../../../ground/protocol/hex.ts";
import { entryPointInterface } from "./entry-points.ts";
import { overlaps } from "./overlap.ts";

/** A user operation of ERC-4337, for EntryPoints 0.7 and 0.8. Amounts of gas are limits; fees are wei for a unit of gas. */
export interface UserOperation {
  readonly sender: Hex;
  readonly nonce: bigint;
  /** Makes the account; 0x7702 and zeros where a delegation (EIP-7702) does. */
  readonly factory: Hex | undefined;
  readonly factoryData: Hex;
  readonly callData: Hex;
  readonly callGasLimit: bigint;
  readonly verificationGasLimit: bigint;
  readonly preVerificationGas: bigint;
  readonly maxFeePerGas: bigint;
  readonly maxPriorityFeePerGas: bigint;
  readonly paymaster: Hex | undefined;
  readonly paymasterVerificationGasLimit: bigint;
  readonly paymasterPostOpGasLimit: bigint;
  readonly paymasterData: Hex;
  readonly signature: Hex;
  /** A delegation that its transaction carries (EIP-7702). */
  readonly authorization?: SignedDelegation;
}

/** A delegation as JSON-RPC has it, in quantities; zeros where its signature is missing yet. */
export type SignedDelegation = Readonly<Record<"chainId" | "address" | "nonce" | "yParity" | "r" | "s", Hex>>;

/** An operation as the EntryPoint's functions take it. */
type PackedOperation = readonly [Hex, bigint, Hex, Hex, Hex, bigint, Hex, Hex, Hex];

/** Sizes of addresses and gas limits in `initCode` and `paymasterAndData`. */
const [ADDRESS_BYTES, LIMIT_BYTES] = [20, 16];
const LIMIT = 2n ** 128n;

export function pack(operation: UserOperation): PackedOperation {
  const { sender, nonce, factory, factoryData, callData, paymaster, paymasterData, signature } = operation;
  const paymasterGas = pair(operation.paymasterVerificationGasLimit, operation.paymasterPostOpGasLimit);
  return [
    sender,
    nonce,
    factory === undefined ? "0x" : (concat([factory, factoryData]) as Hex),
    callData,
    pair(operation.verificationGasLimit, operation.callGasLimit),
    operation.preVerificationGas,
    pair(operation.maxPriorityFeePerGas, operation.maxFeePerGas),
    paymaster === undefined ? "0x" : (concat([paymaster, paymasterGas, paymasterData]) as Hex),
    signature,
  ];
}

/** The reverse of `pack`. */
function unpack([
  sender,
  nonce,
  initCode,
  callData,
  accountGas,
  preVerificationGas,
  fees,
  sponsor,
  signature,
]: PackedOperation): UserOperation {
  const hasPaymaster = dataLength(sponsor) >= ADDRESS_BYTES + 2 * LIMIT_BYTES;
  const at = (start: number, end?: number): Hex => (hasPaymaster ? (dataSlice(sponsor, start, end) as Hex) : "0x");
  const [verificationGasLimit, callGasLimit] = parts(accountGas);
  const [maxPriorityFeePerGas, maxFeePerGas] = parts(fees);
  const [paymasterVerificationGasLimit, paymasterPostOpGasLimit] = hasPaymaster
    ? parts(at(ADDRESS_BYTES, ADDRESS_BYTES + 2 * LIMIT_BYTES))
    : [0n, 0n];
  const hasFactory = dataLength(initCode) >= ADDRESS_BYTES;
  return {
    sender: sender.toLowerCase() as Hex,
    nonce,
    factory: hasFactory ? (dataSlice(initCode, 0, ADDRESS_BYTES) as Hex) : undefined,
    factoryData: hasFactory ? (dataSlice(initCode, ADDRESS_BYTES) as Hex) : "0x",
    callData,
    callGasLimit,
    verificationGasLimit,
    preVerificationGas,
    maxFeePerGas,
    maxPriorityFeePerGas,
    paymaster: hasPaymaster ? at(0, ADDRESS_BYTES) : undefined,
    paymasterVerificationGasLimit,
    paymasterPostOpGasLimit,
    paymasterData: at(ADDRESS_BYTES + 2 * LIMIT_BYTES),
    signature,
  };
}

/** Call data of the transaction that carries just this operation. */
export function handleOpsData(operation: UserOperation, beneficiary: Hex): Hex {
  return entryPointInterface.encodeFunctionData("handleOps", [[pack(operation)], beneficiary]) as Hex;
}

/** The operations in a call to `handleOps`; empty for other calls, and for operations that share bytes. */
export function operationsIn(data: Hex): readonly UserOperation[] {
  if (!data.startsWith(entryPointInterface.getFunction("handleOps")?.selector ?? "0x765e827f") || overlaps(data)) return [];
  try {
    const [packed] = entryPointInterface.decodeFunctionData("handleOps", data) as unknown as [PackedOperation[]];
    return packed.map((operation) => unpack([...operation] as unknown as PackedOperation));
  } catch {
    // Bytes behind the selector that no contract would read.
    return [];
  }
}

/** Operation in ERC-7769's form. */
export function shownOperation(operation: UserOperation): Readonly<Record<string, unknown>> {
  const { factory, factoryData, paymaster, paymasterData, authorization } = operation;
  return {
    sender: getAddress(operation.sender),
    nonce: hexQuantity(operation.nonce),
    ...(factory === undefined ? {} : { factory: getAddress(factory), factoryData }),
    callData: operation.callData,
    callGasLimit: hexQuantity(operation.callGasLimit),
    verificationGasLimit: hexQuantity(operation.verificationGasLimit),
    preVerificationGas: hexQuantity(operation.preVerificationGas),
    maxFeePerGas: hexQuantity(operation.maxFeePerGas),
    maxPriorityFeePerGas: hexQuantity(operation.maxPriorityFeePerGas),
    ...(paymaster === undefined
      ? {}
      : {
          paymaster: getAddress(paymaster),
          paymasterVerificationGasLimit: hexQuantity(operation.paymasterVerificationGasLimit),
          paymasterPostOpGasLimit: hexQuantity(operation.paymasterPostOpGasLimit),
          paymasterData,
        }),
    signature: operation.signature,
    ...(authorization === undefined ? {} : { eip7702Auth: authorization }),
  };
}

/** Two numbers of 128 bits in a word. */
function pair(high: bigint, low: bigint): Hex {
  return toBeHex(high * LIMIT + low, 32) as Hex;
}

function parts(word: Hex): [bigint, bigint] {
  const value = BigInt(word);
  return [value / LIMIT, value % LIMIT];
}
