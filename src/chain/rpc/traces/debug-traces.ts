import type { Configuration, TraceRun } from "./bounded-trace.ts";
import { record } from "../request/call-request.ts";
import type { RpcMethod } from "../request/dispatch.ts";
import { flatCalls, type NestedCall, type TracedPlace } from "./flat-calls.ts";
import type { Tracer } from "./traces.ts";

/** `debug_` methods, in geth's forms. */
export function traceMethods(tracer: Tracer): ReadonlyMap<string, RpcMethod> {
  return new Map<string, RpcMethod>([
    ["debug_traceTransaction", ([hash, config], client) => tracer.transaction(hash, config, client, withFlatCalls)],
    ["debug_traceBlockByNumber", ([block, config], client) => tracer.block(block, config, client, withFlatCalls)],
    ["debug_traceBlockByHash", ([block, config], client) => tracer.block(block, config, client, withFlatCalls)],
    ["debug_traceCall", ([call, tag, config], client) => tracer.call(call, tag, config, client, withFlatCalls)],
  ]);
}

/** The engine's flat calls are OpenEthereum's; geth makes its own of nested ones. */
function withFlatCalls(run: TraceRun, place: TracedPlace | undefined): TraceRun {
  const flat = async (options: unknown): Promise<unknown> =>
    flatCalls((await run({ tracer: "callTracer" })) as NestedCall, record(options ?? {}, "tracerConfig"), place);
  return async (config) => {
    const { tracer, tracerConfig } = config;
    if (tracer === "flatCallTracer") return flat(tracerConfig);
    if (tracer !== "muxTracer" || !isRecord(tracerConfig) || !("flatCallTracer" in tracerConfig)) return run(config);
    const { flatCallTracer, ...others } = tracerConfig;
    const shown = Object.keys(others).length === 0 ? {} : ((await run({ ...config, tracerConfig: others })) as object);
    return { ...shown, flatCallTracer: await flat(flatCallTracer) };
  };
}

function isRecord(value: unknown): value is Configuration {
  return typeof value === "object" && value !== null;
}
