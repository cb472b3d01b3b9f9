import type { EcosystemInfo, Prepared, ReceiptAnswer } from "../answers.ts";
import { ask } from "../rpc.ts";
import { beginsMessage } from "./begins-message.ts";
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
  /** The chain has taken it, and it did nothing. */
  readonly hasFailed?: true;
  /** Address of the contract that it has created. */
  readonly created?: string;
  /** Something is on its way to another member since. */
  readonly beginsMessage?: boolean;
}

const LOOK_MS = 300;
/** Maximum steps of a request: approval, announcement and the action itself; more means a fault. */
const MOST_STEPS = 4;

/**
 * Signs the transactions of a request in sequence with the account; reports all steps after each progress.
 * Rejects with the reason of the first refused one.
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
    const receipt = await included(memberOf(info, chainId), hash);
    if (receipt.status !== "0x1") {
      tell([...done, { step, chainId, hash, isIncluded: true, hasFailed: true }]);
      throw new Error("its transaction is on the chain and failed: its page says why, and in which line");
    }
    const created = receipt.contractAddress === null ? {} : { created: receipt.contractAddress };
    done.push({ step, chainId, hash, isIncluded: true, beginsMessage: beginsMessage(receipt.logs, info), ...created });
    tell([...done]);
    if (isLast) return;
    if (done.length === MOST_STEPS) throw new Error(`${step} is included and asked for again: something else undoes it`);
  }
}

async function included(member: string, hash: string): Promise<ReceiptAnswer> {
  for (;;) {
    const receipt = await ask<ReceiptAnswer | null>(member, "eth_getTransactionReceipt", [hash]);
    if (receipt !== null) return receipt;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}
