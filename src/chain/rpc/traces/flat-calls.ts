import type { Hex } from "../../../ground/protocol/hex.ts";

/** A call as callTracer shows it. */
export interface NestedCall {
  readonly type: string;
  readonly from: Hex;
  readonly to?: Hex;
  readonly gas: Hex;
  readonly gasUsed: Hex;
  readonly input: Hex;
  readonly output?: Hex;
  readonly value?: Hex;
  readonly error?: string;
  readonly calls?: readonly NestedCall[];
}

/** Position of a traced transaction. */
export interface TracedPlace {
  readonly blockHash: Hex;
  readonly blockNumber: Hex;
  readonly transactionHash: Hex;
  readonly transactionIndex: Hex;
}

/** A call with its place among those that contain it. */
interface FlatCall extends Readonly<Record<string, unknown>> {
  readonly action: object;
}

interface FlatOptions {
  /** Errors in OpenEthereum's words. */
  readonly convertParityErrors?: boolean;
  /** Calls to precompiled contracts too. */
  readonly includePrecompiles?: boolean;
}

/** OpenEthereum's words for geth's. */
const PARITY_ERRORS: Readonly<Record<string, string>> = {
  "contract creation code storage out of gas": "Out of gas",
  "execution reverted": "Reverted",
  "gas uint64 overflow": "Out of gas",
  "invalid jump destination": "Bad jump destination",
  "max code size exceeded": "Out of gas",
  "out of gas": "Out of gas",
  "precompiled failed": "Built-in failed",
  "return data out of bounds": "Out of bounds",
};
const PARITY_ERROR_STARTS: readonly (readonly [start: string, words: string])[] = [
  ["invalid opcode", "Bad instruction"],
  ["stack underflow", "Stack underflow"],
  ["stack limit reached", "Out of stack"],
];
/** Last precompiled contract of Osaka, without P-256's at 256 (EIP-7951). */
const LAST_PRECOMPILE = 17n;
const P256_PRECOMPILE = 256n;

/**
 * Calls in sequence, each with its place among those that contain it, like the output of geth's
 * flatCallTracer.
 */
export function flatCalls(top: NestedCall, options: FlatOptions, place: TracedPlace | undefined): readonly FlatCall[] {
  const found: FlatCall[] = [];
  const add = (call: NestedCall, traceAddress: readonly number[]): void => {
    const calls = (call.calls ?? []).filter((one) => options.includePrecompiles === true || !isPrecompileCall(one));
    const { error } = call;
    const isShown = error === undefined || error === "execution reverted";
    const result = resultOf(call);
    found.push({
      action: actionOf(call),
      ...placeOf(place),
      ...(error === undefined ? {} : { error: options.convertParityErrors === true ? parityError(error) : error }),
      ...(isShown && result !== undefined ? { result } : {}),
      subtraces: calls.length,
      traceAddress,
      type: typeOf(call),
    });
    for (const [i, one] of calls.entries()) add(one, [...traceAddress, i]);
  };
  add(top, []);
  return found;
}

function placeOf(place: TracedPlace | undefined): object {
  const { blockHash = null, blockNumber = "0x0", transactionHash = null, transactionIndex = "0x0" } = place ?? {};
  return { blockHash, blockNumber: Number(blockNumber), transactionHash, transactionPosition: Number(transactionIndex) };
}

function typeOf({ type }: NestedCall): string {
  if (type === "SELFDESTRUCT") return "suicide";
  return isCreation(type) ? "create" : "call";
}

function actionOf({ type, from, to, gas, input, value = "0x0" }: NestedCall): object {
  if (type === "SELFDESTRUCT") return { address: from, balance: value, refundAddress: to };
  if (isCreation(type)) return { creationMethod: type.toLowerCase(), from, gas, init: input, value };
  return { callType: type.toLowerCase(), from, gas, input, to, value };
}

function resultOf({ type, to, gasUsed, output = "0x" }: NestedCall): object | undefined {
  if (type === "SELFDESTRUCT") return undefined;
  return isCreation(type) ? { address: to, code: output, gasUsed } : { gasUsed, output };
}

function isCreation(type: string): boolean {
  return type === "CREATE" || type === "CREATE2";
}

function isPrecompileCall({ type, to }: NestedCall): boolean {
  if ((type !== "CALL" && type !== "STATICCALL") || to === undefined) return false;
  const address = BigInt(to);
  return (address > 0n && address <= LAST_PRECOMPILE) || address === P256_PRECOMPILE;
}

function parityError(error: string): string {
  return PARITY_ERRORS[error] ?? PARITY_ERROR_STARTS.find(([start]) => error.startsWith(start))?.[1] ?? error;
}
