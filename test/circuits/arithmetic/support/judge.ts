import { P } from "../../../../src/proofs/field/koala-bear.ts";
import type { Air, Interaction } from "../../../../src/proofs/stark/constraints/air.ts";
import { evaluateRows, rowRange } from "../../../../src/proofs/stark/constraints/column-arithmetic.ts";
import { truthOf } from "./true-messages.ts";

/** One row's cells, column by column. */
export type Row = readonly number[];

/** Judgement of one row, if other tables return all true answers and nothing else. */
export interface Judgement {
  /** The constraints that do not hold and the messages that are sent and false, by name. */
  readonly refusals: readonly string[];
  /** The message that the row answers, with its number of uses in front. */
  readonly answer: readonly number[];
  /** True if the row has a false answer to a possible request. */
  readonly lies: boolean;
}

/** All that can refuse a row of a table: its constraints and what it sends (`bus[0]`, `bus[1]`, … in order). */
export function reasonsOf(air: Air): string[] {
  return [...air.constraints.map(({ name }) => name), ...sendsOf(air).map(({ name }) => name)];
}

/**
 * Judges rows separately, because the tables have no constraint between rows. A message that a row sends and answers itself
 * cancels, and counts as answered; so does one whose operands are not words, since no table promises anything about those.
 */
export function judgeRows(air: Air, rows: readonly Row[]): Judgement[] {
  const judged: Judgement[] = [];
  for (let first = 0; first < rows.length; first += CHUNK_ROWS)
    judged.push(...judgeChunk(air, rows.slice(first, first + CHUNK_ROWS)));
  return judged;
}

/** Rows evaluated at once: few enough for the values of wide tables to stay in a cache. */
const CHUNK_ROWS = 256;

function judgeChunk(air: Air, rows: readonly Row[]): Judgement[] {
  if (!air.constraints.every(({ scope }) => scope === "everyRow")) throw new Error(`${air.name} has constraints between rows`);
  // A column has a power of two of rows.
  const height = 2 ** Math.ceil(Math.log2(rows.length));
  const main = air.columnNames.map((_, c) => {
    const column = new Uint32Array(height);
    rows.forEach((row, i) => (column[i] = canonical(row[c] ?? NaN)));
    return column;
  });
  const sends = sendsOf(air);
  const [receive] = air.interactions.filter(({ direction }) => direction === "receive");
  if (receive === undefined) throw new Error(`${air.name} answers nothing`);
  const bodies = air.constraints.flatMap(({ body, selector }) => (selector === undefined ? [body] : [body, selector]));
  const messages = [...sends.map(({ interaction }) => interaction), receive];
  const roots = [...bodies, ...messages.flatMap(({ multiplicity, message }) => [multiplicity, ...message])];
  const values = evaluateRows(air, roots, { preprocessed: [], main }, [], rowRange(0, rows.length));
  return rows.map((_, row) => {
    let cursor = 0;
    const take = (): number => values[cursor++]?.[row] ?? NaN;
    const takeMessage = ({ message }: Interaction): number[] => [take(), ...message.map(take)];
    const broken = air.constraints.flatMap(({ name, selector }) => {
      const body = take();
      return body !== 0 && (selector === undefined || take() !== 0)
        ? [name]
        : selector !== undefined && body === 0
          ? (take(), [])
          : [];
    });
    const sent = sends.map(({ interaction }) => takeMessage(interaction));
    const answer = takeMessage(receive);
    const isOwn = ({ bus }: Interaction, message: readonly number[]): boolean =>
      bus === receive.bus && message.every((element, i) => element === answer[i + 1]);
    const refused = sends.flatMap(({ name, interaction }, i) => {
      const [multiplicity, ...message] = sent[i] ?? [];
      if (multiplicity === 0 || isOwn(interaction, message)) return [];
      return truthOf(interaction.bus.name, message) === "false" ? [name] : [];
    });
    return { refusals: [...broken, ...refused], answer, lies: truthOf(receive.bus.name, answer.slice(1)) === "false" };
  });
}

/** A number as an element of the field. */
export function canonical(value: number): number {
  if (!Number.isSafeInteger(value)) throw new RangeError(`${value} is not an element of the field`);
  return ((value % P) + P) % P;
}

function sendsOf(air: Air): { readonly name: string; readonly interaction: Interaction }[] {
  const seen = new Map<string, number>();
  return air.interactions
    .filter(({ direction }) => direction === "send")
    .map((interaction) => {
      const index = seen.get(interaction.bus.name) ?? 0;
      seen.set(interaction.bus.name, index + 1);
      return { name: `${interaction.bus.name}[${index}]`, interaction };
    });
}
