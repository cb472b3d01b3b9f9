import { memberName } from "../../../ecosystem/client/ecosystem/ecosystem.ts";
import type { MessageAnswer } from "../../../ecosystem/client/messages/bundle-answer.ts";
import type { SentL1Call } from "../../../ecosystem/client/calls/direct-call.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { type JourneyStep, JOURNEY_STEPS } from "../../../ground/protocol/cross-chain-message.ts";
import type { EcosystemLink } from "./link.ts";
import { MessageError, type CrossingType, type Message, type MessageStep } from "../api/message.ts";

/** Identity of a crossing at the time of its sending. */
export interface CrossingName {
  readonly hash: Hex;
  /** Sender of a message, on its chain. */
  readonly sender?: Hex;
  readonly type: CrossingType;
  readonly sourceChainId: number;
  readonly destinationChainId: number;
  readonly transactionHash: Hex;
  /** Later calls of a call on L1 over intermediate chains. */
  readonly onward?: readonly SentL1Call[];
}

/** Progress of a crossing. */
export interface CrossingState {
  readonly steps: readonly MessageStep[];
  readonly waitingFor?: string | undefined;
  /** Why the last attempt to deliver it failed. */
  readonly refusal?: string | undefined;
}

/** Functions that read and advance one kind of crossing. */
export interface CrossingKind {
  /** The step with which it has arrived. */
  readonly arrival: JourneyStep;
  look(): Promise<CrossingState>;
  /** Moves it on by what the next step needs. */
  advance(step: JourneyStep): Promise<void>;
  /** Throws MessageError CallFailed where it arrived, but what it was to do failed. */
  checkOutcome(arrived: MessageStep): Promise<void>;
}

/** Answers and refunds of crossings. */
export interface CrossingReturns {
  answer(crossing: Message): Promise<MessageAnswer>;
  refunds(crossing: Message): Promise<readonly Message[]>;
}

/** Moves that are tried before a crossing counts as stuck: a fault may hold it up for a few relays. */
const MAX_MOVES = 4;

/** A message that can be followed and moved. */
export class Crossing implements Message {
  readonly hash: Hex;
  readonly type: CrossingType;
  readonly sourceChainId: number;
  readonly destinationChainId: number;
  readonly transactionHash: Hex;
  readonly #link: Pick<EcosystemLink, "info">;
  readonly #kind: CrossingKind;
  readonly #returns: CrossingReturns;
  #state: CrossingState;

  constructor(name: CrossingName, kind: CrossingKind, link: Pick<EcosystemLink, "info">, returns: CrossingReturns) {
    this.hash = name.hash;
    this.type = name.type;
    this.sourceChainId = name.sourceChainId;
    this.destinationChainId = name.destinationChainId;
    this.transactionHash = name.transactionHash;
    this.#kind = kind;
    this.#returns = returns;
    this.#link = link;
    this.#state = { steps: [{ step: "initiated", chainId: name.sourceChainId, transactionHash: name.transactionHash }] };
  }

  get steps(): readonly MessageStep[] {
    return this.#state.steps;
  }

  get waitingFor(): string | undefined {
    return this.#state.waitingFor;
  }

  get refusal(): string | undefined {
    return this.#state.refusal;
  }

  has(step: JourneyStep): boolean {
    return this.#step(step) !== undefined;
  }

  async refresh(): Promise<Message> {
    this.#state = await this.#kind.look();
    return this;
  }

  settled(): Promise<MessageStep> {
    return this.reach("settled");
  }

  async delivered(): Promise<MessageStep> {
    const arrived = await this.reach(this.#kind.arrival);
    await this.#kind.checkOutcome(arrived);
    return arrived;
  }

  async reach(step: JourneyStep): Promise<MessageStep> {
    await this.refresh();
    for (let moves = 0; this.#step(step) === undefined && moves < MAX_MOVES; moves++) {
      await this.#advance(step);
      await this.refresh();
    }
    const done = this.#step(step);
    if (done === undefined)
      throw new MessageError("NotDelivered", `${this.#stuck(step)} after ${MAX_MOVES} rounds of settling and relaying`);
    return done;
  }

  answered(): Promise<MessageAnswer> {
    return this.#returns.answer(this);
  }

  refunded(): Promise<readonly Message[]> {
    return this.#returns.refunds(this);
  }

  /**
   * Runs a step, such as settlement, and reports its failure as the reason why the message does not arrive.
   */
  async #advance(step: JourneyStep): Promise<void> {
    try {
      await this.#kind.advance(step);
    } catch (error) {
      if (error instanceof MessageError) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      throw new MessageError("NotDelivered", `${this.#stuck(step)}: ${reason}`, { cause: error });
    }
  }

  #step(step: JourneyStep): MessageStep | undefined {
    return this.#state.steps.find((done) => done.step === step);
  }

  #stuck(step: JourneyStep): string {
    const { info } = this.#link;
    const { waitingFor, refusal, steps } = this.#state;
    const done = JOURNEY_STEPS.filter((each) => steps.some((record) => record.step === each)).join(", ");
    const way = `${this.type} ${this.hash} from ${memberName(info, this.sourceChainId)} to ${memberName(info, this.destinationChainId)}`;
    const next = waitingFor === undefined ? "" : `; it waits: ${waitingFor}`;
    const why = refusal === undefined ? "" : `; its last delivery was refused: ${refusal}`;
    return `${way} did not reach "${step}" (done: ${done}${next}${why})`;
  }
}
