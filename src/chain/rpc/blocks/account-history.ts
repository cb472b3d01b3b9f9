import { hexQuantity, type Hex } from "../../../ground/protocol/hex.ts";
import { address } from "../request/call-request.ts";
import type { RpcClient, RpcMethod, RpcMethods } from "../request/dispatch.ts";
import { RpcCode, RpcError } from "../request/json-rpc.ts";
import { quantity } from "../request/quantities.ts";

/** Asks the chain, by a method that clients have. */
type AskChain = <Answer>(method: string, ...params: readonly unknown[]) => Promise<Answer>;

/** Asks by the chain's own methods, as that client. */
export function askThrough(methods: RpcMethods, client: RpcClient | undefined): AskChain {
  return async <Answer>(method: string, ...params: readonly unknown[]) => {
    const answer = methods.get(method);
    if (answer === undefined) throw new RpcError(RpcCode.internal, `the chain does not answer ${method}`);
    return (await answer(params, client)) as Answer;
  };
}

/** Which transaction sent a nonce, and which made a contract. `others` answers what they are found by. */
export function accountHistoryMethods(others: RpcMethods): ReadonlyMap<string, RpcMethod> {
  return new Map<string, RpcMethod>([
    ["eth_getTransactionBySenderAndNonce", ([sender, nonce], client) => sentWith(askThrough(others, client), sender, nonce)],
    [
      "ots_getTransactionBySenderAndNonce",
      async ([sender, nonce], client) => (await sentWith(askThrough(others, client), sender, nonce))?.hash ?? null,
    ],
    ["ots_getContractCreator", ([contract], client) => createdBy(askThrough(others, client), contract)],
  ]);
}

interface Block {
  readonly transactions: readonly { readonly hash: Hex; readonly from: Hex; readonly nonce: Hex }[];
}

/** A call of `callTracer`. */
interface Traced {
  readonly type: string;
  readonly from: Hex;
  readonly to?: Hex;
  readonly error?: string;
  readonly calls?: readonly Traced[];
}

/**
 * The transaction that an account sent with a nonce; null where none is in a block. Nonces only rise, so the block is found by
 * halving what is left.
 */
async function sentWith(ask: AskChain, sender: unknown, nonce: unknown): Promise<Block["transactions"][number] | null> {
  const from = address(sender);
  const wanted = quantity(nonce);
  const block = await firstBlock(ask, async (number) => BigInt(await ask<Hex>("eth_getTransactionCount", from, number)) > wanted);
  const found = block?.transactions.find((each) => each.from.toLowerCase() === from && BigInt(each.nonce) === wanted);
  return found ?? null;
}

/**
 * The transaction that created a contract, and who did, in Otterscan's form; null for an account without code, and for one that
 * has its code from the genesis, a cheat or a delegation.
 */
async function createdBy(ask: AskChain, contract: unknown): Promise<{ readonly hash: Hex; readonly creator: Hex } | null> {
  const wanted = address(contract);
  const block = await firstBlock(ask, async (number) => (await ask<Hex>("eth_getCode", wanted, number)) !== "0x");
  for (const { hash } of block?.transactions ?? []) {
    const creator = creatorIn(await ask<Traced>("debug_traceTransaction", hash, { tracer: "callTracer" }), wanted);
    if (creator !== undefined) return { hash, creator };
  }
  return null;
}

/** The first block at which a lasting condition holds; `undefined` if it does not hold at the newest one. */
async function firstBlock(ask: AskChain, holds: (number: Hex) => Promise<boolean>): Promise<Block | undefined> {
  let [low, high] = [0n, BigInt(await ask<Hex>("eth_blockNumber"))];
  if (!(await holds(hexQuantity(high)))) return undefined;
  while (low < high) {
    const middle = (low + high) / 2n;
    if (await holds(hexQuantity(middle))) high = middle;
    else low = middle + 1n;
  }
  return ask("eth_getBlockByNumber", hexQuantity(high), true);
}

function creatorIn({ type, from, to, error, calls = [] }: Traced, contract: Hex): Hex | undefined {
  if (error !== undefined) return undefined;
  if (type.startsWith("CREATE") && to?.toLowerCase() === contract) return from;
  for (const call of calls) {
    const creator = creatorIn(call, contract);
    if (creator !== undefined) return creator;
  }
  return undefined;
}
