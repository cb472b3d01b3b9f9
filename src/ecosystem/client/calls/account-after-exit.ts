import type { Signer } from "ethers";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { chainAccountAddress } from "../../../ground/protocol/l1-call.ts";
import { chainAccountsContract } from "./chain-accounts.ts";
import { parseAccount } from "../ecosystem/chain-address.ts";
import { chainAccounts, erc20 } from "../sending/contract-interfaces.ts";
import { putOnLayer } from "../sending/deployed-contract.ts";
import { findChain, type ChainName, type Ecosystem } from "../ecosystem/ecosystem.ts";
import { ecosystemOf } from "../ecosystem/settlement-base.ts";
import { senderOn, submit, type Sender } from "../sending/submit.ts";
import { ETHER } from "../tokens/token.ts";
import { tokenBalance } from "../tokens/token-balance.ts";

/** A call from an account of an ended chain's sender. */
export interface CallAfterExit {
  readonly chain: ChainName;
  readonly to: string;
  /** Wei that the account pays; 0 by default. */
  readonly value?: bigint;
  readonly data?: Hex;
}

/**
 * Calls a contract from the signer's account of an ended chain (`l1AccountOf`), because the chain sends no
 * further message. `signer` is the sender's key, on L1 or on the chain's settlement layer. Resolves with the
 * transaction's hash. Throws ClientError, Refused with ChainNotStopped while the chain has not ended.
 */
export async function callAfterExit(all: Ecosystem, { chain: name, ...call }: CallAfterExit, signer: Signer): Promise<Hex> {
  const chain = findChain(all, name);
  const ecosystem = ecosystemOf(all, chain);
  const place = { factory: ecosystem.l1.contracts.factory, chainId: BigInt(chain.chainId) };
  return execute(place, { value: 0n, data: "0x", ...call, to: parseAccount(call.to) }, await senderOn(signer, ecosystem.l1));
}

/** Ended chain whose account makes the call, and the factory of its settlement layer. */
interface EndedChainPlace {
  readonly factory: Hex;
  readonly chainId: bigint;
}

/** Moves all that the sender's account of an ended chain has of a token, 0 for ETH; undefined where that is nothing. */
export async function emptyL1Account(
  place: EndedChainPlace,
  { token, recipient }: { readonly token: Hex; readonly recipient: Hex },
  sender: Sender,
): Promise<{ readonly amount: bigint; readonly transactionHash: Hex } | undefined> {
  const { provider, address } = sender;
  const account = chainAccountAddress(chainAccountsContract(place.factory).address, place.chainId, address);
  const amount = token === ETHER ? await provider.getBalance(account) : await tokenBalance(token, account, provider);
  if (amount === 0n) return undefined;
  const call =
    token === ETHER
      ? { to: recipient, value: amount, data: "0x" as Hex }
      : { to: token, value: 0n, data: erc20.encodeFunctionData("transfer", [recipient, amount]) as Hex };
  return { amount, transactionHash: await execute(place, call, sender) };
}

async function execute(
  { factory, chainId }: EndedChainPlace,
  { to, value, data }: { readonly to: Hex; readonly value: bigint; readonly data: Hex },
  sender: Sender,
): Promise<Hex> {
  const accounts = chainAccountsContract(factory);
  await putOnLayer(accounts, sender);
  const call = chainAccounts.encodeFunctionData("executeAfterExit", [chainId, to, value, data]);
  return (await submit(sender, { to: accounts.address, data: call })).hash as Hex;
}
