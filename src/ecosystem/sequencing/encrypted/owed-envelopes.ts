import type { ReturnReason, Source } from "../../../chain/core/follower.ts";
import type { CommandResult } from "../../../chain/ordering/batch-reducer.ts";
import type { OpenedEnvelope } from "../../../chain/ordering/command.ts";
import { gasPriceOf, isEthereumTransaction, type SignedTransaction } from "../../../ground/transaction/transaction.ts";
import { decodeEnvelope, ENVELOPE_ADDRESS, envelopeIdentity } from "../../../ground/protocol/envelope.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import type { ChainId } from "../../../ground/protocol/ids.ts";
import { UsedNames } from "./used-names.ts";
import { dropOldest } from "../../../ground/runtime/drop-oldest.ts";

/** Envelope that the chain has taken and not opened. */
export interface OwedEnvelope {
  readonly identity: Hex;
  /** Account that sent the envelope. */
  readonly payer: Hex;
  /** Hash of the transaction that is the envelope. */
  readonly transactionHash: Hex;
  readonly ciphertext: Uint8Array;
  /** Price of the envelope's gas: its transaction pays at least this. */
  readonly gasPriceWei: bigint;
}

/** State to return to. */
interface EnvelopesMark {
  readonly owed: readonly OwedEnvelope[];
  /** Number of names that were used. */
  readonly used: number;
}

interface OwedEnvelopesOptions {
  readonly chainId: ChainId;
  /** Makes the name of a life, which no earlier one has. */
  readonly newLife: () => Hex;
  /** False while the chain takes no envelopes: they are ordinary payments then. Default: it takes them. */
  readonly isTaken?: () => boolean;
}

/** Open envelopes that are remembered: a chain that returns to a snapshot owes its envelopes again. */
const MAX_OPENED = 4_096;

/**
 * Envelopes that the chain owes, in the order of its executed blocks. After a return to a snapshot a new life begins, so that no
 * envelope of an earlier life opens again. Life and debt remain if the chain makes batches again, because L1 refused them.
 */
export class OwedEnvelopes implements Source<CommandResult, EnvelopesMark> {
  readonly name = "envelopes";
  readonly sees = "executed";
  readonly #options: OwedEnvelopesOptions;
  #life: Hex;
  #owed: readonly OwedEnvelope[] = [];
  /** Identities and hashes of the envelopes that were executed. */
  readonly #used = new UsedNames();
  readonly #opened = new Map<Hex, OpenedEnvelope>();

  constructor(options: OwedEnvelopesOptions) {
    this.#options = options;
    this.#life = options.newLife();
  }

  /** Life of the encryption, which identities contain. */
  get life(): Hex {
    return this.#life;
  }

  get owed(): readonly OwedEnvelope[] {
    return this.#owed;
  }

  /** First owed envelope, if it is open here. */
  get opened(): OpenedEnvelope | undefined {
    const [first] = this.#owed;
    return first === undefined ? undefined : this.#opened.get(first.identity);
  }

  isOpen(identity: Hex): boolean {
    return this.#opened.has(identity);
  }

  /** Notes the content of an envelope. */
  open(envelope: OpenedEnvelope): void {
    this.#opened.set(envelope.identity, envelope);
    dropOldest(this.#opened, MAX_OPENED);
  }

  on({ command, blocks }: CommandResult): void {
    if (command.type !== "block") return;
    const { opens } = command;
    if (opens !== undefined) {
      this.#owed = this.#owed.filter(({ identity }) => identity !== opens.identity);
      return;
    }
    for (const { transactions } of blocks)
      for (const transaction of transactions) if (transaction.kind === "signed") this.#take(transaction);
  }

  mark(): EnvelopesMark {
    return { owed: this.#owed, used: this.#used.count };
  }

  returnTo({ owed, used }: EnvelopesMark, reason: ReturnReason): void {
    this.#owed = owed;
    this.#used.returnTo(used);
    if (reason === "snapshot") this.#life = this.#options.newLife();
  }

  #take(transaction: SignedTransaction): void {
    const { to, from, data, hash } = transaction;
    const { isTaken = () => true } = this.#options;
    if (to !== ENVELOPE_ADDRESS || !isEthereumTransaction(transaction) || !isTaken()) return;
    const envelope = decodeEnvelope(data);
    if (envelope === undefined) return;
    const { salt, ciphertext } = envelope;
    const identity = envelopeIdentity({ chainId: this.#options.chainId, life: this.#life, payer: from, salt });
    // A chain that makes its batches again executes the same envelopes, perhaps those of an earlier life.
    if (this.#used.has(identity) || this.#used.has(hash)) return;
    for (const name of [identity, hash]) this.#used.add(name);
    const gasPriceWei = gasPriceOf(transaction);
    this.#owed = [...this.#owed, { identity, payer: from, transactionHash: hash, ciphertext, gasPriceWei }];
  }
}
