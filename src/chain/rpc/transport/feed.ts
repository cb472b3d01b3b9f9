import { randomBytes } from "node:crypto";
import type { RpcClient } from "../request/dispatch.ts";
import { RpcCode, RpcError } from "../request/json-rpc.ts";
import type { Notification, Notifications } from "./subscriptions.ts";
import { hexQuantity } from "../../../ground/protocol/hex.ts";

/** An event with its position in the order of all events. */
export interface FeedEntry {
  /** Names the entry, and the process that told it. */
  readonly position: string;
  /**
   * `here`: start of a follower that named no position. `block`: a member has a new newest block. `proof`: the
   * proof of a batch has entered another phase. `messages`: the index of messages has read their settlement layer.
   * `act`: a client has changed the ecosystem other than by a transaction; this entry repeats the
   * position of the entry before it.
   */
  readonly type: "here" | "block" | "proof" | "messages" | "act";
  readonly chainId?: number;
  /** Number of the block, or of the batch. */
  readonly number?: number;
  /** Phase of a proof. */
  readonly phase?: string;
  /** Name of the fleet's worker that makes the proof. */
  readonly worker?: string;
  /** Stage of the execution proof of the batch, on which the proof for L1 depends. */
  readonly execution?: {
    readonly kind: string;
    readonly chunk?: number;
    readonly chunks?: number;
    readonly phase?: string;
    readonly worker?: string;
  };
  /** Which proof it is of those up to L1's. */
  readonly tree?: { readonly kind: string; readonly made: number; readonly proofs: number };
}

/** A follower, which receives entries soon after it is woken. */
interface Follower {
  /** Undefined is this process. */
  readonly client: RpcClient | undefined;
  readonly wake: () => void;
  readonly noteAct: () => void;
}

/** Entries that are kept for those that come back: some hundred bytes each. */
const MOST_ENTRIES = 10_000;
/**
 * Number of entries that a follower receives before the others' turn: otherwise small requests could
 * repeatedly demand all entries.
 */
const PORTION = 64;

/**
 * Events of an ecosystem, in order, without gaps: a follower that reconnects names its last entry, and gets
 * all later ones.
 */
export class Feed {
  readonly #id: string;
  readonly #maxEntries: number;
  #entries: FeedEntry[] = [];
  /** Number of the newest entry; 0 before the first. */
  #newest = 0;
  readonly #followers = new Set<Follower>();

  constructor({
    maxEntries = MOST_ENTRIES,
    id = randomBytes(8).toString("hex"),
  }: { readonly maxEntries?: number; readonly id?: string } = {}) {
    this.#maxEntries = maxEntries;
    this.#id = id;
  }

  add(event: Omit<FeedEntry, "position">): void {
    this.#newest++;
    this.#entries.push({ position: this.#position(this.#newest), ...event });
    // Not for each entry, which would copy all of them. Twice as many as promised, because a follower
    // receives them in portions, while others arrive.
    if (this.#entries.length >= 3 * this.#maxEntries) this.#entries = this.#entries.slice(-2 * this.#maxEntries);
    for (const { wake } of this.#followers) wake();
  }

  /**
   * Tells those followers that may know of it that there are new acts. Others learn nothing, not by a gap between positions
   * either: acts take none.
   */
  addAct(mayKnow: (client: RpcClient | undefined) => boolean): void {
    const known = new Map<RpcClient | undefined, boolean>();
    for (const { client, noteAct } of this.#followers) {
      const isTold = known.get(client) ?? mayKnow(client);
      known.set(client, isTold);
      if (isTold) noteAct();
    }
  }

  /**
   * Sends a client all entries after the position `since`, and then new ones; without it only new ones. The
   * first is sent after the caller has returned to the event loop. Ends when the answer is called. Throws
   * RpcError PositionNotKept.
   */
  follow(since: string | undefined, tell: (entry: FeedEntry) => void, client?: RpcClient): () => void {
    let last = since === undefined ? this.#newest : this.#numberOf(since);
    let scheduled = false;
    let ended = false;
    const here: FeedEntry | undefined = since === undefined ? { position: this.#position(last), type: "here" } : undefined;
    // Acts are not kept: one that comes back looks for those that it has missed.
    let hasNewActs = since !== undefined;
    const drain = (): void => {
      scheduled = false;
      if (ended) return;
      const from = this.#entries.length - (this.#newest - last);
      const next = this.#entries.slice(from, from + PORTION);
      last += next.length;
      const acts: readonly FeedEntry[] = hasNewActs ? [{ position: this.#position(last), type: "act" }] : [];
      hasNewActs = false;
      if (last < this.#newest) wake();
      for (const entry of [...next, ...acts]) tell(entry);
    };
    const wake = (): void => {
      if (scheduled) return;
      scheduled = true;
      setImmediate(drain);
    };
    if (here !== undefined) setImmediate(() => ended || tell(here));
    const follower: Follower = {
      client,
      wake,
      noteAct() {
        hasNewActs = true;
        wake();
      },
    };
    this.#followers.add(follower);
    wake();
    return () => {
      ended = true;
      this.#followers.delete(follower);
    };
  }

  #position(number: number): string {
    return `${this.#id}:${number}`;
  }

  #numberOf(position: string): number {
    const [id, digits = ""] = position.split(":");
    const number = /^\d{1,15}$/.test(digits) ? Number(digits) : undefined;
    if (id === this.#id && number !== undefined && number <= this.#newest && number >= this.#newest - this.#maxEntries)
      return number;
    throw new RpcError(
      RpcCode.rejected,
      `what came after this position is not kept (the newest ${this.#maxEntries} are, of this process); look at everything, and follow without a position`,
      { code: "PositionNotKept", newest: this.#position(this.#newest) },
    );
  }
}

/** The engine's notifications, together with `eth_subscribe("hyperchain", {since})`. */
export function withFeed(engine: Notifications, feed: Feed): Notifications {
  const listeners = new Set<(notification: Notification) => void>();
  const followed = new Map<string, () => void>();
  // Beyond what the engine's own subscriptions count to.
  let nextId = 2n ** 64n;
  return {
    async request(method, params, client) {
      const [first, options] = params;
      if (method === "eth_subscribe" && first === "hyperchain") {
        const id = hexQuantity(nextId++);
        const tell = (result: unknown): void => {
          for (const listener of listeners) listener({ subscription: id, result });
        };
        followed.set(id, feed.follow(sinceOf(options), tell, client));
        return id;
      }
      const end = method === "eth_unsubscribe" && typeof first === "string" ? followed.get(first) : undefined;
      if (end === undefined) return engine.request(method, params, client);
      end();
      return followed.delete(String(first));
    },
    onNotification(listener) {
      listeners.add(listener);
      const stop = engine.onNotification(listener);
      return () => {
        listeners.delete(listener);
        stop();
      };
    },
  };
}

function sinceOf(options: unknown): string | undefined {
  if (options === undefined || options === null) return undefined;
  const { since } = options as { readonly since?: unknown };
  if (
    typeof options === "object" &&
    !Array.isArray(options) &&
    (since === undefined || (typeof since === "string" && since.length <= 100))
  )
    return since;
  throw new RpcError(RpcCode.invalidParams, "the second parameter is {since}, the position of an entry");
}
