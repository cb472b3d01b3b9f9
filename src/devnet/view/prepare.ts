import type { Provider, Signer } from "ethers";
import * as v from "valibot";
import { RpcCode, RpcError } from "../../chain/rpc/request/json-rpc.ts";
import { call, requireContract } from "../../client/call.ts";
import { parseChainAddress } from "../../client/chain-address.ts";
import { erc20 } from "../../client/contract-interfaces.ts";
import { deposit } from "../../client/deposit.ts";
import { findChain } from "../../client/ecosystem.ts";
import { nextTransaction } from "../../client/next-transaction.ts";
import type { UnsignedTransaction } from "../../client/next-transaction.ts";
import { ecosystemOf } from "../../client/settlement-base.ts";
import { send } from "../../client/send.ts";
import { senderOn, submit } from "../../client/submit.ts";
import { hopsOf } from "../../client/paid-claim.ts";
import { finalizeWithdrawal, withdraw } from "../../client/withdraw.ts";
import type { FinalizedWithdrawal } from "../../client/withdraw.ts";
import { hexQuantity } from "../../protocol/hex.ts";
import type { Hex } from "../../protocol/hex.ts";
import { tokenVault } from "../../relayer/contract-interfaces.ts";
import { decodeAnswer, encodeContractCall, projectFunction } from "./contract-call.ts";
import type { ContractCall, NamedValue } from "./contract-call.ts";
import { creationOf } from "./deployable.ts";
import type { ProjectNames } from "./describe.ts";
import type { EcosystemInfo } from "./ecosystem-info.ts";
import { memberNamed } from "./named-member.ts";
import { MOST_REASON, refuse } from "./refuse.ts";

/** What an account wants: `hyperchain_prepare` gives its next transaction. Amounts are smallest units in decimal digits. */
type PreparedRequest = v.InferOutput<typeof requests>;

/** Answer of `hyperchain_prepare`. */
export interface Prepared {
  /** What the transaction does; the request itself is done when one that `isLast` is included. */
  readonly step: "approval" | "announcement" | PreparedRequest["action"];
  /** When it is included and is not the last, ask again. */
  readonly isLast: boolean;
  /** As `eth_sendTransaction` takes it. */
  readonly transaction: Readonly<Record<"chainId" | "from" | "data" | "value" | "gas", Hex>> & {
    /** Absent where a contract is created. */
    readonly to?: Hex;
  };
}

interface PrepareDependencies {
  readonly info: Pick<EcosystemInfo, "l1" | "chains">;
  readonly names: () => Promise<ProjectNames>;
  readonly clientOf: (chainId: number) => Provider;
}

/** Characters of an address, an amount or a name; of data, and of all arguments together. */
const MOST_TEXT = 200;
const MOST_DATA = 131_074;
const MOST_ARGUMENTS = 64;

const text = v.pipe(v.string(), v.maxLength(MOST_TEXT));
const chain = v.union([text, v.pipe(v.number(), v.safeInteger())]);
const wei = v.pipe(
  v.string(),
  v.regex(/^\d{1,78}$/),
  v.transform((digits) => BigInt(digits)),
);
const bytes = v.pipe(
  v.string(),
  v.maxLength(MOST_DATA),
  v.regex(/^0x([0-9a-f]{2})*$/i),
  v.transform((value) => value as Hex),
);
const hash = v.pipe(
  v.string(),
  v.regex(/^0x[0-9a-f]{64}$/i),
  v.transform((value) => value.toLowerCase() as Hex),
);
const texts = v.pipe(
  v.array(v.string()),
  v.maxLength(MOST_ARGUMENTS),
  v.check((all) => all.reduce((sum, each) => sum + each.length, 0) <= MOST_DATA, `more than ${MOST_DATA} characters`),
);
const address = v.pipe(
  v.string(),
  v.regex(/^0x[0-9a-f]{40}$/i),
  v.transform((value) => value.toLowerCase() as Hex),
);
const inWords = { function: text, arguments: texts };

const requests = v.variant("action", [
  v.strictObject({ action: v.literal("deposit"), chain, amount: wei, token: v.optional(text), to: v.optional(text) }),
  v.strictObject({ action: v.literal("send"), from: chain, to: text, amount: wei, token: v.optional(text) }),
  v.strictObject({
    action: v.literal("call"),
    from: chain,
    to: text,
    data: v.optional(bytes),
    inWords: v.optional(v.strictObject(inWords)),
    value: v.optional(wei),
    reward: v.optional(wei),
    gasLimit: v.optional(wei),
  }),
  v.strictObject({ action: v.literal("withdraw"), chain, amount: wei, token: v.optional(text), to: v.optional(text) }),
  v.strictObject({ action: v.literal("claim"), chain, messageHash: hash }),
  v.strictObject({ action: v.literal("write"), chain, address, ...inWords, value: v.optional(wei) }),
  v.strictObject({ action: v.literal("deploy"), chain, contract: text, arguments: texts, value: v.optional(wei) }),
]);

const reads = v.strictObject({ chain, address, ...inWords, from: v.optional(address) });

/**
 * The next transaction that an account must sign for what it wants: made and checked as the client library would send it. Changes
 * nothing. Rejects with RpcError.
 */
export async function prepare(account: Hex, request: unknown, dependencies: PrepareDependencies): Promise<Prepared> {
  const wanted = parsed(requests, request, "the second parameter is what is wanted");
  const next = await actOf(wanted, dependencies)
    .then(({ chainId, run }) => nextTransaction(account, dependencies.clientOf(chainId), run))
    .catch((error: unknown) => refuse(error, dependencies));
  if (!("transaction" in next)) throw notClaimable(next.result as FinalizedWithdrawal);
  const { transaction } = next;
  const step = stepOf(wanted.action, transaction.data);
  return { step, isLast: step === wanted.action, transaction: inHex(transaction) };
}

/** What a function of a contract of the project answers. Rejects with RpcError. */
export async function readContract(request: unknown, dependencies: PrepareDependencies): Promise<readonly NamedValue[]> {
  const { chain: named, address: to, from, ...call } = parsed(reads, request, "the parameter is what is read");
  const provider = dependencies.clientOf(Number(memberNamed({ info: () => dependencies.info }, named)));
  const { fragment, data } = await encoded(call, to, provider, dependencies);
  const asked = { to, data, ...(from === undefined ? {} : { from }) };
  const answer = await provider.call(asked).catch((error: unknown) => refuse(error, dependencies));
  return decodeAnswer(fragment, answer as Hex);
}

/** On which member it is signed, and what is done there. */
interface Act {
  readonly chainId: number;
  run(signer: Signer): Promise<unknown>;
}

async function actOf(wanted: PreparedRequest, dependencies: PrepareDependencies): Promise<Act> {
  const { info, clientOf } = dependencies;
  const idOf = (named: unknown): number => Number(memberNamed({ info: () => info }, named));
  switch (wanted.action) {
    case "deposit":
      return { chainId: below(info, wanted.chain), run: (signer) => deposit(info, wanted, signer) };
    case "claim":
      return {
        chainId: below(info, wanted.chain),
        run: async (signer) =>
          finalizeWithdrawal(info, { ...wanted, hops: await hopsOf(clientOf(idOf(wanted.chain)), wanted.messageHash) }, signer),
      };
    case "send":
      return { chainId: idOf(wanted.from), run: (signer) => send(info, wanted, signer) };
    case "withdraw":
      return { chainId: idOf(wanted.chain), run: (signer) => withdraw(info, wanted, signer) };
    case "call": {
      const { inWords: words, ...rest } = wanted;
      const to = parseChainAddress(info, wanted.to);
      const destination = clientOf(to.chainId);
      const data = words === undefined ? (rest.data ?? "0x") : (await encoded(words, to.account, destination, dependencies)).data;
      await requireContract(info, { to: rest.to, data }, destination);
      const chainId = idOf(wanted.from);
      // One transaction is asked for: the account on L1 is to have the value of a call there.
      const isFromChain = chainId !== info.l1.chainId;
      const funded = isFromChain && to.chainId === below(info, chainId);
      return { chainId, run: (signer) => call(info, { ...rest, data, funded }, signer) };
    }
    case "write": {
      const chainId = idOf(wanted.chain);
      const { data } = await encoded(wanted, wanted.address, clientOf(chainId), dependencies);
      return submitted(info, chainId, { to: wanted.address, data, value: wanted.value ?? 0n });
    }
    case "deploy": {
      const data = creationOf(await dependencies.names(), wanted.contract, wanted.arguments);
      return submitted(info, idOf(wanted.chain), { data, value: wanted.value ?? 0n });
    }
  }
}

/** A transaction of the account's own, whatever it does. */
function submitted({ l1, chains }: PrepareDependencies["info"], chainId: number, transaction: Parameters<typeof submit>[1]): Act {
  const member = [l1, ...chains].find((each) => each.chainId === chainId) ?? l1;
  return { chainId, run: async (signer) => submit(await senderOn(signer, member), transaction) };
}

/** What the chain settles on. */
function below(info: PrepareDependencies["info"], chain: string | number): number {
  return ecosystemOf(info, findChain(info, chain)).l1.chainId;
}

async function encoded(
  { function: named, arguments: given }: ContractCall,
  to: Hex,
  provider: Provider,
  { names }: PrepareDependencies,
): Promise<{ readonly fragment: ReturnType<typeof projectFunction>; readonly data: Hex }> {
  const fragment = projectFunction(await names(), await provider.getCode(to), named);
  return { fragment, data: encodeContractCall(fragment, given) };
}

const APPROVE = erc20.getFunction("approve")?.selector;
const ANNOUNCE = tokenVault.getFunction("announce")?.selector;

function stepOf(action: PreparedRequest["action"], data: Hex): Prepared["step"] {
  if (action === "write" || action === "deploy") return action;
  const selector = data.slice(0, 10);
  if (selector === APPROVE) return "approval";
  return selector === ANNOUNCE ? "announcement" : action;
}

function inHex({ chainId, from, to, data, valueWei, gasLimit }: UnsignedTransaction): Prepared["transaction"] {
  const called = to === undefined ? {} : { to };
  return {
    chainId: hexQuantity(BigInt(chainId)),
    from,
    ...called,
    data,
    value: hexQuantity(valueWei),
    gas: hexQuantity(gasLimit),
  };
}

const NOT_CLAIMABLE: Readonly<Record<FinalizedWithdrawal["state"], string>> = {
  unknown: "L1 knows no such withdrawal yet: its batch is not committed, or the hash is another message's",
  committed: "its batch is committed and not executed yet: ask again when L1 has executed it",
  proven: "its batch is proven and not executed yet: ask again when L1 has executed it",
  paidBefore: "it is paid already",
  paid: "it is paid already",
};

function notClaimable({ state }: FinalizedWithdrawal): RpcError {
  return new RpcError(RpcCode.rejected, `this withdrawal cannot be claimed: ${NOT_CLAIMABLE[state]}`, {
    code: "NotClaimable",
    state,
  });
}

function parsed<Schema extends v.GenericSchema>(schema: Schema, value: unknown, what: string): v.InferOutput<Schema> {
  const result = v.safeParse(schema, value);
  if (result.success) return result.output;
  const [issue] = result.issues;
  const path = v.getDotPath(issue);
  throw new RpcError(RpcCode.invalidParams, `${what}${path === null ? "" : `; ${path}`}: ${issue.message}`.slice(0, MOST_REASON));
}
