import type { Provider, TransactionReceipt, TransactionRequest } from "ethers";
import type { Clock } from "../runtime/clock.ts";
import type { BridgeMember } from "./bridge-member.ts";

/** EIP-7825. */
export const MOST_GAS = 16_777_216n;
const LOOK_MS = 10;
/** A chain that makes blocks at once has made it by then; any other is asked again at the next look. */
const MOST_LOOKS = 50;

/** Transactions of a bridge's key on one member: one at a time, so that what a process left under way is never sent twice. */
export class OwnSender {
  readonly #member: BridgeMember;
  readonly #clock: Clock;
  #underWay: string | undefined;

  constructor(member: BridgeMember, clock: Clock) {
    this.#member = member;
    this.#clock = clock;
  }

  /** Whether nothing is under way. */
  async isFree(): Promise<boolean> {
    if (this.#underWay === undefined) return true;
    const { provider } = this.#member;
    const settled = (await provider.getTransactionReceipt(this.#underWay)) ?? (await isGone(this.#underWay, provider));
    if (settled !== false) this.#underWay = undefined;
    return settled !== false;
  }

  /** Forgets what was under way: its member has returned to an earlier state. */
  forget(): void {
    this.#underWay = undefined;
  }

  /** Sends it; undefined where no block has it yet. Rejects with the member's refusal. */
  async send(transaction: TransactionRequest & { readonly gasLimit: bigint }): Promise<TransactionReceipt | undefined> {
    const { wallet, provider } = this.#member;
    const nonce = await provider.getTransactionCount(wallet.address, "pending");
    const { hash } = await wallet.sendTransaction({ ...transaction, nonce });
    this.#underWay = hash;
    for (let looks = 0; looks < MOST_LOOKS; looks++) {
      const receipt = await provider.getTransactionReceipt(hash);
      if (receipt !== null) {
        this.#underWay = undefined;
        return receipt;
      }
      await new Promise<void>((resolve) => this.#clock.after(LOOK_MS, resolve));
    }
    return undefined;
  }
}

async function isGone(hash: string, provider: Provider): Promise<boolean> {
  return (await provider.getTransaction(hash)) === null;
}
