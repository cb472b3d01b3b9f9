import { Wallet } from "ethers";
import { parseAccount, parseChainAddress } from "../../../../ecosystem/client/ecosystem/chain-address.ts";
import { memberName } from "../../../../ecosystem/client/ecosystem/ecosystem.ts";
import { resolveChainAddress } from "../../../../ecosystem/client/names/resolve-name.ts";
import { FUNDER_KEY } from "../../../../ecosystem/devnet/accounts/accounts.ts";
import type { Hex } from "../../../../ground/protocol/hex.ts";
import { developmentAccount, withAddress } from "../../development-accounts.ts";
import { pluginError } from "../../plugin-error.ts";
import type { Session } from "./session.ts";
import { requireStarted } from "./standing.ts";
import { ownWallet, taskWallets } from "./task-wallets.ts";

/** An account on a member, as a task's argument names it. */
export interface AccountPlace {
  readonly chainId: number;
  /** 20 bytes in lower case. */
  readonly account: Hex;
}

/**
 * Reads `0x…@chain` or `n@chain`, n the number of a development account; the chain by name or id. Without `@chain`, it is on
 * `member` where one is given. Throws ClientError, or a plugin error for a number that names no account.
 */
export function readPlace({ info }: Session, text: string, member?: string): AccountPlace {
  return parseChainAddress(info, withAddress(info, text), member);
}

/**
 * Likewise, and names of L1's registry: `bob@alpha`. A number is a development account and no name, here and there: the registry
 * gives none out.
 */
export async function resolvePlace(session: Session, text: string, member?: string): Promise<AccountPlace> {
  const { info } = session;
  return resolveChainAddress(info, withAddress(info, text), session.provider(info.l1.chainId), member);
}

/** The wallet that signs for an account. Throws a plugin error where the task has no key for it, or the chain is paused. */
export function signerOf(session: Session, place: AccountPlace): Wallet {
  const { info } = session;
  requireStarted(info, place.chainId);
  const { own, development } = taskWallets(info);
  // Contracts on a development chain are governed by the account that paid for them.
  const funder = info.accounts.mnemonic === undefined ? [] : [new Wallet(FUNDER_KEY)];
  const wallet = [...own, ...development, ...funder].find(({ address }) => address.toLowerCase() === place.account);
  if (wallet !== undefined) return wallet.connect(session.provider(place.chainId));
  throw pluginError(
    `there is no key to sign for ${place.account} on ${memberName(info, place.chainId)}. Use --from with the number or address of a development account ` +
      "(0 to 29), or set HYPERCHAIN_PRIVATE_KEY to the account's key.",
  );
}

/** Default sender: the owner of HYPERCHAIN_PRIVATE_KEY, else development account 0. */
export function defaultSender({ info }: Session): Hex {
  const own = process.env["HYPERCHAIN_PRIVATE_KEY"];
  const wallet = own === undefined ? developmentAccount(info.accounts.mnemonic, 0) : ownWallet(own);
  return parseAccount(wallet.address);
}

/** The sender that `--from` names; `member` is where it sends from unless `--from` says so. */
export async function readSender(session: Session, from: string | undefined, member?: string): Promise<AccountPlace> {
  const { info } = session;
  if ([info.l1, ...info.chains].some(({ name }) => name === from))
    throw pluginError(`--from names an account, and where it sends from behind "@": such as --from 0@${from}`);
  if (from !== undefined && from.includes("@")) return resolvePlace(session, from, member);
  const only = info.chains.length === 1 ? info.chains[0]?.name : undefined;
  const on = member ?? only;
  const account = from ?? defaultSender(session);
  if (on !== undefined) return readPlace(session, account, on);
  throw pluginError(
    `--from must say from which chain, such as --from ${from ?? "0"}@${info.chains[0]?.name ?? "alpha"}; there are ${info.chains.map(({ name }) => name).join(", ")}`,
  );
}
