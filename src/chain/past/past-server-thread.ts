import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { parentPort, workerData } from "node:worker_threads";
import { reasonOf } from "../../ground/errors/reason-of.ts";
import { createCompressor } from "../../proofs/kernels/wasm/compressor.ts";
import { hexQuantity, wordToHex } from "../../ground/protocol/hex.ts";
import { PastStates } from "../questions/past-states.ts";
import { readState, requireClaimedState } from "./compare-state.ts";
import type { PastAnswer, PastServerSetup, PastThreadMessage } from "./past-messages.ts";
import { PlaceError } from "./place-error.ts";

/** The body of the thread that serves a chain's past to its engine. */
const port = parentPort;
if (port === null) throw new Error("past-server-thread.ts is the body of a worker thread; use startPastServer");
const { chainId, head, path, ...given } = workerData as PastServerSetup;
const say = (message: PastThreadMessage): void => port.postMessage(message);
const states = new PastStates();

/** Error code of JSON-RPC 2.0. */
const INTERNAL_ERROR = -32_603;

interface Call {
  readonly id: unknown;
  readonly method: string;
  readonly params?: readonly unknown[];
}

const hex = (bytes: Uint8Array | undefined): string => `0x${Buffer.from(bytes ?? []).toString("hex")}`;
const waiting = new Map<number, (answer: PastAnswer) => void>();
let nextId = 1;
port.on("message", (answer: PastAnswer) => {
  waiting.get(answer.id)?.(answer);
  waiting.delete(answer.id);
});

function askOwner(method: string, params: readonly unknown[]): Promise<unknown> {
  const id = nextId++;
  return new Promise((resolve, reject) => {
    waiting.set(id, (got) => ("failure" in got ? reject(new Error(got.failure)) : resolve(got.answer)));
    say({ type: "question", id, method, params });
  });
}

/** The block whose state is asked for. */
function blockOf(tag: unknown): bigint {
  const { blockNumber } = (typeof tag === "object" && tag !== null ? tag : {}) as { readonly blockNumber?: unknown };
  const named = blockNumber ?? tag;
  return typeof named === "string" && named.startsWith("0x") ? BigInt(named) : head;
}

async function answer({ method, params = [] }: Call): Promise<unknown> {
  const address = String(params[0]).toLowerCase();
  switch (method) {
    case "eth_chainId":
      return hexQuantity(chainId);
    case "net_version":
      return String(chainId);
    case "eth_blockNumber":
      return hexQuantity(head);
    case "eth_getBalance":
      return hexQuantity(states.at(blockOf(params[1])).account(address)?.balance ?? 0n);
    case "eth_getTransactionCount":
      return hexQuantity(states.at(blockOf(params[1])).account(address)?.nonce ?? 0n);
    case "eth_getCode": {
      const ledger = states.at(blockOf(params[1]));
      const account = ledger.account(address);
      return account === undefined ? "0x" : hex(ledger.code(hex(account.codeHash)));
    }
    case "eth_getStorageAt": {
      const value = states.at(blockOf(params[2])).slot(address, wordToHex(BigInt(String(params[1]))));
      return `0x${hex(value).slice(2).padStart(64, "0")}`;
    }
    default:
      return askOwner(method, params);
  }
}

async function reply(call: Call): Promise<object> {
  try {
    return { jsonrpc: "2.0", id: call.id, result: await answer(call) };
  } catch (error) {
    return { jsonrpc: "2.0", id: call.id, error: { code: INTERNAL_ERROR, message: reasonOf(error) } };
  }
}

const server = createServer((request, response) => {
  if (request.url !== path) return void response.writeHead(404).end();
  const parts: Buffer[] = [];
  request.on("data", (part: Buffer) => parts.push(part));
  return void request.on("end", () => {
    const asked = JSON.parse(Buffer.concat(parts).toString()) as Call | readonly Call[];
    const calls = Array.isArray(asked) ? Promise.all((asked as readonly Call[]).map(reply)) : reply(asked as Call);
    calls.then(
      (body) => response.setHeader("content-type", "application/json").end(JSON.stringify(body)),
      () => response.writeHead(500).end(),
    );
  });
});

/** Serves the state, and compares it concurrently: an engine that opens requests little. */
async function serve({ state: bytes, claim }: Pick<PastServerSetup, "state" | "claim">): Promise<void> {
  const state = readState(bytes);
  states.apply(state);
  // What follows keeps this thread busy: an engine can begin to open only if it knows the port before that.
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  say({ type: "listening", port: (server.address() as AddressInfo).port });
  if (claim !== undefined) await requireClaimedState(state, head, claim, createCompressor());
  say({ type: "agreed" });
}

serve(given).catch((error: unknown) => {
  if (!(error instanceof PlaceError)) throw error;
  say({ type: "refused", code: error.code, reason: error.message });
});
