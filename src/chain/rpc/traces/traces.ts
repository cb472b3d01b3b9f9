import type { Chain } from "../../chain.ts";
import type { CallAnswer } from "../../questions/asked/question.ts";
import { readBlockContext, shownNumber } from "../calls/asked-place.ts";
import type { Asking } from "../calls/asking.ts";
import { withBlockOverrides } from "../calls/block-overrides.ts";
import { askedCall, capped, parseCall, parseOverrides, record } from "../request/call-request.ts";
import { hexQuantity, type Hex } from "../../../ground/protocol/hex.ts";
import type { RpcClient } from "../request/dispatch.ts";
import { MinedRuns } from "./mined-runs.ts";
import { fairLine, type FairLine } from "../calls/fair-line.ts";
import {
  boundedTrace,
  configuration,
  MAX_STEPS,
  readConfiguration,
  requireTracer,
  tooLarge,
  type Configuration,
  type TraceRun,
} from "./bounded-trace.ts";
import { flatCalls, type NestedCall, type TracedPlace } from "./flat-calls.ts";
import { RpcCode, RpcError } from "../request/json-rpc.ts";
import { ZkFields } from "../zks/zk-fields.ts";

/**
 * Maximum number of waiting traces, like that of other reads: indexers request the traces of hundreds of
 * blocks concurrently. A waiting one holds no block.
 */
const MAX_WAITING = 4096;
const MAX_OF_ONE = 1024;

/** Maximum number of a block's transactions, whose traces are made in sequence. */
const MAX_TRACED_TRANSACTIONS = 100;
const MAX_BLOCK_CHARACTERS = 64 * 1024 * 1024;

/** A block with its transactions, as the engine shows it. */
interface TracedBlock {
  readonly hash: Hex;
  readonly number: Hex;
  readonly gasUsed: Hex;
  readonly transactions: readonly { readonly hash: Hex }[];
}

/** Fields of the engine's receipt for the position of a trace's transaction. */
interface EngineReceipt extends Omit<TracedPlace, "transactionHash"> {
  readonly gasUsed: Hex;
}

/** Makes the run whose answers are shown of the engine's; `place`: of a transaction. */
type Form = (run: TraceRun, place: TracedPlace | undefined) => TraceRun;

/** A transaction that a block holds, and its trace. */
interface BlockTrace {
  readonly txHash: Hex;
  readonly result: unknown;
}

/** Makes traces, as large as they may be and one at a time. */
export interface Tracer {
  transaction(hash: unknown, config: unknown, client: RpcClient | undefined, form: Form): Promise<unknown>;
  block(block: unknown, config: unknown, client: RpcClient | undefined, form: Form): Promise<readonly BlockTrace[]>;
  call(call: unknown, tag: unknown, config: unknown, client: RpcClient | undefined, form: Form): Promise<unknown>;
}

/**
 * A trace can be thousands of times as large as what it traces, so the engine first runs it with a tracer whose answer is small
 * and tells how large the wanted one will be. One trace at a time. Who is part of this process gets all.
 */
export function startTracer(chain: Chain, ask: Asking): Tracer {
  const { blocks } = chain;
  const fields = new ZkFields(chain);
  const inTurn = fairLine({ width: 1, places: MAX_WAITING, placesPerClient: MAX_OF_ONE, what: "traces are being made" });
  const runs = new MinedRuns(chain);
  const runOf = (hash: Hex, place: TracedPlace): TraceRun =>
    withParityCalls((kinds) => traceAgain(hash, kinds, { chain, ask, runs }), place);
  return {
    async transaction(name, config, client, form) {
      const hash = fields.engineHash(name);
      const traced = async (limited: boolean): Promise<unknown> => {
        const found = blocks.place(hash);
        const receipt = found === undefined ? undefined : (blocks.receipt(found) as EngineReceipt | undefined);
        if (receipt === undefined)
          throw new RpcError(RpcCode.rejected, `transaction ${String(name).slice(0, 80)} is in no block that is decided`, {
            code: "UnknownTransaction",
          });
        const place = { ...receipt, transactionHash: chain.index.publicHash(hash) };
        const run = form(runOf(hash, place), place);
        return limited ? boundedTrace(run, config, BigInt(receipt.gasUsed)) : run(configuration(config));
      };
      return client?.isInProcess === true ? traced(false) : inTurn(client, () => traced(true));
    },
    async block(block, config, client, form) {
      const chosen = configuration(config);
      const read = async (): Promise<TracedBlock> => {
        const number = isHash(block) ? blocks.numberOf(block) : shownNumber(chain, block);
        const found = number === undefined ? undefined : ((await blocks.block(number, true)) as TracedBlock | undefined);
        if (found !== undefined) return found;
        throw new RpcError(RpcCode.rejected, `there is no block ${String(block).slice(0, 80)}`, { code: "UnknownBlock" });
      };
      if (client?.isInProcess === true)
        return traceAll(tracedIn(chain, await read(), runOf, form), (run) => run(chosen), Infinity);
      return inTurn(client, async () => {
        const found = await read();
        const traced = tracedIn(chain, found, runOf, form);
        if (traced.length > MAX_TRACED_TRANSACTIONS)
          throw tooLarge(`the block has ${traced.length} transactions, at most ${MAX_TRACED_TRANSACTIONS} are traced together`);
        const gasUsed = BigInt(found.gasUsed);
        return traceAll(traced, (run) => boundedTrace(run, chosen, gasUsed), MAX_BLOCK_CHARACTERS);
      });
    },
    call: callTracing(chain, ask, inTurn),
  };
}

/** Inputs of the trace of a mined transaction. */
interface Retracing {
  readonly chain: Chain;
  readonly ask: Asking;
  readonly runs: MinedRuns;
}

/** The trace of a transaction, which runs again behind those before it in its block. */
async function traceAgain(hash: Hex, configuration: Configuration, { chain, ask, runs }: Retracing): Promise<unknown> {
  const place = chain.blocks.place(hash);
  const ran = place === undefined ? undefined : await runs.of(place);
  if (ran === undefined)
    throw new RpcError(RpcCode.rejected, `the state in which ${hash} ran is not kept`, { code: "StateNotKept" });
  const { environment: block, before, transaction } = ran;
  const question = { at: block.number - 1n, block, before, transaction, isBounded: false };
  const answer = await ask("traceMined", { ...question, ...tracerOf(configuration) }, undefined);
  requireTraceable(answer);
  return answer.trace;
}

/** Flat calls in OpenEthereum's form, as Hardhat's own network makes them, of the nested ones that the second EVM makes. */
function withParityCalls(run: TraceRun, place?: TracedPlace): TraceRun {
  const nested = { tracer: "callTracer", tracerConfig: { ranGas: true } };
  return async (config) => {
    if (config["tracer"] !== "flatCallTracer") return run(config);
    const calls = flatCalls((await run(nested)) as NestedCall, { convertParityErrors: true }, place);
    // The result of a destruction is also there.
    return calls.map((call) => ("refundAddress" in call.action ? { ...call, result: null } : call));
  };
}

interface TracedTransaction {
  readonly txHash: Hex;
  readonly run: TraceRun;
}

function tracedIn(
  { index }: Chain,
  { hash: blockHash, number: blockNumber, transactions }: TracedBlock,
  runOf: (hash: Hex, place: TracedPlace) => TraceRun,
  form: Form,
): readonly TracedTransaction[] {
  return transactions.map(({ hash }, i) => {
    const txHash = index.publicHash(hash);
    const place = { blockHash, blockNumber, transactionHash: txHash, transactionIndex: hexQuantity(BigInt(i)) };
    return { txHash, run: form(runOf(hash, place), place) };
  });
}

async function traceAll(
  traced: readonly TracedTransaction[],
  one: (run: TraceRun) => Promise<unknown>,
  maxCharacters: number,
): Promise<readonly BlockTrace[]> {
  const results: BlockTrace[] = [];
  let characters = 0;
  for (const { txHash, run } of traced) {
    const result = await one(run);
    if (maxCharacters < Infinity) characters += JSON.stringify(result).length;
    if (characters > maxCharacters)
      throw tooLarge(`the block's traces are longer than ${maxCharacters} characters; trace its transactions`);
    results.push({ txHash, result });
  }
  return results;
}

/** `debug_traceCall`: transaction, block, options with overrides. */
function callTracing(chain: Chain, ask: Asking, inTurn: FairLine): Tracer["call"] {
  return async (transaction, tag, config, client, form) => {
    const call = parseCall(transaction);
    const { stateOverrides, blockOverrides, ...rest } = readConfiguration(config);
    const place = await readBlockContext(chain, tag ?? "latest");
    const overrides = parseOverrides(stateOverrides);
    const block = withBlockOverrides(place.block, blockOverrides);
    const isOwn = client?.isInProcess === true;
    const gasLimit = capped(call.gas);
    // Traces of this process have no limit, and take no places from clients outside.
    const bounds = isOwn ? {} : { maxInstructions: MAX_STEPS };
    const question = { at: place.at, block, overrides, call: askedCall({ ...call, gasPriceWei: 0n }, gasLimit), ...bounds };
    return inTurn(client, async () => {
      const run: TraceRun = async (tracing) => {
        const answer = await ask("trace", { ...question, ...tracerOf(tracing), isBounded: !isOwn }, client);
        requireTraceable(answer);
        return answer.trace;
      };
      return form(withParityCalls(run), undefined)(rest);
    });
  };
}

/** Throws RpcError for a call that is not valid, or was broken off. */
function requireTraceable({ receipt, reason, exceedsCallData, isLong, isLate }: CallAnswer): void {
  if (isLong) throw tooLarge(`it runs more than ${MAX_STEPS} instructions; give it less gas`);
  if (exceedsCallData) throw tooLarge("its calls pass on more data than the engine can hold; give it less gas");
  if (isLate) throw new RpcError(RpcCode.rejected, `the call is not traced: ${reason}`, { code: "QuestionTooLong" });
  if (receipt === undefined) throw new RpcError(RpcCode.rejected, `the call is not valid: ${reason}`);
}

/** The tracer that the second EVM is to be. Throws RpcError for one that it has not. */
function tracerOf(config: Configuration): { readonly tracer: string | undefined; readonly config: Configuration } {
  const { tracer, tracerConfig } = config;
  if (tracer === undefined || tracer === null) return { tracer: undefined, config };
  const named = requireTracer(tracer);
  const given = (tracerConfig ?? {}) as Configuration;
  if (named === "muxTracer") for (const name of Object.keys(record(given, "tracerConfig"))) requireTracer(name);
  return { tracer: named, config: given };
}

function isHash(value: unknown): value is string {
  return typeof value === "string" && /^0x[0-9a-fA-F]{64}$/.test(value);
}
