import type { ProvingBackends } from "../devices/proving-backends.ts";
import { SystemProver } from "../devices/system-prover.ts";
import { PhaseClock } from "../execution-proof/batch/phase-clock.ts";
import type { Backend } from "../kernels/backend.ts";
import { createCompressor } from "../kernels/wasm/compressor.ts";
import { elementsToBytes } from "../../ground/protocol/digest.ts";
import { type Hex, toHex } from "../../ground/protocol/hex.ts";
import type { LastProof } from "../../ground/protocol/last-proof.ts";
import type { NodePrograms } from "../recursion/nodes/node-programs.ts";
import type { StatedProof } from "../recursion/nodes/node-hints.ts";
import type { PreparedProgram } from "../recursion/nodes/program-set.ts";
import { OneAtATime } from "../../ground/runtime/one-at-a-time.ts";
import type { ProofPhase } from "../stark/proving/column-prover.ts";
import type { ProveOptions } from "../stark/proofs/prove.ts";
import { verify } from "../stark/proofs/verify.ts";
import type { System } from "../stark/systems/system.ts";
import { wordsOf } from "../stark/transcripts/transcript-form.ts";
import { filledFirst, firstSystem, heightsRefusal, LIST_PROOF, RELISTING_PROOF } from "./first-proofs.ts";
import type { BatchForL1 } from "./batch-for-l1.ts";
import type { HubForL1 } from "./hub-for-l1.ts";
import { L1ProofError } from "./l1-proof-error.ts";
import { decodeNodeInput } from "./proof-input.ts";
import { NodeProver } from "./prove-node.ts";
import { COMPRESS, FAST, type L1ProofKind, type PlannedProof, planProofs, type ProofPlan, WRAP } from "./proof-plan.ts";

/** A proof to be made. Plain data. */
export interface AskedL1Proof {
  readonly kind: L1ProofKind;
  /** Hash of the proof's verification key. */
  readonly key: Hex;
  readonly input: Uint8Array;
  /** The proofs that other jobs have made for it, in order. */
  readonly needs: readonly Uint8Array[];
}

/** A proof, verified. */
export interface MadeL1Proof {
  readonly statement: Uint8Array;
  readonly proof: Uint8Array;
  readonly metrics: L1ProofMetrics;
}

interface L1ProofMetrics {
  readonly backend: string;
  readonly workers: number;
  /** Height of the highest table. */
  readonly logRows: number;
  readonly cells: number;
  readonly phaseSeconds: Readonly<Partial<Record<ProofPhase, number>>>;
}

/** Progress of a proof. */
export interface L1ProofProgress {
  readonly phase: ProofPhase;
  readonly fraction: number;
}

interface MakeOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: L1ProofProgress) => void;
}

/** A planned proof with the key that it is verified with. */
type KeyedProof = PlannedProof & { readonly key: Hex; readonly cells: number };

/** The proofs up to the one for L1. */
export interface KeyedPlan extends Omit<ProofPlan, "proofs"> {
  readonly proofs: readonly KeyedProof[];
}

type ProverOptions = Pick<ProveOptions, "signal" | "onProgress">;

/** Pending proof: its statement, and its backend. */
type Stated = StatedProof & { readonly backend: Backend };

/** Makes proofs on the way to L1, one at a time. What proofs of one program share is made once; keys by the processor. */
export class L1Proving {
  readonly #programs: NodePrograms;
  readonly #backends: ProvingBackends;
  readonly #firstProvers = new Map<string, SystemProver>();
  readonly #provers = new Map<string, Promise<{ readonly program: PreparedProgram; readonly prover: NodeProver }>>();
  readonly #proving = new OneAtATime();

  constructor(programs: NodePrograms, backends: ProvingBackends) {
    this.#programs = programs;
    this.#backends = backends;
  }

  /** Throws L1ProofError for batches of which there is no such proof. */
  async plan(batches: readonly BatchForL1[], last: LastProof, hub?: HubForL1): Promise<KeyedPlan> {
    const tools = { programs: this.#programs, compress: createCompressor().compress };
    const { proofs, ...said } = planProofs(batches, last, tools, hub);
    const keyed: KeyedProof[] = [];
    for (const proof of proofs) {
      const [key, system] = [await this.#keyOf(proof.program), await this.#systemOf(proof.program)];
      keyed.push({ ...proof, key, cells: cellsOf(system) });
    }
    return { proofs: keyed, ...said };
  }

  /** Makes a proof and verifies it. Rejects with L1ProofError, with RangeError for an input of nothing, and as `prove`. */
  async make({ key, kind, input, needs }: AskedL1Proof, options: MakeOptions = {}): Promise<MadeL1Proof> {
    const leave = await this.#proving.enter();
    try {
      options.signal?.throwIfAborted();
      const first = firstOf(kind);
      const program = first ?? decodeNodeInput(input).program;
      const own = await this.#keyOf(program);
      if (own !== key)
        throw new RangeError(`the job is of the key ${key}, this software has ${own}; run the ecosystem's version`);
      const clock = new PhaseClock((phase, fraction) => options.onProgress?.({ phase, fraction }));
      clock.enter("trace", 0);
      const proveOptions = {
        ...(options.signal && { signal: options.signal }),
        onProgress: (phase: ProofPhase, fraction: number) => clock.enter(phase, fraction),
      };
      const { statement, proof, backend } = await (first === undefined
        ? this.#node(input, needs, proveOptions)
        : this.#first(first, input, proveOptions));
      const phaseSeconds = clock.end();
      const refusal = await this.refusalOf(program, statement, proof);
      if (refusal !== undefined)
        throw new L1ProofError("Fault", `the proof of ${program} that was made does not hold: ${refusal}`);
      const system = await this.#systemOf(program);
      const logRows = Math.max(...system.tables.map(({ fixedLogRows = 0 }) => fixedLogRows));
      const { name, workers } = backend;
      return { statement, proof, metrics: { backend: name, workers, logRows, cells: cellsOf(system), phaseSeconds } };
    } finally {
      leave();
    }
  }

  /** Why a proof does not show a statement; undefined where it does. Never throws for hostile bytes. */
  async refusalOf(program: string, statement: Uint8Array, proof: Uint8Array): Promise<string | undefined> {
    const verdict = verify(await this.#systemOf(program), statement, proof);
    if (!verdict.ok) return verdict.rejection.code;
    return isFirst(program) ? heightsRefusal(program, proof, this.#programs) : undefined;
  }

  /** Releases what is kept on the backends. */
  async release(): Promise<void> {
    for (const prover of this.#firstProvers.values()) await prover.release();
    this.#firstProvers.clear();
    const all = [...this.#provers.values()];
    this.#provers.clear();
    for (const prepared of all) await (await prepared).prover.release();
  }

  async #first(program: string, bytes: Uint8Array, options: ProverOptions): Promise<Stated> {
    const { system, input } = filledFirst(program, bytes, this.#programs);
    const prover = this.#firstProvers.get(program) ?? new SystemProver(system, this.#backends);
    this.#firstProvers.set(program, prover);
    return { statement: input.statement, ...(await prover.prove(input, options)) };
  }

  async #node(input: Uint8Array, needs: readonly Uint8Array[], options: ProverOptions): Promise<Stated> {
    const { program, statement, children, hints } = decodeNodeInput(input);
    const made = [...needs];
    const stated = children.map((child) => {
      const proof = child.proof ?? made.shift();
      if (proof === undefined)
        throw new RangeError(`the job of ${program} needs more proofs than the ${needs.length} that it has`);
      const named = child.program === undefined ? {} : { program: this.#hintsOf(child.program) };
      return { statement: child.statement, proof, ...named };
    });
    const { prover } = await this.#preparedBy(program);
    return prover.prove(wordsOf(statement), stated, { ...options, hints });
  }

  #hintsOf(program: string): ReturnType<NodePrograms["hintsOf"]> {
    const set = this.#programs.chunks.names.includes(program) ? "chunks" : "batches";
    return this.#programs.hintsOf(set, program);
  }

  async #keyOf(program: string): Promise<Hex> {
    for (const set of ["chunks", "batches"] as const) {
      const key = this.#programs.keys[set][this.#programs[set].names.indexOf(program)];
      if (key !== undefined) return toHex(elementsToBytes(key.digest));
    }
    return toHex((await this.#systemOf(program)).verificationKeyDigest);
  }

  async #systemOf(program: string): Promise<System> {
    return isFirst(program) ? firstSystem(program, this.#programs) : (await this.#preparedBy(program)).program.compiled.system;
  }

  #preparedBy(program: string): Promise<{ readonly program: PreparedProgram; readonly prover: NodeProver }> {
    const known = this.#provers.get(program);
    if (known !== undefined) return known;
    const prepared = this.#prepare(program).then((loaded) => ({
      program: loaded,
      prover: new NodeProver(loaded, this.#backends),
    }));
    this.#provers.set(program, prepared);
    prepared.catch(() => this.#provers.delete(program));
    return prepared;
  }

  async #prepare(program: string): Promise<PreparedProgram> {
    const { processor } = this.#backends;
    if (program === COMPRESS) return this.#programs.prepareCompress(processor);
    if (program === FAST) return this.#programs.prepareFast(processor);
    if (program === WRAP) return this.#programs.prepareWrap((await this.#preparedBy(COMPRESS)).program, processor);
    const set = this.#programs.chunks.names.includes(program) ? this.#programs.chunks : this.#programs.batches;
    return set.prepare(program, processor);
  }
}

function firstOf(kind: L1ProofKind): string | undefined {
  if (kind === "list") return LIST_PROOF;
  return kind === "relisting" ? RELISTING_PROOF : undefined;
}

function isFirst(program: string): boolean {
  return program === LIST_PROOF || program === RELISTING_PROOF;
}

/** Cells of its tables whose heights the key fixes. */
function cellsOf({ tables }: System): number {
  return tables.reduce((sum, { preprocessedWidth, mainWidth, lookupWidth, fixedLogRows = 0 }) => {
    return sum + (preprocessedWidth + mainWidth + lookupWidth) * 2 ** fixedLogRows;
  }, 0);
}
