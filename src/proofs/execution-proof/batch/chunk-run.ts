import type { RunEnvironment } from "../../machine/interpreter/environment.ts";
import { endHints } from "../../machine/hints/transaction-hints.ts";
import type { Kernel, RunObserver, RunResult } from "../../machine/interpreter/kernel.ts";
import type { Hint } from "../../machine/interpreter/machine-state.ts";
import type { LeafKind } from "../../../ground/protocol/domain-tags.ts";
import { RunRecorder } from "../run-recorder.ts";
import { type ProvableTrace, withState } from "../run-state.ts";
import type { ProvenProgram } from "../run-tables.ts";
import { type ExecutionWitness, nameOf, STEPS_OF_RUN } from "./batch-witness.ts";
import { BlockLinks } from "./block-links.ts";
import { UnprovableBatch } from "./unproven-execution.ts";
import type { PartialTree } from "./partial-tree.ts";

/** Inputs of steps besides the state. */
type RunWitness = Pick<ExecutionWitness, "environment" | "codes" | "links">;

/** Leaves that steps touch, and codes that they load. */
export type Touched = Pick<RunResult, "leaves" | "codes">;

/** Leaves that consecutive runs touch. */
export class TouchedByRuns implements Touched {
  readonly byName = new Map<string, RunResult["leaves"][number]>();
  readonly codes = new Map<bigint, Uint8Array>();

  get leaves(): RunResult["leaves"] {
    return [...this.byName.values()];
  }

  add({ leaves, codes }: Touched): void {
    for (const leaf of leaves) {
      const name = nameOf(leaf.leafKind, leaf.account, leaf.slot);
      this.byName.set(name, { ...leaf, before: this.byName.get(name)?.before ?? leaf.before });
    }
    for (const [digest, code] of codes) this.codes.set(digest, code);
  }
}

/** Runs the steps of a batch in sequence, each from the end of the previous one. */
export class BatchRun {
  readonly #witness: RunWitness;
  readonly #kernel: Kernel;
  readonly #links: BlockLinks;
  #boundary: RunEnvironment["boundary"];
  /** The state behind what has run. */
  readonly tree: PartialTree;

  /** Changes the tree as it goes. */
  constructor(witness: RunWitness, tree: PartialTree, kernel: Kernel) {
    this.#witness = witness;
    this.tree = tree;
    this.#kernel = kernel;
    this.#links = new BlockLinks(witness.links);
    this.#boundary = witness.environment.boundary;
  }

  /** Another run that continues from here. */
  copy(): BatchRun {
    const copied = new BatchRun(this.#witness, this.tree.copy(), this.#kernel);
    copied.#boundary = this.#boundary;
    return copied;
  }

  get environment(): RunEnvironment {
    return { ...this.#witness.environment, boundary: this.#boundary };
  }

  /** Runs steps. Throws as the machine does, and UnprovableBatch. */
  run(steps: ExecutionWitness["steps"], observer?: RunObserver): RunResult {
    const result = this.#attempt(steps, observer);
    this.#goOn(result);
    return result;
  }

  /**
   * Runs any number of steps, and changes the tree once, as their trace does: the places of new leaves depend on it. The leaves
   * that the steps touch, and the codes that they load.
   */
  follow(steps: ExecutionWitness["steps"]): Touched {
    const touched = new TouchedByRuns();
    for (let at = 0; at < steps.length; at += STEPS_OF_RUN) {
      const result = this.#attempt(steps.slice(at, at + STEPS_OF_RUN), undefined, touched.byName);
      touched.add(result);
      this.#boundary = result.boundary;
    }
    this.#write(touched.leaves);
    return touched;
  }

  /** Leaves of all steps that another run from here has touched, and its end. */
  take(touched: Touched, boundary: RunEnvironment["boundary"]): Touched {
    this.#boundary = boundary;
    this.#write(touched.leaves);
    return touched;
  }

  /** Runs steps, whose rows `watch` receives first, and makes their trace. Also throws like `RunRecorder` and `watch`. */
  trace(program: ProvenProgram, steps: ExecutionWitness["steps"], watch: RunObserver): ProvableTrace {
    const recorder = new RunRecorder(program, this.environment);
    const result = this.#attempt(steps, both(watch, recorder));
    const trace = withState(recorder.trace(), this.tree);
    this.#goOn(result);
    return trace;
  }

  /** `touched`: what steps have changed that is not in the tree, by `nameOf`. */
  #attempt(
    steps: readonly (readonly Hint[])[],
    observer?: RunObserver,
    touched?: ReadonlyMap<string, { readonly after: bigint }>,
  ): RunResult {
    const { codes } = this.#witness;
    const state = {
      read: (leafKind: number, address: bigint, slot: bigint) =>
        touched?.get(nameOf(leafKind, address, slot))?.after ?? this.tree.get({ leafKind: leafKind as LeafKind, address, slot }),
    };
    const codeOf = (digest: bigint): Uint8Array => {
      const code = codes.get(digest);
      if (code === undefined) throw new UnprovableBatch("code-unknown", `the witness lacks the code of digest ${digest}`);
      return code;
    };
    const inputs = { environment: this.environment, state, codes: { codeOf }, foldedHashes: this.#links };
    return this.#kernel.run(inputs, [...steps.flat(), ...endHints()], observer);
  }

  #goOn({ leaves, boundary }: RunResult): void {
    this.#write(leaves);
    this.#boundary = boundary;
  }

  #write(leaves: RunResult["leaves"]): void {
    const changed = leaves.filter(({ before, after }) => before !== after);
    this.tree.write(
      changed.map(({ leafKind, account, slot, after }) => ({
        leafKind: leafKind as LeafKind,
        address: account,
        slot,
        value: after,
      })),
    );
  }
}

function both(first: RunObserver, second: RunObserver): RunObserver {
  return {
    row: (index, machine) => (first.row(index, machine), second.row(index, machine)),
    opcode: (machine) => (first.opcode(machine), second.opcode(machine)),
  };
}
