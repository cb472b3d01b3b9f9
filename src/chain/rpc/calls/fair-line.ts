import { someAtATime } from "../request/concurrency-limit.ts";
import type { RpcClient } from "../request/dispatch.ts";
import { RpcCode, RpcError } from "../request/json-rpc.ts";

interface FairLineOptions {
  /**
   * Maximum number of running pieces of work of all external clients; the process has as many in addition.
   */
  readonly width: number;
  /** Maximum number of waiting and running pieces of all external clients. */
  readonly places: number;
  /** Maximum number of these per connection. */
  readonly placesPerClient: number;
  /** Name of the waiting work, for messages. */
  readonly what: string;
}

/**
 * Does a client's work when its turn comes. Rejects with RpcError where there is no place for it, where it loses its place to a
 * client that has fewer, and when the client's connection ends before its turn.
 */
export type FairLine = <Result>(client: RpcClient | undefined, work: () => Promise<Result>) => Promise<Result>;

interface Waiting {
  readonly start: () => void;
  readonly refuse: (error: RpcError) => void;
}

/**
 * A connection with work in the queue. Requests with different credentials may come from different clients.
 */
interface Place {
  readonly connection: RpcClient["gone"];
  readonly address: string;
  readonly waiting: Waiting[];
  underWay: number;
}

/**
 * A queue in which clients take turns, however many requests each of them sends: first the machines of the
 * clients, then the connections of each machine. When it is full, the connection with most entries loses one.
 * Requests of this process, such as its relayer's, wait for no client: they have a separate queue.
 */
export function fairLine({ width, places, placesPerClient, what }: FairLineOptions): FairLine {
  const own = someAtATime(width, Infinity, what);
  const outside = new Turns(width, places, placesPerClient, what);
  return (client, work) => (client === undefined || client.isInProcess === true ? own(work) : outside.take(client, work));
}

class Turns {
  /** Queues by machine, then by connection; after its turn one moves to the end. */
  readonly #machines = new Map<string, Map<RpcClient["gone"], Place>>();
  readonly #width: number;
  readonly #places: number;
  readonly #placesPerClient: number;
  readonly #what: string;
  #underWay = 0;
  #waiting = 0;

  constructor(width: number, places: number, placesPerClient: number, what: string) {
    this.#width = width;
    this.#places = places;
    this.#placesPerClient = placesPerClient;
    this.#what = what;
  }

  async take<Result>(client: RpcClient, work: () => Promise<Result>): Promise<Result> {
    if (client.gone.aborted) throw gone();
    const place = this.#placeOf(client);
    if (place.waiting.length + place.underWay >= this.#placesPerClient)
      throw new RpcError(
        RpcCode.limitExceeded,
        `${this.#placesPerClient} ${this.#what} for this connection; wait for some of them, or ask for less at once`,
      );
    await new Promise<void>((resolve, reject) => {
      place.waiting.push({ start: resolve, refuse: reject });
      this.#waiting++;
      this.#next();
      if (this.#underWay + this.#waiting > this.#places) this.#takeFromLargest();
    });
    try {
      return await work();
    } finally {
      this.#underWay--;
      place.underWay--;
      this.#forget(place);
      this.#next();
    }
  }

  /** Starts what has its turn, as far as there is room. */
  #next(): void {
    while (this.#underWay < this.#width && this.#waiting > 0) {
      const place = this.#turn();
      place.underWay++;
      this.#underWay++;
      this.#waiting--;
      place.waiting.shift()?.start();
    }
  }

  /** The first connection that waits, of the first machine that does; both go to the end. */
  #turn(): Place {
    for (const [address, machine] of this.#machines) {
      for (const [connection, place] of machine) {
        if (place.waiting.length === 0) continue;
        machine.delete(connection);
        machine.set(connection, place);
        this.#machines.delete(address);
        this.#machines.set(address, machine);
        return place;
      }
    }
    throw new Error("nothing waits in the line");
  }

  /** The newest piece of the connection with most, of the machine with most: the newest of those where several have as many. */
  #takeFromLargest(): void {
    const machine = largest([...this.#machines.values()], (clients) =>
      [...clients.values()].reduce((sum, { waiting }) => sum + waiting.length, 0),
    );
    const place = largest([...machine.values()], ({ waiting }) => waiting.length);
    this.#waiting--;
    place.waiting
      .pop()
      ?.refuse(
        new RpcError(
          RpcCode.limitExceeded,
          `${this.#places} ${this.#what}, and this connection has most of them; wait for some, or try again later`,
        ),
      );
    this.#forget(place);
  }

  #placeOf({ address = "", gone: connection }: RpcClient): Place {
    let machine = this.#machines.get(address);
    if (machine === undefined) this.#machines.set(address, (machine = new Map<RpcClient["gone"], Place>()));
    let place = machine.get(connection);
    if (place === undefined) {
      machine.set(connection, (place = { connection, address, waiting: [], underWay: 0 }));
      connection.addEventListener("abort", this.#onGone, { once: true });
    }
    return place;
  }

  /** The connection that waited for these answers has ended. */
  readonly #onGone = (event: Event): void => {
    for (const machine of this.#machines.values()) {
      const place = machine.get(event.target as RpcClient["gone"]);
      if (place === undefined) continue;
      this.#waiting -= place.waiting.length;
      for (const { refuse } of place.waiting.splice(0)) refuse(gone());
      this.#forget(place);
    }
  };

  #forget({ connection, address, waiting, underWay }: Place): void {
    if (waiting.length > 0 || underWay > 0) return;
    const machine = this.#machines.get(address);
    machine?.delete(connection);
    if (machine?.size === 0) this.#machines.delete(address);
    connection.removeEventListener("abort", this.#onGone);
  }
}

function largest<Item>(items: readonly Item[], size: (item: Item) => number): Item {
  return items.reduce((a, b) => (size(b) >= size(a) ? b : a));
}

function gone(): RpcError {
  return new RpcError(RpcCode.rejected, "the connection has ended");
}
