import type { BatchCommand } from "../../chain/ordering/command.ts";
import { signed } from "../../chain/sequencer/waiting-pool.ts";
import { ENVELOPE_ADDRESS, MAX_ENVELOPES } from "../../ground/protocol/envelope.ts";
import type { DecisionRefusal, EnvelopeFacts } from "./decision-reader.ts";

/** Rules for the envelopes of one decision: it opens all that earlier ones owe before anything else, and takes at most 32. */
export class EnvelopeRules {
  readonly #isEncrypted: boolean;
  /** Envelopes that are owed since before the decision. */
  #owed: number;
  #count = 0;

  constructor(facts: EnvelopeFacts | undefined) {
    this.#isEncrypted = facts !== undefined;
    this.#owed = facts?.owed ?? 0;
  }

  /** Refusal of the decision's next command; undefined if the rules allow it. */
  refusalOf(command: BatchCommand): DecisionRefusal | undefined {
    if (!this.#isEncrypted || command.type === "open" || command.type === "seal") return undefined;
    if (command.type === "block" && command.opens !== undefined) {
      this.#owed--;
      return this.#owed < 0 ? invalid("an envelope of the same decision is opened") : undefined;
    }
    if (this.#owed > 0) return invalid(`${command.type} before ${this.#owed} envelopes that are owed`);
    if (command.type !== "block") return undefined;
    this.#count += signed(command.transactions).filter(({ to }) => to === ENVELOPE_ADDRESS).length;
    return this.#count > MAX_ENVELOPES ? invalid(`${this.#count} envelopes, at most ${MAX_ENVELOPES}`) : undefined;
  }
}

function invalid(reason: string): DecisionRefusal {
  return { verdict: "invalid", reason };
}
