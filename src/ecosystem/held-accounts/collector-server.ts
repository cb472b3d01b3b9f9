import { reasonOf } from "../../ground/errors/reason-of.ts";
import { isPlainHex, type Hex } from "../../ground/protocol/hex.ts";
import {
  HttpBodyError,
  serveHttp,
  type HttpAnswer,
  type HttpLimits,
  type HttpRequest,
} from "../../ground/runtime/http-service.ts";
import type { ActCollector } from "./collector.ts";
import { CollectorError } from "./collector-error.ts";
import { COLLECTOR_PATHS, decodeJoin, decodeSignature, MAX_COLLECTOR_REQUEST_BYTES } from "./collector-wire.ts";
import { HeldAccountError } from "./held-account-error.ts";
import { encodeHeldJson } from "./held-json.ts";
import type { HeldChain } from "./held-wallet.ts";

const LIMITS: HttpLimits = { maxConnections: 256, maxBodyBytes: MAX_COLLECTOR_REQUEST_BYTES, maxWaitMs: 10_000 };
/** Maximum number of reads of the chain at the same time. */
const MAX_READS = 16;

/** Collector with reads of the chain for owners that cannot read it themselves. */
export interface ServedCollector {
  readonly collector: ActCollector;
  readonly chain: HeldChain & { readonly chainId: bigint; readonly contract: Hex };
}

/** Server of a collector on this machine. */
export interface CollectorServer {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Serves a collector to every account. Answers are JSON; a refusal has status 409 and its code. Reads show an account's leaf,
 * gifts and listed positions: hashes, and amounts that the chain's messages publish. Rejects with the system's error.
 */
export function serveCollector(
  served: ServedCollector,
  where: { readonly host: string; readonly port: number },
): Promise<CollectorServer> {
  let reads = 0;
  const read = async <Value>(answer: () => Promise<Value>): Promise<Value> => {
    if (reads >= MAX_READS)
      throw new CollectorError("Busy", `${MAX_READS} reads are pending, which is the limit; read again later`);
    reads++;
    try {
      return await answer();
    } finally {
      reads--;
    }
  };
  const service = {
    answer: async (request: HttpRequest) => ({
      status: 200,
      type: "application/json",
      body: encodeHeldJson(await answer(served, request, read)),
    }),
    refuse: refusalOf,
  };
  return serveHttp(service, where, LIMITS);
}

async function answer(
  { collector, chain }: ServedCollector,
  request: HttpRequest,
  read: <Value>(answer: () => Promise<Value>) => Promise<Value>,
): Promise<unknown> {
  const { method, path: url } = request;
  if (method === "POST" && url === COLLECTOR_PATHS.join) {
    const { act, signature } = decodeJoin(await request.text());
    return collector.join(act, signature);
  }
  if (method === "POST" && url === COLLECTOR_PATHS.sign) return collector.sign(decodeSignature(await request.text()));
  if (method !== "GET") throw unanswered(method, url);
  if (url === COLLECTOR_PATHS.chain) return { chainId: chain.chainId, contract: chain.contract };
  const [, path, name = ""] = /^(\/\w+\/)(\w+)$/.exec(url) ?? [];
  if (path === COLLECTOR_PATHS.listed && isPlainHex(name, 32)) return read(() => chain.listedPositions(name));
  if (!/^[1-9]\d{0,12}$/.test(name)) throw unanswered(method, url);
  if (path === COLLECTOR_PATHS.leaf) return read(() => chain.leafOf(Number(name)));
  if (path === COLLECTOR_PATHS.gifts) return read(() => chain.giftsTo(Number(name)));
  throw unanswered(method, url);
}

function unanswered(method: string, url: string): CollectorError {
  return new CollectorError("MalformedRequest", `a collector has no answer to ${method} ${url.slice(0, 100)}`);
}

function refusalOf(error: unknown): HttpAnswer {
  const refusal =
    error instanceof HttpBodyError ? new CollectorError("MalformedRequest", error.message, { cause: error }) : error;
  const isRefusal = refusal instanceof CollectorError || refusal instanceof HeldAccountError;
  const code = isRefusal ? { code: refusal.code } : {};
  return { status: isRefusal ? 409 : 500, body: JSON.stringify({ ...code, message: reasonOf(refusal) }) };
}
