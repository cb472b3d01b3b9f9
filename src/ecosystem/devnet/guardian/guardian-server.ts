import { isPlainHex } from "../../../ground/protocol/hex.ts";
import { reasonOf } from "../../../ground/errors/reason-of.ts";
import {
  HttpBodyError,
  serveHttp,
  type HttpAnswer,
  type HttpLimits,
  type HttpRequest,
  type HttpServer,
} from "../../../ground/runtime/http-service.ts";
import type { DataHolder } from "../held-data/held-data.ts";
import type { ExecutedLeaves } from "./guarded-chain.ts";
import type { Guardian } from "./guardian.ts";
import { GuardianError } from "./guardian-error.ts";
import { decodeRequest, encodeLeaves, GUARDIAN_PATHS, MAX_REQUEST_BYTES } from "./guardian-wire.ts";

/** Strangers read a guardian's data, so few connections are enough for those that rebuild a chain. */
const LIMITS: HttpLimits = { maxConnections: 256, maxBodyBytes: MAX_REQUEST_BYTES, maxWaitMs: 10_000 };

/** A chain as a guardian serves it. */
export interface ServedGuardian {
  readonly guardian: Pick<Guardian, "sign" | "leaves">;
  readonly data: Pick<DataHolder, "read">;
}

/**
 * Serves chains by their contracts: data and leaves to every account, signatures to the chain. A refusal is an answer of
 * status 409 with the code, a request of another form one of status 400. Rejects with the system's error.
 */
export function serveGuardian(
  chains: ReadonlyMap<string, ServedGuardian>,
  where: { readonly host: string; readonly port: number },
  limits: HttpLimits = LIMITS,
): Promise<HttpServer> {
  const service = {
    answer: async (request: HttpRequest) => ({ status: 200, body: await answer(chains, request) }),
    refuse: refusalOf,
  };
  return serveHttp(service, where, limits);
}

async function answer(chains: ReadonlyMap<string, ServedGuardian>, request: HttpRequest): Promise<string | Uint8Array> {
  if (request.method === "GET" && request.path === GUARDIAN_PATHS.chains) return JSON.stringify([...chains.keys()]);
  const [, hyperchain = "", path = ""] = /^\/([^/]*)(\/.*)$/.exec(request.path) ?? [];
  const served = chains.get(hyperchain);
  if (served === undefined) throw new SyntaxError(`no chain with contract ${hyperchain.slice(0, 50)} is guarded here`);
  return answerOf(served, path, request);
}

async function answerOf({ guardian, data }: ServedGuardian, path: string, request: HttpRequest): Promise<string | Uint8Array> {
  const { method } = request;
  if (method === "POST" && path === GUARDIAN_PATHS.sign) return guardian.sign(decodeRequest(await request.text()));
  if (method === "GET" && path === GUARDIAN_PATHS.leaves) return bytesOfLeaves(await guardian.leaves());
  const hash = path.startsWith(GUARDIAN_PATHS.data) ? path.slice(GUARDIAN_PATHS.data.length) : "";
  // A hash alone becomes a path of a file.
  if (method !== "GET" || !isPlainHex(hash, 32)) throw new SyntaxError(`no answer to ${method} ${path.slice(0, 100)}`);
  return data.read({ batchNumber: 0n, hash }, AbortSignal.timeout(ANSWER_MS)).catch((cause: unknown) => {
    throw new GuardianError("DataUnknown", `no data with hash ${hash}; ask another guardian`, { cause });
  });
}

const ANSWER_MS = 10_000;

const leavesBytes = new WeakMap<ExecutedLeaves, Uint8Array>();

/** Encodes leaves once, into bytes that all answers share: every account may ask, and a state has up to a gigabyte. */
function bytesOfLeaves(leaves: ExecutedLeaves): Uint8Array {
  const bytes = leavesBytes.get(leaves) ?? Buffer.from(encodeLeaves(leaves));
  leavesBytes.set(leaves, bytes);
  return bytes;
}

function refusalOf(error: unknown): HttpAnswer {
  const isRefusal = error instanceof GuardianError;
  const isForm =
    error instanceof SyntaxError || error instanceof HttpBodyError || (error instanceof Error && error.name === "ValiError");
  const nextBatch = isRefusal && error.nextBatch !== undefined ? { nextBatch: String(error.nextBatch) } : {};
  const code = isRefusal ? { code: error.code } : {};
  const body = JSON.stringify({ ...code, ...nextBatch, message: reasonOf(error) });
  return { status: isRefusal ? 409 : isForm ? 400 : 500, body };
}
