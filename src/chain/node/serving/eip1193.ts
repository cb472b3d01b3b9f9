import { EventEmitter } from "node:events";
import { type Notifications, Subscriptions } from "../../rpc/transport/subscriptions.ts";
import { errorBody, type RpcClient, type RpcMethods } from "../../rpc/request/dispatch.ts";
import { RpcCode } from "../../rpc/request/json-rpc.ts";
import type { MethodRefusal } from "../../rpc/transport/refused-methods.ts";
import { NamedError } from "../../../ground/errors/named-error.ts";

/** Notification of a subscription. */
export interface ProviderMessage {
  readonly type: string;
  readonly data: unknown;
}

/** Member of the ecosystem as an EIP-1193 provider, without HTTP: ethers, viem and Hardhat accept it directly. */
export interface Eip1193Provider {
  /** Rejects with an error that has a numeric `code` and, where there is any, `data`. */
  request(args: { readonly method: string; readonly params?: readonly unknown[] }): Promise<unknown>;
  on(event: "message", listener: (message: ProviderMessage) => void): unknown;
  removeListener(event: "message", listener: (message: ProviderMessage) => void): unknown;
}

/** An error as EIP-1193 has it. */
export class ProviderRpcError extends NamedError<number> {
  override readonly name = "ProviderRpcError";
  readonly data: unknown;

  constructor(
    { code, message, data }: { readonly code: number; readonly message: string; readonly data?: unknown },
    options?: ErrorOptions,
  ) {
    super(code, message, options);
    this.data = data;
  }
}

/** Answers as the member's server does, in this process. */
export class InProcessProvider extends EventEmitter implements Eip1193Provider {
  readonly #methods: RpcMethods;
  readonly #subscriptions: Subscriptions;
  readonly #ownMethods: RpcMethods;
  readonly #client: RpcClient = { subscriptions: new Set(), gone: new AbortController().signal, isInProcess: true };

  constructor(methods: RpcMethods, engine: Notifications, refusal?: MethodRefusal) {
    super();
    this.#methods = methods;
    this.#subscriptions = new Subscriptions(engine, refusal);
    this.#ownMethods = this.#subscriptions.methods((text) => {
      const { method, params } = JSON.parse(text) as { readonly method: string; readonly params: unknown };
      this.emit("message", { type: method, data: params } satisfies ProviderMessage);
    });
  }

  async request({ method, params = [] }: { readonly method: string; readonly params?: readonly unknown[] }): Promise<unknown> {
    const answer = this.#ownMethods.get(method) ?? this.#methods.get(method);
    if (answer === undefined) {
      throw new ProviderRpcError({
        code: RpcCode.methodNotFound,
        message: `the method ${method} does not exist or is not available`,
      });
    }
    try {
      return (await answer(params, this.#client)) ?? null;
    } catch (error) {
      // The engine's own errors have a code, and a stack trace in the contracts' source that a copy would lose.
      if (error instanceof Error && "code" in error && typeof error.code === "number") throw error;
      throw new ProviderRpcError(errorBody(error), { cause: error });
    }
  }

  close(): void {
    this.#subscriptions.close();
    this.removeAllListeners();
  }
}
