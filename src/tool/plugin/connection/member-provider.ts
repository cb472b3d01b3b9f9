import { EventEmitter } from "node:events";
import type { EthereumProvider, JsonRpcRequest, JsonRpcResponse, RequestArguments } from "hardhat/types/providers";
import type { Eip1193Provider, ProviderMessage } from "../../../chain/node/serving/eip1193.ts";
import { keepAlive } from "../../../ground/runtime/keep-alive.ts";
import { nameRevert, type CustomErrorText } from "../../../chain/node/serving/named-reverts.ts";
import { requireSuccess } from "./failed-transaction.ts";

/** Sends a request through Hardhat's hooks (accounts, gas, other plugins) and then on. */
type RequestChain = (
  request: JsonRpcRequest,
  answer: (request: JsonRpcRequest) => Promise<JsonRpcResponse>,
) => Promise<JsonRpcResponse>;

/** A chain of the ecosystem, in this process, as Hardhat's plugins and viem want a provider. */
export class MemberProvider extends EventEmitter implements EthereumProvider {
  readonly #member: Eip1193Provider;
  readonly #chain: RequestChain;
  readonly #throwsOnFailure: boolean;
  readonly #customError: CustomErrorText;
  readonly #forward = (message: ProviderMessage): void => void this.emit("message", message);
  readonly #impersonated = new Set<string>();
  #nextId = 1;
  #lastSent: Promise<unknown> = Promise.resolve();
  #isClosed = false;

  /** `throwsOnFailure`: whether sending a transaction rejects where it fails, as Hardhat's networks have it. */
  constructor(member: Eip1193Provider, chain: RequestChain, throwsOnFailure: boolean, customError: CustomErrorText) {
    super();
    this.#member = member;
    this.#chain = chain;
    this.#throwsOnFailure = throwsOnFailure;
    this.#customError = customError;
    member.on("message", this.#forward);
  }

  /** Rejects with the member's error: it carries revert data and the Solidity stack trace, and has a known error's name. */
  async request({ method, params }: RequestArguments): Promise<unknown> {
    if (this.#isClosed) throw new Error(`the connection is closed; ${method} is no longer available`);
    if (method !== "eth_sendTransaction") return keepAlive(this.#request(method, params));
    // Nonces are given when a transaction is signed: two at once would get the same.
    const sent = this.#lastSent.then(() => this.#request(method, withoutEmptyData(params)));
    this.#lastSent = sent.catch(() => undefined);
    return keepAlive(sent);
  }

  async #request(method: string, params: RequestArguments["params"]): Promise<unknown> {
    if (this.#isOfImpersonated(method, params)) return this.#answer(method, params as unknown[]);
    const answer = await this.#throughHooks(method, params);
    // Not if the chain refuses: then the sender's key still signs.
    this.#noteImpersonation(method, params);
    return answer;
  }

  async #throughHooks(method: string, params: RequestArguments["params"]): Promise<unknown> {
    const request: JsonRpcRequest = {
      jsonrpc: "2.0",
      id: this.#nextId++,
      method,
      params: Array.isArray(params) ? [...params] : [],
    };
    const response = await this.#chain(request, async ({ method: name, params: args, id }) => ({
      jsonrpc: "2.0",
      id,
      result: await this.#answer(name, Array.isArray(args) ? args : []),
    }));
    if ("error" in response)
      throw Object.assign(new Error(response.error.message), { code: response.error.code, data: response.error.data });
    return response.result;
  }

  async #answer(method: string, params: readonly unknown[]): Promise<unknown> {
    try {
      const result = await this.#member.request({ method, params });
      if (this.#throwsOnFailure && SENDING.has(method)) await requireSuccess(this.#member, result);
      return result;
    } catch (error) {
      if (error instanceof Error) await nameRevert(error, this.#customError);
      throw error;
    }
  }

  /**
   * Hardhat would sign for the sender, and refuses those whose key it does not have; the chain sends for whom it
   * impersonates.
   */
  #isOfImpersonated(method: string, params: RequestArguments["params"]): boolean {
    const [first]: readonly unknown[] = Array.isArray(params) ? params : [];
    if (method !== "eth_sendTransaction" || typeof first !== "object" || first === null || !("from" in first)) return false;
    return this.#impersonated.has(String(first.from).toLowerCase());
  }

  #noteImpersonation(method: string, params: RequestArguments["params"]): void {
    const account = String(Array.isArray(params) ? params[0] : undefined).toLowerCase();
    if (method === "hardhat_impersonateAccount") this.#impersonated.add(account);
    if (method === "hardhat_stopImpersonatingAccount") this.#impersonated.delete(account);
  }

  send(method: string, params?: unknown[]): Promise<unknown> {
    return this.request(params === undefined ? { method } : { method, params });
  }

  sendAsync({ id, method, params }: JsonRpcRequest, callback: (error: unknown, response: JsonRpcResponse) => void): void {
    const failed = (error: unknown): void => {
      const { code, message } = error as { code?: unknown; message?: unknown };
      callback(null, { jsonrpc: "2.0", id, error: { code: typeof code === "number" ? code : -1, message: String(message) } });
    };
    this.request(params === undefined ? { method } : { method, params }).then(
      (result) => callback(null, { jsonrpc: "2.0", id, result }),
      failed,
    );
  }

  close(): Promise<void> {
    this.#isClosed = true;
    this.#member.removeListener("message", this.#forward);
    this.removeAllListeners();
    return Promise.resolve();
  }
}

/** Hardhat signs empty data as one byte of 0, for which the gas of an estimate does not suffice. */
function withoutEmptyData(params: RequestArguments["params"]): RequestArguments["params"] {
  const [first, ...others]: readonly unknown[] = Array.isArray(params) ? params : [];
  if (typeof first !== "object" || first === null || !("to" in first) || !("data" in first) || first.data !== "0x") return params;
  const { data: _, ...transaction } = first;
  return [transaction, ...others];
}

const SENDING = new Set(["eth_sendTransaction", "eth_sendRawTransaction"]);
