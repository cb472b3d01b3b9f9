import type { Chain } from "../chain.ts";
import { capped } from "./call-checks.ts";
import { engineCall, parseCall } from "./call-request.ts";
import type { RpcMethod } from "./dispatch.ts";
import type { GuardedCalls } from "./guarded-calls.ts";
import { RpcCode, RpcError } from "./json-rpc.ts";
import { oneAtATime } from "./one-at-a-time.ts";
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
/** Traces that may wait for those before them. */
const MAX_WAITING = 32;

/** Runs a trace in the engine with a configuration. */
type Run = (config: object) => Promise<unknown>;

/**
 * `debug_` methods. A trace can be thousands of times as large as what it traces, so the engine first runs it with a tracer
 * whose answer is small and tells how large the wanted one will be. One trace at a time. Who is part of this process gets all.
 */
export function traceMethods(chain: Chain, calls: GuardedCalls): ReadonlyMap<string, RpcMethod> {
  const { engine } = chain;
  const fields = new ZkFields(chain);
  const inTurn = oneAtATime(MAX_WAITING, "traces are being made");
  return new Map<string, RpcMethod>([
    [
      "debug_traceTransaction",
      async ([name, config], client) => {
        const hash = fields.engineHash(name);
        if (client?.isInProcess === true) return engine.request("debug_traceTransaction", [hash, configuration(config)]);
        return inTurn(async () => {
          const receipt = (await engine.request("eth_getTransactionReceipt", [hash])) as { readonly gasUsed: string } | null;
          const gas = BigInt(receipt?.gasUsed ?? 0);
          return trace((chosen) => engine.request("debug_traceTransaction", [hash, chosen]), config, gas);
        });
      },
    ],
    [
      "debug_traceCall",
      async ([transaction, tag, config], client) => {
        const call = parseCall(transaction);
        if (client?.isInProcess === true) {
          const block = await calls.requireEngine(call, tag ?? "latest", client);
          return engine.request("debug_traceCall", [engineCall(transaction, call, capped(call.gas)), block, configuration(config)]);
        }
        return inTurn(async () => {
          const block = await calls.requireEngine(call, tag ?? "latest");
          const gas = call.gas ?? MAX_STEP_TRACE_GAS;
          // The engine remembers every instruction, whatever the tracer tells of them.
          if (gas > MAX_STEP_TRACE_GAS) throw tooLarge(`calls are traced with at most ${MAX_STEP_TRACE_GAS} gas; send the transaction and trace that`);
          const request = engineCall(transaction, call, gas);
          return trace((chosen) => engine.request("debug_traceCall", [request, block, chosen]), config, gas);
        });
      },
    ],
  ]);
}

async function trace(run: Run, value: unknown, gas: bigint): Promise<unknown> {
  const config = configuration(value);
  const { tracer } = config;
  if (tracer === undefined) return traceSteps(run, config, gas);
  if (typeof tracer !== "string" || !TRACERS.has(tracer)) throw new RpcError(RpcCode.invalidParams, `tracers are ${[...TRACERS].join(", ")}`);
  if (CALL_TRACERS.has(tracer)) {
    const bytes = callDataBytes((await run({ tracer: "4byteTracer" })) as Readonly<Record<string, number>>);
    if (bytes > MAX_CALL_DATA_BYTES) throw tooLarge(`its calls pass on ${bytes} bytes, at most ${MAX_CALL_DATA_BYTES} are traced; 4byteTracer counts them`);
  }
  return run(config);
}

async function traceSteps(run: Run, config: Readonly<Record<string, unknown>>, gas: bigint): Promise<unknown> {
  if (gas > MAX_STEP_TRACE_GAS) throw tooLarge(`above ${MAX_STEP_TRACE_GAS} gas nothing is traced step by step; name a tracer`);
  if (config["enableMemory"] === true) throw tooLarge("memory is not traced step by step");
  const lean = { ...config, disableStack: true };
  const outline = (await run(lean)) as { readonly structLogs: readonly TracedStep[] };
  const steps = outline.structLogs.length;
  if (steps > MAX_STEPS) throw tooLarge(`it has ${steps} steps, at most ${MAX_STEPS} are traced; name a tracer`);
  if (config["disableStack"] === true) return outline;
  const words = stackWords(outline.structLogs);
  if (words > MAX_STACK_WORDS) throw tooLarge(`${words} words lie on the stack in all its steps, at most ${MAX_STACK_WORDS} are traced; use disableStack`);
  return run(config);
}

/** 4byteTracer's answer: how often calls with a selector and so many bytes behind it were made. */
function callDataBytes(counts: Readonly<Record<string, number>>): number {
  return Object.entries(counts).reduce((sum, [key, count]) => sum + (Number(key.split("-")[1]) + 4) * count, 0);
}

function configuration(value: unknown): Readonly<Record<string, unknown>> {
  if (value === undefined || value === null) return {};
  if (typeof value !== "object" || Array.isArray(value)) throw new RpcError(RpcCode.invalidParams, "a trace's options are an object");
  const { stateOverrides, blockOverrides } = value as Readonly<Record<string, unknown>>;
  if ((stateOverrides ?? blockOverrides ?? undefined) !== undefined) throw new RpcError(RpcCode.invalidParams, "traces take no overrides here");
  return value as Readonly<Record<string, unknown>>;
}

function tooLarge(reason: string): RpcError {
  return new RpcError(RpcCode.limitExceeded, `the trace would be too large: ${reason}`, { code: "TraceTooLarge" });
}
