import type { Provider } from "ethers";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { parseAccount, type ChainAddress } from "../ecosystem/chain-address.ts";
import { ClientError } from "../ecosystem/client-error.ts";
import { erc20 } from "../sending/contract-interfaces.ts";
import { findChain, type Ecosystem } from "../ecosystem/ecosystem.ts";
import { submit, type Sender } from "../sending/submit.ts";
import { ETHER, findToken, isEther, requireTokens } from "./token.ts";

/** The token's address on a member; undefined for the coin that pays for gas there. Throws ClientError UnknownToken. */
export async function tokenHere(
  ecosystem: Ecosystem,
  chainId: number,
  token: string | undefined,
  provider: Provider,
): Promise<Hex | undefined> {
  if (chainId === ecosystem.l1.chainId) return token === undefined || isEther(token) ? undefined : l1Token(ecosystem, token);
  const found = await findToken(ecosystem, findChain(ecosystem, chainId), token, provider);
  return found.isBase ? undefined : found.address;
}

/** A token of L1 by its address, or the base token of a chain by its symbol. Throws ClientError UnknownToken. */
export function l1Token({ chains }: Ecosystem, token: string): Hex {
  const named = chains.filter(({ baseToken }) => baseToken.symbol === token && !isEther(baseToken.l1Address));
  const [address, ...others] = new Set(named.map(({ baseToken }) => baseToken.l1Address));
  if (address === undefined && /^0x/i.test(token)) return parseAccount(token);
  if (address === undefined) {
    const remedy = "write ETH, the symbol of a chain's base token, or the token's address";
    const message = `${JSON.stringify(token)} names no token, since any token may call itself so: ${remedy}`;
    throw new ClientError("MalformedAddress", message, { address: token });
  }
  if (others.length === 0) return address;
  const message = `several tokens of L1 are called ${token}, each the base token of a chain: give the address, one of ${[address, ...others].join(", ")}`;
  throw new ClientError("UnknownToken", message, { token });
}

interface Payment {
  readonly to: Hex;
  readonly value: bigint;
  readonly data?: Hex;
}

/** The transaction that pays an account on the payer's own member. */
export function paymentOf(to: Hex, amount: bigint, token: Hex | undefined): Payment {
  if (token === undefined || token === ETHER) return { to, value: amount };
  return { to: token, value: 0n, data: erc20.encodeFunctionData("transfer", [to, amount]) as Hex };
}

/** Pays an account on the sender's own member; resolves with the transaction's hash. Throws ClientError. */
export async function pay(
  ecosystem: Ecosystem,
  to: ChainAddress,
  { amount, token }: { readonly amount: bigint; readonly token?: string | undefined },
  sender: Sender,
): Promise<Hex> {
  const address = await tokenHere(ecosystem, to.chainId, token, sender.provider);
  if (address !== undefined) await requireTokens(sender, address, amount);
  return (await submit(sender, paymentOf(to.account, amount, address))).hash as Hex;
}
