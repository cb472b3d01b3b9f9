import type { EcosystemInfo, Prepared, ReceiptAnswer } from "../answers.ts";
import { ask } from "../rpc.ts";
import { memberOf, type Signer } from "./signer.ts";

/** A request to `hyperchain_prepare`. */
export type WalletRequest = Readonly<Record<string, unknown>> & { readonly action: Prepared["step"] };

/** A transaction of a request. */
export interface Step {
  readonly step: Prepared["step"];
  readonly chainId: number;
  /** Absent until it is signed. */
  readonly hash?: string;
  readonly isIncluded: boolean;
  /** Address of the contract that it has created. */
  readonly created?: string;
}

const LOOK_MS = 300;
/** Approval, announcement and what is asked for; more is no progress. */
const MOST_STEPS = 4;

/**
 * Has the account sign one transaction after the other until its request is done; tells all steps whenever one comes further.
 * Rejects with the reason of the first that is refused.
 */
export async function carryOut(
  signer: Signer,
  request: WalletRequest,
  info: EcosystemInfo,
  tell: (steps: readonly Step[]) => void,
): Promise<void> {
  const done: Step[] = [];
  for (;;) {
    const { step, isLast, transaction } = await ask<Prepared>("any", "hyperchain_prepare", [signer.account, request]);
    const chainId = Number(transaction.chainId);
    tell([...done, { step, chainId, isIncluded: false }]);
    const hash = await signer.send(transaction);
    tell([...done, { step, chainId, hash, isIncluded: false }]);
    const { contractAddress } = await included(memberOf(info, chainId), hash);
    const created = contractAddress === null ? {} : { created: contractAddress };
    done.push({ step, chainId, hash, isIncluded: true, ...created });
    tell(done);
    if (isLast) return;
    if (done.length === MOST_STEPS) throw new Error(`${step} is included and asked for again: something else undoes it`);
  }
}

async function included(member: string, hash: string): Promise<ReceiptAnswer> {
  for (;;) {
    const receipt = await ask<ReceiptAnswer | null>(member, "eth_getTransactionReceipt", [hash]);
    if (receipt?.status === "0x1") return receipt;
    if (receipt !== null) throw new Error(`transaction ${hash} was included and failed`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}
