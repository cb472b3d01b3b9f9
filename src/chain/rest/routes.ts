import type { HttpRoute, RouteRequest } from "../rpc/transport/http-route.ts";
import { SharedPlaces } from "../rpc/request/shared-places.ts";
import { readAccount } from "./accounts.ts";
import { readBatch } from "./batches.ts";
import { readBlock } from "./blocks.ts";
import { readNodes } from "./nodes.ts";
import { openApi } from "./openapi.ts";
import { errorAnswer } from "./rest-error.ts";
import type { Parameter, Resource } from "./resource.ts";
import { MAX_WAITS, readTransaction, sendTransaction } from "./transactions.ts";
import { viewByBody, viewByPath } from "./views.ts";

const WAITING: readonly Parameter[] = [
  { name: "wait", description: "answer when it has reached this stage: included, committed, proven or executed" },
  { name: "seconds", description: "how long to wait at most: 20 where nothing is given, never more than 60" },
];
const NOT_YET = ["it has not reached the stage that was waited for", "Transaction"] as const;

const VIEWED: Resource["answers"] = {
  200: ["a batch and a proof, which the chain itself verifies", "View"],
  400: ["it is not a lookup of CrossChainViews, or names an unknown chain", "LookupError"],
  401: ["only readers may read the chain, or the one that is asked for", "LookupError"],
  422: ["no batch that was executed so late can be shown yet", "LookupError"],
  429: ["too many requests are pending", "LookupError"],
  501: ["this node knows no other chains", "LookupError"],
};

const resources = (waits: SharedPlaces): readonly Resource[] => [
  {
    method: "POST",
    path: "/transactions",
    summary: "Send a signed transaction",
    parts: [],
    query: WAITING,
    body: "SignedTransaction",
    answers: { 201: ["it was taken in", "Transaction"], 202: NOT_YET, 422: ["the chain refuses it, and says why", "Error"] },
    answer: (request) => sendTransaction(waits, request),
  },
  {
    method: "GET",
    path: "/transactions/:hash",
    summary: "A transaction, its receipt, and its stage on L1",
    parts: [{ name: "hash", description: "of the transaction" }],
    query: WAITING,
    answers: { 200: ["the transaction", "Transaction"], 202: NOT_YET, 404: ["it is not known", "Error"] },
    answer: (request) => readTransaction(waits, request),
  },
  {
    method: "GET",
    path: "/blocks/:block",
    summary: "A block, and the batch that holds it",
    parts: [{ name: "block", description: "number, hash, or latest, safe, finalized, committed, earliest" }],
    query: [],
    answers: { 200: ["the block", "Block"], 404: ["it is not known", "Error"] },
    answer: ok(readBlock),
  },
  {
    method: "GET",
    path: "/batches/:batch",
    summary: "A sealed batch, and what became of it on L1",
    parts: [{ name: "batch", description: "number, or latest for the newest that is sealed" }],
    query: [],
    answers: { 200: ["the batch", "Batch"], 404: ["it is not sealed", "Error"] },
    answer: ok(readBatch),
  },
  {
    method: "GET",
    path: "/accounts/:address",
    summary: "An account's balance, nonce and size of code",
    parts: [{ name: "address", description: "of the account" }],
    query: [{ name: "block", description: "number or tag; latest where nothing is given" }],
    answers: { 200: ["the account; one that was never used is empty", "Account"] },
    answer: ok(readAccount),
  },
  {
    method: "GET",
    path: "/nodes",
    summary: "Nodes that decide the chain together: leader, view, faults and evidence",
    parts: [],
    query: [],
    answers: {
      200: ["the nodes", "Nodes"],
      404: ["the chain has one sequencer", "Error"],
      501: ["this server has the chain alone, without its nodes", "Error"],
    },
    answer: ok(readNodes),
  },
  ...views(),
];

/** The gateway of `CrossChainViews.read`. */
function views(): readonly Resource[] {
  const shared = { query: [], answers: VIEWED };
  const summary = "A storage slot of another chain with its proof, by ERC-3668";
  return [
    {
      ...shared,
      method: "GET",
      path: "/views/:sender/:data",
      summary,
      parts: [
        { name: "sender", description: "the contract CrossChainViews" },
        { name: "data", description: "a call of viewSlot(uint256,address,uint256,uint64)" },
      ],
      answer: viewByPath,
    },
    { ...shared, method: "POST", path: "/views", summary, parts: [], body: "Lookup", answer: viewByBody },
  ];
}

/** Routes of a chain besides JSON-RPC. */
export function restRoutes(): readonly HttpRoute[] {
  const all = resources(new SharedPlaces(MAX_WAITS));
  const description = openApi(all);
  return [
    ...all.map(({ method, path, answer }): HttpRoute => ({
      method,
      path,
      answer: (request) => answer(request).catch(errorAnswer),
    })),
    { method: "GET", path: "/openapi.json", answer: () => Promise.resolve({ status: 200, body: description }) },
  ];
}

function ok(read: (request: RouteRequest) => Promise<object>): Resource["answer"] {
  return async (request) => ({ status: 200, body: await read(request) });
}
