import type { RpcClient } from "../../../../chain/rpc/request/dispatch.ts";
import { RpcCode, RpcError } from "../../../../chain/rpc/request/json-rpc.ts";
import {
  callsOf,
  failedUserCall,
  repeatCall,
  repeatedCall,
  solidityLines,
  type AskRemote,
  type CallFrame,
} from "../../../client/sending/remote-failure.ts";
import { shortData } from "../../../../ground/errors/short-data.ts";
import { revertReason, withoutArguments, type ContractNames } from "../../../client/sending/revert-reason.ts";
import type { Hex } from "../../../../ground/protocol/hex.ts";
import type { DevnetChain } from "../../chains/served-chain.ts";
import { decodingRoom } from "../books/decoding-room.ts";
import type { CallFailure, MessageInfo, MessageTrace, TracedCall } from "../books/ecosystem-info.ts";
import type { ProjectNames } from "../books/describe.ts";
import { endedBecause } from "../governing/ended-because.ts";
import { sentFrom } from "./sent-from.ts";
import { excerptOf } from "../books/source-excerpt.ts";

interface MessageTraceDependencies {
  readonly chains: () => readonly Pick<DevnetChain, "chainId" | "provider" | "answer">[];
  /** Names of errors and functions of the user's contracts. */
  readonly names: () => Promise<ProjectNames>;
}

/** Steps whose transactions run contracts that a user knows; a bundle is delivered and executed by one. */
const TRACED_STEPS = new Set(["initiated", "executed"]);

/**
 * One trace of a message over both chains: the calls of the transaction that sent it and of the one that executed it, and
 * why a call of it
 * failed. `client` asked. Transactions on L1 are not traced. Rejects with RpcError TraceTooLarge, or a chain's error.
 */
export async function traceMessage(
  message: MessageInfo,
  client: RpcClient | undefined,
  { chains, names }: MessageTraceDependencies,
): Promise<MessageTrace> {
  const known = await names();
  const isDecoded = decodingRoom();
  const transactions = [];
  let failure: CallFailure | undefined;
  let sending: TracedOn | undefined;
  for (const { step, chainId, transactionHash } of message.steps) {
    const chain = chains().find((each) => Number(each.chainId) === chainId);
    if (!TRACED_STEPS.has(step) || chain === undefined) continue;
    const calls = await callsOf((method, params) => chain.answer(method, params, client), transactionHash);
    transactions.push({ step, chainId, transactionHash, calls: named(calls, { contractNames: known, isDecoded }) });
    if (step === "initiated") sending = { chain, calls, transactionHash };
    const failed = step === "executed" ? failedUserCall(calls) : undefined;
    if (failed !== undefined) failure = await explain(failed, { chain, transactionHash, projectNames: known });
  }
  if (failure === undefined) return { message, transactions };
  const from = sending && (await senderOf(sending, message, client, known));
  return { message, transactions, failure: from === undefined ? failure : { ...failure, sentFrom: from } };
}

interface TracedOn extends Pick<FailedOn, "chain" | "transactionHash"> {
  readonly calls: CallFrame;
}

/** Undefined where no contract of the project sent it. */
async function senderOf(
  { chain, calls, transactionHash }: TracedOn,
  { messageHash }: MessageInfo,
  client: RpcClient | undefined,
  projectNames: ProjectNames,
): Promise<CallFailure["sentFrom"]> {
  const ask: AskRemote = (method, params) => chain.answer(method, params, client);
  const stackTrace = await sentFrom({ calls, transactionHash, messageHash }, ask, projectNames);
  if (stackTrace.length === 0) return undefined;
  const source = await excerptOf(stackTrace, "", projectNames.source);
  return { chainId: Number(chain.chainId), stackTrace, ...(source === undefined ? {} : { source }) };
}

interface FailedOn {
  readonly chain: ReturnType<MessageTraceDependencies["chains"]>[number];
  readonly transactionHash: MessageInfo["messageHash"];
  readonly projectNames: ProjectNames;
}

/** Reason why a transaction of a chain failed; null if it did not. Rejects with RpcError, and with the chain's error. */
export async function failureOf(
  { chainId, transactionHash }: Pick<MessageInfo["steps"][number], "chainId" | "transactionHash">,
  client: RpcClient | undefined,
  { chains, names }: MessageTraceDependencies,
): Promise<CallFailure | null> {
  const chain = chains().find((each) => Number(each.chainId) === chainId);
  if (chain === undefined) throw new RpcError(RpcCode.invalidParams, "only transactions of chains are explained");
  const calls = await callsOf((method, params) => chain.answer(method, params, client), transactionHash);
  return calls.error === undefined ? null : explain(calls, { chain, transactionHash, projectNames: await names() });
}

async function explain(failed: CallFrame, { chain, transactionHash, projectNames }: FailedOn): Promise<CallFailure> {
  const ask: AskRemote = (method, params) => chain.provider.request({ method, params });
  const { blockNumber } = (await ask("eth_getTransactionReceipt", [transactionHash])) as { readonly blockNumber: string };
  const data = failed.output ?? "0x";
  const stackTrace = (await failsHarmlessly(failed, chain, Number(blockNumber)))
    ? solidityLines(await repeatCall(ask, failed, Number(blockNumber)))
    : [];
  const reason = endedBecause(failed) ?? revertReason(data, projectNames);
  const source = await excerptOf(stackTrace, reason, projectNames.source);
  return {
    chainId: Number(chain.chainId),
    contract: failed.to ?? "0x",
    call: projectNames.call(failed.input) ?? failed.input,
    data,
    reason,
    stackTrace,
    ...(source === undefined ? {} : { source }),
  };
}

/**
 * True if the engine may repeat the call, for the lines in its error. Alone and in another state the call may do
 * something that it did not do in its transaction, and its author may want it to end this process; so the chain's thread
 * for questions runs it before, in the very state, and distinguishes a revert from code that the engine must not run.
 */
async function failsHarmlessly(call: CallFrame, { answer }: FailedOn["chain"], blockNumber: number): Promise<boolean> {
  return answer("eth_estimateGas", repeatedCall(call, blockNumber), undefined).then(
    () => false,
    (error: unknown) => error instanceof RpcError && error.code === RpcCode.reverted,
  );
}

interface Naming {
  readonly contractNames: ContractNames;
  /** Whether there is room for these bytes, which are then counted: strangers' contracts choose what they call with. */
  readonly isDecoded: (data: Hex) => boolean;
}

/** The frame with its call and its failure as text. */
function named(frame: CallFrame, naming: Naming): TracedCall {
  const { calls = [], ...rest } = frame;
  const call = callText(frame.input, naming);
  return {
    ...rest,
    ...(call === undefined ? {} : { call }),
    ...(frame.error === undefined ? {} : { reason: endedBecause(frame) ?? reasonText(frame.output ?? "0x", naming) }),
    ...(calls.length === 0 ? {} : { calls: calls.map((each) => named(each, naming)) }),
  };
}

function callText(input: Hex, { contractNames, isDecoded }: Naming): string | undefined {
  const functionName = contractNames.functionName(input);
  // What no contract has, such as the code of a new one, takes no room.
  if (functionName === undefined) return undefined;
  return isDecoded(input) ? contractNames.call(input) : withoutArguments(functionName);
}

function reasonText(output: Hex, { contractNames, isDecoded }: Naming): string {
  return output === "0x" || isDecoded(output) ? revertReason(output, contractNames) : `with ${shortData(output)}`;
}
