import type { ChainDependencies } from "../../../src/chain/composition/chain-inputs.ts";
import type { CommandStore } from "../../../src/chain/ordering/command-store.ts";
import type { BatchCommand } from "../../../src/chain/ordering/command.ts";

/** Keeps commands as a disk would that lost its process at any of them. */
export class KeptInMemory implements CommandStore {
  readonly commands: BatchCommand[];
  readonly waiting = { add() {}, delete() {}, keepOnly() {} };

  /** Batches that L1 has executed when a process is started. */
  readonly #executed: bigint;

  constructor(commands: readonly BatchCommand[] = [], executed = 0n) {
    this.commands = [...commands];
    this.#executed = executed;
  }

  append(command: BatchCommand): void {
    this.commands.push(command);
  }

  truncate(length: number): void {
    this.commands.length = length;
  }

  keepLists(): void {}

  together<T>(work: () => Promise<T>): Promise<T> {
    return work();
  }

  durable(): Promise<void> {
    return Promise.resolve();
  }

  /** Storage with which a new process begins. */
  get keeping(): NonNullable<ChainDependencies["keeping"]> {
    return { store: this, earlier: { commands: [...this.commands], waiting: [], executed: this.#executed } };
  }
}
