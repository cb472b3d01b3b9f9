/** Fields of an action on a member that decide its order. */
export interface PathWork {
  /** Unique name of each action that can be refused separately. */
  readonly name: string;
  /** Sender and receiver: refusals between them delay no other path. */
  readonly path: string;
}

/** Which things come first: what was never refused, then one of each path that was, then all others. */
const [FRESH, PROBE, OTHER] = [0, 1, 2];

/** Results of actions in earlier looks. */
interface PastLooks {
  readonly isDue: (name: string) => boolean;
  /** Whether the last look had no time for it. */
  readonly isLeft: (name: string) => boolean;
  readonly refusalsOf: (name: string) => number;
}

interface Placed<Work> {
  readonly work: Work;
  readonly rank: number;
  readonly refusals: number;
  /** Number of actions of its path and rank that precede it. */
  readonly place: number;
}

/**
 * The order of a look's actions. Actions that were never refused are first, and one of each path precedes the
 * second of any, so that a flood delays no other. Then the oldest refused action of each path, since the
 * others may wait for it; then those that were refused least. If a path accepts a refused action, its others
 * follow: each acceptance permits one more refusal.
 */
export class LookOrder<Work extends PathWork> {
  /** All of the member's that are open, in the order in which they were sent. */
  readonly #open: readonly Work[];
  readonly #placed: readonly Placed<Work>[];
  readonly #begun = new Set<string>();
  #cursor = 0;
  /** The next one of the path that takes again. */
  #onwards: Work | undefined;
  #takingPath: string | undefined;
  /** Number of actions of that path that may be started and refused. */
  #credit = 0;

  constructor(open: readonly Work[], { isDue, isLeft, refusalsOf }: PastLooks) {
    this.#open = open;
    const counts = new Map<string, number>();
    const count = (key: string): number => {
      const place = counts.get(key) ?? 0;
      counts.set(key, place + 1);
      return place;
    };
    this.#placed = open
      .filter(({ name }) => isDue(name))
      .map((work): Placed<Work> => {
        const refusals = refusalsOf(work.name);
        if (refusals === 0) return { work, refusals, rank: FRESH, place: count(`${FRESH} ${work.path}`) };
        const place = count(`${OTHER} ${work.path}`);
        return { work, refusals, place, rank: place === 0 || isLeft(work.name) ? PROBE : OTHER };
      })
      .toSorted((a, b) => a.rank - b.rank || a.refusals - b.refusals || a.place - b.place);
  }

  /** Action to start now; `undefined` if none is due. */
  next(): Work | undefined {
    let work = this.#onwards;
    this.#onwards = undefined;
    for (; work === undefined && this.#cursor < this.#placed.length; this.#cursor++) {
      const placed = this.#placed[this.#cursor]?.work;
      if (placed !== undefined && !this.#begun.has(placed.name)) work = placed;
    }
    if (work !== undefined) this.#begun.add(work.name);
    return work;
  }

  /** Records the end of an action. `hasTakenAgain` is true if it succeeded after earlier refusals. */
  ended({ name, path }: PathWork, hasTakenAgain: boolean): void {
    if (hasTakenAgain) {
      this.#credit = path === this.#takingPath ? this.#credit + 1 : 1;
      this.#takingPath = path;
    } else if (path !== this.#takingPath || this.#credit === 0) {
      this.#takingPath = undefined;
      return;
    } else {
      this.#credit--;
    }
    const place = this.#open.findIndex((each) => each.name === name);
    this.#onwards = this.#open.slice(place + 1).find((each) => each.path === path && !this.#begun.has(each.name));
  }

  /** Actions that were not started and that the next look has to do: the others of a path wait for blocks. */
  left(): readonly Work[] {
    const owed = this.#placed.filter(({ work, rank }) => rank !== OTHER && !this.#begun.has(work.name)).map(({ work }) => work);
    return this.#onwards === undefined ? owed : [this.#onwards, ...owed];
  }
}
