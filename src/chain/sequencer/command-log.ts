import type { FormerMark } from "../batch/form-batch.ts";
import type { ChainCommand } from "../ordering/command.ts";
import type { BuilderMark } from "./batch-builder.ts";

/** A place between two batches. */
export interface BatchBoundary {
  readonly builder: BuilderMark;
  readonly former: FormerMark;
}

/** A command, and where it stands. */
export interface LoggedCommand {
  readonly command: ChainCommand;
  /** Number of the newest block when it was done: of a cheat, the one behind which it stands. */
  readonly behind: bigint;
}

/** A place to which the engines can return: returning to one ends it and all later ones. */
interface Place {
  /** Undefined for a mark that a user took. */
  readonly boundary: BatchBoundary | undefined;
  /** The mark, or the boundary itself. */
  readonly key: object;
  /** Of the batch that was open, or came next. */
  readonly batch: bigint;
  /** Commands before it, counted from the chain's first. */
  readonly position: number;
}

/** What a chain did since the last batch that L1 has executed, and the places in it to which the chain can return. */
export class CommandLog {
  readonly #commands: (LoggedCommand & { readonly batch: bigint })[] = [];
  /** Commands that were forgotten. */
  #forgotten = 0;
  #places: readonly Place[] = [];

  add(batch: bigint, logged: LoggedCommand): void {
    this.#commands.push({ batch, ...logged });
  }

  /** What was done in a batch, in order, unless it is forgotten. */
  of(batch: bigint): readonly LoggedCommand[] {
    return this.#commands.filter((logged) => logged.batch === batch);
  }

  addBoundary(boundary: BatchBoundary): void {
    this.#addPlace(boundary, boundary.builder.nextBatch, boundary);
  }

  /** A user marks the chain, whose open batch, or next one, has this number. */
  addMark(mark: object, batch: bigint): void {
    this.#addPlace(mark, batch, undefined);
  }

  /** Where the batch began; undefined where L1 has executed it, or it has not begun. */
  before(batch: bigint): BatchBoundary | undefined {
    return this.#places.find(({ boundary }) => boundary?.builder.nextBatch === batch)?.boundary;
  }

  /** What was done since a boundary, in order. */
  since(boundary: BatchBoundary): readonly ChainCommand[] {
    const at = this.#places.find(({ key }) => key === boundary)?.position ?? this.#end;
    return this.#commands.slice(at - this.#forgotten).map(({ command }) => command);
  }

  /** Whether the chain can still return to a user's mark. */
  hasMark(mark: object): boolean {
    return this.#places.some(({ key }) => key === mark);
  }

  /** The chain has returned to a boundary or a mark: what came later has not happened. */
  returnedTo(key: object): void {
    const at = this.#places.findIndex((place) => place.key === key);
    const place = this.#places[at];
    if (place === undefined) return;
    this.#commands.length = Math.max(0, place.position - this.#forgotten);
    this.#places = this.#places.slice(0, at);
  }

  /**
   * L1 has executed the batches before this one: they are forgotten, unless a user's mark stands: L1 returns with it, to before
   * it executed them. Hands out their boundaries, whose marks can end.
   */
  forgetBefore(executed: bigint): readonly BatchBoundary[] {
    if (this.#places.some(({ boundary }) => boundary === undefined)) return [];
    const kept = this.#commands.findIndex((entry) => entry.batch >= executed);
    const gone = kept === -1 ? this.#commands.length : kept;
    this.#commands.splice(0, gone);
    this.#forgotten += gone;
    const old = this.#places.flatMap(({ boundary, batch }) => (boundary !== undefined && batch < executed ? [boundary] : []));
    this.#places = this.#places.filter(({ batch }) => batch >= executed);
    return old;
  }

  get #end(): number {
    return this.#forgotten + this.#commands.length;
  }

  #addPlace(key: object, batch: bigint, boundary: BatchBoundary | undefined): void {
    this.#places = [...this.#places, { key, batch, boundary, position: this.#end }];
  }
}
