import assert from "node:assert/strict";
import type { Ext } from "../../../../src/proofs/field/extension.ts";
import { add, P } from "../../../../src/proofs/field/koala-bear.ts";
import type { Backend, Columns } from "../../../../src/proofs/kernels/backend.ts";
import type { ProofSection } from "../../../../src/proofs/stark/openings/proof.ts";
import { prove, type ProveOptions } from "../../../../src/proofs/stark/proofs/prove.ts";
import type { ProverInput } from "../../../../src/proofs/stark/proving/prover-input.ts";
import { verify } from "../../../../src/proofs/stark/proofs/verify.ts";
import { compositionAtPoint, quotientAtPoint } from "../../../../src/proofs/stark/systems/evaluate.ts";
import { createShape } from "../../../../src/proofs/stark/systems/shape.ts";
import type { System } from "../../../../src/proofs/stark/systems/system.ts";
import { createTranscript, type TranscriptFactory } from "../../../../src/proofs/stark/transcripts/transcript.ts";
import { alteredTranscript, recordingTranscript, type TranscriptEvent } from "../../../stark/airs/transcripts.ts";
import { FROZEN_POINT, type Fault } from "./planted-faults.ts";
import { smallBatch } from "./small-batch.ts";

/** Proof that a verifier with one fault accepts. */
export interface Forgery {
  readonly encoded: Uint8Array;
  readonly proof: Uint8Array;
  /** z must be frozen for this proof. */
  readonly isFrozen: boolean;
}

/** The constraint that compares the list's digest with the statement's. */
const DROPPED = "last row has the diff digest [0]";
/** Offset of the compared element in the statement. */
const DIGEST_OFFSET = 96;

/** The system without one constraint, under the same key. */
export function withoutConstraint(system: System): System {
  const [table] = system.tables;
  assert.ok(table);
  const { air } = table;
  const zero = air.nodes.length as (typeof air.constraints)[number]["body"];
  const constraints = air.constraints.map((constraint) =>
    constraint.name === DROPPED ? { ...constraint, body: zero } : constraint,
  );
  assert.equal(constraints.filter(({ body }) => body === zero).length, 1);
  const nodes = [...air.nodes, { kind: "constant", value: 0 } as const];
  return { ...system, tables: [{ ...table, air: { ...air, nodes, constraints } }] };
}

/** Makes the forgery for each fault. */
export class Forger {
  readonly #system: System;
  readonly #backend: Backend;
  readonly #honest = smallBatch();

  constructor(system: System, backend: Backend) {
    this.#system = system;
    this.#backend = backend;
  }

  async forge(fault: Fault): Promise<Forgery> {
    switch (fault) {
      case "none":
        return this.#prove();
      case "quotient identity":
        return this.#prove({ input: this.#falseInput() });
      case "dropped constraint":
        return this.#prove({ input: this.#falseInput(), system: withoutConstraint(this.#system) });
      case "DEEP at g·z":
        return this.#falseNextValue();
      case "fold":
        return this.#prove({ device: { fold: (polynomial, arity) => this.#backend.fold(polynomial, arity, [1, 0, 0, 0, 0]) } });
      case "path":
        return this.#changedSibling();
      case "last polynomial":
        return this.#prove({ device: this.#lastPolynomial((value) => add(value, 1)) });
      case "nonce":
        return this.#prove({ device: { grind: () => Promise.resolve(0n) } });
      case "z in the domain":
        return { ...(await this.#prove({ input: this.#falseInput(), createTranscript: frozenPoint })), isFrozen: true };
      case "non-canonical element":
        return this.#largeElement();
      case "spare bytes": {
        const { proof, ...rest } = await this.#prove();
        return { ...rest, proof: Uint8Array.of(...proof, 0) };
      }
      case "public value not absorbed":
        return this.#anotherCommitment();
      case "challenge before root":
        return this.#prove({ createTranscript: earlyFolds });
    }
  }

  /** Proves with the given deviations. */
  async #prove({
    system = this.#system,
    input = this.#honest.input,
    device = {},
    createTranscript,
  }: Deviation = {}): Promise<Forgery> {
    const options: ProveOptions = createTranscript === undefined ? {} : { createTranscript };
    const proof = await prove(system, input, { ...this.#backend, ...device }, options);
    return { encoded: input.statement, proof, isFrozen: false };
  }

  /** The honest trace with a statement about another list. */
  #falseInput(): ProverInput {
    const statement = this.#honest.encoded.slice();
    const view = new DataView(statement.buffer);
    view.setUint32(DIGEST_OFFSET, add(view.getUint32(DIGEST_OFFSET), 1));
    return { ...this.#honest.input, statement };
  }

  /** Changes the first coordinate of a coefficient that is below 2^31 after the change. */
  #lastPolynomial(change: (value: number) => number): Partial<Backend> {
    return {
      download: async (columns) => {
        const coordinates = await this.#backend.download(columns);
        const coordinate = coordinates.find((values) => values.some((value) => change(value) < 2 ** 31));
        const index = coordinate?.findIndex((value) => change(value) < 2 ** 31) ?? -1;
        if (coordinate === undefined) throw new NoSmallCoefficient();
        coordinate[index] = change(coordinate[index] ?? 0);
        return coordinates;
      },
    };
  }

  /** One coordinate in 128 is small enough, so one statement in twelve has none among 320; further statements are tried. */
  async #largeElement(): Promise<Forgery> {
    for (let attempt = 0; attempt < 20; attempt++) {
      const statement = this.#honest.encoded.slice();
      statement[0] = attempt;
      try {
        return await this.#prove({
          input: { ...this.#honest.input, statement },
          device: this.#lastPolynomial((value) => value + P),
        });
      } catch (error) {
        if (!(error instanceof NoSmallCoefficient)) throw error;
      }
    }
    throw new Error("no statement has a small coefficient");
  }

  async #changedSibling(): Promise<Forgery> {
    const forgery = await this.#prove();
    let sections: readonly ProofSection[] = [];
    verify(this.#system, forgery.encoded, forgery.proof, { onSections: (all) => (sections = all) });
    const siblings = sections.find(({ name }) => /sibling/i.test(name));
    assert.ok(siblings, sections.map(({ name }) => name).join());
    const proof = forgery.proof.slice();
    proof[siblings.offset] = ((proof[siblings.offset] ?? 0) + 1) % 256;
    return { ...forgery, proof };
  }

  /** A proof of one batch shown for another one. */
  async #anotherCommitment(): Promise<Forgery> {
    const createTranscript = alteredTranscript(({ label }, bytes) => (label === "statement" ? new Uint8Array(32) : bytes));
    const forgery = await this.#prove({ createTranscript });
    const encoded = forgery.encoded.slice();
    encoded[0] = ((encoded[0] ?? 0) + 1) % 256;
    return { ...forgery, encoded };
  }

  /**
   * A false statement, and one false value at g·z that makes the identity hold; the DEEP polynomial has the values at z
   * only. The value is found as the root of a function that is linear in it.
   */
  async #falseNextValue(): Promise<Forgery> {
    const system = this.#system;
    const backend = this.#backend;
    const events: TranscriptEvent[] = [];
    const input = this.#falseInput();
    let quotient: Columns | undefined;
    let main: Ext[] = [];
    const device: Partial<Backend> = {
      quotient: async (request) => (quotient = await backend.quotient(request)),
      evaluateAt: async (columns, point) => {
        const values = await backend.evaluateAt(columns, point);
        if (columns === quotient) return values;
        if (main.length === 0) return (main = values);
        assert.ok(quotient);
        const atPoint = [...main, ...(await backend.evaluateAt(quotient, drawn(events, "point")))];
        return balanced(system, input, { atPoint, atNext: values }, events);
      },
      deep: (request) =>
        backend.deep({
          ...request,
          nextWidths: request.nextWidths.map(() => 0),
          combinedValues: [request.combinedValues[0] ?? system.field.zero, system.field.zero],
        }),
    };
    return this.#prove({ input, device, createTranscript: recordingTranscript(events) });
  }
}

class NoSmallCoefficient extends Error {}

interface Deviation {
  readonly system?: System;
  readonly input?: ProverInput;
  readonly device?: Partial<Backend>;
  readonly createTranscript?: TranscriptFactory;
}

function drawn(events: readonly TranscriptEvent[], label: string): Ext {
  const event = events.find((found) => found.kind === "output" && found.label === label);
  assert.ok(event?.kind === "output");
  return event.value;
}

interface Opened {
  readonly atPoint: readonly Ext[];
  readonly atNext: readonly Ext[];
}

/** Values at g·z with one change, so that the constraints equal the quotient. */
function balanced(system: System, input: ProverInput, opened: Opened, events: readonly TranscriptEvent[]): Ext[] {
  const { field } = system;
  const [point, alpha] = [drawn(events, "point"), drawn(events, "composition")];
  const shape = createShape(system, [Math.log2(input.traces[0]?.[0]?.length ?? 0)]);
  assert.ok(typeof shape !== "number");
  const statementValues = system.definition.publicValues(input.statement) ?? [];
  const publicValues = [[...statementValues, ...(input.auxiliary[0] ?? [])]];
  const vanishing = field.sub(field.pow(point, 2 ** shape.tallest), field.one);
  const right = field.mul(vanishing, quotientAtPoint(system, shape, opened.atPoint, point));
  const errorOf = (atNext: readonly Ext[]): Ext =>
    field.sub(
      compositionAtPoint(system, shape, { ...opened, atNext, publicValues, sums: [[]], lookup: undefined }, point, alpha),
      right,
    );
  const error = errorOf(opened.atNext);
  for (let column = 0; column < opened.atNext.length; column++) {
    const shifted = (by: Ext): Ext[] => opened.atNext.map((value, i) => (i === column ? field.add(value, by) : value));
    const slope = field.sub(errorOf(shifted(field.one)), error);
    if (field.equal(slope, field.zero)) continue;
    const solution = shifted(field.neg(field.mul(error, field.inv(slope))));
    if (field.equal(errorOf(solution), field.zero)) return solution;
  }
  throw new Error("no column at the next row enters the constraints linearly");
}

/** z is a point of the trace domain. */
const frozenPoint: TranscriptFactory = (degree, inputs) => {
  const real = createTranscript(degree, inputs);
  return {
    ...real,
    challenge(label) {
      const value = real.challenge(label);
      return label === "point" ? [FROZEN_POINT, 0, 0, 0, 0] : value;
    },
  };
};

/** A layer has the challenge of the state before its root. */
const earlyFolds: TranscriptFactory = (degree, inputs) => {
  const real = createTranscript(degree, inputs);
  let early: Ext = [];
  return {
    ...real,
    absorb(label, bytes) {
      if (label === "friRoot") early = coordinatesOf(real.grindingSeed());
      real.absorb(label, bytes);
    },
    challenge: (label) => (label === "friFold" ? early : real.challenge(label)),
  };
};

/** Challenge of a state: 51 bits a coordinate. */
function coordinatesOf(state: Uint8Array): Ext {
  const word = BigInt(`0x${Buffer.from(state).toString("hex")}`);
  return [0n, 1n, 2n, 3n, 4n].map((i) => Number(((word >> (51n * i)) % 2n ** 51n) % BigInt(P)));
}

/** Transcript of a proof with a frozen z, for the TypeScript verifier. */
export const FROZEN_TRANSCRIPT: TranscriptFactory = frozenPoint;
