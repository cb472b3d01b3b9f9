import { EventEmitter } from "node:events";
import type { EthereumProvider, JsonRpcRequest, JsonRpcResponse, RequestArguments } from "hardhat/types/providers";
import type { Eip1193Provider, ProviderMessage } from "../../devnet/eip1193.ts";

/** Sends a request through Hardhat's hooks (accounts, gas, other plugins) and then on. */
export type RequestChain = (request: JsonRpcRequest, answer: (request: JsonRpcRequest) => Promise<JsonRpcResponse>) => Promise<JsonRpcResponse>;

/** A chain of the ecosystem, in this process, as Hardhat's plugins and viem want a provider. */
export class MemberProvider extends EventEmitter implements EthereumProvider {
  readonly #member: Eip1193Provider;
  readonly #chain: RequestChain;
  readonly #forward = (message: ProviderMessage): void => void this.emit("message", message);
  #nextId = 1;
  #isClosed = false;

  constructor(member: Eip1193Provider, chain: RequestChain) {
    super();
    this.#member = member;
    this.#chain = chain;
    member.on("message", this.#forward);
  }

  /** Rejects with the member's error as it is: it carries revert data and the Solidity stack trace. */
  async request({ method, params }: RequestArguments): Promise<unknown> {
    if (this.#isClosed) throw new Error(`the connection is closed; ${method} cannot be answered any more`);
    const request: JsonRpcRequest = { jsonrpc: "2.0", id: this.#nextId++, method, params: Array.isArray(params) ? [...params] : [] };
    const response = await this.#chain(request, async ({ method: name, params: args, id }) => ({
      jsonrpc: "2.0",
      id,
      result: await this.#member.request({ method: name, params: Array.isArray(args) ? args : [] }),
    }));
    if ("error" in response) throw Object.assign(new Error(response.error.message), { code: response.error.code, data: response.error.data });
    return response.result;
  }

  send(method: string, params?: unknown[]): Promise<unknown> {
    return this.request(params === undefined ? { method } : { method, params });
  }

  sendAsync({ id, method, params }: JsonRpcRequest, callback: (error: unknown, response: JsonRpcResponse) => void): void {
    const failed = (error: unknown): void => {
      const { code, message } = error as { code?: unknown; message?: unknown };
      callback(null, { jsonrpc: "2.0", id, error: { code: typeof code === "number" ? code : -1, message: String(message) } });
    };
    this.request(params === undefined ? { method } : { method, params }).then((result) => callback(null, { jsonrpc: "2.0", id, result }), failed);
  }

  close(): Promise<void> {
    this.#isClosed = true;
    this.#member.removeListener("message", this.#forward);
    this.removeAllListeners();
    return Promise.resolve();
  }
}
