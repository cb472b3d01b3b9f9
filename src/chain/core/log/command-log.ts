/** A command that was decided, and where it stands. */
interface Entry<Command> {
  /** Commands before it, from the chain's first. */
  readonly position: number;
  /** Number of rewinds of the deciding process: never falls from one entry to the next. */
  readonly term: number;
  readonly command: Command;
}

/** Keeps a log's commands beyond the process. */
export interface CommandSink<Command> {
  /** Stores a command before it is applied, so that no visible consequence is lost. */
  append(command: Command): void;
  /** Deletes the commands after the first `length`. */
  truncate(length: number): void;
}

interface LogBeginning<Command> {
  /** Number of commands before the first: applied by another process, or no longer needed. */
  readonly first?: number;
  /** Commands that an earlier process decided after them. */
  readonly commands?: readonly Command[];
  /** Default: nothing is kept beyond the process. */
  readonly sink?: CommandSink<Command> | undefined;
  /** True to store commands for a replay. Default true. */
  readonly remembers?: boolean;
}

/** Log of a chain's decided commands, in order. Commands of earlier processes have term 0. */
export class CommandLog<Command> {
  readonly #sink: CommandSink<Command> | undefined;
  readonly #remembers: boolean;
  #first: number;
  #entries: Entry<Command>[];
  #end: number;

  constructor({ first = 0, commands = [], sink, remembers = true }: LogBeginning<Command> = {}) {
    this.#first = first;
    this.#entries = commands.map((command, i) => ({ position: first + i, term: 0, command }));
    this.#end = first + commands.length;
    this.#sink = sink;
    this.#remembers = remembers;
  }

  /** Position of the first command that it remembers. */
  get first(): number {
    return this.#first;
  }

  /** Position of the next command. */
  get end(): number {
    return this.#end;
  }

  /** Throws RangeError for another position than the next, and for an older term than the last entry's. */
  append(entry: Entry<Command>): void {
    const { position, term, command } = entry;
    const last = this.#entries.at(-1)?.term ?? 0;
    if (position !== this.#end || term < last)
      throw new RangeError(`the next entry is ${this.#end}, of term ${last} or later, not ${position} of term ${term}`);
    this.#sink?.append(command);
    this.#end++;
    if (this.#remembers) this.#entries.push(entry);
    else this.forgetBefore(this.#end);
  }

  /** Deletes the commands from this position. */
  truncate(end: number): void {
    if (end >= this.#end) return;
    this.#sink?.truncate(end);
    this.#end = end;
    this.#first = Math.min(this.#first, end);
    this.#entries.length = Math.max(0, end - this.#first);
  }

  /** From a position on. Throws RangeError for one that is not remembered. */
  read(from: number): readonly Entry<Command>[] {
    if (from < this.#first) throw new RangeError(`commands from ${this.#first} on are remembered, not from ${from}`);
    return this.#entries.slice(from - this.#first);
  }

  /** Entry at a position; undefined if there is none, or it is not stored. */
  at(position: number): Entry<Command> | undefined {
    return position < this.#first ? undefined : this.#entries[position - this.#first];
  }

  /** Forgets earlier positions, which this process never replays. */
  forgetBefore(position: number): void {
    const over = Math.min(position, this.#end) - this.#first;
    if (over <= 0) return;
    this.#entries.splice(0, over);
    this.#first += over;
  }
}
