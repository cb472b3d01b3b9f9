import { actPath, actTreeRoot } from "../../ground/protocol/held-accounts/act-tree.ts";
import { reasonOf } from "../../ground/errors/reason-of.ts";
import { accountLeaf } from "../../ground/protocol/held-accounts/formats.ts";
import type { Hex } from "../../ground/protocol/hex.ts";
import type { Clock } from "../../ground/runtime/clock.ts";
import { applyAct, type HeldAct } from "./act.ts";
import { CollectorError } from "./collector-error.ts";
import { isListedAt } from "./listing.ts";
import { ACT_TYPES, heldDomain, isSignedBy, JOIN_TYPES } from "./typed-data.ts";

/** Act in a tree, with its owner's signature. */
export interface PostedAct extends HeldAct {
  readonly position: number;
  /** 65 bytes; empty if the owner sends the transaction. */
  readonly signature: Hex;
}

/** Contract of a chain for the collector, whose account pays for its transactions. */
export interface PostingChain {
  readonly chainId: bigint;
  readonly contract: Hex;
  leafOf(number: number): Promise<Hex>;
  /** Positions that a post would list now, without a transaction; bit i is position i. */
  previewPost(leaves: readonly Hex[], acts: readonly PostedAct[]): Promise<bigint>;
  /** Posts in one transaction. Resolves with the listed positions and the hash of the transaction. */
  post(
    leaves: readonly Hex[],
    acts: readonly PostedAct[],
  ): Promise<{ readonly positions: bigint; readonly transactionHash: Hex }>;
}

/** Pace and limits of a collector. */
export interface CollectorPlan {
  /** Milliseconds from a round's first act until the tree is built. */
  readonly roundMs: number;
  /** Milliseconds that the owners have to sign. */
  readonly signMs: number;
  /** Maximum number of acts in a tree: all must fit into one transaction. */
  readonly maxActs: number;
  /** Maximum number of acts that wait for a tree. */
  readonly maxWaiting: number;
  /** Milliseconds for which an owner that did not sign cannot join. */
  readonly silentMs: number;
}

/** A second to gather, and three to sign. 32 burns fit into a transaction of a proven chain. */
export const DEFAULT_COLLECTOR_PLAN: CollectorPlan = {
  roundMs: 1_000,
  signMs: 3_000,
  maxActs: 32,
  maxWaiting: 400,
  silentMs: 30_000,
};

/** Position of an act in a tree. */
export interface JoinedAct {
  readonly root: Hex;
  readonly position: number;
  /** Siblings from the act up. */
  readonly path: readonly Hex[];
}

/** Signature of an owner for its act. */
export interface ActSignature {
  readonly root: Hex;
  readonly position: number;
  readonly signature: Hex;
}

/** Collector of acts, in this process or at a URL. */
export interface ActCollector {
  /** Resolves when the tree is built. `signature`: the owner's, over `Join`. Rejects with CollectorError. */
  join(act: HeldAct, signature: Hex): Promise<JoinedAct>;
  /** Resolves with the transaction that listed the act. Rejects with CollectorError NotListed if the contract skips it. */
  sign(signature: ActSignature): Promise<Hex>;
}

interface WaitingAct {
  readonly act: HeldAct;
  readonly leaf: Hex;
  readonly joined: PromiseWithResolvers<JoinedAct>;
}

interface TreeAct extends WaitingAct {
  readonly position: number;
  readonly listed: PromiseWithResolvers<Hex>;
  signature?: Hex;
}

interface SignedTreeAct {
  readonly listed: PromiseWithResolvers<Hex>;
  readonly posted: PostedAct;
}

interface Tree {
  readonly root: Hex;
  readonly leaves: readonly Hex[];
  readonly acts: readonly TreeAct[];
}

/**
 * Gathers acts of a round, builds their tree, returns each path, and posts the acts that their owners sign in one transaction. An
 * owner that does not sign has its old leaf, and the others do not sign twice. A collector can delay an act and read its
 * amounts; it cannot change it, because the owner checks the path and signs the leaf.
 *
 * Strangers: an act is checked by its owner's signature first, and then by one read of the chain, so that only owners of
 * registered accounts take room in a tree. An account has one act in a round, and waits after it did not sign.
 */
export class Collector implements ActCollector {
  readonly #plan: CollectorPlan;
  readonly #chain: PostingChain;
  readonly #clock: Clock;
  /** Acts of the next trees, by number. */
  readonly #waiting = new Map<number, WaitingAct>();
  /** Requests whose leaf is being read. */
  #checking = 0;
  readonly #trees = new Map<Hex, Tree>();
  /** Second at which an owner that did not sign may join again, in milliseconds. */
  readonly #silentUntil = new Map<number, number>();
  #isRoundOpen = false;
  /** The last post: trees are posted in their order. */
  #posted: Promise<void> = Promise.resolve();
  #isClosed = false;

  constructor(plan: CollectorPlan, { chain, clock }: { readonly chain: PostingChain; readonly clock: Clock }) {
    this.#plan = plan;
    this.#chain = chain;
    this.#clock = clock;
  }

  async join(act: HeldAct, signature: Hex): Promise<JoinedAct> {
    const { leaf } = applyAct(act);
    this.#requireSigner(act, { types: JOIN_TYPES, values: { leaf }, signature });
    this.#requireRoom(act.number);
    this.#checking++;
    try {
      await this.#requireCurrent(act);
    } finally {
      this.#checking--;
    }
    this.#requireRoom(act.number);
    const joined = Promise.withResolvers<JoinedAct>();
    this.#waiting.set(act.number, { act, leaf, joined });
    this.#openRound();
    return joined.promise;
  }

  async sign({ root, position, signature }: ActSignature): Promise<Hex> {
    const tree = this.#trees.get(root);
    const entry = tree?.acts[position];
    if (tree === undefined || entry === undefined) {
      throw new CollectorError("UnknownTree", `no act ${position} of tree ${root} waits for a signature; join the next tree`);
    }
    this.#requireSigner(entry.act, { types: ACT_TYPES, values: { root, leaf: entry.leaf }, signature });
    entry.signature = signature;
    if (tree.acts.every((each) => each.signature !== undefined)) this.#close(tree);
    return entry.listed.promise;
  }

  /** Ends the collector: acts that wait are refused, signed trees are posted. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const { joined } of this.#waiting.values()) joined.reject(closed());
    this.#waiting.clear();
    for (const tree of this.#trees.values()) this.#close(tree);
    await this.#posted;
  }

  #openRound(): void {
    if (this.#isRoundOpen) return;
    this.#isRoundOpen = true;
    this.#clock.after(this.#plan.roundMs, () => this.#buildTree());
  }

  #buildTree(): void {
    this.#isRoundOpen = false;
    const chosen = [...this.#waiting.values()].slice(0, this.#plan.maxActs);
    for (const { act } of chosen) this.#waiting.delete(act.number);
    if (this.#waiting.size > 0) this.#openRound();
    if (chosen.length === 0) return;
    const acts = chosen
      .toSorted((a, b) => a.act.number - b.act.number)
      .map((entry, position) => ({ ...entry, position, listed: handled(Promise.withResolvers<Hex>()) }));
    const leaves = acts.map(({ leaf }) => leaf);
    const root = actTreeRoot(leaves);
    const tree = { root, leaves, acts };
    this.#trees.set(root, tree);
    for (const { joined, position } of acts) joined.resolve({ root, position, path: actPath(leaves, position) });
    this.#clock.after(this.#plan.signMs, () => this.#close(tree));
  }

  /** Ends the time for signatures, and posts. */
  #close(tree: Tree): void {
    // An act that is repeated alone has the same root as before.
    if (this.#trees.get(tree.root) !== tree) return;
    this.#trees.delete(tree.root);
    const until = this.#clock.nowMs() + this.#plan.silentMs;
    for (const { act, signature } of tree.acts) if (signature === undefined) this.#silentUntil.set(act.number, until);
    this.#posted = this.#posted.then(() => this.#post(tree));
  }

  async #post({ leaves, acts }: Tree): Promise<void> {
    await this.#postActs(
      leaves,
      acts.flatMap(({ act, position, signature, listed }) =>
        signature === undefined ? [] : [{ listed, posted: { ...act, position, signature } }],
      ),
    );
  }

  /** Posts acts in one transaction, or in two halves if they do not fit into one. */
  async #postActs(leaves: readonly Hex[], signed: readonly SignedTreeAct[]): Promise<void> {
    if (signed.length === 0) return;
    try {
      // An act that does not fit is left out before the transaction, so that it costs no gas.
      const preview = await this.#chain.previewPost(leaves, postedOf(signed));
      const fitting = signed.filter(({ posted }) => isListedAt(preview, posted.position));
      const posted = fitting.length === 0 ? undefined : await this.#chain.post(leaves, postedOf(fitting));
      for (const { listed, posted: act } of signed) {
        if (posted !== undefined && isListedAt(posted.positions, act.position)) listed.resolve(posted.transactionHash);
        else listed.reject(skipped(act.number));
      }
    } catch (cause) {
      const half = Math.ceil(signed.length / 2);
      if (signed.length > 1) {
        await this.#postActs(leaves, signed.slice(0, half));
        return this.#postActs(leaves, signed.slice(half));
      }
      const message = `the transaction of the act failed: ${reasonOf(cause)}; act again`;
      for (const { listed } of signed) listed.reject(new CollectorError("PostFailed", message, { cause }));
    }
  }

  #requireSigner(
    { opening }: HeldAct,
    signed: {
      readonly types: typeof ACT_TYPES | typeof JOIN_TYPES;
      readonly values: Readonly<Record<string, Hex>>;
      readonly signature: Hex;
    },
  ): void {
    if (isSignedBy(opening.owner, { domain: heldDomain(this.#chain), ...signed })) return;
    throw new CollectorError(
      "NotSigned",
      `the request is not signed by ${opening.owner}, the owner of the act's account; sign it with the owner's key`,
    );
  }

  #requireRoom(number: number): void {
    if (this.#isClosed) throw closed();
    if (this.#waiting.has(number))
      throw new CollectorError("Busy", `account ${number} has an act in this round; act again after it`);
    if (this.#clock.nowMs() < (this.#silentUntil.get(number) ?? 0))
      throw new CollectorError(
        "Busy",
        `account ${number} joined a tree and did not sign; act again in ${this.#plan.silentMs / 1000} seconds, or post alone`,
      );
    this.#silentUntil.delete(number);
    if (this.#waiting.size + this.#checking >= this.#plan.maxWaiting)
      throw new CollectorError(
        "Busy",
        `${this.#plan.maxWaiting} acts wait, which is the limit; act again later, or use another collector`,
      );
  }

  async #requireCurrent({ number, opening }: HeldAct): Promise<void> {
    if ((await this.#chain.leafOf(number)) === accountLeaf(number, opening)) return;
    throw new CollectorError(
      "OpeningMismatch",
      `account ${number} has other contents on the chain than the act; read its leaf again`,
    );
  }
}

function postedOf(signed: readonly SignedTreeAct[]): readonly PostedAct[] {
  return signed.map(({ posted }) => posted);
}

function skipped(number: number): CollectorError {
  const message = `the contract skips the act of account ${number}: its notes are not listed, or its contents have changed; act again`;
  return new CollectorError("NotListed", message);
}

function closed(): CollectorError {
  return new CollectorError("Closed", "the collector ends; use another one, or post alone");
}

/** An owner that leaves does not read its result. */
function handled<Value>(pending: PromiseWithResolvers<Value>): PromiseWithResolvers<Value> {
  pending.promise.catch(() => undefined);
  return pending;
}
