import { Transaction } from "ethers";
import type { L1Asking, L1Connection } from "../described/l1-connection.ts";
import { forNextBlock } from "../snapshots/ecosystem-clock.ts";
import { isHostileCode } from "../../../chain/model/hostile-code.ts";
import type { RpcMethod } from "../../../chain/rpc/request/dispatch.ts";
import { inputOf, parseOverrides } from "../../../chain/rpc/request/call-request.ts";
import { readQuantity } from "../../../chain/rpc/request/quantities.ts";
import { checkFeeHistory } from "../../../chain/rpc/blocks/fee-history.ts";
import { RpcCode, RpcError } from "../../../chain/rpc/request/json-rpc.ts";
import { boundedTrace, type TraceRun } from "../../../chain/rpc/traces/bounded-trace.ts";
import { fairLine } from "../../../chain/rpc/calls/fair-line.ts";
import { fromHex, HexError, hexQuantity } from "../../../ground/protocol/hex.ts";
import { checkBaseFee, checkNumbers, checkSignedNumbers } from "./engine-numbers.ts";

/**
 * Maximum gas of a call on L1: enough to create the largest contract. The engine stores each instruction, 400 bytes for a
 * gas.
 */
const MAX_CALL_GAS = 8_000_000n;
/** More than a batch of requests holds. */
const MAX_WAITING = 512;
const MAX_OF_ONE = 256;

type L1Request = (method: string, params: readonly unknown[]) => Promise<unknown>;

/** Indices of a method's parameters that are a transaction, overrides of the state or options that contain them. */
const CALLS: Readonly<Record<string, { readonly overrides?: number; readonly options?: number }>> = {
  eth_call: { overrides: 2 },
  eth_estimateGas: { overrides: 2 },
  debug_traceCall: { options: 2 },
};

/**
 * Methods of the devnet's L1 that run code for any client that reaches it over the network. Code that ends the process as soon
 * as the engine meets it (`isHostileCode`) is refused where a request holds it: as init code, as an account's code, as an
 * override. So are numbers whose sums the engine cannot represent, because it ends the process then. Calls and traces are
 * answered one at a time, with bounded gas and size. Unlike the chains, L1 has no second engine that could look where code
 * gets that a contract creates: accounts that may send transactions here are trusted not to, as with any development network.
 */
export function guardedL1Methods(
  request: L1Request,
  lookAhead: NonNullable<L1Connection["lookAhead"]> = (look) => look((method, ...params) => request(method, params)),
): ReadonlyMap<string, RpcMethod> {
  const inTurn = fairLine({
    width: 1,
    places: MAX_WAITING,
    placesPerClient: MAX_OF_ONE,
    what: "calls on L1 are being answered",
  });
  const calls = Object.entries(CALLS).map(([method, places]): [string, RpcMethod] => [
    method,
    async (params, client) => {
      const transaction = withOneInput(params[0]);
      checkCall(transaction);
      if (places.overrides !== undefined) {
        checkOverrides(params[places.overrides]);
        // The engine would leave out an unknown field in silence.
        parseOverrides(params[places.overrides]);
        refuse(params[places.overrides + 1], method, "block overrides");
      }
      if (places.options !== undefined) {
        const options = params[places.options];
        checkOverrides(fieldOf(options, "stateOverrides"));
        for (const name of ["stateOverrides", "blockOverrides"]) refuse(fieldOf(options, name), method, name);
      }
      const call = isObject(transaction) ? withBoundedGas(transaction) : undefined;
      if (call !== undefined) checkNumbers(call);
      const bounded = call === undefined ? params : params.with(0, call);
      return inTurn(client, async () => {
        if (method === "debug_traceCall") return traceCall(request, bounded);
        if (method !== "eth_estimateGas") return request(method, bounded);
        return lookAhead((ask) => estimate(ask, bounded));
      });
    },
  ]);
  return new Map<string, RpcMethod>([
    ...calls,
    ["debug_traceTransaction", (params, client) => inTurn(client, () => traceTransaction(request, params))],
    [
      "eth_feeHistory",
      async (params) => {
        checkFeeHistory(params);
        return request("eth_feeHistory", params);
      },
    ],
    ...checkedMethods(request),
  ]);
}

/** Methods whose code and numbers are checked before the engine sees them. */
function checkedMethods(request: L1Request): readonly (readonly [string, RpcMethod])[] {
  return [
    [
      "eth_sendTransaction",
      async (params) => {
        const transaction = withOneInput(params[0]);
        checkCall(transaction);
        if (!isObject(transaction)) return request("eth_sendTransaction", params);
        checkNumbers(transaction);
        return request("eth_sendTransaction", params.with(0, transaction));
      },
    ],
    [
      "eth_sendRawTransaction",
      async (params) => {
        checkRaw(params[0]);
        return request("eth_sendRawTransaction", params);
      },
    ],
    [
      "hardhat_setNextBlockBaseFeePerGas",
      async (params) => {
        checkBaseFee(params[0]);
        return request("hardhat_setNextBlockBaseFeePerGas", params);
      },
    ],
    [
      "hardhat_setCode",
      async (params) => {
        checkCode(params[1]);
        return request("hardhat_setCode", params);
      },
    ],
  ];
}

/** Trace of a mined transaction, as large as the chains allow: each step of a cheap one can have all memory. */
async function traceTransaction(request: L1Request, [hash, options, ...rest]: readonly unknown[]): Promise<unknown> {
  const receipt = await request("eth_getTransactionReceipt", [hash]);
  const gasUsed = readQuantity(fieldOf(receipt, "gasUsed"));
  // The engine names a hash of no transaction.
  if (gasUsed === undefined) return request("debug_traceTransaction", [hash, options, ...rest]);
  return boundedTrace((config) => request("debug_traceTransaction", [hash, config]), options, gasUsed);
}

/** Trace of a call, as large as the chains allow. A run without steps returns its gas. */
async function traceCall(request: L1Request, [transaction, block, options]: readonly unknown[]): Promise<unknown> {
  const run: TraceRun = (config) => request("debug_traceCall", [transaction, block ?? "latest", config]);
  const gasUsed = fieldOf(await run({ tracer: "callTracer", tracerConfig: { onlyTopCall: true } }), "gasUsed");
  return boundedTrace(run, options, readQuantity(gasUsed) ?? MAX_CALL_GAS);
}

/** A call that fails leaves nothing behind; an estimate that does, megabytes until its error is collected as garbage. */
async function estimate(ask: L1Asking, params: readonly unknown[]): Promise<unknown> {
  const [transaction, block, ...rest] = forNextBlock(params);
  // At the block for which the estimate is made: contracts look at its time.
  await ask("eth_call", transaction, block ?? "pending", ...rest);
  return ask("eth_estimateGas", ...forNextBlock(params));
}

/** The call with what it brings under the one name that the engine takes, by the chains' rule. */
function withOneInput(transaction: unknown): unknown {
  if (!isObject(transaction)) return transaction;
  const { input, data, ...rest } = transaction;
  const brought = inputOf({ input, data });
  return brought === undefined ? rest : { ...rest, data: brought };
}

function checkCall(transaction: unknown): void {
  const to = fieldOf(transaction, "to");
  if (to !== undefined && to !== null) return;
  checkCode(fieldOf(transaction, "data"));
}

/** Throws RpcError for what the engine would leave out in silence. */
function refuse(value: unknown, method: string, parameter: string): void {
  if (value === undefined || value === null) return;
  throw new RpcError(
    RpcCode.invalidParams,
    `${method} takes no ${parameter} on L1, whose engine knows none; the chains take them`,
  );
}

function checkOverrides(overrides: unknown): void {
  if (isObject(overrides)) for (const account of Object.values(overrides)) checkCode(fieldOf(account, "code"));
}

function checkRaw(raw: unknown): void {
  if (typeof raw !== "string") return;
  try {
    const transaction = Transaction.from(raw);
    checkSignedNumbers(transaction);
    if (transaction.to === null) checkCode(transaction.data);
  } catch (error) {
    if (error instanceof RpcError) throw error;
    // Nothing that can be read runs nothing; the engine says what is wrong with it.
  }
}

/** Throws RpcError for code that would end the process. Malformed code is left to the engine. */
function checkCode(code: unknown): void {
  if (typeof code !== "string") return;
  try {
    if (!isHostileCode(fromHex(code))) return;
  } catch (error) {
    if (error instanceof HexError) return;
    throw error;
  }
  throw new RpcError(RpcCode.rejected, "the code begins with an incomplete PUSH20, which the engine cannot run", {
    code: "HostileCode",
  });
}

function withBoundedGas(call: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const named = readQuantity(call["gas"]);
  // Nonsense stays, for the engine to name.
  const isLess = named === undefined ? (call["gas"] ?? undefined) !== undefined : named <= MAX_CALL_GAS;
  return isLess ? call : { ...call, gas: hexQuantity(MAX_CALL_GAS) };
}

function fieldOf(value: unknown, field: string): unknown {
  return isObject(value) ? value[field] : undefined;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
