import { fromHex, hexQuantity, type Hex } from "../../../ground/protocol/hex.ts";
import { address, bytes, record } from "../request/call-request.ts";
import { quantity } from "../request/quantities.ts";
import { RpcCode, RpcError } from "../request/json-rpc.ts";
import type { SignedDelegation, UserOperation } from "./user-operation.ts";

/** An operation of this many bytes is the largest whose transaction a chain takes. */
const MAX_OPERATION_BYTES = 64 * 1024;
/** Maximum of a gas limit, since 0.7 and 0.8 pack it into 16 bytes. */
const MAX_LIMIT = 2n ** 128n - 1n;
const MAX_WORD = 2n ** 256n - 1n;
/** In place of a factory where a delegation makes the account. */
const DELEGATES: Hex = `0x7702${"00".repeat(18)}`;
/** Fields of EntryPoint 0.6, of which no EntryPoint here knows anything. */
const OF_OLD_VERSIONS = ["initCode", "paymasterAndData"];

/** Reads an operation that is to be sent. Throws RpcError. */
export function parseOperation(value: unknown): UserOperation {
  return read(value, (field) => {
    throw invalid(`${field} is missing`);
  });
}

/** Reads an operation whose limits, fees and signature may be missing: they are 0 and empty then. Throws RpcError. */
export function parseUnfinishedOperation(value: unknown): UserOperation {
  return read(value, () => "0x0");
}

function read(value: unknown, missing: (field: string) => string): UserOperation {
  const fields = record(value, "the user operation");
  const old = OF_OLD_VERSIONS.find((field) => isGiven(fields[field]));
  if (old !== undefined)
    throw invalid(`${old} is a field of EntryPoint 0.6: send factory and factoryData, paymaster and its fields`);
  const optional = (field: string): unknown => (isGiven(fields[field]) ? fields[field] : undefined);
  const number = (field: string, maximum = MAX_LIMIT, absent = missing): bigint => {
    const found = quantity(optional(field) ?? absent(field));
    if (found > maximum) throw invalid(`${field} is ${found}, at maximum ${maximum}`);
    return found;
  };
  const data = (field: string): Hex => bytes(optional(field) ?? "0x");
  const paymaster = optional("paymaster");
  const none = (): string => "0x0";
  const ofPaymaster = paymaster === undefined ? none : missing;
  const authorization = optional("eip7702Auth");
  const operation: UserOperation = {
    sender: address(required(fields, "sender")),
    nonce: number("nonce", MAX_WORD, (field) => String(required(fields, field))),
    factory: factoryOf(optional("factory")),
    factoryData: data("factoryData"),
    callData: bytes(required(fields, "callData")),
    callGasLimit: number("callGasLimit"),
    verificationGasLimit: number("verificationGasLimit"),
    preVerificationGas: number("preVerificationGas"),
    maxFeePerGas: number("maxFeePerGas"),
    maxPriorityFeePerGas: number("maxPriorityFeePerGas"),
    paymaster: paymaster === undefined ? undefined : address(paymaster),
    paymasterVerificationGasLimit: number("paymasterVerificationGasLimit", MAX_LIMIT, ofPaymaster),
    paymasterPostOpGasLimit: number("paymasterPostOpGasLimit", MAX_LIMIT, ofPaymaster),
    paymasterData: data("paymasterData"),
    signature: data("signature"),
    ...(authorization === undefined ? {} : { authorization: delegation(authorization, missing) }),
  };
  const size = bytesOf(operation);
  if (size > MAX_OPERATION_BYTES) throw invalid(`the operation has ${size} bytes of data, at most ${MAX_OPERATION_BYTES}`);
  return operation;
}

/** Just what a delegation has: what else the client sends would be kept with the operation, and is of any size. */
function delegation(value: unknown, missing: (field: string) => string): SignedDelegation {
  const fields = record(value, "eip7702Auth");
  const number = (...names: readonly [string, ...string[]]): Hex => {
    const name = names.find((candidate) => isGiven(fields[candidate]));
    return hexQuantity(quantity(name === undefined ? missing(`eip7702Auth.${names[0]}`) : fields[name]));
  };
  const v = BigInt(number("yParity", "v"));
  const yParity = v === 27n || v === 28n ? v - 27n : v;
  if (yParity > 1n) throw invalid(`eip7702Auth.yParity is ${yParity}, and can be 0 or 1`);
  return {
    chainId: number("chainId"),
    address: address(required(fields, "address")),
    nonce: number("nonce"),
    yParity: hexQuantity(yParity),
    r: number("r"),
    s: number("s"),
  };
}

/** Bytes of an operation's data of any length. */
export function bytesOf({ factoryData, callData, paymasterData, signature }: UserOperation): number {
  return [factoryData, callData, paymasterData, signature].reduce((sum, part) => sum + fromHex(part).length, 0);
}

/** ERC-7769's refusal of an operation whose fields cannot be. */
export function invalid(reason: string): RpcError {
  return new RpcError(RpcCode.invalidParams, `the user operation is not valid: ${reason}`, { code: "BadUserOperation" });
}

function factoryOf(value: unknown): Hex | undefined {
  if (value === undefined) return undefined;
  return value === "0x7702" ? DELEGATES : address(value);
}

function required(fields: Readonly<Record<string, unknown>>, field: string): unknown {
  if (isGiven(fields[field])) return fields[field];
  throw invalid(`${field} is missing`);
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}
