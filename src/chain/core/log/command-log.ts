/** A command that was decided, and where it stands. */
interface Entry<Command> {
  /** Commands before it, from the chain's first. */
  readonly position: number;
  /** How often the process that decided it had taken commands back: never falls from one entry to the next. */
  readonly term: number;
  readonly command: Command;
}

/** Keeps a log's commands beyond the process. */
export interface CommandSink<Command> {
  /** Keeps a command before it is carried out: so nothing that follows from it is seen, and then lost. */
  append(command: Command): void;
  /** What came after the first `length` commands has not happened. */
  truncate(length: number): void;
}

interface LogBeginning<Command> {
  /** Commands before those that it has: done by others, or needed no more. */
  readonly first?: number;
  /** What an earlier process decided behind them. */
  readonly commands?: readonly Command[];
  /** Default: nothing is kept beyond the process. */
  readonly sink?: CommandSink<Command> | undefined;
  /** Whether what is done is remembered, to be done again. Default true. */
  readonly remembers?: boolean;
}

/** What was decided on a chain, in its order. What earlier processes decided is of term 0. */
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

  /** What came from this position on has not happened. */
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

  /** What is at a position; undefined where nothing is, or it is not remembered. */
  at(position: number): Entry<Command> | undefined {
    return position < this.#first ? undefined : this.#entries[position - this.#first];
  }

  /** Nothing before this position is done again by this process. */
  forgetBefore(position: number): void {
    const over = Math.min(position, this.#end) - this.#first;
    if (over <= 0) return;
    this.#entries.splice(0, over);
    this.#first += over;
  }
}
