import type { Provider, Signer, TransactionReceipt } from "ethers";
import { PREDEPLOYS } from "../../../ground/protocol/predeploys.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { callByBundle, type CallRequest } from "../calls/call.ts";
import {
  formatChainAddress,
  parseAccount,
  parseChainAddress,
  type ChainAddress,
  type ChainAddressLike,
} from "../ecosystem/chain-address.ts";
import { ClientError } from "../ecosystem/client-error.ts";
import { interopHandler, remoteSwap, swapPurse, swapRouter } from "../sending/contract-interfaces.ts";
import { findChain, type ChainName, type Ecosystem } from "../ecosystem/ecosystem.ts";
import { checkCall, type ProviderOf } from "./estimate.ts";
import { hasRemoteSwap, REMOTE_SWAP_ADDRESS } from "./remote-swap-contract.ts";
import type { ContractNames } from "../sending/revert-reason.ts";
import { requireOther } from "../ecosystem/route.ts";
import type { SentMessage } from "../messages/sent-messages.ts";
import { positive, refusalInWords, refusalOf, senderOn } from "../sending/submit.ts";
import { findToken, tokenThere, type ChainToken } from "../tokens/token.ts";

/** A swap on another chain. What is given leaves the sending chain, and what it brings goes to `to`. */
export interface SwapRequest {
  /** Sending chain. */
  readonly chain: ChainName;
  /** A router of Uniswap v2's kind on another chain: `0x…@chain`, ERC-7930 bytes, or the parts. */
  readonly at: ChainAddressLike;
  /** Smallest units of what is given. */
  readonly amount: bigint;
  /** Address of the given token on the sending chain or on L1; default: the sending chain's base token. */
  readonly token?: string | undefined;
  /** Address of the received token on the router's chain or on L1; default: that chain's base token. */
  readonly wanted?: string | undefined;
  /** Tokens of the router's chain between the two, in order; default: none, one pool has both. */
  readonly via?: readonly string[] | undefined;
  /** Minimum proceeds, in smallest units; default: the router's present quote, less `slippage`. */
  readonly minimum?: bigint | undefined;
  /**
   * Hundredths of a percent by which the price may fall until the swap is made; default 50. No effect
   * together with `minimum`.
   */
  readonly slippage?: number | undefined;
  /** Last second, by the clock of the router's chain, at which the swap is made; default: an hour after its newest block. */
  readonly deadline?: bigint | undefined;
  /** Recipient of the proceeds, on any chain or L1; default: the sender, on the sending chain. */
  readonly to?: ChainAddressLike | undefined;
  /** Base token of the router's chain for the account that brings the order there. */
  readonly reward?: bigint | undefined;
  /** Gas of the swap there; default 2,000,000. What is not used is not paid. */
  readonly gasLimit?: bigint | undefined;
  /** Recipient of the refund after a failed swap, on the sending chain; default: the sender. */
  readonly refundTo?: string | undefined;
}

/** A swap to estimate: `sender` asks for it, an account or a contract of the sending chain. */
export interface SwapToEstimate extends SwapRequest {
  readonly sender: string;
}

/** Proceeds of a swap on the present state. */
export interface SwapEstimate {
  /** Present quote of the router, in smallest units of the received token. */
  readonly quoted: bigint;
  /** Minimum proceeds. With less the swap fails, and the given amount is refunded. */
  readonly minimum: bigint;
  /** Likewise after this second of the router's chain. */
  readonly deadline: bigint;
}

/** A swap on its way: the message is the order's, and carries what is given. */
export interface SentSwap extends SentMessage, SwapEstimate {
  /** The contract on the router's chain that swaps for the sender, and tells so. */
  readonly purse: Hex;
}

/** Amounts of an executed swap. */
export interface MadeSwap {
  readonly amountIn: bigint;
  readonly amountOut: bigint;
}

/**
 * Swap that a transaction made, from the events of the sender's purse; undefined if it made none, or several.
 */
export function madeSwap({ logs }: Pick<TransactionReceipt, "logs">, purse: Hex): MadeSwap | undefined {
  const made = logs.flatMap((log) => {
    // A router can tell the same of itself.
    const event = log.address.toLowerCase() === purse ? swapPurse.parseLog(log) : null;
    if (event === null) return [];
    return { amountIn: event.args["amountIn"] as bigint, amountOut: event.args["amountOut"] as bigint };
  });
  return made.length === 1 ? made[0] : undefined;
}

const DEFAULT_SLIPPAGE = 50;
const WHOLE = 10_000;
const DEFAULT_SECONDS = 3_600n;
const DEFAULT_GAS = 2_000_000n;

/**
 * Swaps on another chain, by one transaction of the signer. If the swap fails there, for its price, its
 * deadline or any other reason, the given amount is refunded on the sending chain. A token that originates on
 * the sending chain needs an approval first, as in `send`. `signer` is on the sending chain; `providerOf` is
 * asked for the router's. Throws ClientError; NoContract where that chain has no contract for swaps
 * (`deployRemoteSwap`), Failed where the swap would fail now.
 */
export async function swap(
  ecosystem: Ecosystem,
  request: SwapRequest,
  signer: Signer,
  providerOf: ProviderOf,
  names?: Pick<ContractNames, "error">,
): Promise<SentSwap> {
  const { address, provider } = await senderOn(signer, findChain(ecosystem, request.chain));
  const source = findChain(ecosystem, request.chain).chainId;
  const from = (chainId: number): Provider => (chainId === source ? provider : providerOf(chainId));
  const { order, ...planned } = await plan(ecosystem, { ...request, sender: address }, from, names);
  const sent = await callByBundle(ecosystem, order, signer);
  return { ...sent, ...planned };
}

/** Estimate of a swap's proceeds, and its bounds. Sends nothing. Throws ClientError as `swap` does. */
export async function estimateSwap(
  ecosystem: Ecosystem,
  request: SwapToEstimate,
  providerOf: ProviderOf,
  names?: Pick<ContractNames, "error">,
): Promise<SwapEstimate> {
  const { order: _, purse: _purse, ...estimate } = await plan(ecosystem, request, providerOf, names);
  return estimate;
}

/** The order as a call of the contract that swaps, and what it brings. */
async function plan(
  ecosystem: Ecosystem,
  request: SwapToEstimate,
  providerOf: ProviderOf,
  names: Pick<ContractNames, "error"> | undefined,
): Promise<SwapEstimate & { readonly order: CallRequest & { readonly sender: string }; readonly purse: Hex }> {
  const source = findChain(ecosystem, request.chain);
  const at = parseChainAddress(ecosystem, request.at);
  requireOther(source.chainId, at.chainId, ecosystem, "no swap");
  const amount = positive(request.amount, "swap");
  const there = providerOf(at.chainId);
  await requireRemoteSwap(ecosystem, at, there);
  const given = await findToken(ecosystem, source, request.token, providerOf(source.chainId));
  const router = findChain(ecosystem, at.chainId);
  const tokenIn = await tokenThere(ecosystem, given, router, there);
  const tokenOut = await findToken(ecosystem, router, request.wanted, there);
  const to = request.to === undefined ? { chainId: source.chainId, account: parseAccount(request.sender) } : request.to;
  const recipient = "chainId" in Object(to) ? (to as ChainAddress) : parseChainAddress(ecosystem, to as ChainAddressLike);

  const path = await pathOf(ecosystem, at, there, [tokenIn, ...(request.via ?? []), tokenOut]);
  const quoted = await quote(ecosystem, at, there, amount, path);
  const minimum = positive(request.minimum ?? lessSlippage(quoted, request.slippage ?? DEFAULT_SLIPPAGE), "swap's proceeds");
  const deadline = request.deadline ?? BigInt((await there.getBlock("latest"))?.timestamp ?? 0) + DEFAULT_SECONDS;
  const purse = await purseOf(source.chainId, parseAccount(request.sender), there);
  const data = remoteSwap.encodeFunctionData("swap", [
    {
      router: at.account,
      data: routerCall({ tokenIn, tokenOut, amount, minimum, path, to: purse, deadline }),
      tokenIn: tokenIn.address,
      amountIn: amount,
      tokenOut: tokenOut.address,
      minimumOut: minimum,
      deadline,
      chainId: recipient.chainId,
      recipient: recipient.account,
    },
  ]) as Hex;
  const order = {
    chain: request.chain,
    sender: request.sender,
    to: { chain: at.chainId, account: REMOTE_SWAP_ADDRESS },
    data,
    ...(tokenIn.isBase ? { value: amount } : { tokens: [{ token: given.address, amount, recipient: purse }] }),
    reward: request.reward,
    refundTo: request.refundTo,
    gasLimit: request.gasLimit ?? DEFAULT_GAS,
  };
  await checkCall(ecosystem, order, providerOf, names);
  return { quoted, minimum, deadline, order, purse };
}

async function requireRemoteSwap(ecosystem: Ecosystem, at: ChainAddress, there: Provider): Promise<void> {
  if (!(await hasRemoteSwap(there))) {
    const { name } = findChain(ecosystem, at.chainId);
    const message = `${name} has no contract for swaps of other chains at ${REMOTE_SWAP_ADDRESS}; deployRemoteSwap puts it there, once for all`;
    throw new ClientError("NoContract", message, { account: REMOTE_SWAP_ADDRESS, chainId: at.chainId });
  }
  if ((await there.getCode(at.account)) !== "0x") return;
  const message = `there is no router at ${formatChainAddress(ecosystem, at)}; check address and chain`;
  throw new ClientError("NoContract", message, { account: at.account, chainId: at.chainId });
}

type TokenThere = Pick<ChainToken, "address" | "isBase">;

/** Tokens of the pools in sequence. Pools have the wrapped coin in place of the coin. */
async function pathOf(
  ecosystem: Ecosystem,
  at: ChainAddress,
  there: Provider,
  tokens: readonly (TokenThere | string)[],
): Promise<readonly Hex[]> {
  const path: Hex[] = [];
  for (const token of tokens) {
    if (typeof token === "string") path.push(parseAccount(token));
    else if (!token.isBase) path.push(token.address);
    else {
      const [wrapped] = await ask(ecosystem, at, there, "WETH", []);
      path.push(String(wrapped).toLowerCase() as Hex);
    }
  }
  return path;
}

async function quote(
  ecosystem: Ecosystem,
  at: ChainAddress,
  there: Provider,
  amount: bigint,
  path: readonly Hex[],
): Promise<bigint> {
  const [amounts] = await ask(ecosystem, at, there, "getAmountsOut", [amount, path]);
  return (amounts as readonly bigint[]).at(-1) ?? 0n;
}

/**
 * Throws ClientError Failed if the router does not answer like one of Uniswap v2: it has no such pool, or is
 * another contract.
 */
async function ask(ecosystem: Ecosystem, at: ChainAddress, there: Provider, method: string, args: readonly unknown[]) {
  try {
    return swapRouter.decodeFunctionResult(
      method,
      await there.call({ to: at.account, data: swapRouter.encodeFunctionData(method, args) }),
    );
  } catch (error) {
    const refusal = refusalOf(error);
    const isAnswer = refusal !== undefined || (error instanceof Error && "code" in error && error.code === "BAD_DATA");
    if (!isAnswer) throw error;
    const why = refusal === undefined ? "not as a router does" : `with ${refusalInWords(refusal)}`;
    const message = `the router ${formatChainAddress(ecosystem, at)} answers ${method}(${args.map(String).join("; ")}) ${why}; check that it has a pool of these tokens, and name others in between by "via"`;
    throw new ClientError("Failed", message, { account: at.account, chainId: at.chainId }, { cause: error });
  }
}

function lessSlippage(quoted: bigint, slippage: number): bigint {
  if (Number.isInteger(slippage) && slippage >= 0 && slippage < WHOLE) return (quoted * BigInt(WHOLE - slippage)) / BigInt(WHOLE);
  throw new RangeError(`slippage is ${slippage}; it is a whole number of hundredths of a percent, from 0 to ${WHOLE - 1}`);
}

/** Address of an account's swaps on another chain: the purse of its account there. */
async function purseOf(source: number, sender: Hex, there: Provider): Promise<Hex> {
  const [account] = interopHandler.decodeFunctionResult(
    "interopAccount",
    await there.call({
      to: PREDEPLOYS.InteropHandler,
      data: interopHandler.encodeFunctionData("interopAccount", [source, sender]),
    }),
  );
  const [purse] = remoteSwap.decodeFunctionResult(
    "purseOf",
    await there.call({ to: REMOTE_SWAP_ADDRESS, data: remoteSwap.encodeFunctionData("purseOf", [account]) }),
  );
  return String(purse).toLowerCase() as Hex;
}

interface RouterCall {
  readonly tokenIn: TokenThere;
  readonly tokenOut: TokenThere;
  readonly amount: bigint;
  readonly minimum: bigint;
  readonly path: readonly Hex[];
  readonly to: Hex;
  readonly deadline: bigint;
}

function routerCall({ tokenIn, tokenOut, amount, minimum, path, to, deadline }: RouterCall): string {
  if (tokenIn.isBase) return swapRouter.encodeFunctionData("swapExactETHForTokens", [minimum, path, to, deadline]);
  const method = tokenOut.isBase ? "swapExactTokensForETH" : "swapExactTokensForTokens";
  return swapRouter.encodeFunctionData(method, [amount, minimum, path, to, deadline]);
}
