import type { JsonRpcApiProvider } from "ethers";
import { keccak256 } from "../../../proofs/kernels/wasm/keccak256.ts";
import { fromHex, toHex, type Hex } from "../../../ground/protocol/hex.ts";
import type { StoredSends } from "../keeping/kept-sends.ts";
import type { OperationsOrigin } from "../../../chain/node/inflow/l1-inputs.ts";

/** More than the blocks that a reader looks through. */
const MOST_KEPT = 20_000;

/**
 * Transactions that the ecosystem itself has sent, by their hashes: what went through providers of which nothing else has hold,
 * in this process or in an earlier one of a kept ecosystem. So no user's transaction is among them, not even one of the same
 * account with the same call.
 */
export class EcosystemSends {
  readonly #hashes = new Set<Hex>();
  readonly #stored: StoredSends | undefined;

  constructor(stored?: StoredSends) {
    this.#stored = stored;
    for (const hash of stored?.all() ?? []) this.#hashes.add(hash);
    this.#forgetOldest();
  }

  has(hash: Hex): boolean {
    return this.#hashes.has(hash);
  }

  /** The provider, which notes each transaction before it is sent: a feed that asks at once knows it. */
  noting<Client extends JsonRpcApiProvider>(provider: Client): Client {
    const send = provider.send.bind(provider);
    provider.send = async (method, params) => {
      if (method === "eth_sendRawTransaction") this.#add(toHex(keccak256(fromHex((params as readonly string[])[0] ?? "0x"))));
      return send(method, params);
    };
    return provider;
  }

  /** An operation of a chain's queue is the ecosystem's own where the transaction is that put it there. */
  queued({ hash, queuedBy }: OperationsOrigin): void {
    if (this.has(queuedBy)) this.#add(hash);
  }

  #add(hash: Hex): void {
    if (this.#hashes.has(hash)) return;
    this.#stored?.add(hash);
    this.#hashes.add(hash);
    this.#forgetOldest();
  }

  #forgetOldest(): void {
    for (const oldest of this.#hashes) {
      if (this.#hashes.size <= MOST_KEPT) return;
      this.#stored?.forget(oldest);
      this.#hashes.delete(oldest);
    }
  }
}
