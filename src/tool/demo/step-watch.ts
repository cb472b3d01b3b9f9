import { JOURNEY_STEPS, type JourneyStep, type StepRecord } from "../../ground/protocol/cross-chain-message.ts";
import type { Journey } from "../../ecosystem/relayer/journey.ts";
import type { Relayer } from "../../ecosystem/relayer/relayer.ts";
import type { Clock } from "../../ground/runtime/clock.ts";
import { repeat } from "../../ground/runtime/repeat.ts";

/** From look to look at what the relayer knows, which asks no member. */
const LOOK_MS = 20;

interface StepListeners {
  /** Each step of each message, once, in order. */
  readonly onStep: (journey: Journey, step: JourneyStep, record: StepRecord) => void;
  /** Receives each reason once why the relayer could not read a member; the relayer retries automatically. */
  readonly onFailure: (reason: unknown) => void;
}

/** Follows what a relayer knows of messages. */
interface StepWatch {
  /** Resolves when `messages` messages have reached the step. */
  reached(step: JourneyStep, messages: number): Promise<void>;
  end(): void;
}

export function watchSteps(
  relayer: Pick<Relayer, "journeys" | "standing">,
  { onStep, onFailure }: StepListeners,
  clock: Clock,
): StepWatch {
  const told = new Set<string>();
  const waiting = new Set<() => void>();
  let known: unknown;
  const look = async (): Promise<void> => {
    const { failure } = relayer.standing();
    if (failure !== undefined && failure !== known) onFailure(failure);
    known = failure;
    for (const journey of relayer.journeys())
      for (const step of JOURNEY_STEPS) {
        const record = journey.steps.get(step);
        const key = `${journey.messageHash} ${step}`;
        if (record === undefined || told.has(key)) continue;
        told.add(key);
        onStep(journey, step, record);
      }
    for (const check of waiting) check();
  };
  return {
    reached: (step, messages) =>
      new Promise((resolve) => {
        const check = (): void => {
          if (relayer.journeys().filter(({ steps }) => steps.has(step)).length < messages) return;
          waiting.delete(check);
          resolve();
        };
        waiting.add(check);
      }),
    end: repeat(clock, LOOK_MS, look, () => false),
  };
}
