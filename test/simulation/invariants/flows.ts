import { dataSlice, id } from "ethers";
import type { Hex } from "../../../src/ground/protocol/hex.ts";
import type { Records } from "../l2/records.ts";
import { REFUNDED, RELEASED } from "../model/escrows.ts";
import { addressOf } from "../model/aliases.ts";
import type { Log } from "../support/l1.ts";
import { invariant } from "./violation.ts";

const ESCROW_PAID = id("EscrowPaid(bytes32,uint256,address,address,address,uint256,uint256)");

/** In the event's data, behind recipient and token. */
const AMOUNT_AT = 64;

/** Outcome of a leg. */
type End = "released" | "refunded";

/**
 * Follows each flow between honest chains by executed batches and L1's events alone: every leg is paid once at most, on its chain or
 * on L1, and all legs of a flow in the same way.
 */
export class Flows {
  /** Outcomes by flow and leg. */
  readonly #ends = new Map<string, { readonly end: End; readonly where: string }>();
  /** Outcomes by flow. */
  readonly #ways = new Map<Hex, End>();
  /** Number of batches read, by chain. */
  readonly #read = new Map<bigint, number>();

  /** Numbers of paid legs, and of those paid on L1. */
  get counts(): { readonly released: number; readonly refunded: number; readonly onL1: number } {
    const ends = [...this.#ends.values()];
    const count = (wanted: End): number => ends.filter(({ end }) => end === wanted).length;
    return {
      released: count("released"),
      refunded: count("refunded"),
      onL1: ends.filter(({ where }) => where === "L1").length,
    };
  }

  read(records: Records, logs: readonly Log[]): void {
    for (const { chain, executed } of records.chains) {
      for (const { content } of executed.slice(this.#read.get(chain.id) ?? 0))
        for (const { id: flow, leg, status } of content.escrows)
          if (status === RELEASED || status === REFUNDED)
            this.#end(flow, leg, status === RELEASED ? "released" : "refunded", `chain ${chain.id}`);
      this.#read.set(chain.id, executed.length);
    }
    for (const { topics, data } of logs) {
      const [event, flow, leg, account] = topics as [Hex, Hex, Hex, Hex];
      if (event !== ESCROW_PAID) continue;
      const terms = records.flows.find((record) => record.id === flow)?.flow.legs[Number(leg)];
      invariant(terms !== undefined, () => `L1 paid leg ${leg} of ${flow}, which is unknown`);
      const end = addressOf(BigInt(account)) === terms.recipient ? "released" : "refunded";
      const isFeeAlone = terms.amount !== 0n && BigInt(dataSlice(data, AMOUNT_AT, AMOUNT_AT + 32)) === 0n;
      if (isFeeAlone) this.#payFee(flow, Number(leg), end);
      else this.#end(flow, Number(leg), end, "L1");
    }
  }

  /** A fee that could not be moved with its leg goes the same way later. */
  #payFee(flow: Hex, leg: number, end: End): void {
    const earlier = this.#ends.get(`${flow},${leg}`);
    const isLeft = earlier?.where === "L1" && earlier.end === end;
    invariant(isLeft, () => `L1 paid the fee of leg ${leg} of flow ${flow}, which was not ${end} there`);
  }

  #end(flow: Hex, leg: number, end: End, where: string): void {
    const earlier = this.#ends.get(`${flow},${leg}`);
    invariant(
      earlier === undefined,
      () => `leg ${leg} of flow ${flow} was ${earlier?.end} on ${earlier?.where} and ${end} on ${where}`,
    );
    this.#ends.set(`${flow},${leg}`, { end, where });
    const way = this.#ways.get(flow) ?? end;
    invariant(way === end, () => `a leg of flow ${flow} was ${way}, and leg ${leg} ${end} on ${where}`);
    this.#ways.set(flow, way);
  }
}
