import type { Transaction } from "ethers";
import { hexQuantity } from "../../../ground/protocol/hex.ts";
import { readQuantity } from "../../../chain/rpc/request/quantities.ts";
import { RpcCode, RpcError } from "../../../chain/rpc/request/json-rpc.ts";
import { MAX_TRANSACTION_GAS } from "../../../ground/protocol/way-to-l1.ts";

/** Largest base fee of L1, more than an ether for each gas: the engine takes the one before as 64 bits. */
const MAX_BASE_FEE = 2n ** 60n;
/** Gas times its price has at most 128 bits in the engine, which ends the process if that fails. */
const COST_END = 2n ** 128n;
/** The sum of the value and the cost has at most 256 bits, with the same end. */
const VALUE_END = 2n ** 255n;
const FEES = ["gasPrice", "maxFeePerGas", "maxPriorityFeePerGas", "maxFeePerBlobGas"] as const;

type Numbers = Readonly<Record<string, unknown>>;

/** Throws RpcError for a call whose value or cost would end the process. Malformed numbers are left to the engine. */
export function checkNumbers({ gas, value, ...fees }: Numbers): void {
  const amount = readQuantity(value) ?? 0n;
  if (amount >= VALUE_END) throw tooLarge("value", amount, VALUE_END);
  const limit = readQuantity(gas) ?? BigInt(MAX_TRANSACTION_GAS);
  const most = COST_END / (limit > 0n ? limit : 1n);
  for (const name of FEES) {
    const fee = readQuantity(fees[name]) ?? 0n;
    if (fee >= most) throw tooLarge(name, fee, most);
  }
}

/** Throws like {@link checkNumbers} for a signed transaction. */
export function checkSignedNumbers(transaction: Transaction): void {
  const { gasLimit: gas, value } = transaction;
  const named = Object.entries({ gas, value, ...Object.fromEntries(FEES.map((name) => [name, transaction[name]])) });
  checkNumbers(Object.fromEntries(named.map(([name, number]) => [name, hexQuantity(number ?? 0n)])));
}

/** Throws RpcError if the engine cannot compute the base fee after this one. */
export function checkBaseFee(value: unknown): void {
  const fee = readQuantity(value) ?? 0n;
  if (fee > MAX_BASE_FEE) throw tooLarge("the base fee", fee, MAX_BASE_FEE + 1n);
}

function tooLarge(name: string, value: bigint, end: bigint): RpcError {
  return new RpcError(RpcCode.invalidParams, `${name} is at most ${end - 1n} on L1, because of its engine; got ${value}`, {
    code: "NumberTooLarge",
  });
}
