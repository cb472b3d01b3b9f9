import { RpcCode, RpcError } from "./json-rpc.ts";

/** What is being answered at a time, of all clients together. */
export interface LoadLimits {
  /** Characters of the requests: they are kept until the last one is answered. */
  readonly requestCharacters: number;
  readonly requests: number;
  /** Characters of answers that wait for the others of their batch. */
  readonly answerCharacters: number;
}

/** How many requests are being answered. One that finds no place is refused, so that what waits here is bounded. */
export class Load {
  readonly #limits: LoadLimits;
  #characters = 0;
  #requests = 0;
  #answered = 0;

  constructor(limits: LoadLimits) {
    this.#limits = limits;
  }

  /** Takes a body in, before it is read; returns the function that ends it. Throws RpcError. */
  take(characters: number): () => void {
    if (this.#characters + characters > this.#limits.requestCharacters) throw busy();
    this.#characters += characters;
    return () => (this.#characters -= characters);
  }

  /** Takes a body's requests in; returns the function that ends them. Throws RpcError. */
  begin(requests: number): () => void {
    if (this.#requests + requests > this.#limits.requests) throw busy();
    this.#requests += requests;
    return () => (this.#requests -= requests);
  }

  /** Keeps an answer for its batch; returns the function that ends it, or undefined where there is no place for it. */
  keep(characters: number): (() => void) | undefined {
    if (this.#answered + characters > this.#limits.answerCharacters) return undefined;
    this.#answered += characters;
    return () => (this.#answered -= characters);
  }
}

/** A connection that gets answers. */
export interface Connection {
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
    // What went with its connection is not counted any more.
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

function busy(): RpcError {
  return new RpcError(RpcCode.limitExceeded, "too many requests are being answered; try again later");
}
