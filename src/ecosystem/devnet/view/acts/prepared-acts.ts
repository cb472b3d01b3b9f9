import type { Signer } from "ethers";
import * as v from "valibot";
import { RpcCode, RpcError } from "../../../../chain/rpc/request/json-rpc.ts";
import { callAfterExit } from "../../../client/calls/account-after-exit.ts";
import { announceToken, describeToken } from "../../../client/messages/announce.ts";
import { bringSignedAct, type CouncilAct } from "../../../client/governing/council.ts";
import { callTogether } from "../../../client/calls/call-together.ts";
import { call, requireContract } from "../../../client/calls/call.ts";
import { parseChainAddress } from "../../../client/ecosystem/chain-address.ts";
import { deposit } from "../../../client/queue/deposit.ts";
import { findChain } from "../../../client/ecosystem/ecosystem.ts";
import { forceDelivery } from "../../../client/transfers/force-delivery.ts";
import { bringRoot, markChain } from "../../../client/queue/l1-word.ts";
import { executeL1Call, type ExecutedL1Call } from "../../../client/calls/l1-calls.ts";
import { claimListed } from "../../../client/transfers/listed-claims.ts";
import { chooseName, pointName, transferName } from "../../../client/names/names.ts";
import { hopsOf } from "../../../client/messages/paid-claim.ts";
import { findOperations, refundOperation } from "../../../client/queue/refund-operation.ts";
import { send } from "../../../client/transfers/send.ts";
import { ecosystemOf } from "../../../client/ecosystem/settlement-base.ts";
import { senderOn, submit } from "../../../client/sending/submit.ts";
import { swap } from "../../../client/transfers/swap.ts";
import type { UnsignedTransaction } from "../../../client/sending/act-steps.ts";
import { sendListed } from "../../../client/transfers/transfer-list.ts";
import { finalizeWithdrawal, withdraw, type FinalizedWithdrawal } from "../../../client/messages/withdraw.ts";
import { address, args, bytes, chain, hash, inWords, parsed, text, wei } from "./asked-fields.ts";
import { creationOf } from "../contracts/deployable.ts";
import type { Hex } from "../../../../ground/protocol/hex.ts";
import { memberNamed } from "../books/named-member.ts";
import { encodedCall, type ProjectCalls } from "./project-call.ts";

/** On which member an act is signed, and what is done there. */
type PreparedAct = { readonly chainId: number } & (
  | { run(signer: Signer): Promise<unknown> }
  /** A transaction with gas of its caller's, to be signed even where it fails: no member is asked what it would do. */
  | { readonly unchecked: Omit<UnsignedTransaction, "chainId" | "from"> }
);

/** Maximum number of calls that one transaction puts into queues, by L1's gas. */
const MOST_CALLS = 32;

/** Tokens that go with one call. */
const MOST_TOKENS = 8;

/** Maximum number of members of a council, and of signatures in an action. */
const MOST_SIGNATURES = 64;
const MOST_VERSIONS = 64;

const amount = wei;
const token = v.optional(text);
const value = v.optional(wei);
const gasLimit = v.optional(wei);

const CALL_FIELDS = {
  chain,
  to: text,
  data: v.optional(bytes),
  inWords: v.optional(v.strictObject(inWords)),
  value,
  reward: value,
  gasLimit,
  deadline: value,
  refundTo: v.optional(address),
  asMessage: v.optional(v.boolean()),
  tokens: v.optional(v.pipe(v.array(v.strictObject({ token: text, amount: wei, recipient: address })), v.maxLength(MOST_TOKENS))),
};

/** Signatures of a council's members, with the second until which they can be submitted. */
const SIGNED_FIELDS = { deadline: wei, signatures: v.pipe(v.array(bytes), v.maxLength(MOST_SIGNATURES)) };
const FREEZE_FIELDS = { versions: v.pipe(v.array(wei), v.maxLength(MOST_VERSIONS)), seconds: wei };

/** Actions that `hyperchain_prepare` supports. Amounts are smallest units in decimal digits. */
const ACTS = {
  deposit: act({ chain, amount, token, to: v.optional(text) }, async (fields, { info, clientOf }) => {
    const { chainId } = findChain(info, fields.chain);
    if (fields.to !== undefined) {
      const { chainId: at, account } = parseChainAddress(info, fields.to, chainId);
      await requireContract(info, { to: { chain: at, account }, data: "0x" }, clientOf(at));
    }
    return { chainId: below(info, fields.chain), run: (signer) => deposit(info, fields, signer) };
  }),
  send: act({ chain, to: text, amount, token, fee: v.optional(wei) }, async (fields, { info, clientOf }) => {
    await requireContract(info, { to: fields.to, data: "0x" }, clientOf(parseChainAddress(info, fields.to).chainId));
    return { chainId: idOf(info, fields.chain), run: (signer) => send(info, fields, signer) };
  }),
  list: act({ chain, to: text, amount, token, fee: v.optional(wei) }, async (fields, { info, clientOf }) => {
    const destination = clientOf(parseChainAddress(info, fields.to).chainId);
    await requireContract(info, { to: fields.to, data: "0x" }, destination);
    return {
      chainId: idOf(info, fields.chain),
      run: (signer) => sendListed(info, fields, signer, destination),
    };
  }),
  call: act(CALL_FIELDS, preparedCall),
  callTogether: act(
    {
      chain,
      calls: v.pipe(
        v.array(v.strictObject({ to: text, data: bytes, value, gasLimit, refundTo: v.optional(address) })),
        v.minLength(1),
        v.maxLength(MOST_CALLS),
      ),
    },
    (fields, { info }) => ({ chainId: idOf(info, fields.chain), run: (signer) => callTogether(info, fields, signer) }),
  ),
  swap: act(
    {
      chain,
      at: text,
      amount,
      token,
      wanted: token,
      via: v.optional(v.pipe(v.array(address), v.maxLength(8))),
      minimum: value,
      slippage: v.optional(v.number()),
      deadline: value,
      to: v.optional(text),
      reward: value,
      gasLimit,
      refundTo: v.optional(address),
    },
    (fields, { info, clientOf }) => ({
      chainId: idOf(info, fields.chain),
      run: (signer) => swap(info, fields, signer, clientOf),
    }),
  ),
  withdraw: act({ chain, amount, token, to: v.optional(text) }, (fields, { info }) => ({
    chainId: idOf(info, fields.chain),
    run: (signer) => withdraw(info, fields, signer),
  })),
  claim: act({ chain, messageHash: hash }, (fields, { info, clientOf }) => ({
    chainId: below(info, fields.chain),
    run: async (signer) => {
      const hops = await hopsOf(clientOf(idOf(info, fields.chain)), fields.messageHash);
      const claimed = await finalizeWithdrawal(info, { ...fields, hops }, signer);
      throw nothingToSign("NotClaimable", "withdrawal cannot be claimed", NOT_CLAIMABLE, claimed.state);
    },
  })),
  execute: act({ chain, sender: address, messageHash: hash }, (fields, { info }) => ({
    chainId: below(info, fields.chain),
    run: async (signer) => {
      const { state } = await executeL1Call(info, fields, signer);
      throw nothingToSign("NotExecutable", "call cannot be made", NOT_EXECUTABLE, state);
    },
  })),
  announce: act({ chain, token: text }, (fields, { info }) => ({
    chainId: idOf(info, fields.chain),
    run: (signer) => announceToken(info, fields, signer),
  })),
  describe: act({ chain, messageHash: hash, on: chain }, ({ messageHash, ...fields }, { info, clientOf }) => {
    const announced = { chainId: idOf(info, fields.chain), messageHash };
    return {
      chainId: idOf(info, fields.on),
      run: (signer) => describeToken(info, { announced, on: fields.on }, signer, clientOf(info.l1.chainId)),
    };
  }),
  deliver: act({ chain, messageHash: hash, rootIndex: wei, gasLimit }, (fields, { info }) => ({
    chainId: info.l1.chainId,
    run: (signer) => forceDelivery(info, fields, signer),
  })),
  refund: act({ chain, operation: hash }, (fields, { info, clientOf }) => ({
    chainId: below(info, fields.chain),
    run: async (signer) => {
      const layer = clientOf(below(info, fields.chain));
      const [found] = await findOperations(info, fields.chain, fields.operation, layer);
      if (found !== undefined) return refundOperation(info, fields.chain, found, signer);
      throw new RpcError(RpcCode.rejected, `no operation ${fields.operation} is in the queue of ${fields.chain}`, {
        code: "UnknownOperation",
      });
    },
  })),
  claimListed: act({ chain, token: address, recipient: address }, (fields, { info }) => ({
    chainId: idOf(info, fields.chain),
    run: (signer) => claimListed(info, fields, signer),
  })),
  callAfterExit: act({ chain, to: address, value: v.optional(wei, "0"), data: v.optional(bytes, "0x") }, (fields, { info }) => ({
    chainId: below(info, fields.chain),
    run: (signer) => callAfterExit(info, fields, signer),
  })),
  mark: act({ chain }, (fields, { info }) => ({
    chainId: below(info, fields.chain),
    run: (signer) => markChain(info, fields.chain, signer),
  })),
  bringRoot: act({ chain }, (fields, { info }) => ({
    chainId: below(info, fields.chain),
    run: (signer) => bringRoot(info, fields.chain, signer),
  })),
  pointName: act({ chain, label: text, account: address }, (fields, { info }) => ({
    chainId: info.l1.chainId,
    run: (signer) => pointName(info, fields, signer),
  })),
  transferName: act({ chain, label: text, owner: address }, (fields, { info }) => ({
    chainId: info.l1.chainId,
    run: (signer) => transferName(info, fields, signer),
  })),
  chooseName: act({ chain, label: text }, (fields, { info }) => ({
    chainId: info.l1.chainId,
    run: (signer) => chooseName(info, fields, signer),
  })),
  freeze: act({ chain, ...FREEZE_FIELDS, ...SIGNED_FIELDS }, ({ versions, seconds, ...signed }, { info }) =>
    signedAct({ type: "freeze", versions, seconds }, signed, info),
  ),
  softFreeze: act({ chain, ...FREEZE_FIELDS, ...SIGNED_FIELDS }, ({ versions, seconds, ...signed }, { info }) =>
    signedAct({ type: "softFreeze", versions, seconds }, signed, info),
  ),
  unfreeze: act({ chain, version: wei, ...SIGNED_FIELDS }, ({ version, ...signed }, { info }) =>
    signedAct({ type: "unfreeze", version }, signed, info),
  ),
  approveHalt: act({ chain, version: wei, replacement: v.optional(wei, "0"), ...SIGNED_FIELDS }, (fields, { info }) => {
    const { version, replacement, ...signed } = fields;
    return signedAct({ type: "approveHalt", version, replacement }, signed, info);
  }),
  write: act({ chain, address, ...inWords, value, gasLimit }, async (fields, calls) => {
    const chainId = idOf(calls.info, fields.chain);
    const { data } = await encodedCall(fields, fields.address, calls.clientOf(chainId), calls);
    return submitted(calls.info, chainId, { ...fields, to: fields.address, data });
  }),
  deploy: act({ chain, contract: text, arguments: args, value, gasLimit }, async (fields, { info, names }) => {
    const data = creationOf(await names(), fields.contract, fields.arguments);
    return submitted(info, idOf(info, fields.chain), { ...fields, data });
  }),
};

/** Name of an act that can be prepared. */
export type PreparedAction = keyof typeof ACTS;

/** The act that a caller asks for, and its name. Rejects with RpcError. */
export async function actOf(request: unknown, calls: ProjectCalls): Promise<PreparedAct & { readonly action: PreparedAction }> {
  const what = "the second parameter is the action";
  const { action } = parsed(v.looseObject({ action: v.picklist(Object.keys(ACTS) as PreparedAction[]) }), request, what);
  return { ...(await ACTS[action](request, calls)), action };
}

function act<Entries extends v.ObjectEntries>(
  entries: Entries,
  plan: (
    fields: v.InferOutput<v.StrictObjectSchema<Entries, undefined>>,
    calls: ProjectCalls,
  ) => PreparedAct | Promise<PreparedAct>,
): (request: unknown, calls: ProjectCalls) => PreparedAct | Promise<PreparedAct> {
  const schema = v.strictObject(entries);
  return (request, calls) => {
    const { action: _, ...rest } = request as Readonly<Record<string, unknown>>;
    return plan(parsed(schema, rest, "the second parameter is the action"), calls);
  };
}

async function preparedCall(
  fields: v.InferOutput<v.StrictObjectSchema<typeof CALL_FIELDS, undefined>>,
  calls: ProjectCalls,
): Promise<PreparedAct> {
  const { info } = calls;
  const { inWords: words, ...rest } = fields;
  const to = parseChainAddress(info, fields.to);
  const destination = calls.clientOf(to.chainId);
  const data = words === undefined ? (rest.data ?? "0x") : (await encodedCall(words, to.account, destination, calls)).data;
  await requireContract(info, { to: rest.to, data }, destination);
  const chainId = idOf(info, fields.chain);
  // One transaction is asked for: the account on L1 is to have the value of a call there.
  const isFromChain = chainId !== info.l1.chainId;
  const funded = isFromChain && to.chainId === below(info, chainId);
  return { chainId, run: (signer) => call(info, { ...rest, data, funded }, signer) };
}

interface OwnTransaction {
  readonly to?: Hex;
  readonly data: Hex;
  readonly value?: bigint | undefined;
  readonly gasLimit?: bigint | undefined;
}

/** A transaction of the account's own, whatever it does. */
function submitted(
  { l1, chains }: ProjectCalls["info"],
  chainId: number,
  { to, data, value = 0n, gasLimit: gas }: OwnTransaction,
): PreparedAct {
  const member = [l1, ...chains].find((each) => each.chainId === chainId) ?? l1;
  const called = to === undefined ? { data } : { to, data };
  if (gas !== undefined) return { chainId, unchecked: { ...called, valueWei: value, gasLimit: gas } };
  return { chainId, run: async (signer) => submit(await senderOn(signer, member), { ...called, value }) };
}

/** Action of the council: any account submits the signatures of its members. */
function signedAct(
  councilAct: CouncilAct,
  signed: Omit<Parameters<typeof bringSignedAct>[1], "act" | "chain"> & { readonly chain: string | number },
  info: ProjectCalls["info"],
): PreparedAct {
  return {
    chainId: below(info, signed.chain),
    run: (signer) => bringSignedAct(info, { ...signed, act: councilAct }, signer),
  };
}

function idOf(info: ProjectCalls["info"], named: unknown): number {
  return Number(memberNamed({ info: () => info }, named));
}

/** Settlement layer of the chain. */
function below(info: ProjectCalls["info"], named: string | number): number {
  return ecosystemOf(info, findChain(info, named)).l1.chainId;
}

const NOT_EXECUTED = {
  committed: "its batch is committed and not executed yet: ask again when L1 has executed it",
  proven: "its batch is proven and not executed yet: ask again when L1 has executed it",
};

const NOT_CLAIMABLE: Readonly<Record<FinalizedWithdrawal["state"], string>> = {
  unknown: "L1 knows no such withdrawal yet: its batch is not committed, or the hash is another message's",
  ...NOT_EXECUTED,
  paidBefore: "it is paid already",
  paid: "it is paid already",
};

const NOT_EXECUTABLE: Readonly<Record<ExecutedL1Call["state"], string>> = {
  unknown: "L1 knows no such call yet: its batch is not committed, or the hash or the sender is another's",
  ...NOT_EXECUTED,
  executedBefore: "it is made already",
  executed: "it is made already",
  expired: "its last second has passed",
  canceled: "its sender has taken it back",
};

/** Why an act has no transaction. */
function nothingToSign<State extends string>(
  code: string,
  subject: string,
  reasons: Readonly<Record<State, string>>,
  state: State,
): RpcError {
  return new RpcError(RpcCode.rejected, `this ${subject}: ${reasons[state]}`, { code, state });
}
