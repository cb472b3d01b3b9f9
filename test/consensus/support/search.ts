import { FINALIZE, NOTARIZE, NULLIFY, quorumOf } from "../../../src/chain/consensus/votes.ts";
import { mayVote, type ModelBallot, type Rule } from "./model.ts";

/** Model of four voters in a few views, whose first view a liar leads with two proposals. */
export interface SearchOptions {
  readonly views: number;
  readonly liars?: number;
  readonly quorum?: number;
  readonly without?: Rule;
}

export interface SearchResult {
  readonly states: number;
  readonly hasFork: boolean;
}

interface Block {
  readonly view: number;
  readonly variant: number;
  readonly parent: Block | undefined;
}

/** Votes of an honest voter in a view: which proposal it notarized and finalized (0 none, 1 or 2), and whether it nullified. */
interface Ballot {
  readonly notarized: number;
  readonly finalized: number;
  readonly isNullified: boolean;
}

interface State {
  /** Proposals by view and variant. */
  readonly blocks: readonly (Block | undefined)[];
  /** Ballots by honest voter and view. */
  readonly ballots: readonly (readonly Ballot[])[];
}

const VOTERS = 4;
const NO_VOTE: Ballot = { notarized: 0, finalized: 0, isNullified: false };

/** Visits every state that honest voters can reach, whatever messages are lost or late; a liar has voted for everything. */
export function search({ views, liars = 1, quorum = quorumOf(VOTERS), without }: SearchOptions): SearchResult {
  const honest = VOTERS - liars;
  const first: State = {
    blocks: new Array<undefined>(2 * views).fill(undefined),
    ballots: Array.from({ length: honest }, () => new Array<Ballot>(views).fill(NO_VOTE)),
  };
  const seen = new Set([keyOf(first)]);
  let open = [first];
  while (open.length > 0) {
    const next: State[] = [];
    for (const state of open) {
      const world = new World(state, liars, quorum);
      if (world.hasFork()) return { states: seen.size, hasFork: true };
      for (const after of [...proposals(state, world, without), ...votes(state, world, without)]) {
        const key = keyOf(after);
        if (seen.has(key)) continue;
        seen.add(key);
        next.push(after);
      }
    }
    open = next;
  }
  return { states: seen.size, hasFork: false };
}

/** Certificates of the votes of a state. */
class World {
  readonly #state: State;
  readonly #liars: number;
  readonly #quorum: number;

  constructor(state: State, liars: number, quorum: number) {
    this.#state = state;
    this.#liars = liars;
    this.#quorum = quorum;
  }

  isNotarized({ view, variant }: Block): boolean {
    return this.#has(view, ({ notarized }) => notarized === variant);
  }

  isNullified(view: number): boolean {
    return this.#has(view, ({ isNullified }) => isNullified);
  }

  isFinal({ view, variant }: Block): boolean {
    return this.#has(view, ({ finalized }) => finalized === variant);
  }

  /** True if a view has ended, so that voters are in the next one. */
  isOver(view: number): boolean {
    const blocks = this.#state.blocks.filter((block) => block?.view === view);
    return this.isNullified(view) || blocks.some((block) => this.isNotarized(block!));
  }

  /** True if two final proposals do not follow each other. */
  hasFork(): boolean {
    const final = this.#state.blocks.filter((block): block is Block => block !== undefined && this.isFinal(block));
    return final.some((a) => final.some((b) => !follows(a, b) && !follows(b, a)));
  }

  #has(view: number, isSo: (ballot: Ballot) => boolean): boolean {
    const count = this.#state.ballots.filter((ballots) => isSo(ballots[view - 1]!)).length;
    return count + this.#liars >= this.#quorum;
  }
}

function* proposals(state: State, world: World, without: Rule | undefined): Generator<State> {
  for (const [place, block] of state.blocks.entries()) {
    const [view, variant] = [Math.floor(place / 2) + 1, (place % 2) + 1];
    const isLying = view === 1;
    if (block !== undefined || (variant === 2 && (!isLying || state.blocks[place - 1] === undefined))) continue;
    const parents = [undefined, ...state.blocks.filter((one) => one !== undefined && one.view < view)];
    for (const parent of parents) {
      const proposed: Block = { view, variant, parent };
      const isRight = mayVote(NOTARIZE, { block: proposed, ballot: {}, certified: world, without });
      if (isLying || isRight) yield { ...state, blocks: state.blocks.with(place, proposed) };
    }
  }
}

function* votes(state: State, world: World, without: Rule | undefined): Generator<State> {
  for (const [voter, ballots] of state.ballots.entries()) {
    for (const [i, ballot] of ballots.entries()) {
      if (i > 0 && !world.isOver(i)) break;
      const blocks = state.blocks.slice(2 * i, 2 * i + 2);
      const model: ModelBallot<Block> = {
        ...(ballot.notarized > 0 ? { notarized: blocks[ballot.notarized - 1]! } : {}),
        ...(ballot.finalized > 0 ? { finalized: blocks[ballot.finalized - 1]! } : {}),
        isNullified: ballot.isNullified,
      };
      const cast = (change: Partial<Ballot>): State => ({
        ...state,
        ballots: state.ballots.with(voter, ballots.with(i, { ...ballot, ...change })),
      });
      const may = (kind: typeof NOTARIZE | typeof NULLIFY | typeof FINALIZE, block?: Block): boolean =>
        mayVote(kind, { block, ballot: model, certified: world, without });
      if (may(NULLIFY)) yield cast({ isNullified: true });
      for (const block of blocks) {
        if (block === undefined) continue;
        if (may(NOTARIZE, block)) yield cast({ notarized: block.variant });
        if (may(FINALIZE, block)) yield cast({ finalized: block.variant });
      }
    }
  }
}

function follows(block: Block, ancestor: Block): boolean {
  for (let one: Block | undefined = block; one !== undefined; one = one.parent) if (one === ancestor) return true;
  return false;
}

/** Key that ignores the order of the honest voters. */
function keyOf({ blocks, ballots }: State): string {
  const placeOf = (block: Block): number => 2 * block.view + block.variant;
  const proposed = blocks.map((block) => (block === undefined ? "-" : block.parent === undefined ? 0 : placeOf(block.parent)));
  const cast = ballots.map((views) =>
    views.map(({ notarized, finalized, isNullified }) => `${notarized}${finalized}${isNullified ? 1 : 0}`).join(","),
  );
  return `${proposed.join()}|${cast.sort().join("|")}`;
}
