import { RpcCode, RpcError } from "./json-rpc.ts";
import { SharedPlaces, type Holder } from "./shared-places.ts";

/** Limits of concurrent answers, of all clients together. */
export interface LoadLimits {
  /** Characters of the requests: they are kept until the last one is answered. */
  readonly requestCharacters: number;
  readonly requests: number;
  /** Characters of answers that wait for the others of their batch. */
  readonly answerCharacters: number;
}

/** Holder of requests without a connection. */
const NO_CONNECTION: Holder = {};

/**
 * Number of concurrent requests. A request above the limit is refused, so that the waiting ones are bounded.
 */
export class Load {
  readonly #characters: SharedPlaces;
  readonly #requests: SharedPlaces;
  readonly #answered: SharedPlaces;

  constructor({ requestCharacters, requests, answerCharacters }: LoadLimits) {
    this.#characters = new SharedPlaces(requestCharacters);
    this.#requests = new SharedPlaces(requests);
    this.#answered = new SharedPlaces(answerCharacters);
  }

  /** Takes a body in, before it is read; returns the function that ends it. Throws RpcError. */
  take(client: Holder | undefined, characters: number): () => void {
    return placed(this.#characters.take(client ?? NO_CONNECTION, characters));
  }

  /** Takes a body's requests in; returns the function that ends them. Throws RpcError. */
  begin(client: Holder | undefined, requests: number): () => void {
    return placed(this.#requests.take(client ?? NO_CONNECTION, requests));
  }

  /** Keeps an answer for its batch; returns the function that ends it, or undefined where there is no place for it. */
  keep(client: Holder | undefined, characters: number): (() => void) | undefined {
    return this.#answered.take(client ?? NO_CONNECTION, characters);
  }
}

/** A connection that gets answers. */
interface Connection {
  /** Ends it at once. */
  destroy(): unknown;
}

/**
 * Answers that wait in this process for clients to read them. When they are too many, the connection goes for which most of
 * them wait: who reads has few.
 */
export class UnreadAnswers {
  readonly #maxCharacters: number;
  readonly #waiting = new Map<Connection, number>();
  #total = 0;

  constructor(maxCharacters: number) {
    this.#maxCharacters = maxCharacters;
  }

  /** An answer is being sent; to be called back once, when it has been or never will be. */
  add(connection: Connection, characters: number): () => void {
    this.#change(connection, characters);
    while (this.#total > this.#maxCharacters) {
      const [most, size] = [...this.#waiting].reduce((a, b) => (b[1] > a[1] ? b : a));
      this.#change(most, -size);
      most.destroy();
    }
    // The answers of a closed connection are no longer counted.
    return () => this.#change(connection, -Math.min(characters, this.#waiting.get(connection) ?? 0));
  }

  /** The connection has ended, and with it whatever waited for it. */
  forget(connection: Connection): void {
    this.#change(connection, -(this.#waiting.get(connection) ?? 0));
  }

  #change(connection: Connection, by: number): void {
    const size = (this.#waiting.get(connection) ?? 0) + by;
    if (size === 0) this.#waiting.delete(connection);
    else this.#waiting.set(connection, size);
    this.#total += by;
  }
}

function placed(end: (() => void) | undefined): () => void {
  if (end !== undefined) return end;
  throw new RpcError(
    RpcCode.limitExceeded,
    "too many requests are being answered, and most of them are this machine's; wait for some, or try again later",
  );
}
