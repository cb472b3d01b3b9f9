import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { isPlainHex } from "../../protocol/hex.ts";
import { reasonOf } from "../../errors/reason-of.ts";
import type { DataHolder } from "../held-data/held-data.ts";
import type { ExecutedLeaves } from "./guarded-chain.ts";
import type { Guardian } from "./guardian.ts";
import { GuardianError } from "./guardian-error.ts";
import { decodeRequest, encodeLeaves, GUARDIAN_PATHS, MAX_REQUEST_BYTES } from "./guardian-wire.ts";

/** A chain as a guardian serves it. */
export interface ServedGuardian {
  readonly guardian: Pick<Guardian, "sign" | "leaves">;
  readonly data: Pick<DataHolder, "read">;
}

/** Server of a guardian on this machine. */
interface GuardianServer {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Serves chains by their contracts: data and leaves to every account, signatures to the chain. A refusal is an answer of
 * status 409 with the code, a request of another form one of status 400. Rejects with the system's error.
 */
export async function serveGuardian(
  chains: ReadonlyMap<string, ServedGuardian>,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<GuardianServer> {
  const server = createServer((request, response) => {
    answer(chains, request).then(
      (body) => response.writeHead(200).end(body),
      (error: unknown) => refuse(response, error),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host, port }, resolve);
  });
  return { url: `http://${host}:${portOf(server)}`, close: () => closeServer(server) };
}

async function answer(chains: ReadonlyMap<string, ServedGuardian>, request: IncomingMessage): Promise<string | Uint8Array> {
  const { method } = request;
  if (method === "GET" && request.url === GUARDIAN_PATHS.chains) return JSON.stringify([...chains.keys()]);
  const [, hyperchain = "", path = ""] = /^\/([^/]*)(\/.*)$/.exec(request.url ?? "") ?? [];
  const served = chains.get(hyperchain);
  if (served === undefined) throw new SyntaxError(`no chain with contract ${hyperchain.slice(0, 50)} is guarded here`);
  return answerOf(served, method ?? "", path, request);
}

async function answerOf(
  { guardian, data }: ServedGuardian,
  method: string,
  url: string,
  request: IncomingMessage,
): Promise<string | Uint8Array> {
  if (method === "POST" && url === GUARDIAN_PATHS.sign) return guardian.sign(decodeRequest(await textOf(request)));
  if (method === "GET" && url === GUARDIAN_PATHS.leaves) return textOfLeaves(await guardian.leaves());
  const hash = url.startsWith(GUARDIAN_PATHS.data) ? url.slice(GUARDIAN_PATHS.data.length) : "";
  // A hash alone becomes a path of a file.
  if (method !== "GET" || !isPlainHex(hash, 32)) throw new SyntaxError(`no answer to ${method} ${url.slice(0, 100)}`);
  return data.read({ batchNumber: 0n, hash }, AbortSignal.timeout(ANSWER_MS)).catch((cause: unknown) => {
    throw new GuardianError("DataUnknown", `no data with hash ${hash}; ask another guardian`, { cause });
  });
}

const ANSWER_MS = 10_000;

const leavesTexts = new WeakMap<ExecutedLeaves, string>();

/** Encodes leaves once: every account may ask, and a state has up to a gigabyte. */
function textOfLeaves(leaves: ExecutedLeaves): string {
  const text = leavesTexts.get(leaves) ?? encodeLeaves(leaves);
  leavesTexts.set(leaves, text);
  return text;
}

async function textOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    length += part.length;
    if (length > MAX_REQUEST_BYTES) throw new SyntaxError(`the request has more than ${MAX_REQUEST_BYTES} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString("utf8");
}

function refuse(response: ServerResponse, error: unknown): void {
  const isRefusal = error instanceof GuardianError;
  const isForm = error instanceof SyntaxError || (error instanceof Error && error.name === "ValiError");
  const status = isRefusal ? 409 : isForm ? 400 : 500;
  const nextBatch = isRefusal && error.nextBatch !== undefined ? { nextBatch: String(error.nextBatch) } : {};
  const code = isRefusal ? { code: error.code } : {};
  response.writeHead(status, { connection: "close" }).end(JSON.stringify({ ...code, ...nextBatch, message: reasonOf(error) }));
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === "string") throw new TypeError("a server on TCP has a port");
  return address.port;
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
