import { hexQuantity, type Hex } from "../../../ground/protocol/hex.ts";
import { askThrough } from "./account-history.ts";
import type { RpcClient, RpcMethod, RpcMethods } from "../request/dispatch.ts";
import { RpcCode, RpcError } from "../request/json-rpc.ts";

/** Otterscan's level of these methods. */
const API_LEVEL = 8;
const MAX_PAGE = 1_000;
/** Otterscan's codes of internal operations that move value. */
const OPERATIONS: Readonly<Record<string, number>> = { CALL: 0, SELFDESTRUCT: 1, CREATE: 2, CREATE2: 3 };

type Fields = Readonly<Record<string, unknown>>;

/** A call of `callTracer`. */
interface TracedCall {
  readonly type: string;
  readonly from: Hex;
  readonly to?: Hex;
  readonly value?: Hex;
  readonly input: Hex;
  readonly output?: Hex;
  readonly error?: string;
  readonly calls?: readonly TracedCall[];
}

/** Additional methods of the explorer Otterscan, built from Ethereum's. `others` answers those. */
export function otterscanMethods(others: RpcMethods): ReadonlyMap<string, RpcMethod> {
  const ask = <Answer>(client: RpcClient | undefined, method: string, ...params: readonly unknown[]): Promise<Answer> =>
    askThrough(others, client)(method, ...params);
  const traced = (client: RpcClient | undefined, hash: unknown): Promise<TracedCall> =>
    ask(client, "debug_traceTransaction", hash, { tracer: "callTracer" });
  const details = async (client: RpcClient | undefined, block: Fields | null): Promise<object | null> => {
    if (block === null) return null;
    const receipts = await ask<readonly Fields[]>(client, "eth_getBlockReceipts", block["number"]);
    const totalFees = receipts.reduce(
      (sum, { gasUsed, effectiveGasPrice }) => sum + BigInt(gasUsed as Hex) * BigInt(effectiveGasPrice as Hex),
      0n,
    );
    return {
      block: slim(block),
      issuance: { blockReward: "0x0", uncleReward: "0x0", issuance: "0x0" },
      totalFees: hexQuantity(totalFees),
    };
  };
  return new Map<string, RpcMethod>([
    ["ots_getApiLevel", async () => API_LEVEL],
    ["ots_hasCode", async ([account, block], client) => (await ask(client, "eth_getCode", account, block ?? "latest")) !== "0x"],
    [
      "ots_getBlockDetails",
      async ([block], client) => details(client, await ask(client, "eth_getBlockByNumber", tagOf(block), false)),
    ],
    [
      "ots_getBlockDetailsByHash",
      async ([hash], client) => details(client, await ask(client, "eth_getBlockByHash", hash, false)),
    ],
    [
      "ots_getBlockTransactions",
      async ([number, page, size], client) => {
        const block = await ask<Fields | null>(client, "eth_getBlockByNumber", tagOf(number), true);
        if (block === null) return null;
        const transactions = block["transactions"] as readonly Fields[];
        const receipts = await ask<readonly Fields[]>(client, "eth_getBlockReceipts", block["number"]);
        // The last transactions are on the first page.
        const [place, count] = [whole(page), whole(size)];
        const end = Math.max(0, transactions.length - place * count);
        const start = Math.max(0, end - count);
        return {
          fullblock: { ...slim(block), transactions: transactions.slice(start, end) },
          receipts: receipts
            .slice(start, end)
            .map((receipt) => ({ ...receipt, logs: null, logsBloom: null, timestamp: block["timestamp"] })),
        };
      },
    ],
    [
      "ots_getTransactionError",
      async ([hash], client) => {
        const { error, output = "0x" } = await traced(client, hash);
        return error === undefined ? "0x" : output;
      },
    ],
    ["ots_traceTransaction", async ([hash], client) => flat(await traced(client, hash), 0)],
    [
      "ots_getInternalOperations",
      async ([hash], client) =>
        flat(await traced(client, hash), 0)
          .filter(({ type, depth, value }) => depth > 0 && (type === "CALL" ? BigInt(value ?? "0x0") > 0n : type in OPERATIONS))
          .map(({ type, from, to, value }) => ({ type: OPERATIONS[type], from, to, value: value ?? "0x0" })),
    ],
  ]);
}

/** Without what an explorer does not show. */
function slim(block: Fields): Fields {
  const { transactions, ...rest } = block;
  return { ...rest, logsBloom: null, transactionCount: (transactions as readonly unknown[]).length };
}

function flat(
  call: TracedCall,
  depth: number,
): readonly (Omit<TracedCall, "calls" | "value"> & { readonly depth: number; readonly value: Hex | null })[] {
  const { type, from, to = "0x0000000000000000000000000000000000000000", value, input, output = "0x", calls = [] } = call;
  return [{ type, depth, from, to, value: value ?? null, input, output }, ...calls.flatMap((inner) => flat(inner, depth + 1))];
}

/** Otterscan sends numbers of blocks as JSON numbers. */
function tagOf(block: unknown): unknown {
  return typeof block === "number" && Number.isSafeInteger(block) && block >= 0 ? hexQuantity(BigInt(block)) : block;
}

function whole(value: unknown): number {
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0 && value <= MAX_PAGE) return value;
  throw new RpcError(RpcCode.invalidParams, `a page and its size are whole numbers up to ${MAX_PAGE}`);
}
