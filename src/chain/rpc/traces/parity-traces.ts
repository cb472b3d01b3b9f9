import { type Hex, hexQuantity } from "../../../ground/protocol/hex.ts";
import type { Chain } from "../../chain.ts";
import { chainRules } from "../../../proofs/rules/chain-rules.ts";
import { TRANSACTION_GAS_CAP } from "../../../ground/transaction/gas-limits.ts";
import { askedTransaction } from "../../witness/asked-transaction.ts";
import type { TraceRun } from "./bounded-trace.ts";
import { address, askedCall, list, parseCall, record } from "../request/call-request.ts";
import type { RpcClient, RpcMethod } from "../request/dispatch.ts";
import type { TracedPlace } from "./flat-calls.ts";
import { RpcCode, RpcError } from "../request/json-rpc.ts";
import { newestBlock } from "../request/newest-block.ts";
import { hashParameter } from "../request/parameters.ts";
import { quantity } from "../request/quantities.ts";
import { SharedPlaces } from "../request/shared-places.ts";
import { stateDiff, type Changes } from "./state-diff.ts";
import type { Tracer } from "./traces.ts";

/** Blocks that one filter may go over: reth's own limit. */
const MAX_FILTER_BLOCKS = 100n;
const MAX_FILTER_ADDRESSES = 1_000;
/** Maximum size of the results of all running filters. */
const MAX_FILTER_CHARACTERS = 64 * 1024 * 1024;
const FLAT = { tracer: "flatCallTracer" } as const;
const DIFF = { tracer: "prestateTracer", tracerConfig: { diffMode: true } } as const;
const KINDS = ["trace", "stateDiff"] as const;
type Kind = (typeof KINDS)[number];

/** A call, creation or self-destruction, as OpenEthereum shows it. */
interface FlatTrace {
  readonly action: Readonly<Record<string, Hex>>;
  readonly result: Readonly<Record<string, Hex>> | null;
  readonly error?: string;
  readonly subtraces: number;
  readonly traceAddress: readonly number[];
  readonly type: string;
  readonly blockHash?: Hex;
  readonly blockNumber?: number;
  readonly transactionHash?: Hex;
  readonly transactionPosition?: number;
}

/** Fields of a transaction by which what it costs before it runs is known. */
type SentTransaction = Readonly<Record<string, unknown>>;

/**
 * `trace_` methods, in OpenEthereum's forms as in reth and anvil: calls in sequence, each with its place
 * among those that contain it. The outermost has the gas that is left after the transaction's intrinsic
 * costs.
 */
export function parityMethods(
  chain: Chain,
  tracer: Tracer,
  places = new SharedPlaces(MAX_FILTER_CHARACTERS),
): ReadonlyMap<string, RpcMethod> {
  const ofTransaction = async (hash: Hex, client: RpcClient | undefined): Promise<readonly FlatTrace[] | null> => {
    const sent = sentTransaction(chain, hash);
    if (sent === undefined) return null;
    const traces = (await tracer.transaction(hash, FLAT, client, asEngine)) as readonly FlatTrace[];
    return withoutIntrinsicGas(traces, sent, chain.chainId);
  };
  const ofBlock = async (block: unknown, client: RpcClient | undefined) => {
    const traced = await tracer.block(block, FLAT, client, asEngine);
    return traced.map(({ txHash, result }) => {
      const sent = sentTransaction(chain, txHash) ?? {};
      return { txHash, traces: withoutIntrinsicGas(result as readonly FlatTrace[], sent, chain.chainId) };
    });
  };
  return new Map<string, RpcMethod>([
    ["trace_transaction", ([hash], client) => ofTransaction(hashParameter(hash), client)],
    [
      "trace_get",
      async ([hash, path], client) => {
        const wanted = list(path, "the place among calls").map((index) => Number(quantity(index)));
        const traces = await ofTransaction(hashParameter(hash), client);
        return traces?.find(({ traceAddress }) => traceAddress.join() === wanted.join()) ?? null;
      },
    ],
    ["trace_block", async ([block], client) => (await ofBlock(block, client)).flatMap(({ traces }) => traces)],
    [
      "trace_filter",
      async ([filter], client) => {
        const kept = new KeptTraces(places, client);
        try {
          return await filtered(chain, record(filter, "the filter"), client, { ofBlock, kept });
        } finally {
          kept.end();
        }
      },
    ],
    [
      "trace_replayTransaction",
      async ([name, wanted], client) => {
        const [hash, kinds] = [hashParameter(name), readKinds(wanted)];
        const traces = await ofTransaction(hash, client);
        if (traces === null) return null;
        const changes = kinds.has("stateDiff") ? await tracer.transaction(hash, DIFF, client, asEngine) : undefined;
        return replayed(traces, kinds, changes as Changes | undefined);
      },
    ],
    [
      "trace_replayBlockTransactions",
      async ([block, wanted], client) => {
        const kinds = readKinds(wanted);
        const traced = await ofBlock(block, client);
        const changed = kinds.has("stateDiff") ? await tracer.block(block, DIFF, client, asEngine) : [];
        return traced.map(({ txHash, traces }, i) => ({
          ...replayed(traces, kinds, changed[i]?.result as Changes | undefined),
          transactionHash: txHash,
        }));
      },
    ],
    ["trace_call", (params, client) => calledOnce(chain, tracer, params, client)],
  ]);
}

/**
 * The engine's flat calls are in these forms, except for the hashes of transactions, which users know by
 * another name.
 */
function asEngine(run: TraceRun, place: TracedPlace | undefined): TraceRun {
  if (place === undefined) return run;
  const { transactionHash } = place;
  return async (config) => {
    const answer = await run(config);
    return Array.isArray(answer) ? answer.map((trace: object) => ({ ...trace, transactionHash })) : answer;
  };
}

/** `trace_call`: transaction, requested kinds, block. */
async function calledOnce(
  chain: Chain,
  tracer: Tracer,
  [call, wanted, tag]: readonly unknown[],
  client: RpcClient | undefined,
): Promise<object> {
  const kinds = readKinds(wanted);
  if (parseCall(call).delegates)
    throw new RpcError(RpcCode.invalidParams, "trace_call takes no authorizationList; debug_traceCall does");
  const traces = (await tracer.call(call, tag, FLAT, client, asEngine)) as readonly FlatTrace[];
  const changes = kinds.has("stateDiff") ? await tracer.call(call, tag, DIFF, client, asEngine) : undefined;
  const sent = record(call, "the call");
  return replayed(withoutIntrinsicGas(traces, sent, chain.chainId), kinds, changes as Changes | undefined);
}

function sentTransaction({ blocks, index }: Chain, hash: Hex): SentTransaction | undefined {
  const place = blocks.place(index.engineHash(hash));
  return place === undefined ? undefined : blocks.transaction(place);
}

/** The traces, whose first has been given the whole transaction's gas. */
function withoutIntrinsicGas(traces: readonly FlatTrace[], sent: SentTransaction, chainId: number): readonly FlatTrace[] {
  const [top, ...others] = traces;
  if (top === undefined) return traces;
  const { from, to, data, input, accessList, authorizationList } = sent;
  const call = askedCall(parseCall({ from, to, data, input, accessList, authorizationList }), TRANSACTION_GAS_CAP);
  const gas = BigInt(top.action["gas"] ?? "0x0") - askedTransaction(call, chainRules(chainId)).getIntrinsicGas();
  return [{ ...top, action: { ...top.action, gas: hexQuantity(gas > 0n ? gas : 0n) } }, ...others];
}

/** Answer of a replay; kinds that were not requested are empty. */
function replayed(traces: readonly FlatTrace[], kinds: ReadonlySet<Kind>, changes: Changes | undefined): object {
  const { result } = traces[0] ?? { result: null };
  return {
    output: result?.["output"] ?? result?.["code"] ?? "0x",
    stateDiff: changes === undefined ? null : stateDiff(changes),
    trace: kinds.has("trace") ? traces.map(withoutPlace) : [],
    vmTrace: null,
  };
}

function withoutPlace(trace: FlatTrace): object {
  const { blockHash: _, blockNumber: _number, transactionHash: _hash, transactionPosition: _position, ...rest } = trace;
  return rest;
}

/** Throws RpcError for a kind that is not made. */
function readKinds(requested: unknown): ReadonlySet<Kind> {
  const kinds = list(requested, "the kinds of a trace");
  const unknown = kinds.find((kind) => !KINDS.includes(kind as Kind));
  if (unknown === undefined) return new Set(kinds as readonly Kind[]);
  const shown = (JSON.stringify(unknown) ?? "undefined").slice(0, 80);
  const hint = unknown === "vmTrace" ? "; debug_traceTransaction shows instructions" : "";
  throw new RpcError(RpcCode.invalidParams, `a trace has ${KINDS.join(" and ")}, got ${shown}${hint}`);
}

type TracedBlock = (
  block: unknown,
  client: RpcClient | undefined,
) => Promise<readonly { readonly traces: readonly FlatTrace[] }[]>;

/** `trace_filter`: traces of a range of blocks by their accounts, with `after` and `count`. */
async function filtered(
  chain: Chain,
  filter: Readonly<Record<string, unknown>>,
  client: RpcClient | undefined,
  { ofBlock, kept }: { readonly ofBlock: TracedBlock; readonly kept: KeptTraces },
): Promise<readonly FlatTrace[]> {
  const head = newestBlock(chain);
  const [first, last] = [blockNumber(filter["fromBlock"] ?? "earliest", head), blockNumber(filter["toBlock"] ?? "latest", head)];
  if (client?.isInProcess !== true && last - first >= MAX_FILTER_BLOCKS)
    throw new RpcError(
      RpcCode.limitExceeded,
      `a filter of traces goes over at most ${MAX_FILTER_BLOCKS} blocks, got ${last - first + 1n}`,
    );
  const isWanted = matching(filter);
  const after = Number(quantity(filter["after"] ?? 0));
  const count = (filter["count"] ?? undefined) === undefined ? Infinity : Number(quantity(filter["count"]));
  const found: FlatTrace[] = [];
  for (let number = first; number <= last && found.length < after + count; number++) {
    for (const { traces } of await ofBlock(hexQuantity(number), client)) {
      const wanted = traces.filter(isWanted);
      kept.add(JSON.stringify(wanted).length);
      found.push(...wanted);
    }
  }
  return found.slice(after, after + count);
}

/** Results of a filter, which count towards the limit of all filters. */
class KeptTraces {
  readonly #places: SharedPlaces;
  readonly #client: RpcClient | undefined;
  readonly #ends: (() => void)[] = [];

  constructor(places: SharedPlaces, client: RpcClient | undefined) {
    this.#places = places;
    this.#client = client;
  }

  /**
   * Adds a result. Throws RpcError TraceTooLarge if the limit is exceeded. Results for this process are not
   * counted.
   */
  add(characters: number): void {
    if (this.#client === undefined || this.#client.isInProcess === true) return;
    const end = this.#places.take(this.#client, characters);
    if (end === undefined) {
      const message = `the filters that are being answered find more than ${this.#places.count} characters of traces; ask for fewer, or wait for some`;
      throw new RpcError(RpcCode.limitExceeded, message, { code: "TraceTooLarge" });
    }
    this.#ends.push(end);
  }

  end(): void {
    for (const end of this.#ends) end();
  }
}

/** Traces from or to these accounts; with `mode: "intersection"` from some and to some. */
function matching(filter: Readonly<Record<string, unknown>>): (trace: FlatTrace) => boolean {
  const [from, to] = [addresses(filter["fromAddress"]), addresses(filter["toAddress"])];
  const { mode = "union" } = filter;
  if (mode !== "union" && mode !== "intersection")
    throw new RpcError(RpcCode.invalidParams, `mode is "union" or "intersection", got ${JSON.stringify(mode)?.slice(0, 80)}`);
  return ({ action, result }) => {
    const isFrom = from.has(action["from"] ?? action["address"] ?? "");
    const isTo = to.has(action["to"] ?? action["refundAddress"] ?? result?.["address"] ?? "");
    if (from.size === 0 || to.size === 0) return (from.size === 0 || isFrom) && (to.size === 0 || isTo);
    return mode === "union" ? isFrom || isTo : isFrom && isTo;
  };
}

function addresses(value: unknown): ReadonlySet<string> {
  if ((value ?? undefined) === undefined) return new Set();
  const given = list(value, "the accounts of a filter");
  if (given.length > MAX_FILTER_ADDRESSES)
    throw new RpcError(RpcCode.limitExceeded, `a filter names at most ${MAX_FILTER_ADDRESSES} accounts, got ${given.length}`);
  return new Set(given.map(address));
}

/** Throws RpcError for a block that is not there yet. */
function blockNumber(named: unknown, head: bigint): bigint {
  const number = named === "earliest" ? 0n : named === "latest" ? head : quantity(named);
  if (number <= head) return number;
  throw new RpcError(RpcCode.rejected, `there is no block ${number}; the newest is ${head}`, { code: "UnknownBlock" });
}
