import { fromHex, hexQuantity, type Hex } from "../../../ground/protocol/hex.ts";
import { gasOfUnits, MAX_UNITS } from "../../../ground/protocol/native-budget.ts";
import type { Mempool } from "../../mempool/mempool.ts";
import { TRANSACTION_GAS_CAP } from "../../../ground/transaction/gas-limits.ts";
import type { AskedCall } from "../../witness/asked-call.ts";
import { askedCall, parseCall } from "../request/call-request.ts";
import { invalid } from "./operation-request.ts";
import { handleOpsData, type UserOperation } from "./user-operation.ts";

/**
 * Maximum gas of checking an operation, the account's part and its paymaster's each; that of bundlers on
 * public networks.
 */
export const MAX_VERIFICATION_GAS = 1_500_000n;
/** Gas of a transaction before it runs. */
const TRANSACTION_GAS = 21_000n;
/**
 * Gas of a byte of an operation's data that is not zero, and of one that is. EIP-7623 charges at least the
 * floor for all of it.
 */
const DATA_GAS = { byte: 16n, zero: 4n } as const;
const DATA_GAS_FLOOR = { byte: 40n, zero: 10n } as const;
/** Gas of a delegation in an operation (EIP-7702). */
const AUTHORIZATION_GAS = 25_000n;
/**
 * Gas that an EntryPoint spends on one operation besides the metered gas: loops, events and the payment,
 * which may create the beneficiary's account (25,000). Measured for 0.7 and 0.8: at most 40,000.
 */
const ENTRY_POINT_GAS = 60_000n;
/** Gas that an EntryPoint must have left, besides an operation's call, to continue after it. */
const INNER_GAS = 10_000n;
/** Pays for all units that a transaction may have: the operator pays itself, so the limit costs nothing. */
const LEAST_BUNDLE_GAS = gasOfUnits(MAX_UNITS);
/** Part of the unmetered overhead that an operation pays for in `preVerificationGas`. */
const UNMETERED_GAS = 25_000n;

/** Account that sends operations, and recipient of their payments. */
export interface Carrier {
  readonly bundler: Hex;
  readonly beneficiary: Hex;
}

/** The transaction that carries an operation, as a client would ask for it. */
export interface BundleRequest {
  readonly from: Hex;
  readonly to: Hex;
  readonly data: Hex;
  readonly gas: Hex;
  readonly authorizationList?: readonly Readonly<Record<string, unknown>>[];
}

/** The transaction that carries just this operation. Throws RpcError where no transaction can have so much gas. */
export function bundleOf(operation: UserOperation, entryPoint: Hex, { bundler, beneficiary }: Carrier): BundleRequest {
  const data = handleOpsData(operation, beneficiary);
  const gas = gasOf(operation, data);
  if (gas > TRANSACTION_GAS_CAP)
    throw invalid(
      `its limits amount to ${gas} gas with the transaction's own, and a transaction has at most ${TRANSACTION_GAS_CAP}`,
    );
  const { authorization } = operation;
  return {
    from: bundler,
    to: entryPoint,
    data,
    gas: hexQuantity(gas),
    ...(authorization === undefined ? {} : { authorizationList: [authorization] }),
  };
}

/** A bundle as a call in the second EVM. Throws RpcError for a malformed delegation. */
export function askedBundle(request: BundleRequest): AskedCall {
  const call = parseCall(request);
  return askedCall(call, call.gas ?? TRANSACTION_GAS_CAP);
}

/** Costs of the operation's transaction that its limits do not meter. */
export function leastPreVerificationGas(operation: UserOperation, beneficiary: Hex): bigint {
  const data = handleOpsData(operation, beneficiary);
  const [gas, floor] = [intrinsicGas(data, operation) + UNMETERED_GAS, floorOf(data)];
  return gas > floor ? gas : floor;
}

type FeeLimits = Pick<Mempool, "minGasPriceWei" | "leastPaidWei">;

/** Throws RpcError for limits and fees with which no operation is taken. */
export function requireLimits(operation: UserOperation, beneficiary: Hex, { minGasPriceWei, leastPaidWei }: FeeLimits): void {
  const { verificationGasLimit, paymasterVerificationGasLimit, preVerificationGas } = operation;
  const most = { verificationGasLimit, paymasterVerificationGasLimit };
  for (const [field, gas] of Object.entries(most))
    if (gas > MAX_VERIFICATION_GAS) throw invalid(`${field} is ${gas}, at most ${MAX_VERIFICATION_GAS}`);
  requireFees(operation, { minGasPriceWei, leastPaidWei });
  const least = leastPreVerificationGas(operation, beneficiary);
  if (preVerificationGas < least)
    throw invalid(`preVerificationGas is ${preVerificationGas}, its transaction costs ${least} besides the metered gas`);
}

/** Throws RpcError for fees with which no operation is taken. */
export function requireFees(
  { maxFeePerGas, maxPriorityFeePerGas }: UserOperation,
  { minGasPriceWei, leastPaidWei }: FeeLimits,
): void {
  if (maxPriorityFeePerGas > maxFeePerGas)
    throw invalid(`maxPriorityFeePerGas is ${maxPriorityFeePerGas}, above maxFeePerGas, ${maxFeePerGas}`);
  if (maxFeePerGas < minGasPriceWei) throw invalid(`maxFeePerGas is ${maxFeePerGas}, this chain's minimum is ${minGasPriceWei}`);
  if (maxPriorityFeePerGas < leastPaidWei)
    throw invalid(
      `maxPriorityFeePerGas is ${maxPriorityFeePerGas}, below ${leastPaidWei}, the least that the chain takes now; give what eth_gasPrice answers`,
    );
}

/** All that the operation may use, with what calls keep back at each depth (EIP-150). */
function gasOf(operation: UserOperation, data: Hex): bigint {
  const { verificationGasLimit, callGasLimit, paymasterVerificationGasLimit, paymasterPostOpGasLimit } = operation;
  const run = callGasLimit + paymasterPostOpGasLimit + INNER_GAS;
  const metered = verificationGasLimit + paymasterVerificationGasLimit + run + ENTRY_POINT_GAS;
  const gas = intrinsicGas(data, operation) + (metered * 64n * 64n) / (63n * 63n);
  return [floorOf(data), LEAST_BUNDLE_GAS].reduce((highest, bound) => (highest > bound ? highest : bound), gas);
}

/** Costs of a transaction without lists before it runs. */
export function plainTransactionGas(data: Hex): bigint {
  return TRANSACTION_GAS + dataGas(data, DATA_GAS);
}

function floorOf(data: Hex): bigint {
  return TRANSACTION_GAS + dataGas(data, DATA_GAS_FLOOR);
}

function intrinsicGas(data: Hex, { authorization }: UserOperation): bigint {
  return plainTransactionGas(data) + (authorization === undefined ? 0n : AUTHORIZATION_GAS);
}

function dataGas(data: Hex, { byte, zero }: { readonly byte: bigint; readonly zero: bigint }): bigint {
  const content = fromHex(data);
  const zeros = BigInt(content.filter((value) => value === 0).length);
  return zeros * zero + (BigInt(content.length) - zeros) * byte;
}
