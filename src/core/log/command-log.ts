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

/** What was decided on a chain, in its order: each command has its position, counted from the chain's first. */
export class CommandLog<Command> {
  readonly #sink: CommandSink<Command> | undefined;
  readonly #remembers: boolean;
  #first: number;
  #commands: Command[];
  #end: number;

  constructor({ first = 0, commands = [], sink, remembers = true }: LogBeginning<Command> = {}) {
    this.#first = first;
    this.#commands = [...commands];
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

  append(command: Command): void {
    this.#sink?.append(command);
    this.#end++;
    if (this.#remembers) this.#commands.push(command);
    else this.#first = this.#end;
  }

  /** What came from this position on has not happened. */
  truncate(end: number): void {
    if (end >= this.#end) return;
    this.#sink?.truncate(end);
    this.#end = end;
    this.#first = Math.min(this.#first, end);
    this.#commands.length = Math.max(0, end - this.#first);
  }

  /** From a position on. Throws RangeError for one that is not remembered. */
  read(from: number): readonly Command[] {
    if (from < this.#first) throw new RangeError(`commands from ${this.#first} on are remembered, not from ${from}`);
    return this.#commands.slice(from - this.#first);
  }

  /** Nothing before this position is done again by this process. */
  forgetBefore(position: number): void {
    const over = Math.min(position, this.#end) - this.#first;
    if (over <= 0) return;
    this.#commands.splice(0, over);
    this.#first += over;
  }
}
