import { Wallet } from "ethers";
import { deposit } from "../../../../ecosystem/client/queue/deposit.ts";
import { findChain } from "../../../../ecosystem/client/ecosystem/ecosystem.ts";
import { formatAmount } from "../../../../ecosystem/options/fields/amount.ts";
import { hexQuantity, type Hex } from "../../../../ground/protocol/hex.ts";
import type { Session } from "../session/session.ts";
import { waitForTransaction } from "../following/wait-for-transaction.ts";

/** Address without an owner: the amount sent there backs the balances of the created accounts. */
const BURNED: Hex = "0x000000000000000000000000000000000000dead";
/** Gas money on L1 in addition to the deposited amount. */
const L1_GAS_WEI = 10n ** 18n;

interface Backing {
  readonly text: string;
  /** Hash of the deposit on the chain. */
  readonly hash?: Hex;
}

/**
 * L1's bridge pays out of a chain what it holds for it. So where a development L1 gives money to any account, as much as the
 * accounts gained is deposited, to an account that no key opens.
 */
export async function backBalances(session: Session, chainId: number, gain: bigint): Promise<Backing> {
  const { info, output } = session;
  const { baseToken } = findChain(info, chainId);
  if (gain <= 0n) return { text: "together they have no more than before" };
  const amount = `${formatAmount(gain, 18)} ${baseToken.symbol}`;
  const unbacked = `${amount} of their balances are not backed: L1 pays withdrawals out of what others deposited, and none beyond it; deposit as much to ${BURNED} on the chain`;
  if (baseToken.symbol !== "ETH" || info.accounts.mnemonic === undefined) return { text: unbacked };
  output.progress(`locking ${amount} on ${info.l1.name}…`);
  const l1 = session.provider(info.l1.chainId);
  const payer = Wallet.createRandom(l1);
  await l1.send("hardhat_setBalance", [payer.address, hexQuantity(gain + L1_GAS_WEI)]);
  const { canonicalTxHash } = await deposit(info, { chain: chainId, amount: gain, to: BURNED }, payer);
  await waitForTransaction(session, chainId, canonicalTxHash);
  return { text: `L1 holds ${amount} more for them, which were deposited to ${BURNED}`, hash: canonicalTxHash };
}
