import type { Chain } from "../chain.ts";
import type { CallAnswer } from "../questions/question.ts";
import { askedPlace } from "./asked-place.ts";
import type { Asking } from "./asking.ts";
import { withBlockOverrides } from "./block-overrides.ts";
import { capped } from "./call-checks.ts";
import { askedCall, parseCall, parseOverrides, record } from "./call-request.ts";
import type { RpcCall } from "./call-request.ts";
import { hexQuantity } from "../../protocol/hex.ts";
import type { Hex } from "../../protocol/hex.ts";
import type { RpcClient, RpcMethod } from "./dispatch.ts";
import { fairLine } from "./fair-line.ts";
import type { FairLine } from "./fair-line.ts";
import { RpcCode, RpcError } from "./json-rpc.ts";
import { stackWords } from "./stack-heights.ts";
import type { TracedStep } from "./stack-heights.ts";
import { ZkFields } from "./zk-fields.ts";

const TRACERS = new Set(["callTracer", "prestateTracer", "4byteTracer", "noopTracer", "muxTracer"]);
/** Tracers that repeat the data of every call: 130 gas can pass on a megabyte. */
const CALL_TRACERS = new Set(["callTracer", "muxTracer"]);
/** Of all calls together. */
const MAX_CALL_DATA_BYTES = 32 * 1024 * 1024;
/** Gas up to which code is traced instruction by instruction, and calls are with any tracer: at most a million instructions. */
const MAX_STEP_TRACE_GAS = 1_000_000n;
const MAX_STEPS = 500_000;
/** Stack words of all steps together: a thousand can lie on the stack at each. */
const MAX_STACK_WORDS = 1_000_000;
/** Traces that may wait for those before them, and those of one connection: as many as a batch asks at a time. */
const MAX_WAITING = 32;
const MAX_OF_ONE = 16;

/** Of a block, whose traces are made one after the other. */
const MAX_TRACED_TRANSACTIONS = 100;
const MAX_BLOCK_CHARACTERS = 64 * 1024 * 1024;

/** A block with its transactions, as the engine shows it. */
interface TracedBlock {
  readonly gasUsed: Hex;
  readonly transactions: readonly { readonly hash: Hex }[];
}

type Configuration = Readonly<Record<string, unknown>>;
const OVERRIDES = ["stateOverrides", "blockOverrides"];

/** Runs a trace in the engine with a configuration. */
type Run = (config: object) => Promise<unknown>;

/**
 * `debug_` methods. A trace can be thousands of times as large as what it traces, so the engine first runs it with a tracer
 * whose answer is small and tells how large the wanted one will be. One trace at a time. Who is part of this process gets all.
 */
export function traceMethods(chain: Chain, ask: Asking): ReadonlyMap<string, RpcMethod> {
  const { engine } = chain;
  const fields = new ZkFields(chain);
  const inTurn = fairLine({ width: 1, places: MAX_WAITING, placesPerClient: MAX_OF_ONE, what: "traces are being made" });
  const traceBlock = async (method: string, block: unknown, config: unknown, client: RpcClient | undefined): Promise<unknown> => {
    const chosen = configuration(config);
    const found = (await engine.request(method, [block, true])) as TracedBlock | null;
    if (found === null)
      throw new RpcError(RpcCode.rejected, `there is no block ${String(block).slice(0, 80)}`, { code: "UnknownBlock" });
    const { transactions, gasUsed } = found;
    const traced = transactions.map(({ hash }) => ({
      txHash: chain.index.publicHash(hash),
      run: (wanted: object) => engine.request("debug_traceTransaction", [hash, wanted]),
    }));
    const all = async (one: (run: Run) => Promise<unknown>): Promise<unknown> => {
      const results: object[] = [];
      let characters = 0;
      for (const { txHash, run } of traced) {
        const result = await one(run);
        if (client?.isInProcess !== true) characters += JSON.stringify(result).length;
        if (characters > MAX_BLOCK_CHARACTERS)
          throw tooLarge(`the block's traces are longer than ${MAX_BLOCK_CHARACTERS} characters; trace its transactions`);
        results.push({ txHash, result });
      }
      return results;
    };
    if (client?.isInProcess === true) return all((run) => run(chosen));
    if (traced.length > MAX_TRACED_TRANSACTIONS)
      throw tooLarge(`the block has ${traced.length} transactions, at most ${MAX_TRACED_TRANSACTIONS} are traced together`);
    return inTurn(client, () => all((run) => trace(run, chosen, BigInt(gasUsed))));
  };
  return new Map<string, RpcMethod>([
    [
      "debug_traceTransaction",
      async ([name, config], client) => {
        const hash = fields.engineHash(name);
        if (client?.isInProcess === true) return engine.request("debug_traceTransaction", [hash, configuration(config)]);
        return inTurn(client, async () => {
          const receipt = (await engine.request("eth_getTransactionReceipt", [hash])) as { readonly gasUsed: string } | null;
          const gas = BigInt(receipt?.gasUsed ?? 0);
          return trace((chosen) => engine.request("debug_traceTransaction", [hash, chosen]), config, gas);
        });
      },
    ],
    ["debug_traceBlockByNumber", ([block, config], client) => traceBlock("eth_getBlockByNumber", block, config, client)],
    ["debug_traceBlockByHash", ([block, config], client) => traceBlock("eth_getBlockByHash", block, config, client)],
    ["debug_traceCall", callTracing(chain, ask, inTurn)],
  ]);
}

/** `debug_traceCall`: transaction, block, options with overrides. */
function callTracing(chain: Chain, ask: Asking, inTurn: FairLine): RpcMethod {
  const { engine } = chain;
  return async ([transaction, tag, config], client) => {
    const call = parseCall(transaction);
    const { stateOverrides, blockOverrides, ...rest } = readConfiguration(config);
    const place = await askedPlace(chain, tag ?? "latest");
    const overrides = parseOverrides(stateOverrides);
    const block = withBlockOverrides(place.block, blockOverrides);
    const isOwn = client?.isInProcess === true;
    const gasLimit = capped(call.gas);
    // Traces of this process have no limit, and take no places from clients outside.
    const bounds = isOwn ? {} : { maxInstructions: MAX_STEPS };
    const question = { at: place.at, block, overrides, call: askedCall({ ...call, gasPriceWei: 0n }, gasLimit), ...bounds };
    return inTurn(client, async () => {
      // The engine knows neither overrides nor authorizations here.
      if (overrides.length > 0 || block !== place.block || call.delegates) {
        const answer = await ask("trace", { ...question, ...tracerOf(rest), isBounded: !isOwn }, client);
        requireTraceable(answer);
        return answer.trace;
      }
      // It would run in its own thread what may end it; so the other one runs the same call before, in the same state.
      const preview = await ask("call", question, client);
      if (preview.isHostile) throw hostile();
      requireTraceable(preview);
      const request = traceRequest(call, gasLimit);
      const run: Run = (wanted) => engine.request("debug_traceCall", [request, hexQuantity(place.at), wanted]);
      return isOwn ? run(rest) : trace(run, rest, preview.receipt?.gasUsed ?? gasLimit);
    });
  };
}

/** The part of a call on whose meaning both engines agree to the letter. */
function traceRequest({ from, to, data, valueWei, accessList }: RpcCall, gasLimit: bigint): object {
  const target = to === undefined ? {} : { to };
  const touched = accessList.length === 0 ? {} : { accessList };
  return { from, ...target, data, value: hexQuantity(valueWei), gas: hexQuantity(gasLimit), ...touched };
}

/** Throws RpcError for a call that is not valid, or was broken off. */
function requireTraceable({ receipt, reason, exceedsCallData, isLong, isLate }: CallAnswer): void {
  if (isLong) throw tooLarge(`it runs more than ${MAX_STEPS} instructions; give it less gas`);
  if (exceedsCallData) throw tooLarge("its calls pass on more data than the engine can hold; give it less gas");
  if (isLate) throw new RpcError(RpcCode.rejected, `the call is not traced: ${reason}`, { code: "QuestionTooLong" });
  if (receipt === undefined) throw new RpcError(RpcCode.rejected, `the call is not valid: ${reason}`);
}

function hostile(): RpcError {
  return new RpcError(RpcCode.rejected, "the call runs or deploys code that begins with an incomplete PUSH20", {
    code: "HostileCode",
  });
}

/** The tracer that the second EVM is to be. Throws RpcError for one that it has not. */
function tracerOf(config: Configuration): { readonly tracer: string | undefined; readonly config: Configuration } {
  const { tracer, tracerConfig } = config;
  if (tracer === undefined || tracer === null) {
    if (config["enableMemory"] === true) throw tooLarge("memory is not traced step by step where a call has overrides");
    return { tracer: undefined, config };
  }
  const named = requireTracer(tracer);
  const given = (tracerConfig ?? {}) as Configuration;
  if (named === "muxTracer") for (const name of Object.keys(record(given, "tracerConfig"))) requireTracer(name);
  return { tracer: named, config: given };
}

function requireTracer(tracer: unknown): string {
  if (typeof tracer === "string" && TRACERS.has(tracer)) return tracer;
  throw new RpcError(RpcCode.invalidParams, `tracers are ${[...TRACERS].join(", ")}`);
}

async function trace(run: Run, value: unknown, gas: bigint): Promise<unknown> {
  const config = configuration(value);
  if (config["tracer"] === undefined) return traceSteps(run, config, gas);
  const tracer = requireTracer(config["tracer"]);
  if (CALL_TRACERS.has(tracer)) {
    const bytes = callDataBytes((await run({ tracer: "4byteTracer" })) as Readonly<Record<string, number>>);
    if (bytes > MAX_CALL_DATA_BYTES)
      throw tooLarge(`its calls pass on ${bytes} bytes, at most ${MAX_CALL_DATA_BYTES} are traced; 4byteTracer counts them`);
  }
  return run(config);
}

async function traceSteps(run: Run, config: Configuration, gas: bigint): Promise<unknown> {
  if (gas > MAX_STEP_TRACE_GAS) throw tooLarge(`above ${MAX_STEP_TRACE_GAS} gas nothing is traced step by step; name a tracer`);
  if (config["enableMemory"] === true) throw tooLarge("memory is not traced step by step");
  const lean = { ...config, disableStack: true };
  const outline = (await run(lean)) as { readonly structLogs: readonly TracedStep[] };
  const steps = outline.structLogs.length;
  if (steps > MAX_STEPS) throw tooLarge(`it has ${steps} steps, at most ${MAX_STEPS} are traced; name a tracer`);
  if (config["disableStack"] === true) return outline;
  const words = stackWords(outline.structLogs);
  if (words > MAX_STACK_WORDS)
    throw tooLarge(`${words} words lie on the stack in all its steps, at most ${MAX_STACK_WORDS} are traced; use disableStack`);
  return run(config);
}

/** 4byteTracer's answer: how often calls with a selector and so many bytes behind it were made. */
function callDataBytes(counts: Readonly<Record<string, number>>): number {
  return Object.entries(counts).reduce((sum, [key, count]) => sum + (Number(key.split("-")[1]) + 4) * count, 0);
}

/** Options of a trace of what has happened, which nothing overrides. Throws RpcError. */
function configuration(value: unknown): Configuration {
  const config = readConfiguration(value);
  const named = OVERRIDES.find((name) => (config[name] ?? undefined) !== undefined);
  if (named === undefined) return config;
  throw new RpcError(RpcCode.invalidParams, `${named}: what has happened is traced as it was; debug_traceCall takes overrides`);
}

/** Throws RpcError for no object, and for overrides under names that are unknown, which would pass in silence. */
function readConfiguration(value: unknown): Configuration {
  if (value === undefined || value === null) return {};
  const config = record(value, "a trace's options");
  const unknown = Object.keys(config).find((name) => /overr?id/i.test(name) && !OVERRIDES.includes(name));
  if (unknown === undefined) return config;
  const name = JSON.stringify(unknown.slice(0, 80));
  throw new RpcError(RpcCode.invalidParams, `a trace has no option ${name}; it has ${OVERRIDES.join(" and ")}`);
}

function tooLarge(reason: string): RpcError {
  return new RpcError(RpcCode.limitExceeded, `the trace would be too large: ${reason}`, { code: "TraceTooLarge" });
}
