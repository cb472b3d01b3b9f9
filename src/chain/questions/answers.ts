import { chargedGas, unitBudget } from "../../ground/protocol/native-budget.ts";
import type { CodeLimits } from "../../proofs/rules/code-limits.ts";
import type { AccountOverride, AskedBlock, AskedCall, CallOutcome } from "../witness/asked-call.ts";
import { applyOverride } from "../witness/asked-transaction.ts";
import { readAccount } from "../witness/batch-witness.ts";
import { FlatState } from "../witness/flat-state.ts";
import { Reexecution, type RunExtras } from "../witness/reexecution.ts";
import type { RunBounds } from "../witness/run-watch.ts";
import { THREAD_CLOCKS, TimeLimit, type ThreadClocks } from "../witness/time-limit.ts";
import { answerOf } from "./answer-of.ts";
import type { PastStates } from "./past-states.ts";
import {
  QuestionError,
  type AccessListAnswer,
  type CallQuestion,
  type EstimateAnswer,
  type EstimateQuestion,
  type QuestionKind,
  type QuestionKinds,
  type TraceAnswer,
} from "./asked/question.ts";
import { simulate } from "./simulation.ts";
import { Tracing, type TracedRun } from "./tracing/tracing.ts";

/** Rounds in which an access list may change what is touched. */
const MAX_ACCESS_ROUNDS = 8;
/** Differences of gas limits at which a search ends, from so much gas on. */
const SEARCH_ENDS = [
  [4_000_000n, 50_000n],
  [1_000_000n, 10_000n],
  [100_000n, 1_000n],
  [50_000n, 500n],
  [30_000n, 300n],
  [0n, 200n],
] as const;

type Run = (call: AskedCall, bounds?: RunBounds, extras?: RunExtras) => Promise<CallOutcome>;
type RunIn = (call: AskedCall, block: AskedBlock, bounds?: RunBounds, extras?: RunExtras) => Promise<CallOutcome>;

type Handlers = {
  readonly [Kind in QuestionKind]: (question: QuestionKinds[Kind]["question"]) => Promise<QuestionKinds[Kind]["answer"]>;
};

/** Answers questions about a chain's recent states, one at a time. What a question writes goes with it. */
export async function questionHandlers(
  chainId: number,
  states: PastStates,
  limits: CodeLimits,
  clocks: ThreadClocks = THREAD_CLOCKS,
): Promise<Handlers> {
  const state = new FlatState();
  const on = { blockHashes: states.hashes, limits };
  const execution = await Reexecution.over(chainId, state, on);
  let logging: Promise<Reexecution> | undefined;
  const goTo = async (at: bigint, overrides: readonly AccountOverride[]): Promise<void> => {
    if (at < states.oldest || at > states.newest) {
      throw new QuestionError(
        "StateNotKept",
        `the states of blocks ${states.oldest} to ${states.newest} are kept, block ${at}'s is not`,
      );
    }
    state.exchange(states.at(at));
    for (const override of overrides) await applyOverride(override, state);
  };
  /** Runs calls on the state of the question, which each of them leaves unchanged. */
  const runnerIn = async ({ at, overrides, maxMs }: CallQuestion): Promise<RunIn> => {
    await goTo(at, overrides);
    const mark = state.mark();
    const time = new TimeLimit(maxMs, clocks);
    return async (call, block, bounds, extras) => {
      try {
        return await execution.ask(call, block, { time, ...bounds }, extras);
      } finally {
        state.rollback(mark);
      }
    };
  };
  /** Runs a query in its block. */
  const runner = async (question: CallQuestion): Promise<Run> => {
    const run = await runnerIn(question);
    return (call, bounds, extras) => run(call, question.block, bounds, extras);
  };
  return {
    async read({ at, address, slot }) {
      await goTo(at, []);
      return readAccount(state, address, slot);
    },
    async call(question) {
      return answerOf(await (await runner(question))(question.call, boundsOf(question)));
    },
    estimate: async (question) => estimate(question, await runnerIn(question)),
    accessList: async (question) => accessList(question, await runner(question)),
    async trace(question) {
      await goTo(question.at, question.overrides);
      const { call, block, maxMs } = question;
      const bounds = { time: new TimeLimit(maxMs, clocks), ...boundsOf(question) };
      return traceRun(question, call, execution, (listener) => execution.ask(call, block, bounds, { listener }));
    },
    async traceMined(question) {
      const { at, block, before, transaction, maxMs } = question;
      await goTo(at, []);
      for (const earlier of before) await execution.run(earlier, block);
      const bounds = { time: new TimeLimit(maxMs, clocks), ...boundsOf(question) };
      return traceRun(question, transaction, execution, (listener) => execution.runAsCall(transaction, block, bounds, listener));
    },
    async simulate(question) {
      await goTo(question.at, []);
      const engine = question.logsTransfers
        ? await (logging ??= Reexecution.over(chainId, state, { ...on, logsTransfers: true }))
        : execution;
      return simulate(question, engine, new TimeLimit(question.maxMs, clocks));
    },
  };
}

/**
 * Gas with which the call succeeds in the question's block and, if it does in them at all, in the other blocks that it may be in
 * instead. What it does is reported as of the question's block.
 */
async function estimate(question: EstimateQuestion, run: RunIn): Promise<EstimateAnswer> {
  const { block: first, otherBlocks, call } = question;
  const runIn = (block: AskedBlock): Run => {
    return (askedCall, bounds, extras) => run(askedCall, block, bounds, extras);
  };
  const found = await estimateInOne(question, runIn(first));
  // In no other block does it cost anything else.
  if (found.gas === undefined || !found.full.readsTime) return found;
  let { gas } = found;
  for (const block of otherBlocks) {
    if (await succeedsWith(gas, call, runIn(block))) continue;
    const other = await estimateInOne(question, runIn(block));
    if (other.full.isLate) return other;
    if (other.gas !== undefined && other.gas > gas) gas = other.gas;
  }
  return { gas, full: found.full };
}

async function succeedsWith(gasLimit: bigint, call: AskedCall, run: Run): Promise<boolean> {
  const { receipt } = await run({ ...call, gasLimit }, {}, { isCharged: true });
  return receipt?.success === true;
}

/** Minimum gas with which the call succeeds in one block, to the precision of Hardhat's network. */
async function estimateInOne(question: CallQuestion, run: Run): Promise<EstimateAnswer> {
  const { call } = question;
  // Counted to its end, so that a refusal tells what it takes.
  const full = answerOf(await run(call, boundsOf(question)));
  if (full.receipt?.success !== true || full.isHostile) return { gas: undefined, full };
  const units = full.receipt.native?.units ?? 0;
  if (units > unitBudget(call.gasLimit)) return { gas: undefined, full };
  let late: CallOutcome | undefined;
  /** A run that is broken off says nothing about its gas, and ends the search. */
  const succeeds = async (gasLimit: bigint): Promise<boolean> => {
    const outcome = await run({ ...call, gasLimit }, {}, { isCharged: true });
    if (outcome.isLate) late = outcome;
    return outcome.receipt?.success === true;
  };
  const gasUsed = chargedGas(full.receipt.gasUsed, units);
  if (gasUsed === call.gasLimit || (await succeeds(gasUsed))) return { gas: gasUsed, full };
  let low = gasUsed;
  let high = call.gasLimit;
  // Refunds and the 64th that calls keep back are small as a rule, so the answer is nearer to what was used.
  let next = low * 3n;
  while (late === undefined && high - low > endOfSearch(low)) {
    const middle = low + (high - low) / 2n;
    const tried = next < middle ? next : middle;
    if (await succeeds(tried)) high = tried;
    else low = tried + 1n;
    next = high;
  }
  return late === undefined ? { gas: high, full } : { gas: undefined, full: answerOf(late) };
}

function endOfSearch(gas: bigint): bigint {
  return SEARCH_ENDS.find(([from]) => gas >= from)?.[1] ?? 1n;
}

/** The list of all that the call touches when it is given that list, which may be more than without it. */
async function accessList(question: CallQuestion, run: Run): Promise<AccessListAnswer> {
  let call = question.call;
  for (let round = 1; ; round++) {
    const outcome = await run(call, boundsOf(question), { reportAccess: true });
    const touched = outcome.accessList ?? [];
    const isSame = JSON.stringify(touched) === JSON.stringify(call.accessList);
    if (isSame || outcome.receipt === undefined || round === MAX_ACCESS_ROUNDS)
      return { accessList: touched, full: answerOf(outcome) };
    call = { ...call, accessList: touched };
  }
}

function boundsOf({ maxInstructions, maxWork }: Pick<CallQuestion, "maxInstructions" | "maxWork">): RunBounds {
  return {
    ...(maxInstructions === undefined ? {} : { maxInstructions }),
    ...(maxWork === undefined ? {} : { maxWork }),
  };
}

/** Runs the call on the execution's state, and undoes it. */
async function traceRun(
  traced: Omit<TracedRun, "call">,
  call: TracedRun["call"],
  { state }: Reexecution,
  run: (listener: Tracing) => Promise<CallOutcome>,
): Promise<TraceAnswer> {
  const mark = state.mark();
  const tracing = new Tracing({ ...traced, call }, state);
  try {
    const outcome = answerOf(await run(tracing));
    tracing.runEnded(mark);
    state.rollback(mark);
    return { ...outcome, trace: outcome.receipt === undefined ? undefined : tracing.result(outcome) };
  } finally {
    state.rollback(mark);
  }
}
