import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Follower } from "../../src/chain/core/follower.ts";
import { CommandLog } from "../../src/chain/core/log/command-log.ts";
import { Spine } from "../../src/chain/core/spine.ts";
import type { CommandSource, Offer, Outcome, SpineView, OfferVerdict } from "../../src/chain/core/source.ts";

/** Adds to a sum. 7 ends a batch, 13 is refused by the rules, and what is above 1000 before it runs. */
type Addition = number;

interface Sum {
  readonly command: Addition;
  readonly sum: number;
}

class Refused extends Error {}

/** Follower of the chain; `seen` has the results that it received and did not rewind. */
interface Seen extends Follower<Sum> {
  readonly seen: number[];
}

function seeing(name: string, sees: "executed" | "decided", work = { gas: 0 }): Seen {
  const seen: number[] = [];
  return {
    ...{ name, sees, seen },
    on: ({ sum }) => void seen.push(sum),
    mark: () => seen.length,
    returnTo: (length) => void (seen.length = length as number),
    lag: {
      get work() {
        return work.gas;
      },
      less: () => Promise.resolve(void (work.gas -= 10)),
    },
    digest: () => `0x${seen.map((sum) => sum.toString(16)).join("")}`,
  };
}

/** A source whose offers are what a test says, and which notes what became of them. */
class Offering implements CommandSource<Addition, Sum> {
  readonly name = "offering";
  readonly outcomes: string[] = [];
  readonly #waiting: ((view: SpineView) => Offer<Addition>)[] = [];
  #wake: (() => void) | undefined;
  #view: SpineView | undefined;
  /** Callbacks by offer. */
  readonly #told = new Map<string, () => void>();

  async next(view: SpineView, stop: AbortSignal): Promise<Offer<Addition> | undefined> {
    this.#view = view;
    stop.addEventListener("abort", () => this.#wake?.());
    while (this.#waiting.length === 0 && !stop.aborted) await new Promise<void>((resolve) => (this.#wake = resolve));
    return this.#waiting.shift()?.(view);
  }

  outcome({ commands }: Offer<Addition>, what: Outcome<Sum>): void {
    const detail = what.type === "refused" ? ` ${what.code} at ${what.at}` : what.type === "dropped" ? ` by ${what.by}` : "";
    this.outcomes.push(`${commands.join()} ${what.type}${detail}`);
    this.#told.get(commands.join())?.();
  }

  on(): void {}
  mark(): void {}
  returnTo(): void {}

  /** Offers, and waits until something became of it. */
  async offer(commands: readonly Addition[], as: Partial<Offer<Addition>> = { standing: "decided" }): Promise<void> {
    const told = this.#toldOf(commands);
    this.#waiting.push(
      ({ executed, term }) => ({ parent: executed, term, commands, standing: "decided", ...as }) as Offer<Addition>,
    );
    this.#wake?.();
    await told;
  }

  /**
   * Proposes and waits until the proposal is applied; returns the function that sends its verdict and waits until it is
   * received.
   */
  async propose(
    commands: readonly Addition[],
    as: Partial<Offer<Addition>> = {},
  ): Promise<(verdict: OfferVerdict) => Promise<void>> {
    const { promise: verdict, resolve } = Promise.withResolvers<OfferVerdict>();
    await this.offer(commands, { ...as, standing: "proposed", verdict } as Partial<Offer<Addition>>);
    return async (given) => {
      const told = this.#toldOf(commands);
      resolve(given);
      await told;
    };
  }

  #toldOf(commands: readonly Addition[]): Promise<void> {
    return new Promise((resolve) => void this.#told.set(commands.join(), resolve));
  }

  get view(): SpineView {
    if (this.#view === undefined) throw new Error("it was not asked yet");
    return this.#view;
  }
}

function chain(kept: Addition[] = [], work = { gas: 0 }) {
  let sum = 0;
  const [tip, told] = [seeing("tip", "executed"), seeing("told", "decided", work)];
  const runs: Addition[] = [];
  const log = new CommandLog<Addition>({
    commands: kept,
    sink: { append: (command) => void kept.push(command), truncate: (end) => void (kept.length = end) },
  });
  const before: string[] = [];
  const spine = new Spine<Addition, Sum>({
    reducer: {
      name: "sum",
      batchNumber: 0n,
      carryOut(command) {
        runs.push(command);
        sum += command;
        return command === 13 ? Promise.reject(new Refused("13")) : Promise.resolve({ command, sum });
      },
      mark: () => sum,
      returnTo: (mark) => void (sum = mark as number),
    },
    followers: [{ ...tip, before: (command) => void before.push(`${command} behind ${work.gas}`) }, told],
    log,
    ends: (command) => command === 7,
    isRefusal: (error) => error instanceof Refused,
    refusal: (commands) => {
      const at = commands.findIndex((command) => command > 1000);
      return at < 0 ? undefined : { code: "TimeTooFarAhead", at };
    },
    mostLag: 20,
  });
  const source = new Offering();
  const running = spine.drive(source);
  return { spine, source, running, tip, told, log, kept, runs, before };
}

describe("a dropped proposal was reported as final", () => {
  it("those that see what is decided, and the log, have of a proposal nothing before its verdict", async () => {
    const { source, tip, told, kept, spine } = chain();
    const decide = await source.propose([1, 2]);
    assert.deepEqual([tip.seen, told.seen, kept], [[1, 3], [], []]);
    assert.deepEqual([spine.executed, spine.decided], [2, 0]);
    await decide("decided");
    assert.deepEqual([tip.seen, told.seen, kept, spine.decided], [[1, 3], [1, 3], [1, 2], 2]);
    assert.deepEqual(source.outcomes, ["1,2 executed", "1,2 decided"]);
  });

  it("a dropped proposal is rolled back with those that depend on it, and followers received nothing of them", async () => {
    const { source, tip, told, kept, spine } = chain();
    await source.offer([1]);
    const first = await source.propose([2]);
    await source.propose([3]);
    await source.propose([4]);
    assert.deepEqual([tip.seen, told.seen], [[1, 3, 6, 10], [1]]);
    await first("dropped");
    assert.deepEqual([tip.seen, told.seen, kept, spine.executed, spine.term], [[1], [1], [1], 1, 1]);
    assert.deepEqual(source.outcomes.slice(-3), ["2 dropped by verdict", "3 dropped by parent", "4 dropped by parent"]);
    await source.offer([5]);
    assert.deepEqual(
      [told.seen, kept],
      [
        [1, 6],
        [1, 5],
      ],
    );
  });

  it("one whose verdict fails is dropped", async () => {
    const { source, spine } = chain();
    const verdict = Promise.withResolvers<OfferVerdict>();
    await source.offer([1], { standing: "proposed", verdict: verdict.promise } as Partial<Offer<Addition>>);
    verdict.reject(new Error("no decider is left"));
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual([spine.executed, source.outcomes], [0, ["1 executed", "1 dropped by verdict"]]);
  });

  it("a verdict of a later one waits for those before it", async () => {
    const { source, told } = chain();
    const first = await source.propose([1]);
    const second = await source.propose([2]);
    const heard = second("decided");
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(told.seen, []);
    await first("decided");
    await heard;
    assert.deepEqual(told.seen, [1, 3]);
  });

  it("what is decided elsewhere takes the place of what is proposed", async () => {
    const { source, told, kept } = chain();
    await source.propose([1]);
    await source.offer([9], { standing: "decided", parent: 0 });
    assert.deepEqual([told.seen, kept, source.outcomes.slice(1)], [[9], [9], ["1 dropped by parent", "9 decided"]]);
  });

  it("a mark holds no proposal: they are dropped by the term", async () => {
    const { source, spine, tip } = chain();
    await source.offer([1]);
    await source.propose([2]);
    const mark = await spine.mark();
    assert.deepEqual([mark.position, tip.seen, source.outcomes.at(-1)], [1, [1], "2 dropped by term"]);
    await source.propose([3]);
    await spine.returnTo(mark, "snapshot");
    assert.deepEqual([tip.seen, spine.term, source.outcomes.at(-1)], [[1], 2, "3 dropped by term"]);
  });

  it("a batch is decided before the next begins", async () => {
    const { source } = chain();
    const end = await source.propose([1, 7]);
    await source.propose([2]);
    await end("decided");
    await source.propose([7, 3]);
    await source.propose([3]);
    assert.deepEqual(
      source.outcomes.filter((outcome) => !outcome.endsWith("decided")),
      [...["1,7 executed", "2 refused BatchUndecided at 0"], ...["7,3 refused BatchUndecided at 1", "3 executed"]],
    );
  });
});

describe("old term, wrong parent, a position twice, time backwards or too far ahead", () => {
  const refusals: readonly [string, Partial<Offer<Addition>>, readonly Addition[], string][] = [
    ["an old term", { term: 0 }, [5], "OldTerm at 0"],
    ["a parent that is not there yet", { parent: 3 }, [5], "WrongParent at 0"],
    ["a position that others have", { parent: 1 }, [5], "PositionTaken at 0"],
  ];
  for (const standing of ["decided", "proposed"] as const)
    for (const [what, as, commands, expected] of refusals)
      it(`${what}, ${standing}: refused before anything runs, and the source is notified`, async () => {
        const { source, runs, kept } = chain();
        await source.offer([1]);
        await (
          await source.propose([2])
        )("dropped");
        await source.offer([3]);
        const before = [[...runs], [...kept]];
        const verdict = new Promise<OfferVerdict>(() => undefined);
        await source.offer(commands, { ...as, standing, verdict } as Partial<Offer<Addition>>);
        assert.deepEqual([[...runs], [...kept]], before);
        assert.equal(source.outcomes.at(-1), `5 refused ${expected}`);
      });

  it("a proposal whose second command has a refused time: none of it runs", async () => {
    const { source, runs } = chain();
    await source.propose([5, 2000]);
    assert.deepEqual([runs, source.outcomes], [[], ["5,2000 refused TimeTooFarAhead at 1"]]);
  });

  it("one whose second command the rules refuse: nothing of it is left", async () => {
    const { source, tip, spine, kept } = chain();
    await source.propose([5, 13]);
    assert.deepEqual([tip.seen, spine.executed, kept, source.outcomes], [[], 0, [], ["5,13 refused AgainstRules at 1"]]);
    await source.offer([1]);
    assert.deepEqual(kept, [1]);
  });
});

describe("killed between append and refusal", () => {
  it("a proposal is nothing for the next start, and what was decided is repeated", async () => {
    const kept: Addition[] = [];
    const { source } = chain(kept);
    await source.offer([1]);
    await source.propose([2]);
    assert.deepEqual(kept, [1]);
    const again = chain([...kept]);
    await again.source.offer([1]);
    assert.deepEqual([again.told.seen, again.spine.executed, again.source.outcomes], [[1], 1, ["1 decided"]]);
  });

  it("no other command takes the place of one that is to be repeated", async () => {
    const { source, runs } = chain([1, 2]);
    await source.offer([9]);
    await source.propose([1]);
    assert.deepEqual([runs, source.outcomes], [[], ["9 refused PositionTaken at 0", "1 refused PositionTaken at 0"]]);
  });
});

describe("behind by weight, not count", () => {
  it("a command waits until no follower is further behind than the limit, and each may wait for more", async () => {
    const work = { gas: 45 };
    const { source, before, spine } = chain([], work);
    assert.equal(spine.lag, 45);
    await source.offer([1]);
    assert.deepEqual([before, spine.lag], [["1 behind 15"], 15]);
  });
});

describe("a source that is stopped", () => {
  it("receives no further requests", async () => {
    const { source, running } = chain();
    await source.offer([1]);
    running.stop();
    await running.ended;
    assert.equal(source.view.decided, 1);
  });
});
