import type { RunEnvironment } from "../../machine/interpreter/environment.ts";
import { endHints } from "../../machine/hints/transaction-hints.ts";
import type { Kernel, RunObserver, RunResult } from "../../machine/interpreter/kernel.ts";
import type { Hint } from "../../machine/interpreter/machine-state.ts";
import type { LeafKind } from "../../protocol/domain-tags.ts";
import { RunRecorder } from "../run-recorder.ts";
import { type ProvableTrace, withState } from "../run-state.ts";
import type { ProvenProgram } from "../run-tables.ts";
import type { BatchWitness } from "./batch-witness.ts";
import { BlockLinks } from "./block-links.ts";
import { UnprovableBatch } from "./execution-label.ts";
import type { PartialTree } from "./partial-tree.ts";

/** Runs the steps of a batch one after another, each from where the last one ended. */
export class BatchRun {
  readonly #witness: BatchWitness;
  readonly #kernel: Kernel;
  readonly #links: BlockLinks;
  #boundary: RunEnvironment["boundary"];
  /** The state behind what has run. */
  readonly tree: PartialTree;

  /** Changes the tree as it goes. */
  constructor(witness: BatchWitness, tree: PartialTree, kernel: Kernel) {
    this.#witness = witness;
    this.tree = tree;
    this.#kernel = kernel;
    this.#links = new BlockLinks(witness.links);
    this.#boundary = witness.environment.boundary;
  }

  /** Another run that goes on from here. */
  copy(): BatchRun {
    const copied = new BatchRun(this.#witness, this.tree.copy(), this.#kernel);
    copied.#boundary = this.#boundary;
    return copied;
  }

  get environment(): RunEnvironment {
    return { ...this.#witness.environment, boundary: this.#boundary };
  }

  /** Runs steps. Throws as the machine does, and UnprovableBatch. */
  run(steps: BatchWitness["steps"], observer?: RunObserver): RunResult {
    const result = this.#attempt(steps, observer);
    this.#goOn(result);
    return result;
  }

  /** Runs steps, of whose rows `watch` is told first, and makes their trace. Throws as `RunRecorder` and `watch` do, too. */
  trace(program: ProvenProgram, steps: BatchWitness["steps"], watch: RunObserver): ProvableTrace {
    const recorder = new RunRecorder(program, this.environment);
    const result = this.#attempt(steps, both(watch, recorder));
    const trace = withState(recorder.trace(), this.tree);
    this.#goOn(result);
    return trace;
  }

  #attempt(steps: readonly (readonly Hint[])[], observer?: RunObserver): RunResult {
    const { codes, lengthFirst } = this.#witness;
    const state = {
      read: (leafKind: number, address: bigint, slot: bigint) => this.tree.get({ leafKind: leafKind as LeafKind, address, slot }),
    };
    const codeOf = (digest: bigint): Uint8Array => {
      const code = codes.get(digest);
      if (code === undefined) throw new UnprovableBatch("code-unknown", `the witness lacks the code of digest ${digest}`);
      return code;
    };
    const sources =
      lengthFirst === undefined ? { codeOf } : { codeOf, isLengthFirst: (digest: bigint) => lengthFirst.has(digest) };
    const inputs = { environment: this.environment, state, codes: sources, foldedHashes: this.#links };
    return this.#kernel.run(inputs, [...steps.flat(), ...endHints()], observer);
  }

  #goOn({ leaves, boundary }: RunResult): void {
    const changed = leaves.filter(({ before, after }) => before !== after);
    this.tree.write(
      changed.map(({ leafKind, account, slot, after }) => ({
        ...{ leafKind: leafKind as LeafKind, address: account, slot, value: after },
      })),
    );
    this.#boundary = boundary;
  }
}

function both(first: RunObserver, second: RunObserver): RunObserver {
  return {
    row: (index, machine) => (first.row(index, machine), second.row(index, machine)),
    opcode: (machine) => (first.opcode(machine), second.opcode(machine)),
  };
}
