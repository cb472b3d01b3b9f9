import { MempoolError } from "../../mempool/mempool.ts";
import { EngineError } from "../../execution/engine.ts";
import { SequencerError } from "../../sequencer/sequencer-error.ts";
import { TransactionFormatError } from "../../../ground/transaction/transaction-format-error.ts";
import { WitnessError } from "../../witness/witness-error.ts";
import type { Credentials } from "./credentials.ts";
import {
  parseBody,
  RpcCode,
  RpcError,
  type RefusedRequest,
  type RpcErrorBody,
  type RpcRequest,
  type RpcResponse,
} from "./json-rpc.ts";
import type { Load } from "./load.ts";
import { someAtATime } from "./concurrency-limit.ts";
import type { Holder } from "./shared-places.ts";

/** A connection that asks. Undefined is this process, as far as it asks about what strangers wrote: a relayer does. */
export interface RpcClient extends Holder {
  /** Ids of the client's live subscriptions. */
  readonly subscriptions: Set<string>;
  /** Aborted when the connection has ended: its answers are dropped then. */
  readonly gone: AbortSignal;
  /** True for a client in this process, which is trusted not to end it. */
  readonly isInProcess?: boolean;
  /** Evidence that the client has presented; absent in this process. */
  readonly credentials?: Credentials;
}

/** Answers one method. Throws RpcError, or an error of the chain's stages. */
export type RpcMethod = (params: readonly unknown[], client: RpcClient | undefined) => Promise<unknown>;

/** Methods by name. Looked up for each request, so that methods may be added while a server runs. */
export type RpcMethods = Pick<ReadonlyMap<string, RpcMethod>, "get">;

/**
 * Maximum size of all answers to a batch: one trace can be larger, and a batch could request many of them.
 */
const MAX_BATCH_CHARACTERS = 2 ** 26;
/**
 * Maximum number of a batch's concurrent requests: otherwise hundreds of large answers could wait to be read
 * from the engine.
 */
const REQUESTS_AT_A_TIME = 16;
/**
 * Size of answers without a reservation, because these requests must not be repeated: 200 of these are
 * negligible.
 */
const SMALL_CHARACTERS = 1000;
/** Methods that wait for a block, which may contain any number of them. Their answers are small. */
const WAITING_FOR_BLOCKS = new Set([
  "eth_sendRawTransaction",
  "eth_sendRawTransactionSync",
  "eth_sendTransaction",
  "eth_sendUserOperation",
]);

/**
 * Answers a request body, whatever it is, as long as there is a place for it; never throws. Empty where all it has is
 * notifications.
 */
export async function answerBody(
  text: string,
  methods: RpcMethods,
  client: RpcClient | undefined,
  load: Load | undefined = undefined,
): Promise<string> {
  const ends: (() => void)[] = [];
  try {
    if (load !== undefined) ends.push(load.take(client, text.length));
    const { batch, requests } = parseBody(text);
    if (load !== undefined) ends.push(load.begin(client, requests.length));
    const [first] = requests;
    if (!batch && first !== undefined) return textOf(await answer(first, methods, client));
    return await answerBatch(requests, methods, client, (characters) => {
      const end = load?.keep(client, characters);
      if (end !== undefined) ends.push(end);
      return load === undefined || end !== undefined;
    });
  } catch (error) {
    return JSON.stringify({ jsonrpc: "2.0", id: null, error: errorBody(error) });
  } finally {
    for (const end of ends) end();
  }
}

/** Answers a batch. `keep` returns true if an answer of the given size may be stored. */
async function answerBatch(
  requests: readonly (RpcRequest | RefusedRequest)[],
  methods: RpcMethods,
  client: RpcClient | undefined,
  keep: (characters: number) => boolean,
): Promise<string> {
  let length = 0;
  let isFull = false;
  const inTurn = someAtATime(REQUESTS_AT_A_TIME, Infinity, "");
  const asText = async (request: RpcRequest | RefusedRequest): Promise<string> => {
    // No client would get the answer.
    if (isFull || client?.gone.aborted === true) return textOf(tooMuch(request));
    // As text at once: an answer's objects take many times as much, and the slowest one may come much later.
    const text = textOf(await answer(request, methods, client));
    isFull ||= length + text.length > MAX_BATCH_CHARACTERS || !keep(text.length);
    if (isFull && text.length > SMALL_CHARACTERS) return textOf(tooMuch(request));
    length += text.length;
    return text;
  };
  const answered = requests.map((request) => {
    const waits = "method" in request && WAITING_FOR_BLOCKS.has(request.method);
    return waits ? asText(request) : inTurn(() => asText(request));
  });
  const texts = (await Promise.all(answered)).filter((text) => text !== "");
  return texts.length === 0 ? "" : `[${texts.join()}]`;
}

/** Empty where there is no answer. */
function textOf(response: RpcResponse | undefined): string {
  return response === undefined ? "" : JSON.stringify(response);
}

/** In place of an answer that does not fit into its batch's. */
function tooMuch({ id }: RpcRequest | RefusedRequest): RpcResponse | undefined {
  if (id === undefined) return undefined;
  const error = new RpcError(
    RpcCode.limitExceeded,
    `the answers to a batch have at most ${MAX_BATCH_CHARACTERS} characters; ask for this one alone`,
  );
  return { jsonrpc: "2.0", id, error: errorBody(error) };
}

/** Answers a request; `undefined` for a notification, which is executed like a request. */
async function answer(
  request: RpcRequest | RefusedRequest,
  methods: RpcMethods,
  client: RpcClient | undefined,
): Promise<RpcResponse | undefined> {
  if ("error" in request) return { jsonrpc: "2.0", id: request.id, error: errorBody(request.error) };
  const { id, method, params } = request;
  try {
    const handle = methods.get(method);
    if (handle === undefined)
      throw new RpcError(RpcCode.methodNotFound, `the method ${method.slice(0, 100)} does not exist or is not available`);
    const result = (await handle(params, client)) ?? null;
    return id === undefined ? undefined : { jsonrpc: "2.0", id, result };
  } catch (error) {
    return id === undefined ? undefined : { jsonrpc: "2.0", id, error: errorBody(error) };
  }
}

/** An error as JSON-RPC has it. The chain's own errors carry their code in `data`, so that clients need not read the message. */
export function errorBody(error: unknown): RpcErrorBody {
  if (error instanceof RpcError) {
    const { code, message, data } = error;
    return data === undefined ? { code, message } : { code, message, data };
  }
  if (error instanceof TransactionFormatError) {
    const isReadable = error.code === "IntrinsicGasTooLow" || error.code === "GasAboveCap";
    return { code: isReadable ? RpcCode.rejected : RpcCode.invalidParams, message: error.message, data: { code: error.code } };
  }
  if (error instanceof MempoolError) {
    const code = error.code === "PoolFull" || error.code === "SenderFull" ? RpcCode.limitExceeded : RpcCode.rejected;
    return { code, message: error.message, data: { code: error.code } };
  }
  if (error instanceof SequencerError || error instanceof WitnessError) {
    return { code: RpcCode.rejected, message: error.message, data: { code: error.code } };
  }
  if (error instanceof EngineError) {
    const code = error.code === "NotKept" ? RpcCode.rejected : RpcCode.internal;
    return { code, message: error.message, data: { code: error.code } };
  }
  return engineError(error);
}

/** Errors of the engine's provider have a numeric code, and revert data as a string. */
function engineError(error: unknown): RpcErrorBody {
  if (!(error instanceof Error)) return { code: RpcCode.internal, message: "internal error" };
  const code = "code" in error && typeof error.code === "number" ? error.code : RpcCode.internal;
  const data = "data" in error ? revertData(error.data) : undefined;
  return data === undefined ? { code, message: error.message } : { code, message: error.message, data };
}

function revertData(data: unknown): string | undefined {
  if (typeof data === "string") return data;
  if (typeof data === "object" && data !== null && "data" in data && typeof data.data === "string") return data.data;
  return undefined;
}
