import { record } from "../request/call-request.ts";
import { RpcCode, RpcError } from "../request/json-rpc.ts";
import { memoryWords, type StackedStep } from "./memory-sizes.ts";
import { stackWords, type TracedStep } from "./stack-heights.ts";

const TRACERS = new Set(["callTracer", "flatCallTracer", "prestateTracer", "4byteTracer", "noopTracer", "muxTracer"]);
/** Tracers that repeat the data of every call: 130 gas can pass on a megabyte. */
const CALL_TRACERS = new Set(["callTracer", "flatCallTracer", "muxTracer"]);
/** Maximum size of the data of all calls together. */
const MAX_CALL_DATA_BYTES = 32 * 1024 * 1024;
/** Gas up to which code is traced instruction by instruction, and calls are with any tracer: at most a million instructions. */
const MAX_STEP_TRACE_GAS = 1_000_000n;
/** Instructions of a trace. */
export const MAX_STEPS = 500_000;
/** Stack words of all steps together: a thousand can lie on the stack at each. */
const MAX_STACK_WORDS = 1_000_000;
/** Words of memory of all steps together. */
const MAX_MEMORY_WORDS = 1_000_000;

/** Options of a trace. */
export type Configuration = Readonly<Record<string, unknown>>;
const OVERRIDES = ["stateOverrides", "blockOverrides"];

/** Runs a trace with a configuration. */
export type TraceRun = (config: Configuration) => Promise<unknown>;

/** Throws RpcError for a tracer that there is not. */
export function requireTracer(tracer: unknown): string {
  if (typeof tracer === "string" && TRACERS.has(tracer)) return tracer;
  throw new RpcError(RpcCode.invalidParams, `tracers are ${[...TRACERS].join(", ")}`);
}

/** Runs the trace once it is known how large it will be: `gas` is what it may use. Throws RpcError TraceTooLarge. */
export async function boundedTrace(run: TraceRun, value: unknown, gas: bigint): Promise<unknown> {
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

async function traceSteps(run: TraceRun, config: Configuration, gas: bigint): Promise<unknown> {
  if (gas > MAX_STEP_TRACE_GAS) throw tooLarge(`above ${MAX_STEP_TRACE_GAS} gas nothing is traced step by step; name a tracer`);
  const hasMemory = config["enableMemory"] === true;
  const lean = { ...config, disableStack: true, enableMemory: false };
  const outline = (await run(lean)) as { readonly structLogs: readonly TracedStep[] };
  const steps = outline.structLogs.length;
  if (steps > MAX_STEPS) throw tooLarge(`it has ${steps} steps, at most ${MAX_STEPS} are traced; name a tracer`);
  if (config["disableStack"] === true && !hasMemory) return outline;
  const words = stackWords(outline.structLogs);
  if (words > MAX_STACK_WORDS)
    throw tooLarge(`${words} words lie on the stack in all its steps, at most ${MAX_STACK_WORDS} are traced; use disableStack`);
  if (hasMemory) {
    const stacked = (await run({ ...config, disableStack: false, enableMemory: false })) as {
      readonly structLogs: readonly StackedStep[];
    };
    const memory = memoryWords(stacked.structLogs);
    if (memory > MAX_MEMORY_WORDS)
      throw tooLarge(`all its steps together have ${memory} words of memory, at most ${MAX_MEMORY_WORDS} are traced`);
  }
  return run(config);
}

/** Answer of 4byteTracer: number of calls by selector and size of the data after it. */
function callDataBytes(counts: Readonly<Record<string, number>>): number {
  return Object.entries(counts).reduce((sum, [key, count]) => sum + (Number(key.split("-")[1]) + 4) * count, 0);
}

/** Options of a trace of what has happened, which nothing overrides. Throws RpcError. */
export function configuration(value: unknown): Configuration {
  const config = readConfiguration(value);
  const named = OVERRIDES.find((name) => (config[name] ?? undefined) !== undefined);
  if (named === undefined) return config;
  throw new RpcError(
    RpcCode.invalidParams,
    `${named}: a mined transaction is traced without changes; debug_traceCall takes overrides`,
  );
}

/** Throws RpcError for no object, and for overrides under names that are unknown, which would pass in silence. */
export function readConfiguration(value: unknown): Configuration {
  if (value === undefined || value === null) return {};
  const config = record(value, "a trace's options");
  const unknown = Object.keys(config).find((name) => /overr?id/i.test(name) && !OVERRIDES.includes(name));
  if (unknown === undefined) return config;
  const name = JSON.stringify(unknown.slice(0, 80));
  throw new RpcError(RpcCode.invalidParams, `a trace has no option ${name}; it has ${OVERRIDES.join(" and ")}`);
}

/** An error for a trace that would be too large. */
export function tooLarge(reason: string): RpcError {
  return new RpcError(RpcCode.limitExceeded, `the trace would be too large: ${reason}`, { code: "TraceTooLarge" });
}
