import type { RpcClient, RpcMethod } from "../request/dispatch.ts";
import { RpcCode, RpcError } from "../request/json-rpc.ts";
import type { MethodRefusal } from "./refused-methods.ts";
import { SharedPlaces } from "../request/shared-places.ts";

/** Subscriptions of one client. */
const MAX_SUBSCRIPTIONS = 100;
/** Maximum number of subscriptions of all clients: each log is compared with each of them. */
const MAX_ALL_SUBSCRIPTIONS = 1000;
const KINDS = new Set(["newHeads", "logs", "newPendingTransactions", "hyperchain"]);

/** `params` of an `eth_subscription` notification. */
export interface Notification {
  readonly subscription: string;
  readonly result: unknown;
}

/** Source of subscriptions' events. */
export interface Notifications {
  request(method: "eth_subscribe" | "eth_unsubscribe", params: readonly unknown[], client?: RpcClient): Promise<unknown>;
  /** Calls back with each notification; returns the function that ends it. */
  onNotification(listener: (notification: Notification) => void): () => void;
}

/** Sends a client a notification. `isOfAll`: it is of the feed, whose followers need not be the chain's readers. */
type Notify = (message: string, isOfAll: boolean) => void;

/** Owner of a subscription. */
interface Owner {
  readonly notify: Notify;
  readonly isOfAll: boolean;
  readonly leave: () => void;
}

/**
 * Subscribers of notifications. A subscription belongs to the connection that requested it, and ends with it.
 */
export class Subscriptions {
  readonly #engine: Notifications;
  readonly #refusal: MethodRefusal;
  readonly #owners = new Map<string, Owner>();
  readonly #places = new SharedPlaces(MAX_ALL_SUBSCRIPTIONS, "largest");
  readonly #stopListening: () => void;
  /** Last notification, as text. */
  #written: { readonly result: unknown; readonly text: string } | undefined;
  #nextPlace = 1;

  /** `refusal`: why the chain takes no subscriptions now, but perhaps to what all members tell. Default: it always does. */
  constructor(engine: Notifications, refusal: MethodRefusal = () => undefined) {
    this.#engine = engine;
    this.#refusal = refusal;
    this.#stopListening = engine.onNotification((notification) => this.#forward(notification));
  }

  /** The methods, for a client that is notified through `notify`. */
  methods(notify: Notify): ReadonlyMap<string, RpcMethod> {
    return new Map<string, RpcMethod>([
      ["eth_subscribe", (params, client) => this.#subscribe(params, client, notify)],
      ["eth_unsubscribe", ([id], client) => this.#unsubscribe(id, client)],
    ]);
  }

  /** Ends all subscriptions of a client that has gone. */
  async drop(client: RpcClient): Promise<void> {
    for (const id of [...client.subscriptions]) if (this.#owners.has(id)) await this.#unsubscribe(id, client);
  }

  close(): void {
    this.#stopListening();
    this.#owners.clear();
  }

  async #subscribe(params: readonly unknown[], client: RpcClient | undefined, notify: Notify): Promise<unknown> {
    if (client === undefined) throw new RpcError(RpcCode.methodNotFound, "subscriptions need a WebSocket connection");
    const [kind] = params;
    if (typeof kind !== "string" || !KINDS.has(kind))
      throw new RpcError(RpcCode.invalidParams, `subscriptions are ${[...KINDS].join(", ")}`);
    const refused = this.#refusal();
    const isOfAll = kind === "hyperchain";
    if (refused !== undefined && !(refused.answersForEcosystem && isOfAll)) throw refused.error;
    if (client.subscriptions.size >= MAX_SUBSCRIPTIONS) {
      throw new RpcError(RpcCode.limitExceeded, `a connection has at most ${MAX_SUBSCRIPTIONS} subscriptions`);
    }
    const leave = this.#places.take(client, 1);
    if (leave === undefined) {
      throw new RpcError(
        RpcCode.limitExceeded,
        `there are ${MAX_ALL_SUBSCRIPTIONS} subscriptions already, and no connection has more than this one; end some, or poll a filter`,
      );
    }
    // Holds the place while the engine answers: requests of one connection run side by side.
    const place = `place ${this.#nextPlace++}`;
    client.subscriptions.add(place);
    try {
      const id = (await this.#engine.request("eth_subscribe", params, client)) as string;
      client.subscriptions.add(id);
      this.#owners.set(id, { notify, isOfAll, leave });
      // It has gone while the engine answered.
      if (client.gone.aborted) await this.#unsubscribe(id, client);
      return id;
    } catch (error) {
      leave();
      throw error;
    } finally {
      client.subscriptions.delete(place);
    }
  }

  async #unsubscribe(id: unknown, client: RpcClient | undefined): Promise<boolean> {
    if (typeof id !== "string" || client?.subscriptions.delete(id) !== true) return false;
    this.#owners.get(id)?.leave();
    this.#owners.delete(id);
    return (await this.#engine.request("eth_unsubscribe", [id])) === true;
  }

  #forward({ subscription, result }: Notification): void {
    const owner = this.#owners.get(subscription);
    if (owner === undefined) return;
    // The same log is sent to all subscriptions in sequence, and can have two megabytes.
    if (this.#written === undefined || this.#written.result !== result) this.#written = { result, text: JSON.stringify(result) };
    const params = `{"subscription":${JSON.stringify(subscription)},"result":${this.#written.text}}`;
    owner.notify(`{"jsonrpc":"2.0","method":"eth_subscription","params":${params}}`, owner.isOfAll);
  }
}
