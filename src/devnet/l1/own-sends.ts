import { keccak256, type JsonRpcApiProvider } from "ethers";
import type { Hex } from "../../protocol/hex.ts";

/** More than the blocks that a reader looks through. */
const MOST_KEPT = 20_000;

/**
 * Transactions that the ecosystem itself has sent, by their hashes: what went through providers of which nothing else has hold.
 * So no user's transaction is among them, not even one of the same account with the same call.
 */
export class OwnSends {
  readonly #hashes = new Set<string>();

  has(hash: Hex): boolean {
    return this.#hashes.has(hash);
  }

  /** The provider, which notes each transaction before it is sent: a feed that asks at once knows it. */
  noting<Client extends JsonRpcApiProvider>(provider: Client): Client {
    const send = provider.send.bind(provider);
    provider.send = (method, params) => {
      if (method === "eth_sendRawTransaction") this.add(keccak256((params as readonly string[])[0] ?? "0x") as Hex);
      return send(method, params);
    };
    return provider;
  }

  /** Also of an operation that such a transaction put into a chain's queue. */
  add(hash: Hex): void {
    this.#hashes.add(hash);
    const [oldest] = this.#hashes;
    if (this.#hashes.size > MOST_KEPT && oldest !== undefined) this.#hashes.delete(oldest);
  }
}
