import { findChain } from "../../../../ecosystem/client/ecosystem/ecosystem.ts";
import { hasExited } from "../../../../ecosystem/client/standing/ended-chain.ts";
import { findOperations, refundOperation, type OperationInQueue } from "../../../../ecosystem/client/queue/refund-operation.ts";
import { formatAmount } from "../../../../ecosystem/options/fields/amount.ts";
import type { Hex } from "../../../../ground/protocol/hex.ts";
import { type AccountPlace, signerOf } from "../session/accounts.ts";
import type { Session } from "../session/session.ts";
import { describeOnLayer } from "../session/tokens.ts";

/** The operations that a hash names in the queue of a chain that has ended; empty for any other hash, and while it has not. */
export async function refundable(session: Session, chainId: number, hash: Hex): Promise<readonly OperationInQueue[]> {
  const { info, provider } = session;
  const layer = provider(info.l1.chainId);
  if (!(await hasExited(findChain(info, chainId).hyperchain, layer))) return [];
  return findOperations(info, chainId, hash, layer);
}

/** Refunds operations that never ran to their payers. Throws ClientError if none is refundable. */
export async function claimRefunds(
  session: Session,
  chainId: number,
  operations: readonly OperationInQueue[],
  payer: AccountPlace,
): Promise<void> {
  const { info, output, provider } = session;
  const refunds = [];
  for (const operation of operations) refunds.push(await refundOperation(info, chainId, operation, signerOf(session, payer)));
  const lines: string[] = [];
  for (const { canonicalTxHash, payments, refused } of refunds) {
    if (payments.length === 0) lines.push(`${canonicalTxHash} was paid back before`);
    for (const { recipient, token, amount, transactionHash } of payments) {
      const { symbol, decimals } = await describeOnLayer(token, provider(info.l1.chainId));
      lines.push(`${formatAmount(amount, decimals)} ${symbol} paid back to ${recipient}: ${transactionHash}`);
    }
    if (refused !== undefined) lines.push(`  the rest of it is not: ${refused.message}`);
  }
  output.result(() => lines.join("\n"), {
    chainId,
    refunds: refunds.map(({ refused, ...refund }) => ({ ...refund, refused: refused?.message ?? null })),
  });
}
