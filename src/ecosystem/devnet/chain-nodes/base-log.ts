import type { BatchCommand } from "../../../chain/ordering/command.ts";
import type { CommandSink } from "../../../chain/core/log/command-log.ts";
import { encodeCommand } from "../../../chain/node/keeping/kept-command.ts";
import { inputsAfter, type NextInputs } from "../../sequencing/executed-inputs.ts";

interface LoggedCommand {
  readonly text: string;
  /** Inputs that come next after the command. */
  readonly next: NextInputs;
}

const NO_INPUTS_TAKEN: NextInputs = { operation: 0n, root: 0n, wish: 0n };

/** All decided commands of a chain: a node can start with them. */
export class BaseLog implements CommandSink<BatchCommand> {
  readonly #commands: LoggedCommand[];

  constructor(commands: readonly BatchCommand[] = []) {
    this.#commands = [];
    for (const command of commands) this.append(command);
  }

  get texts(): readonly string[] {
    return this.#commands.map(({ text }) => text);
  }

  get next(): NextInputs {
    return this.#commands.at(-1)?.next ?? NO_INPUTS_TAKEN;
  }

  append(command: BatchCommand): void {
    this.#commands.push({ text: encodeCommand(command), next: inputsAfter(this.next, command) });
  }

  truncate(length: number): void {
    this.#commands.length = Math.min(length, this.#commands.length);
  }
}
