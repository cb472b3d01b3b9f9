import type { Log, Provider } from "ethers";
import { reasonOf } from "../errors/reason-of.ts";
import { AssetMessageKind, deliveryFee } from "../protocol/asset-message.ts";
import type { Hex } from "../protocol/hex.ts";
import { PREDEPLOYS } from "../protocol/predeploys.ts";
import { mapSomeAtATime } from "../runtime/map-some-at-a-time.ts";
import { readLogs } from "../settlement-layer/reader/log-pages.ts";
import type { LogQuestion } from "../settlement-layer/reader/log-pages.ts";
import { parseAccount } from "./chain-address.ts";
import { standings } from "./chain-standing.ts";
import { assetRouter, bridge, erc20, messenger, tokenVault, topicOf } from "./contract-interfaces.ts";
import { depositsInFlight } from "./deposits-in-flight.ts";
import type { TransferInFlight } from "./transfer-in-flight.ts";
import type { Ecosystem, EcosystemChain } from "./ecosystem.ts";
import { readMessageLog, readTransfer } from "./sent-messages.ts";
import { ecosystemOf } from "./settlement-base.ts";
import { shownSymbol } from "./shown-symbol.ts";
import { tokenBalance } from "./token-balance.ts";
import { ETHER, isEther } from "./token.ts";
import { assetsOf } from "./wallet-assets.ts";
import type { WalletAsset } from "./wallet-assets.ts";
import type { MemberBalances, TokenBalance } from "./wallet-balances.ts";
import { findWithdrawal, viewL1 } from "./withdraw.ts";

/** An account's assets over all members of an ecosystem. */
export interface WalletView {
  readonly account: Hex;
  /** What it has of each asset, in all and on each member. */
  readonly assets: readonly WalletAsset[];
  /** L1 first. */
  readonly members: readonly MemberBalances[];
  /** From or to the account, oldest first per member. Without those for which a member that does not answer must be asked. */
  readonly inFlight: readonly TransferInFlight[];
  /** Chains of which not everything that is on its way could be read. Absent where all could. */
  readonly unread?: readonly UnreadTransfers[];
}

export interface UnreadTransfers {
  readonly name: string;
  readonly chainId: number;
  readonly reason: string;
}

/** Reaches a member by its chain id. */
export type ProviderOf = (chainId: number) => Provider;

/**
 * What an account has, everywhere, and what is on its way from or to it, as far as members answer. Reads only. Throws
 * ClientError MalformedAddress.
 */
export async function walletView(ecosystem: Ecosystem, account: string, providerOf: ProviderOf): Promise<WalletView> {
  const owner = parseAccount(account);
  const l1 = providerOf(ecosystem.l1.chainId);
  const onL1 = await balancesOn(ecosystem.l1, () => l1Balances(ecosystemOf(ecosystem, {}), owner, l1));
  const standing = await standings(ecosystem, providerOf);
  const members: MemberBalances[] = [onL1];
  const inFlight: TransferInFlight[] = [];
  const unread: UnreadTransfers[] = [];
  for (const chain of ecosystem.chains) {
    const provider = providerOf(chain.chainId);
    const seen = ecosystemOf(ecosystem, chain);
    const below = members.find(({ chainId }) => chainId === seen.l1.chainId)?.tokens ?? [];
    const { name, chainId } = chain;
    const balances = await balancesOn(chain, () => chainBalances(seen, chain, owner, provider, below));
    const known = standing.get(chainId);
    members.push(known === undefined ? balances : { ...balances, standing: known });
    const told = (error: unknown): [] => {
      if (!unread.some((each) => each.chainId === chainId)) unread.push({ name, chainId, reason: reasonOf(error) });
      return [];
    };
    inFlight.push(...(await depositsInFlight(seen, chain, owner, providerOf(seen.l1.chainId), provider).catch(told)));
    inFlight.push(...(await sendsInFlight(seen, chain, owner, providerOf).catch(told)));
  }
  const assets = assetsOf(owner, members, inFlight);
  return { account: owner, assets, members, inFlight, ...(unread.length === 0 ? {} : { unread }) };
}

/** A member that is away, as an L1 elsewhere can be, must not hide what the others have. */
async function balancesOn(
  { name, chainId }: { readonly name: string; readonly chainId: number },
  read: () => Promise<TokenBalance[]>,
): Promise<MemberBalances> {
  try {
    return { name, chainId, tokens: await read() };
  } catch (error) {
    return { name, chainId, tokens: [], unavailable: reasonOf(error) };
  }
}

async function l1Balances(ecosystem: Ecosystem, owner: Hex, provider: Provider): Promise<TokenBalance[]> {
  const { contracts, fromBlock = 0 } = ecosystem.l1;
  const logs = await allLogs(provider, { address: contracts.bridge, topics: [topicOf(bridge, "DepositReceived")], fromBlock });
  const deposited = logs.map((log) => String(bridge.parseLog(log)?.args["token"]).toLowerCase());
  const tokens = new Set(
    [...deposited, ...ecosystem.chains.map(({ baseToken }) => baseToken.l1Address)].filter((token) => !isEther(token)),
  );
  const origin = (token: Hex): TokenBalance["origin"] => ({ chainId: ecosystem.l1.chainId, token });
  const amount = await provider.getBalance(owner);
  const ether = { address: ETHER, symbol: "ETH", decimals: 18, amount, executed: amount, origin: origin(ETHER) };
  const balances = await mapSomeAtATime([...tokens], TOKENS_AT_ONCE, async (token) => {
    const balance = await balanceOf(token as Hex, owner, provider);
    return { ...balance, executed: balance.amount, origin: origin(token as Hex) };
  });
  return [ether, ...balances];
}

async function chainBalances(
  ecosystem: Ecosystem,
  chain: EcosystemChain,
  owner: Hex,
  provider: Provider,
  onL1: readonly TokenBalance[],
): Promise<TokenBalance[]> {
  const topics = [[topicOf(tokenVault, "BridgedTokenDeployed"), topicOf(tokenVault, "TokenRegistered")]];
  const logs = await allLogs(provider, { address: PREDEPLOYS.L2NativeTokenVault, topics, fromBlock: 0 });
  const origins = new Map<Hex, TokenBalance["origin"]>();
  for (const log of logs) {
    const event = tokenVault.parseLog(log);
    if (event === null) continue;
    const token = lower(event.args["token"]);
    const isBridged = event.name === "BridgedTokenDeployed";
    const origin = isBridged
      ? { chainId: Number(event.args["originChainId"]), token: lower(event.args["originToken"]) }
      : { chainId: chain.chainId, token };
    origins.set(token, origins.get(token) ?? origin);
  }
  const { l1Address, symbol } = chain.baseToken;
  const baseOrigin = { chainId: ecosystem.l1.chainId, token: isEther(l1Address) ? ETHER : l1Address };
  const amount = await provider.getBalance(owner);
  const base = {
    ...{ address: PREDEPLOYS.L2BaseToken, symbol, decimals: 18, amount, origin: baseOrigin },
    ...(await executedOf(amount, () => provider.getBalance(owner, "finalized"))),
  };
  const balances = await mapSomeAtATime([...origins], TOKENS_AT_ONCE, async ([token, origin]) => {
    const balance = await balanceOf(token, owner, provider);
    const executed = await executedOf(balance.amount, () => tokenBalance(token, owner, provider, "finalized"));
    return describedByL1({ ...balance, ...executed, origin }, onL1);
  });
  return [base, ...balances];
}

/** Of a balance, what L1 has executed; nothing where the chain has forgotten that state. */
async function executedOf(amount: bigint, ask: () => Promise<bigint>): Promise<Pick<TokenBalance, "executed">> {
  if (amount === 0n) return { executed: 0n };
  try {
    const executed = await ask();
    return { executed: executed < amount ? executed : amount };
  } catch {
    // Chains keep states up to a bound (StateNotKept); the balance itself is told in any case.
    return {};
  }
}

/** A token that came from another chain has no description of its own until someone brings one. */
function describedByL1(balance: TokenBalance, onL1: readonly TokenBalance[]): TokenBalance {
  if (balance.symbol !== "" && balance.symbol !== NO_SYMBOL) return balance;
  const original = onL1.find(({ origin }) => origin.chainId === balance.origin.chainId && origin.token === balance.origin.token);
  return original === undefined ? balance : { ...balance, symbol: original.symbol, decimals: original.decimals };
}

const NO_SYMBOL = "?";

/** Anyone may have a bridge know tokens, as many as gas buys: a member is asked about this many at a time. */
const TOKENS_AT_ONCE = 16;

/** Symbol and decimals are optional in ERC-20; an amount is there in any case. */
async function balanceOf(token: Hex, owner: Hex, provider: Provider): Promise<Omit<TokenBalance, "origin">> {
  const ask = async (method: string, args: readonly unknown[], otherwise: unknown): Promise<unknown> => {
    try {
      const answer = await provider.call({ to: token, data: erc20.encodeFunctionData(method, args) });
      return erc20.decodeFunctionResult(method, answer)[0];
    } catch {
      // The token does not have the method, or answers something else.
      return otherwise;
    }
  };
  const [symbol, decimals, amount] = await Promise.all([
    ask("symbol", [], NO_SYMBOL),
    ask("decimals", [], 0n),
    ask("balanceOf", [owner], 0n),
  ]);
  return { address: token, symbol: shownSymbol(symbol), decimals: Number(decimals), amount: amount as bigint };
}

async function sendsInFlight(
  ecosystem: Ecosystem,
  chain: EcosystemChain,
  owner: Hex,
  providerOf: ProviderOf,
): Promise<TransferInFlight[]> {
  const { l1, chains } = ecosystem;
  const logs = await allLogs(providerOf(chain.chainId), {
    address: PREDEPLOYS.L1Messenger,
    topics: [topicOf(messenger, "L1MessageSent")],
    fromBlock: 0,
  });
  const view = viewL1(ecosystem, providerOf(l1.chainId));
  let polled = false;
  const found: TransferInFlight[] = [];
  for (const log of logs) {
    const message = readMessageLog(log);
    const transfer = message === undefined ? undefined : readTransfer(message);
    if (message === undefined || transfer === undefined) continue;
    if (transfer.kind === AssetMessageKind.hyperbridgeDelivery || (transfer.sender !== owner && transfer.recipient !== owner))
      continue;
    const isWithdrawal = transfer.kind === AssetMessageKind.withdrawal;
    if (isWithdrawal && !polled) {
      await view.poll();
      polled = true;
    }
    const destination = chains.find(({ chainId }) => BigInt(chainId) === transfer.destinationChainId);
    const waitingFor = isWithdrawal
      ? await withdrawalWaits(ecosystem, chain, message.messageHash, view, providerOf)
      : await transferWaits(chain, destination, message.messageHash, providerOf);
    if (waitingFor === undefined) continue;
    found.push({
      type: isWithdrawal ? "withdrawal" : "transfer",
      sourceChainId: chain.chainId,
      destinationChainId: Number(transfer.destinationChainId),
      sender: transfer.sender,
      recipient: transfer.recipient,
      originChainId: Number(transfer.originChainId),
      originToken: transfer.originToken,
      // Of a withdrawal there is no fee.
      amount: isWithdrawal ? transfer.amount : transfer.amount - deliveryFee(transfer),
      transactionHash: log.transactionHash as Hex,
      hash: message.messageHash,
      waitingFor,
    });
  }
  return found;
}

async function withdrawalWaits(
  ecosystem: Ecosystem,
  chain: EcosystemChain,
  messageHash: Hex,
  view: ReturnType<typeof viewL1>,
  providerOf: ProviderOf,
): Promise<string | undefined> {
  const { state } = await findWithdrawal(
    ecosystem,
    { chain: chain.chainId, messageHash },
    view,
    providerOf(ecosystem.l1.chainId),
  );
  if (state === "paid") return undefined;
  const layer = chain.settlesOn?.name ?? "L1";
  return state === "ready" ? `its claim on ${layer}` : `the execution of its batch on ${layer}`;
}

async function transferWaits(
  chain: EcosystemChain,
  destination: EcosystemChain | undefined,
  messageHash: Hex,
  providerOf: ProviderOf,
): Promise<string | undefined> {
  if (destination === undefined) return "a chain that is not part of this ecosystem";
  const data = assetRouter.encodeFunctionData("isDelivered", [chain.chainId, messageHash]);
  const answer = await providerOf(destination.chainId).call({ to: PREDEPLOYS.L2AssetRouter, data });
  return assetRouter.decodeFunctionResult("isDelivered", answer)[0] === true ? undefined : `its delivery on ${destination.name}`;
}

function lower(address: unknown): Hex {
  return String(address).toLowerCase() as Hex;
}

/** Up to the newest block. */
async function allLogs(provider: Provider, question: Omit<LogQuestion, "toBlock">): Promise<Log[]> {
  return readLogs(provider, { ...question, toBlock: await provider.getBlockNumber() });
}
