import type { Hex } from "../../../ground/protocol/hex.ts";
import { RpcCode, RpcError } from "../request/json-rpc.ts";
import { bytesOf } from "./operation-request.ts";
import type { BundleRequest } from "./bundle.ts";
import type { UserOperation } from "./user-operation.ts";

/** Operations that wait or are on their way into a block: of one sender, in all, and bytes of their data. */
const POOL_LIMITS = { perSender: 4, operations: 256, bytes: 4 * 1024 * 1024 } as const;

/** An operation that is not in a block yet. */
export interface PooledOperation {
  readonly hash: Hex;
  readonly entryPoint: Hex;
  readonly operation: UserOperation;
  /** The transaction that is to carry it. */
  readonly bundle: BundleRequest;
  /** Answers the client: the operation is in the chain's pool, or must wait for its turn. */
  readonly accept: () => void;
  /** Answers the client: the operation is not executed. */
  readonly reject: (error: Error) => void;
}

/** A signed bundle in the chain's pool. */
export interface SentBundle {
  readonly pooled: PooledOperation;
  readonly transactionHash: Hex;
}

/** The bundler's operations, in the order in which they came: those that are sent before those that wait. */
export class OperationPool {
  #waiting: PooledOperation[] = [];
  #sent: SentBundle[] = [];

  get waiting(): readonly PooledOperation[] {
    return this.#waiting;
  }

  get sent(): readonly SentBundle[] {
    return this.#sent;
  }

  find(hash: Hex): PooledOperation | undefined {
    return this.#all().find((pooled) => pooled.hash === hash);
  }

  /** In order. */
  ofSender(sender: Hex): readonly PooledOperation[] {
    return this.#all().filter(({ operation }) => operation.sender === sender);
  }

  /** Throws RpcError where there is no place for the operation. */
  requireRoom(operation: UserOperation): void {
    const { perSender, operations, bytes } = POOL_LIMITS;
    const all = this.#all();
    if (this.ofSender(operation.sender).length >= perSender)
      throw full("SenderFull", `${perSender} operations of ${operation.sender} wait already; wait until one is in a block`);
    if (all.length >= operations) throw full("PoolFull", `${operations} operations wait already; try again later`);
    const held = all.reduce((sum, pooled) => sum + bytesOf(pooled.operation), bytesOf(operation));
    if (held > bytes) throw full("PoolFull", `operations of ${bytes} bytes of data wait already; try again later`);
  }

  /** Throws RpcError where there is no place for it. */
  add(pooled: PooledOperation): void {
    this.requireRoom(pooled.operation);
    this.#waiting.push(pooled);
  }

  markSent(pooled: PooledOperation, transactionHash: Hex): void {
    this.#waiting = this.#waiting.filter((other) => other !== pooled);
    this.#sent.push({ pooled, transactionHash });
  }

  remove(pooled: PooledOperation): void {
    this.#waiting = this.#waiting.filter((other) => other !== pooled);
    this.#sent = this.#sent.filter((other) => other.pooled !== pooled);
  }

  /** A sent operation waits again, before what waits. */
  recall(pooled: PooledOperation): void {
    this.remove(pooled);
    this.#waiting.unshift(pooled);
  }

  /** Empties the pool; returns what was in it. */
  clear(): readonly PooledOperation[] {
    const all = this.#all();
    this.#waiting = [];
    this.#sent = [];
    return all;
  }

  #all(): PooledOperation[] {
    return [...this.#sent.map(({ pooled }) => pooled), ...this.#waiting];
  }
}

function full(code: "SenderFull" | "PoolFull", message: string): RpcError {
  return new RpcError(RpcCode.limitExceeded, message, { code });
}
