import type { Provider } from "ethers";
import { erc20 } from "../../client/contract-interfaces.ts";
import { findChain } from "../../client/ecosystem.ts";
import { ETHER, findToken, isEther, l1TokenOf } from "../../client/token.ts";
import { ETHER_DECIMALS, parseAmount } from "../amount.ts";
import { pluginError } from "../plugin-error.ts";
import type { Session } from "./session.ts";

/** A token with what is needed to read and show amounts of it. */
export interface NamedToken {
  readonly symbol: string;
  readonly decimals: number;
}

/** The token that `--token` names to a task that starts on L1. Throws ClientError, or a plugin error for what is no ERC-20. */
export async function tokenOnL1(session: Session, chain: number, token: string | undefined): Promise<NamedToken> {
  const address = l1TokenOf(findChain(session.info, chain), token);
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

async function describe(provider: Provider, address: string, member: string): Promise<NamedToken> {
  if (address === ETHER || isEther(address)) return { symbol: "ETH", decimals: ETHER_DECIMALS };
  const ask = async (method: string): Promise<unknown> =>
    erc20.decodeFunctionResult(method, await provider.call({ to: address, data: erc20.encodeFunctionData(method) }))[0];
  try {
    return { symbol: String(await ask("symbol")), decimals: Number(await ask("decimals")) };
  } catch (error) {
    throw pluginError(`${address} is no ERC-20 token on ${member}: it does not answer symbol() and decimals(); check the address`, error);
  }
}

/** The amount that an argument says, in the token's smallest units. Throws a plugin error for what is no positive amount. */
export function readAmount(text: string, { symbol, decimals }: NamedToken): bigint {
  const amount = parseAmount(text, decimals);
  if (amount !== undefined && amount > 0n) return amount;
  throw pluginError(`'${text}' is no amount of ${symbol}; write a number above 0 with at most ${decimals} decimals, such as 1.5`);
}
