import { openedTransaction } from "../../../ground/transaction/opened-transaction.ts";
import { gasPriceOf } from "../../../ground/transaction/transaction.ts";
import { keccak, fromHex, type Hex } from "../../../ground/protocol/hex.ts";
import type { ChainId } from "../../../ground/protocol/ids.ts";
import type { DealtShares } from "../../../chain/threshold/key-shares.ts";
import type { HeldShare } from "./opening-requests.ts";
import type { OpeningWorker } from "./opening-worker.ts";
import type { OwedEnvelope, OwedEnvelopes } from "./owed-envelopes.ts";
import { dropOldest } from "../../../ground/runtime/drop-oldest.ts";

/** Message of a node to the others. */
export interface ShareMessage {
  readonly identity: Hex;
  readonly share: Hex;
}

interface KeySharingParts {
  readonly chainId: ChainId;
  readonly key: DealtShares;
  readonly envelopes: OwedEnvelopes;
  readonly worker: Pick<OpeningWorker, "share" | "open">;
  /** Sends the node's message to the others. */
  send(from: number, message: ShareMessage): void;
  /** Called when an envelope is open. */
  onOpened(): void;
  onFailure(error: unknown): void;
}

/** Node that holds a secret share. */
interface KeyHolder {
  /** View of the newest decision whose certificate the node has; undefined while the node does not run. */
  view: number | undefined;
  /** Shares that the node has sent. */
  readonly sent: Map<Hex, Hex>;
  /** Shares that the node has received, and its local ones, by identity and holder. */
  readonly received: Map<Hex, Map<number, Hex>>;
}

/** Decision with a certificate. */
interface CertifiedDecision {
  readonly view: number;
  /** Serialized transactions. */
  readonly transactions: readonly Hex[];
}

/** Form of a share: a point of 48 bytes. */
const POINT = /^0x[0-9a-f]{96}$/;
/** Envelopes whose decision is remembered. */
const MAX_DECIDED = 4_096;

/**
 * Key shares of a group's nodes. A node's share in an envelope's key leaves the node only after the node has the certificate of
 * the envelope's decision, or of a later one: then the order is final, and no vote depends on the content.
 */
export class KeySharing {
  readonly #parts: KeySharingParts;
  readonly #holders: readonly KeyHolder[];
  /** View of the decision that contains an envelope, by identity. */
  readonly #decidedIn = new Map<Hex, number>();
  readonly #opening = new Set<Hex>();

  constructor(parts: KeySharingParts) {
    this.#parts = parts;
    this.#holders = parts.key.secretShares.map(() => ({ view: undefined, sent: new Map(), received: new Map() }));
  }

  /** The node runs, and has the certificate of this view's decision. */
  start(index: number, view: number): void {
    const holder = this.#holder(index);
    holder.view = view;
    this.#release(index, holder);
  }

  /** The node has stopped: its memory is lost. */
  stop(index: number): void {
    const holder = this.#holder(index);
    holder.view = undefined;
    holder.sent.clear();
    holder.received.clear();
  }

  /** The node has the certificate of a decision, which the chain has executed. */
  decided(index: number, { view, transactions }: CertifiedDecision): void {
    const holder = this.#holder(index);
    if (holder.view === undefined) return;
    const { owed } = this.#parts.envelopes;
    if (owed.length > 0) {
      const hashes = new Set(transactions.map((raw) => keccak(fromHex(raw))));
      for (const { identity, transactionHash } of owed)
        if (hashes.has(transactionHash) && !this.#decidedIn.has(identity)) this.#decidedIn.set(identity, view);
    }
    dropOldest(this.#decidedIn, MAX_DECIDED);
    holder.view = Math.max(holder.view, view);
    this.#forget(holder);
    this.#release(index, holder);
  }

  /** Sends all shares of envelopes that are owed: messages may have been lost. */
  resend(): void {
    for (const [index, { sent }] of this.#holders.entries())
      for (const [identity, share] of sent) this.#parts.send(index, { identity, share });
  }

  /** A message has arrived. Shares of envelopes that the chain does not owe are ignored. */
  receive(index: number, { identity, share }: ShareMessage, from: number): void {
    const holder = this.#holder(index);
    const envelope = this.#parts.envelopes.owed.find((owed) => owed.identity === identity);
    if (holder.view === undefined || envelope === undefined || !POINT.test(share)) return;
    const shares = holder.received.get(identity) ?? new Map<number, Hex>();
    holder.received.set(identity, shares);
    // The first share counts: a forged one stays, so that its sender cannot cause more work.
    if (!shares.has(from)) shares.set(from, share);
    void this.#tryOpen(envelope, shares);
  }

  #holder(index: number): KeyHolder {
    const holder = this.#holders[index];
    if (holder === undefined) throw new RangeError(`node ${index} of ${this.#holders.length} holds no share`);
    return holder;
  }

  /** Sends the shares of envelopes in decisions that the node has a certificate of. */
  #release(index: number, holder: KeyHolder): void {
    for (const { identity } of this.#parts.envelopes.owed) {
      const decidedIn = this.#decidedIn.get(identity);
      if (decidedIn === undefined || holder.view === undefined || decidedIn > holder.view) continue;
      if (!holder.sent.has(identity)) void this.#share(index, holder, identity);
    }
  }

  async #share(index: number, holder: KeyHolder, identity: Hex): Promise<void> {
    const { key, worker, send, onFailure } = this.#parts;
    try {
      const share = await worker.share(identity, key.secretShares[index] ?? 0n);
      if (holder.view === undefined || holder.sent.has(identity)) return;
      holder.sent.set(identity, share);
      send(index, { identity, share });
      this.receive(index, { identity, share }, index);
    } catch (error) {
      onFailure(error);
    }
  }

  /** Forgets shares of envelopes that are no longer owed. */
  #forget({ sent, received }: KeyHolder): void {
    const owed = new Set(this.#parts.envelopes.owed.map(({ identity }) => identity));
    for (const shares of [sent, received]) for (const identity of shares.keys()) if (!owed.has(identity)) shares.delete(identity);
  }

  /** Opens an envelope if a node has the shares, and no node has opened it: the nodes share their execution. */
  async #tryOpen(envelope: OwedEnvelope, shares: Map<number, Hex>): Promise<void> {
    const { envelopes, key, worker, onOpened, onFailure } = this.#parts;
    const { identity, ciphertext } = envelope;
    const usable = usableShares(shares);
    if (usable.length < key.threshold || envelopes.isOpen(identity) || this.#opening.has(identity)) return;
    this.#opening.add(identity);
    try {
      const { threshold, publicKey, publicShares } = key;
      const answer = await worker.open({ identity, ciphertext, shares: usable, threshold, publicKey, publicShares });
      if (answer.type === "open") {
        envelopes.open({ identity, transaction: this.#transactionIn(envelope, answer.message) });
        onOpened();
      } else {
        for (const forger of answer.holders) shares.set(forger, FORGED);
        if (answer.holders.length === 0) throw new TypeError(`valid shares lead to no key of envelope ${identity}`);
      }
    } catch (error) {
      return onFailure(error);
    } finally {
      this.#opening.delete(identity);
    }
    if (!envelopes.isOpen(identity)) await this.#tryOpen(envelope, shares);
  }

  /** A transaction that pays less for its gas than its envelope did would take work for nothing. */
  #transactionIn({ identity, gasPriceWei }: OwedEnvelope, message: Uint8Array | undefined) {
    const transaction = message && openedTransaction(message, { identity, chainId: this.#parts.chainId });
    return transaction === undefined || gasPriceOf(transaction) < gasPriceWei ? undefined : transaction;
  }
}

/** Instead of a share that is not its sender's. */
const FORGED: Hex = "0x";

function usableShares(shares: ReadonlyMap<number, Hex>): readonly HeldShare[] {
  return [...shares].flatMap(([holder, share]) => (share === FORGED ? [] : [{ holder, share }]));
}
