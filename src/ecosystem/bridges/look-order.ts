/** What the order reads of something that can be done on a member. */
export interface PathWork {
  /** One for each thing that can be refused by itself. */
  readonly name: string;
  /** Its sender and its receiver: refusals there hold up no other path. */
  readonly path: string;
}

/** Which things come first: what was never refused, then one of each path that was, then all others. */
const [FRESH, PROBE, OTHER] = [0, 1, 2];

/** What became of them at earlier looks. */
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
  /** How many of its path and rank come before it. */
  readonly place: number;
}

/**
 * The order in which a look does things. What was never refused is first, and a thing of each path before the second of any: a
 * flood delays no other. Of each path then the oldest that was refused, since it may be what the others wait for; then those
 * that were refused least. A path that takes again what it refused goes on behind it, whatever is due there: each that it takes
 * is worth one more refusal.
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
  /** How many of that path are begun though they may be refused. */
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

  /** What is begun now; undefined where nothing is due any more. */
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

  /** To be called once one has ended. `hasTakenAgain`: it went on, and was refused before. */
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

  /** Of what was not begun, what the next look has to do: the others of a path wait for their own blocks. */
  left(): readonly Work[] {
    const owed = this.#placed.filter(({ work, rank }) => rank !== OTHER && !this.#begun.has(work.name)).map(({ work }) => work);
    return this.#onwards === undefined ? owed : [this.#onwards, ...owed];
  }
}
