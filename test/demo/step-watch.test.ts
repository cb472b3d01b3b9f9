import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as nextTurn } from "node:timers/promises";
import { watchSteps } from "../../src/tool/demo/step-watch.ts";
import type { JourneyStep, StepRecord } from "../../src/ground/protocol/cross-chain-message.ts";
import type { Journey } from "../../src/ecosystem/relayer/journey.ts";
import type { Clock } from "../../src/ground/runtime/clock.ts";

const RECORD = {} as StepRecord;
const journey = (messageHash: string, ...steps: JourneyStep[]) =>
  ({ messageHash, steps: new Map(steps.map((step) => [step, RECORD])) }) as unknown as Journey;

test("reports each step once and in order, a silence once, and resolves when all messages have reached the step", async () => {
  let journeys: readonly Journey[] = [];
  let failure: unknown;
  let look = (): void => assert.fail("nothing is looked at");
  const clock: Clock = {
    nowMs: () => 0,
    after(_ms, call) {
      look = call;
      return () => (look = () => undefined);
    },
  };
  const told: string[] = [];
  const relayer = { journeys: () => journeys, standing: () => ({ ageMs: 0, failure, era: 0 }) };
  const watch = watchSteps(
    relayer,
    {
      onStep: ({ messageHash }, step) => told.push(`${messageHash} ${step}`),
      onFailure: (reason) => told.push(String(reason)),
    },
    clock,
  );
  const next = async (...now: Journey[]): Promise<readonly string[]> => {
    journeys = now;
    look();
    await nextTurn();
    return told.splice(0);
  };
  let isReached = false;
  const reached = watch.reached("settled", 2).then(() => (isReached = true));
  assert.deepEqual(await next(journey("a", "settled", "initiated")), ["a initiated", "a settled"]);
  failure = "silent";
  // The relayer has restarted: its journeys are other objects.
  assert.deepEqual(await next(journey("a", "initiated", "settled"), journey("b", "initiated")), ["silent", "b initiated"]);
  assert.deepEqual(await next(...journeys), []);
  assert.equal(isReached, false);
  failure = undefined;
  assert.deepEqual(await next(journey("a", "settled"), journey("b", "settled")), ["b settled"]);
  await reached;
  watch.end();
  assert.deepEqual(await next(journey("c", "initiated")), []);
});
