import type { Provider, Signer } from "ethers";
import {
  AssetMessageKind,
  ASSET_ROUTER_ADDRESS,
  BASE_TOKEN_ADDRESS,
  decodeAssetMessage,
} from "../../../ground/protocol/asset-message.ts";
import { fromHex, keccak, wordToHex, type Hex } from "../../../ground/protocol/hex.ts";
import { chainAccountAddress, decodeL1Call, type L1Call } from "../../../ground/protocol/l1-call.ts";
import { PREDEPLOYS } from "../../../ground/protocol/predeploys.ts";
import { proveWithdrawal } from "../../relayer/inclusion-proof.ts";
import type { L1View, MessagePlace } from "../../../chain/settlement-layer/reader/l1-view.ts";
import { DEFAULT_BLOCKS_PER_PAGE, readLogs } from "../../../chain/settlement-layer/reader/log-pages.ts";
import { chainAccountsContract, l1AccountOf } from "./chain-accounts.ts";
import { parseAccount } from "../ecosystem/chain-address.ts";
import { ClientError } from "../ecosystem/client-error.ts";
import { chainAccounts, messenger, topicOf } from "../sending/contract-interfaces.ts";
import type { SentL1Call } from "./direct-call.ts";
import { putOnLayer } from "../sending/deployed-contract.ts";
import { findChain, type ChainName, type Ecosystem } from "../ecosystem/ecosystem.ts";
import { revertReason, type ContractNames } from "../sending/revert-reason.ts";
import { ecosystemOf } from "../ecosystem/settlement-base.ts";
import { senderOn, submit, type Sender } from "../sending/submit.ts";
import { ETHER } from "../tokens/token.ts";
import { finalizeWithdrawal, findWithdrawal, viewL1 } from "../messages/withdraw.ts";

/** Identity of a call on L1, which the result of `call` contains. */
export interface L1CallName {
  readonly chain: ChainName;
  readonly sender: string;
  readonly messageHash: Hex;
}

/**
 * State of a call on L1. `ready`: its batch is executed, and any account can execute the call. `expired`: its
 * last second passed without the call. `canceled`: its sender has canceled it.
 */
export type L1CallState = "unknown" | "committed" | "proven" | "ready" | "expired" | "canceled" | "executed";

/** Call on L1, and its state. */
export interface FoundL1Call {
  readonly state: L1CallState;
  /** Undefined where the state is unknown. */
  readonly place: MessagePlace | undefined;
  readonly call: L1Call | undefined;
  /** The transaction on L1 that made it. */
  readonly transactionHash: Hex | undefined;
}

/** Result of executing a call on L1. */
export type ExecutedL1Call =
  | { readonly state: "executed"; readonly l1TransactionHash: Hex }
  /** Nothing was sent: an account has had it made. */
  | { readonly state: "executedBefore"; readonly l1TransactionHash: Hex | undefined }
  /** Nothing was sent: the call is not executable yet, or is final. */
  | { readonly state: Exclude<L1CallState, "ready" | "executed"> };

const PROGRESS: readonly L1CallState[] = ["ready", "proven", "committed", "executed", "expired", "canceled"];
const NOTHING_FOUND: FoundL1Call = { state: "unknown", place: undefined, call: undefined, transactionHash: undefined };

/**
 * The call of this name that can be made soonest, by what `view` has read. Calls for another L1, another ecosystem or another
 * version of the contract there are unknown. A validium's are known once their bodies were brought (`L1View.bringBody`).
 */
export async function findL1Call(all: Ecosystem, name: L1CallName, view: L1View, l1: Provider): Promise<FoundL1Call> {
  const chain = findChain(all, name.chain);
  const ecosystem = ecosystemOf(all, chain);
  const layer = { chainId: BigInt(ecosystem.l1.chainId), factory: ecosystem.l1.contracts.factory };
  let soonest = NOTHING_FOUND;
  for (const place of view.messages(BigInt(chain.chainId), parseAccount(name.sender), name.messageHash)) {
    const call = callFor(layer, place.body);
    if (call === undefined) continue;
    const found = { place, call, ...(await l1CallStanding(call, place, l1)) };
    if (soonest.place === undefined || PROGRESS.indexOf(found.state) < PROGRESS.indexOf(soonest.state)) soonest = found;
  }
  return soonest;
}

/** The call that a message asks of an L1 with this factory; undefined for any other message. */
export function callFor(
  { chainId, factory }: { readonly chainId: bigint; readonly factory: Hex },
  body: Uint8Array,
): L1Call | undefined {
  const call = decodeL1Call(body);
  return call?.l1ChainId === chainId && call.accounts === chainAccountsContract(factory).address ? call : undefined;
}

/** A call that another call sends on. */
export interface OnwardCall {
  readonly name: SentL1Call;
  readonly body: Uint8Array;
}

/**
 * The call that follows on the next layer, where a call of a sender on a chain has its account send one on; undefined for any
 * other message. What it says is checked on each layer: here it is only read.
 */
export function onwardCall(
  all: Ecosystem,
  { chain: name, sender }: Pick<L1CallName, "chain" | "sender">,
  message: Uint8Array,
): OnwardCall | undefined {
  const chain = findChain(all, name);
  const call = decodeL1Call(message);
  if (call?.to !== PREDEPLOYS.L1Messenger || chain.settlesOn === undefined) return undefined;
  const body = sentBody(call.data);
  const below = findChain(all, chain.settlesOn.chainId);
  const { l1 } = ecosystemOf(all, below);
  const layer = { chainId: BigInt(l1.chainId), factory: l1.contracts.factory };
  if (body === undefined || callFor(layer, body) === undefined) return undefined;
  const account = l1AccountOf(all, { chain: chain.chainId, sender });
  return { name: { chain: below.chainId, sender: account, messageHash: keccak(body) }, body };
}

function sentBody(data: Hex): Uint8Array | undefined {
  try {
    const [body] = messenger.decodeFunctionData("sendToL1", data) as unknown as readonly [string];
    return fromHex(body);
  } catch {
    return undefined;
  }
}

/** Reads the state of a call, from its position and from the contract on L1. */
async function l1CallStanding(
  { accounts, lastSecond }: L1Call,
  { batch, index, sender }: MessagePlace,
  l1: Provider,
): Promise<Pick<FoundL1Call, "state" | "transactionHash">> {
  const still = (state: L1CallState) => ({ state, transactionHash: undefined });
  if (batch.executed === undefined) return still(batch.proven === undefined ? "committed" : "proven");
  const account = chainAccountAddress(accounts, batch.chainId, sender);
  const data = chainAccounts.encodeFunctionData("isClosed", [account, batch.batchNumber, index]);
  // The contract does not exist until the first call is made.
  const answer = await l1.call({ to: accounts, data });
  if (answer === "0x" || BigInt(answer) === 0n) {
    const now = BigInt((await l1.getBlock("latest"))?.timestamp ?? 0);
    return still(now > lastSecond ? "expired" : "ready");
  }
  const topics = [EXECUTED, wordToHex(BigInt(account)), wordToHex(batch.batchNumber), wordToHex(BigInt(index))];
  const question = { address: accounts, topics, fromBlock: batch.executed.blockNumber, toBlock: await l1.getBlockNumber() };
  const [log] = await readLogs(l1, question, DEFAULT_BLOCKS_PER_PAGE);
  return log === undefined ? still("canceled") : { state: "executed", transactionHash: log.transactionHash as Hex };
}

const EXECUTED = topicOf(chainAccounts, "CallExecuted");
/** Topics of the events on L1 with which calls end. */
export const L1_CALL_ENDS = { executed: EXECUTED, canceled: topicOf(chainAccounts, "CallCanceled") } as const;

/**
 * Executes the call of a sender on a chain; any account may. It first claims withdrawals to the sender's
 * account that the call's value needs, and deploys the contract that makes the calls if it is missing.
 * `signer` is on L1, or on the chain's settlement layer, and pays the gas. Pass `view` to spare reading L1
 * from the start. Throws ClientError: Failed with the reason if the call would revert, after which a retry is
 * possible; InsufficientFunds if the account cannot pay the call's value.
 */
export async function executeL1Call(
  all: Ecosystem,
  name: L1CallName,
  signer: Signer,
  view?: L1View,
  names?: Pick<ContractNames, "error">,
): Promise<ExecutedL1Call> {
  const chain = findChain(all, name.chain);
  const ecosystem = ecosystemOf(all, chain);
  const sender = await senderOn(signer, ecosystem.l1);
  const seen = view ?? viewL1(ecosystem, sender.provider);
  await seen.poll();
  const { state, place, call, transactionHash } = await findL1Call(ecosystem, name, seen, sender.provider);
  if (state === "executed") return { state: "executedBefore", l1TransactionHash: transactionHash };
  if (state !== "ready") return { state };
  const proof = place === undefined ? undefined : proveWithdrawal(place);
  if (call === undefined || place === undefined || proof === undefined)
    throw new Error(`call ${name.messageHash} of ${chain.name} is ready and cannot be proven`);
  await bringValue(ecosystem, { call, place }, sender, seen);
  await putOnLayer(chainAccountsContract(ecosystem.l1.contracts.factory), sender);
  const { chainId, l2BatchNumber, l2MessageIndex, l2Sender, message: data, merkleProof } = proof;
  const message = { txNumberInBatch: 0, sender: l2Sender, data };
  const execution = [chainId, l2BatchNumber, l2MessageIndex, message, merkleProof];
  const transaction = { to: call.accounts, data: chainAccounts.encodeFunctionData("execute", execution) };
  const receipt = await submit(sender, transaction).catch((error: unknown) => {
    throw wouldFail(error, call, ecosystem, names) ?? error;
  });
  return { state: "executed", l1TransactionHash: receipt.hash as Hex };
}

/**
 * Maximum withdrawals that one call claims. A sender could have sent thousands, for other accounts to claim.
 */
const MOST_CLAIMS = 8;

/** Claims what the sender itself has withdrawn to its account, the largest first, where that lets the account pay. */
async function bringValue(
  ecosystem: Ecosystem,
  { call, place: { batch, sender: caller } }: { readonly call: L1Call; readonly place: MessagePlace },
  { provider, signer }: Sender,
  view: L1View,
): Promise<void> {
  const { chainId: chain } = batch;
  const account = chainAccountAddress(call.accounts, chain, caller);
  const balance = await provider.getBalance(account);
  const ready: Hex[] = [];
  let brought = balance;
  for (const { messageHash, amount } of withdrawalsTo(account, chain, caller, view)) {
    if (brought >= call.value || ready.length === MOST_CLAIMS) break;
    const { state } = await findWithdrawal(ecosystem, { chain, messageHash }, view, provider);
    if (state !== "ready") continue;
    ready.push(messageHash);
    brought += amount;
  }
  if (brought < call.value) throw lacksValue(ecosystem, account, balance, call.value);
  for (const messageHash of ready) await finalizeWithdrawal(ecosystem, { chain, messageHash }, signer, view);
}

function lacksValue({ l1 }: Ecosystem, address: Hex, balance: bigint, needed: bigint): ClientError {
  const message =
    `the call pays ${needed} wei with ${address}, which has ${balance} on ${l1.name}: withdraw what is missing to it, wait until ` +
    `what was withdrawn is settled, or claim it yourself where it came in more than ${MOST_CLAIMS} withdrawals`;
  return new ClientError("InsufficientFunds", message, { address, balance, needed });
}

/** The largest first. Others' withdrawals to the account are left: a stranger could send thousands. */
function withdrawalsTo(
  account: Hex,
  chainId: bigint,
  caller: Hex,
  view: L1View,
): readonly { readonly messageHash: Hex; readonly amount: bigint }[] {
  const found = [ASSET_ROUTER_ADDRESS, BASE_TOKEN_ADDRESS].flatMap((from) =>
    view.messagesOf(chainId, from).flatMap(({ body }) => {
      const transfer = decodeAssetMessage(body);
      const isOwn = transfer?.kind === AssetMessageKind.withdrawal && transfer.sender === caller;
      if (!isOwn || transfer.recipient !== account || transfer.originToken !== ETHER) return [];
      return [{ messageHash: keccak(body), amount: transfer.amount }];
    }),
  );
  return found.toSorted((a, b) => (a.amount < b.amount ? 1 : -1));
}

function wouldFail(
  error: unknown,
  { to, lastSecond }: L1Call,
  { l1 }: Ecosystem,
  names: Pick<ContractNames, "error"> | undefined,
): ClientError | undefined {
  if (!(error instanceof ClientError) || error.details["error"] !== "CallFailed") return undefined;
  const [data] = error.details["args"] as readonly [Hex];
  const message = `the call of ${to} on ${l1.name} reverts there ${revertReason(data, names)}; it can be tried again until second ${lastSecond} of its clock`;
  return new ClientError("Failed", message, { data, lastSecond }, { cause: error });
}
