import type { Provider } from "ethers";
import { erc20 } from "../../../../ecosystem/client/sending/contract-interfaces.ts";
import { findChain, memberName } from "../../../../ecosystem/client/ecosystem/ecosystem.ts";
import { shownSymbol } from "../../../../ecosystem/client/sending/shown-symbol.ts";
import { ETHER, findToken, isEther, l1TokenOf } from "../../../../ecosystem/client/tokens/token.ts";
import { walletView } from "../../../../ecosystem/client/wallet/wallet-view.ts";
import { ETHER_DECIMALS, parseAmount } from "../../../../ecosystem/options/fields/amount.ts";
import type { Hex } from "../../../../ground/protocol/hex.ts";
import { pluginError } from "../../plugin-error.ts";
import type { Session } from "./session.ts";

/** A token with what is needed to read and show amounts of it. */
export interface NamedToken {
  readonly symbol: string;
  readonly decimals: number;
}

/**
 * Resolves `--token`: replaces the symbol of a token that the bridge has on a member by its address there.
 * ETH, base tokens and addresses remain unchanged. Throws a plugin error for a symbol that names no token, or
 * several.
 */
export async function resolveSymbol(session: Session, chainId: number, token: string | undefined): Promise<string | undefined> {
  const { info } = session;
  if (
    token === undefined ||
    token.startsWith("0x") ||
    isEther(token) ||
    info.chains.some((chain) => chain.chainId === chainId && chain.baseToken.symbol === token)
  )
    return token;
  const view = await walletView(info, ETHER, (id) => session.provider(id));
  const tokens = view.members.find((member) => member.chainId === chainId)?.tokens ?? [];
  const named = tokens.filter(({ symbol }) => symbol === token);
  if (named[0] !== undefined && named.length === 1) return named[0].address;
  const name = memberName(info, chainId);
  if (named.length > 1)
    throw pluginError(
      `several tokens on ${name} call themselves ${token}: ${named.map(({ address }) => address).join(", ")}; give the address`,
    );
  const known = [...new Set(["ETH", ...tokens.map(({ symbol }) => symbol)])];
  throw pluginError(
    `no token on ${name} that the bridge knows is called ${token} (known: ${known.join(", ")}); give the token's address`,
  );
}

/**
 * The token that `--token` names to a task that starts on L1; nothing named is the base token of `chain`, or
 * ETH without one. Throws ClientError, or a plugin error for a contract that is not an ERC-20.
 */
export async function tokenOnL1(session: Session, chain: number | undefined, token: string | undefined): Promise<NamedToken> {
  const address = chain === undefined ? (token ?? ETHER) : l1TokenOf(findChain(session.info, chain), token);
  return describe(session.provider(session.info.l1.chainId), address, session.info.l1.name);
}

/** The token that `--token` names to a task that starts on a chain. Throws ClientError UnknownToken. */
export async function tokenOnChain(session: Session, chainId: number, token: string | undefined): Promise<NamedToken> {
  const { info } = session;
  const chain = findChain(info, chainId);
  const found = await findToken(info, chain, token, session.provider(chainId));
  if (found.isBase) return describe(session.provider(info.l1.chainId), l1TokenOf(chain, undefined), info.l1.name);
  return describe(session.provider(chainId), found.address, chain.name);
}

/** A token that a layer pays; one that does not say what it is called is named by its address, in its smallest units. */
export async function describeOnLayer(token: Hex, provider: Provider): Promise<NamedToken> {
  return describe(provider, token, "the layer").catch(() => ({ symbol: `units of token ${token}`, decimals: 0 }));
}

async function describe(provider: Provider, address: string, member: string): Promise<NamedToken> {
  if (address === ETHER || isEther(address)) return { symbol: "ETH", decimals: ETHER_DECIMALS };
  const ask = async (method: string): Promise<unknown> =>
    erc20.decodeFunctionResult(method, await provider.call({ to: address, data: erc20.encodeFunctionData(method) }))[0];
  try {
    return { symbol: shownSymbol(await ask("symbol")), decimals: Number(await ask("decimals")) };
  } catch (error) {
    throw pluginError(
      `${address} is not an ERC-20 token on ${member}: it does not answer symbol() and decimals(); check the address`,
      error,
    );
  }
}

/** Parses an amount in the token's smallest units. Throws a plugin error unless it is positive. */
export function readAmount(text: string, { symbol, decimals }: NamedToken): bigint {
  const amount = parseAmount(text, decimals);
  if (amount !== undefined && amount > 0n) return amount;
  throw pluginError(
    `'${text}' is not an amount of ${symbol}; write a number above 0 with at most ${decimals} decimals, such as 1.5`,
  );
}
