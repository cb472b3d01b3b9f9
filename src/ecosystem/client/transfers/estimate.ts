import { getBytes, JsonRpcApiProvider, toQuantity, ZeroHash, type Provider, type TransactionRequest } from "ethers";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { PREDEPLOYS } from "../../../ground/protocol/predeploys.ts";
import { requireRoute, type CallRequest } from "../calls/call.ts";
import { l1AccountOf } from "../calls/chain-accounts.ts";
import { formatChainAddress, parseAccount, parseChainAddress, type ChainAddress } from "../ecosystem/chain-address.ts";
import { ClientError } from "../ecosystem/client-error.ts";
import { assetRouter, callbackRecipient, interopHandler } from "../sending/contract-interfaces.ts";
import { findChain, memberName, type Ecosystem } from "../ecosystem/ecosystem.ts";
import { revertReason, type ContractNames } from "../sending/revert-reason.ts";
import { paymentOf, tokenHere } from "../tokens/payment.ts";
import { findMember, routeOf, type Route } from "../ecosystem/route.ts";
import { requireRecipient, type SendRequest } from "./send.ts";
import { wayDown } from "../ecosystem/settlement-base.ts";
import { refusalOf } from "../sending/submit.ts";
import { ETHER, findToken, l1TokenOf, type ChainToken } from "../tokens/token.ts";
import { requireWithdrawable } from "../messages/withdraw.ts";

/** A member's provider, by chain id. */
export type ProviderOf = (chainId: number) => Provider;

/** A call to estimate: `sender` calls it, an account or a contract of the sending chain. */
export interface CallToEstimate extends Omit<CallRequest, "gasLimit" | "callback"> {
  readonly sender: string;
}

/** Gas of a call on the present state. Add a margin if the state may change before its delivery. */
export interface CallEstimate {
  /** The least `gasLimit` with which the call succeeds: making the sender's account, if it is new, and paying tokens included. */
  readonly gasLimit: bigint;
  /** The least `callback.gasLimit` with which the sender takes the answer; undefined where it takes none, as accounts do not. */
  readonly callbackGasLimit: bigint | undefined;
}

/** A send to estimate. */
export interface SendToEstimate extends SendRequest {
  /** The account that sends; needed for a token that stays on its member. */
  readonly sender?: string | undefined;
}

/** Gas of a send on its destination. */
export interface SendEstimate {
  /** Gas of paying the amount out there, with the token's contract if it is new; checking a proof comes on top. */
  readonly deliveryGas: bigint;
  /** Maximum gas of the claim of a withdrawal, with proof and payment; undefined for other sends. */
  readonly claimGas: bigint | undefined;
}

/**
 * Gas of a claim in addition to its payment: its transaction, its proof, the record of the claim, and 34,000
 * for a payment of coins to an account without any, which a plain payment does not cost.
 */
const CLAIM_BESIDE_PAYMENT = 135_000n;

/** Values for the estimate of a bundle that does not exist yet. */
const ESTIMATED_BUNDLE = { nonce: 0n, valueMessageHash: ZeroHash, executionAddress: PREDEPLOYS.InteropHandler };

/**
 * Estimates a call of a contract by running it there on the newest state, between chains as the interop handler would. Of a call
 * through a queue, or to L1, the sender's account there must have the value already: what the call brings is not there yet.
 * Throws ClientError Failed with the reason where it would fail.
 */
export async function estimateCall(
  ecosystem: Ecosystem,
  request: CallToEstimate,
  providerOf: ProviderOf,
  names?: Pick<ContractNames, "error">,
): Promise<CallEstimate> {
  const source = findMember(ecosystem, request.chain);
  const to = parseChainAddress(ecosystem, request.to);
  const route = callRoute(ecosystem, request);
  if (route !== "transfer") return estimateDirect(ecosystem, request, providerOf(to.chainId), names);
  const [here, there] = [providerOf(source.chainId), providerOf(to.chainId)];
  const data = await handlerCall(ecosystem, request, here);
  const run = { from: PREDEPLOYS.InteropHandler, to: PREDEPLOYS.InteropHandler, data };
  const gasLimit = await gasOfRun(run, there).catch((error: unknown) => {
    throw wouldFail(error, `the call of ${formatChainAddress(ecosystem, to)}`, names);
  });
  const result = await there.call(run);
  const answer = callbackRecipient.encodeFunctionData("onInteropResult", [ZeroHash, true, result]) as Hex;
  const sender = parseAccount(request.sender);
  const hasCode = (await here.getCode(sender)) !== "0x";
  const callback = { from: PREDEPLOYS.InteropHandler, to: sender, data: answer };
  // Contracts that know only hashes of what they sent refuse this one, which was never sent.
  const callbackGasLimit = hasCode ? await gasOfRun(callback, here).catch(() => undefined) : undefined;
  return { gasLimit, callbackGasLimit };
}

async function estimateDirect(
  ecosystem: Ecosystem,
  request: CallToEstimate,
  there: Provider,
  names: Pick<ContractNames, "error"> | undefined,
): Promise<CallEstimate> {
  const gasLimit = await there.estimateGas(directRun(ecosystem, request)).catch((error: unknown) => {
    throw wouldFail(error, `the call of ${formatChainAddress(ecosystem, parseChainAddress(ecosystem, request.to))}`, names);
  });
  return { gasLimit, callbackGasLimit: undefined };
}

/** Route of a call; "withdrawal" for every call to a lower layer. Throws as `requireRoute`. */
function callRoute(ecosystem: Ecosystem, request: CallToEstimate): Route {
  const { chainId: from } = findMember(ecosystem, request.chain);
  const { chainId: to } = parseChainAddress(ecosystem, request.to);
  const route = wayDown(ecosystem, from, to).length > 0 ? "withdrawal" : routeOf(ecosystem, from, to);
  requireRoute(request, route);
  return route;
}

/** A call that no bundle carries, as the sender's account there makes it. */
function directRun(ecosystem: Ecosystem, request: CallToEstimate): Run & { readonly from: Hex; readonly value: bigint } {
  const to = parseChainAddress(ecosystem, request.to);
  const { chain, sender, data, value = 0n } = request;
  const isDown = callRoute(ecosystem, request) === "withdrawal";
  const from = isDown ? l1AccountOf(ecosystem, { chain, sender, on: to.chainId }) : parseAccount(sender);
  return { from, to: to.account, data, value };
}

/**
 * Runs a call of a contract on another member there once, on the newest state, and sends nothing. What the call brings is taken
 * to be there. Throws ClientError Failed with the reason where it would fail.
 */
export async function checkCall(
  ecosystem: Ecosystem,
  request: CallToEstimate,
  providerOf: ProviderOf,
  names?: Pick<ContractNames, "error">,
): Promise<void> {
  const to = parseChainAddress(ecosystem, request.to);
  const there = providerOf(to.chainId);
  const tried =
    callRoute(ecosystem, request) === "transfer"
      ? there.call({
          from: PREDEPLOYS.InteropHandler,
          to: PREDEPLOYS.InteropHandler,
          data: await handlerCall(ecosystem, request, providerOf(findChain(ecosystem, request.chain).chainId)),
        })
      : callWithMoney(directRun(ecosystem, request), there);
  await tried.catch((error: unknown) => {
    throw wouldFail(error, `the call of ${formatChainAddress(ecosystem, to)}`, names);
  });
}

/**
 * Calls with the value in the caller's account, also before the value arrives. Skips the call if a node does
 * not accept state overrides.
 */
async function callWithMoney(run: Run & { readonly from: Hex; readonly value: bigint }, there: Provider): Promise<void> {
  const { from, to, data, value } = run;
  if ((await there.getBalance(from)) >= value) return void (await there.call(run));
  if (!(there instanceof JsonRpcApiProvider)) return;
  const money = { [from]: { balance: toQuantity(value) } };
  await there.send("eth_call", [{ from, to, data, value: toQuantity(value) }, "latest", money]);
}

/**
 * Estimates what paying a send out takes on its destination, on any route, and what the claim of a withdrawal takes. Throws
 * ClientError Failed where it would be refused there, NotWithdrawable for a token that L1 cannot pay.
 */
export async function estimateSend(ecosystem: Ecosystem, request: SendToEstimate, providerOf: ProviderOf): Promise<SendEstimate> {
  const { chainId } = findMember(ecosystem, request.chain);
  const to = parseChainAddress(ecosystem, request.to);
  requireRecipient(ecosystem, to);
  const run = await payout(ecosystem, { ...request, chain: chainId, to }, providerOf);
  const deliveryGas = await gasOfRun(run, providerOf(to.chainId)).catch((error: unknown) => {
    throw wouldFail(error, `the delivery on ${memberName(ecosystem, to.chainId)}`);
  });
  const isClaimed = routeOf(ecosystem, chainId, to.chainId) === "withdrawal";
  return { deliveryGas, claimGas: isClaimed ? CLAIM_BESIDE_PAYMENT + deliveryGas : undefined };
}

type Run = TransactionRequest & { readonly data: Hex };

interface Order extends Omit<SendToEstimate, "chain" | "to"> {
  readonly chain: number;
  readonly to: ChainAddress;
}

/** Payout of a send on its destination, as a call of the account that makes it there. */
async function payout(ecosystem: Ecosystem, order: Order, providerOf: ProviderOf): Promise<Run> {
  const { chain, to, amount } = order;
  const route = routeOf(ecosystem, chain, to.chainId);
  if (route === "payment") return paymentRun(ecosystem, order, providerOf(chain));
  const { originChainId, originToken } = await originOf(ecosystem, chain, to.chainId, order.token, providerOf);
  if (route === "withdrawal") {
    requireWithdrawable(ecosystem, originChainId, originToken);
    return { data: "0x", ...paymentOf(to.account, amount, originToken), from: ecosystem.l1.contracts.bridge };
  }
  const data = assetRouter.encodeFunctionData("release", [originChainId, originToken, to.account, amount]) as Hex;
  return { from: PREDEPLOYS.InteropHandler, to: PREDEPLOYS.L2AssetRouter, data };
}

async function paymentRun(ecosystem: Ecosystem, { chain, to, amount, token, sender }: Order, provider: Provider): Promise<Run> {
  const address = await tokenHere(ecosystem, chain, token, provider);
  if (address !== undefined && sender === undefined)
    throw new TypeError("the estimate of a token's payment on one member needs its sender");
  // Bridge and reserve have coins in any case.
  const rich = chain === ecosystem.l1.chainId ? ecosystem.l1.contracts.bridge : PREDEPLOYS.L2BaseToken;
  return { data: "0x", ...paymentOf(to.account, amount, address), from: sender === undefined ? rich : parseAccount(sender) };
}

/** Origin of a send's token. */
async function originOf(
  ecosystem: Ecosystem,
  from: number,
  destination: number,
  token: string | undefined,
  providerOf: ProviderOf,
): Promise<Pick<ChainToken, "originChainId" | "originToken">> {
  if (from !== ecosystem.l1.chainId) return findToken(ecosystem, findChain(ecosystem, from), token, providerOf(from));
  const originToken = l1TokenOf(findChain(ecosystem, destination), token ?? ETHER);
  return { originChainId: ecosystem.l1.chainId, originToken };
}

/** Call of the handler for the bundle, between taking its assets and marking it. */
async function handlerCall(ecosystem: Ecosystem, request: CallToEstimate, here: Provider): Promise<Hex> {
  const source = findChain(ecosystem, request.chain);
  const { chainId, account } = parseChainAddress(ecosystem, request.to);
  const { value = 0n, reward = 0n, tokens = [] } = request;
  const carried = { kind: 2, destinationChainId: chainId, sender: request.sender, nonce: 0n };
  const baseToken = l1TokenOf(findChain(ecosystem, chainId), undefined);
  const assets: unknown[] = [];
  const hasValue = value + reward > 0n;
  if (hasValue) {
    const origin = { originChainId: ecosystem.l1.chainId, originToken: baseToken };
    assets.push({ ...carried, ...origin, amount: value + reward, recipient: PREDEPLOYS.InteropHandler });
  }
  for (const { token, amount } of tokens) {
    const { originChainId, originToken } = await findToken(ecosystem, source, token, here);
    assets.push({ ...carried, originChainId, originToken, amount, recipient: PREDEPLOYS.InteropHandler });
  }
  const sender = parseAccount(request.sender);
  const bundle = {
    ...ESTIMATED_BUNDLE,
    sourceChainId: source.chainId,
    destinationChainId: chainId,
    sender,
    calls: [{ fromAccount: request.asMessage !== true, to: account, value, data: request.data }],
    ...(hasValue ? { valueMessageHash: `0x${"01".padStart(64, "0")}` } : {}),
    value,
    relayerReward: reward,
    tokens: tokens.map(({ recipient }) => ({ messageHash: ZeroHash, recipient: parseAccount(recipient) })),
    gasLimit: 0n,
    refundRecipient: parseAccount(request.refundTo ?? sender),
    // Not 0, so that what the calls return is kept: a callback needs it, and it costs little.
    callbackGasLimit: 1n,
    callbackReward: 0n,
    expiresAt: 0n,
  };
  return interopHandler.encodeFunctionData("executeCalls", [ZeroHash, bundle, assets]) as Hex;
}

/** Minimum gas of the run as a call of a contract, without the base cost of a transaction. */
async function gasOfRun(run: Run, provider: Provider): Promise<bigint> {
  const bytes = getBytes(run.data);
  const zeros = bytes.filter((byte) => byte === 0).length;
  const gas = await provider.estimateGas(run);
  return gas - TRANSACTION_GAS - ZERO_BYTE_GAS * BigInt(zeros) - OTHER_BYTE_GAS * BigInt(bytes.length - zeros);
}

/** EIP-2028. */
const [TRANSACTION_GAS, ZERO_BYTE_GAS, OTHER_BYTE_GAS] = [21_000n, 4n, 16n];

function wouldFail(error: unknown, subject: string, names?: Pick<ContractNames, "error">): unknown {
  const refusal = refusalOf(error);
  if (refusal === undefined) return error;
  const message = `${subject} would fail: it reverts ${revertReason(refusal.data, names)}`;
  return new ClientError("Failed", message, { data: refusal.data }, { cause: error });
}
