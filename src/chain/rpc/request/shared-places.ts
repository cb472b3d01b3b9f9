/** A connection, as far as it holds something. */
export interface Holder {
  /** The machine at its other end. */
  readonly address?: string;
  /** Ends it; absent where it is part of this process. */
  readonly end?: () => void;
}

/**
 * Loser on the machine that requests more while it uses most: the request, or the connection that uses most
 * there.
 */
type OwnLoser = "asked" | "largest";

/**
 * Something of which there is only so much for all clients. Where it does not suffice, the machine that holds most of it loses:
 * the connection with most there is ended, or what it asks for is refused. So no client can keep the others out.
 */
export class SharedPlaces {
  readonly #places: number;
  readonly #ownLoser: OwnLoser;
  /** Used slots by machine, then by connection, the newest last. */
  readonly #machines = new Map<string, Map<Holder, number>>();
  #used = 0;

  /** `ownLoser` is "largest" for places that a connection holds until it ends. */
  constructor(places: number, ownLoser: OwnLoser = "asked") {
    this.#places = places;
    this.#ownLoser = ownLoser;
  }

  /** For all together. */
  get count(): number {
    return this.#places;
  }

  /**
   * Reserves slots for a connection. Returns a function that frees them, to be called once; `undefined` if
   * none are left for the connection, because its machine, or the connection alone, uses the most or too few
   * exist.
   */
  take(client: Holder, count: number): (() => void) | undefined {
    this.#change(client, count);
    while (this.#used > this.#places) {
      const { holder, places: held } = this.#largest(machineOf(client));
      const isOwn = machineOf(holder) === machineOf(client);
      const loses = isOwn && (this.#ownLoser === "asked" || this.#heldBy(client) >= held);
      if (loses || count > this.#places || holder.end === undefined) {
        this.#change(client, -count);
        return undefined;
      }
      this.#change(holder, -held);
      holder.end();
    }
    // The slots of a closed connection are no longer counted.
    return () => this.#change(client, -Math.min(count, this.#heldBy(client)));
  }

  /**
   * Connection with most on the machine that holds most; the newest of those that hold as much. Of several such machines,
   * the one that asks if its request is refused then; else another one, the one that has held something for longest.
   */
  #largest(asking: string): { readonly holder: Holder; readonly places: number } {
    const sum = (machine: ReadonlyMap<Holder, number>): number => [...machine.values()].reduce((a, b) => a + b, 0);
    const machines = [...this.#machines].map(([name, machine]) => ({ machine, held: sum(machine), isOwn: name === asking }));
    const losesTies = ({ isOwn }: { readonly isOwn: boolean }): boolean => isOwn === (this.#ownLoser === "asked");
    const { machine } = machines.reduce((a, b) =>
      b.held > a.held || (b.held === a.held && losesTies(b) && !losesTies(a)) ? b : a,
    );
    const [holder, held] = [...machine].reduce((a, b) => (b[1] >= a[1] ? b : a));
    return { holder, places: held };
  }

  #heldBy(client: Holder): number {
    return this.#machines.get(machineOf(client))?.get(client) ?? 0;
  }

  #change(client: Holder, by: number): void {
    const name = machineOf(client);
    const machine = this.#machines.get(name) ?? new Map<Holder, number>();
    const held = (machine.get(client) ?? 0) + by;
    if (held === 0) machine.delete(client);
    else machine.set(client, held);
    if (machine.size === 0) this.#machines.delete(name);
    else this.#machines.set(name, machine);
    this.#used += by;
  }
}

function machineOf({ address = "" }: Holder): string {
  return address;
}
