import { once } from "node:events";
import { WebSocket } from "ws";

/** Answer of a node to one request. */
export type NodeReply =
  | { readonly result: unknown }
  | { readonly error: { readonly code: number; readonly message: string; readonly data?: unknown } };

interface Received {
  readonly id?: number;
  readonly params?: { readonly subscription: string; readonly result: unknown };
}

/** A node that is asked over a WebSocket, one request at a time, as clients do. */
export class AskedNode {
  readonly #socket: WebSocket;
  readonly #notified: { readonly subscription: string; readonly result: unknown }[] = [];
  readonly #waiting = new Map<number, (reply: NodeReply) => void>();
  #asked = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on("message", (text) => {
      const received = JSON.parse(String(text)) as Received & NodeReply;
      if (received.id === undefined) {
        if (received.params !== undefined) this.#notified.push(received.params);
        return;
      }
      this.#waiting.get(received.id)?.(received);
      this.#waiting.delete(received.id);
    });
  }

  static async connect(url: string): Promise<AskedNode> {
    const socket = new WebSocket(url.replace(/^http/, "ws"));
    await once(socket, "open");
    return new AskedNode(socket);
  }

  reply(method: string, params: readonly unknown[]): Promise<NodeReply> {
    const id = this.#asked++;
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      this.#socket.send(JSON.stringify({ jsonrpc: "2.0", id, method, params }));
    });
  }

  /** The result. Throws what the node refuses with. */
  async ask<Result = string>(method: string, ...params: readonly unknown[]): Promise<Result> {
    const reply = await this.reply(method, params);
    if ("error" in reply) throw new Error(`${method}: ${JSON.stringify(reply.error)}`);
    return reply.result as Result;
  }

  /** Returns a subscription's notifications since the last call. */
  async notified(subscription: string): Promise<readonly unknown[]> {
    // A node's notifications come before its answer to what is asked after their cause.
    await this.ask("eth_chainId");
    return this.#notified.filter((one) => one.subscription === subscription).map(({ result }) => result);
  }

  close(): void {
    this.#socket.close();
  }
}
