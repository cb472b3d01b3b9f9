import { randomBytes, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import { refusalOf } from "../../chain/rpc/transport/http-endpoint.ts";
import { RpcCode, failure } from "../../chain/rpc/request/json-rpc.ts";
import type { FleetService } from "../../proofs/proving/fleet-service.ts";
import { systemClock } from "../../ground/runtime/clock.ts";
import { limitConnections } from "../../ground/runtime/open-connections.ts";
import { readAssets, type PageAssets } from "./assets.ts";
import { relayFeed } from "./feed-relay.ts";
import { PassedAnswerError, PassedAnswers } from "./passed-answers.ts";
import { relayWorkers } from "./worker-relay.ts";

export interface PageOptions {
  /** Interface to listen on. */
  readonly host: string;
  /** Preferred port; another free port if it is taken. */
  readonly port: number;
  /** Further origins whose pages may ask. */
  readonly origins?: readonly string[];
  /** Members by the page's names for them: `l1`, the chains' ids, and `any` for one that answers for the whole ecosystem. */
  readonly members: Pick<ReadonlyMap<string, string>, "get">;
  /** Answers browsers that prove; undefined where nothing is proven. */
  readonly workers?: FleetService | undefined;
}

/** The page, served. */
export interface PageServer {
  readonly url: string;
  /**
   * URL with the token, after "#": a page that is opened by it can sign with the ecosystem's unlocked
   * accounts.
   */
  readonly writingUrl: string;
  close(): Promise<void>;
}

/**
 * Methods with effects that the ecosystem accepts only with the token: signatures for accounts, and the
 * controls. State cheats are excluded.
 */
const WRITES = new Set([
  ...["eth_sendTransaction", "hardhat_impersonateAccount"],
  ...["evm_increaseTime", "evm_mine", "evm_revert", "evm_snapshot"],
  // The dump has the private keys of members in separate processes.
  "hyperchain_dump",
  ...["hyperchain_addChain", "hyperchain_relay", "hyperchain_setFault", "hyperchain_settle"],
  ...["hyperchain_startChain", "hyperchain_stopChain"],
]);
/** Header of the token; no page of another origin can send it without asking the server first, which answers no such question. */
const TOKEN_HEADER = "x-page-token";
const TOKEN_BYTES = 16;

/** The page only looks: what it may ask a member. Filters are left out: asking for one's changes takes them from its owner. */
const READS = new Set([
  ...["accounts", "blockNumber", "call", "chainId", "getBalance", "getCode", "getStorageAt", "getTransactionCount"].map(eth),
  ...["getBlockByHash", "getBlockByNumber", "getLogs", "getTransactionByHash", "getTransactionReceipt"].map(eth),
  ...["zks_getBlockDetails", "zks_getL1BatchBlockRange", "zks_getL1BatchDetails", "zks_getTransactionDetails"],
  "debug_traceTransaction",
  ...[
    "hyperchain_activity",
    "hyperchain_acts",
    "hyperchain_batch",
    "hyperchain_batches",
    "hyperchain_bridges",
    "hyperchain_changes",
    "hyperchain_governance",
    "hyperchain_contracts",
    "hyperchain_deployments",
    "hyperchain_describe",
    "hyperchain_getAccessLists",
    "hyperchain_getHub",
    "hyperchain_getHubBlock",
    "hyperchain_history",
  ],
  ...["hyperchain_prepare", "hyperchain_proof"],
  // They open no more than the account may read that has signed.
  ...["hyperchain_getSessionChallenge", "hyperchain_openSession"],
  ...[
    "hyperchain_asTest",
    "hyperchain_failure",
    "hyperchain_info",
    "hyperchain_message",
    "hyperchain_messages",
    "hyperchain_status",
    "hyperchain_sourceSteps",
    "hyperchain_storageChanges",
    "hyperchain_traceMessage",
  ],
  ...["hyperchain_read", "hyperchain_search", "hyperchain_transactions", "hyperchain_wallet"],
]);
/** The largest code that creates a contract (EIP-3860: 49,152 bytes) fits, in hexadecimal. */
const MOST_QUESTION_BYTES = 131_072;
/** Timeout for a complete request to arrive, and for a reader to continue with its answer. */
const READER_MS = 30_000;
const MAX_CONNECTIONS = 500;

function eth(method: string): string {
  return `eth_${method}`;
}

/** Content security policy, with additional rights of scripts. */
function policy(scripts: string): string {
  return (
    `default-src 'none'; script-src 'self'${scripts}; worker-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; ` +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
  );
}

/** Scripts of workers that compile WebAssembly, which the page's own may not. */
const COMPILES = new Set(["/prove-worker.js", "/kernel-thread.js", "/verify-worker.js"]);

const HEADERS = {
  "content-security-policy": policy(""),
  "cross-origin-opener-policy": "same-origin",
  // With the one above it lets threads share memory.
  "cross-origin-embedder-policy": "require-corp",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "cache-control": "no-cache",
} as const;

/**
 * Serves the page, and passes its questions on to the members: the browser needs no other origin. What changes a chain
 * is passed on with the token alone. Rejects with PageNotBuilt, or with the system's error where it can listen nowhere.
 */
export async function startPage(options: PageOptions): Promise<PageServer> {
  const assets = await readAssets();
  const { host: name, origins = [], members } = options;
  const token = randomBytes(TOKEN_BYTES).toString("hex");
  const server = await listening(options, () => pageApp(options, assets, token));
  const feed = relayFeed(server.server, {
    clock: systemClock,
    connections: limitConnections(server.server, MAX_CONNECTIONS),
    url: () => members.get("any"),
    refuses: ({ headers }) => refusalOf(headers, { host: name, origins }) !== undefined,
  });
  const { port } = server.server.address() as AddressInfo;
  const host = options.host.includes(":") ? `[${options.host}]` : options.host;
  const url = `http://${host}:${port}`;
  return {
    url,
    writingUrl: `${url}/#/token/${token}`,
    async close() {
      feed.close();
      await server.close();
    },
  };
}

async function listening({ host, port }: PageOptions, create: () => FastifyInstance): Promise<FastifyInstance> {
  const wanted = create();
  try {
    await wanted.listen({ host, port });
    return wanted;
  } catch (error) {
    await wanted.close();
    if ((error as { readonly code?: unknown }).code !== "EADDRINUSE") throw error;
  }
  const other = create();
  await other.listen({ host, port: 0 });
  return other;
}

function pageApp({ host, origins = [], members, workers }: PageOptions, assets: PageAssets, token: string): FastifyInstance {
  const http = Fastify({
    bodyLimit: MOST_QUESTION_BYTES,
    forceCloseConnections: true,
    requestTimeout: READER_MS,
    http: { headersTimeout: READER_MS, connectionsCheckingInterval: READER_MS },
    logger: false,
  });
  const passing = new PassedAnswers();
  http.addHook("onRequest", async (request, reply) => {
    reply.headers(HEADERS);
    const refusal = refusalOf(linked(request), { host, origins });
    if (refusal !== undefined) await reply.code(403).send(failure(RpcCode.invalidRequest, refusal));
  });
  http.addHook("onSend", async (request, _reply, payload) => {
    // Ends the connection of a reader that reads nothing for so long.
    request.raw.socket.setTimeout(READER_MS);
    return payload;
  });
  for (const [path, { type, text }] of assets)
    http.get(path, async (_request, reply) => {
      if (COMPILES.has(path)) reply.header("content-security-policy", policy(" 'wasm-unsafe-eval'"));
      return reply.type(type).send(text);
    });
  relayWorkers(http, workers, ({ headers }) => mayWrite(headers, token));
  http.post<{ readonly Params: { readonly member: string } }>("/rpc/:member", async (request, reply) => {
    const url = members.get(request.params.member);
    const method = methodOf(request.body);
    if (url === undefined) return refuse(reply, 404, "this ecosystem has no such member");
    if (method === undefined || !(READS.has(method) || WRITES.has(method))) {
      return refuse(
        reply,
        403,
        `this page does not pass on ${method?.slice(0, 100) ?? "several things at once"}: ask ${url} itself`,
      );
    }
    if (WRITES.has(method) && !mayWrite(request.headers, token))
      return refuse(
        reply,
        403,
        `${method} needs the token: open the page by the address that was printed where the ecosystem runs`,
      );
    try {
      const { authorization } = request.headers;
      return await reply
        .type("application/json")
        .send(await passing.answer(url, request.body, reply.raw, { authorization, isRepeatable: READS.has(method) }));
    } catch (error) {
      if (error instanceof PassedAnswerError) return refuse(reply, error.code, error.message);
      return refuse(reply, 502, `${url} does not answer: ${error instanceof Error ? error.message : String(error)}`);
    }
  });
  return http;
}

/** Whether a request brings the token, and comes from this page or from a program. */
function mayWrite({ host, origin, ...headers }: IncomingHttpHeaders, token: string): boolean {
  const brought = headers[TOKEN_HEADER];
  const isOwn = origin === undefined || origin === `http://${host ?? ""}`;
  const isToken = typeof brought === "string" && brought.length === token.length;
  return isOwn && isToken && timingSafeEqual(Buffer.from(brought, "latin1"), Buffer.from(token, "latin1"));
}

/** Other sites may lead a reader here by a link: a page that opens in the browser's own window. Their forms may not. */
function linked({ method, headers }: Pick<FastifyRequest, "method" | "headers">): IncomingHttpHeaders {
  const isLink = method === "GET" && headers["sec-fetch-dest"] === "document";
  return isLink ? { ...headers, "sec-fetch-site": "none" } : headers;
}

function refuse(reply: FastifyReply, status: number, message: string): FastifyReply {
  return reply.code(status).send(failure(RpcCode.invalidRequest, message));
}

/** Method of a single request; undefined for a list or for an invalid one. */
function methodOf(body: unknown): string | undefined {
  const { method } = (typeof body === "object" && body !== null ? body : {}) as { readonly method?: unknown };
  return typeof method === "string" ? method : undefined;
}
