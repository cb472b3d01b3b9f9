import { createAddressFromString } from "@ethereumjs/util";
import { fromHex } from "../../protocol/hex.ts";
import type { CodeLimits } from "../model/code-limits.ts";
import { isHostileCode } from "../model/hostile-code.ts";
import { applyOverride } from "../witness/asked-call.ts";
import type { AccountOverride, AskedBlock, AskedCall, CallOutcome } from "../witness/asked-call.ts";
import { FlatState } from "../witness/flat-state.ts";
import { Reexecution } from "../witness/reexecution.ts";
import type { AskedBeside } from "../witness/reexecution.ts";
import type { RunBounds } from "../witness/run-watch.ts";
import type { PastStates } from "./past-states.ts";
import { QuestionError } from "./question.ts";
import type {
  AccessListAnswer,
  CallAnswer,
  CallQuestion,
  EstimateAnswer,
  QuestionKind,
  QuestionKinds,
  SimulatedAnswer,
  SimulatedCall,
  TraceAnswer,
  TraceQuestion,
} from "./question.ts";
import { Tracing } from "./tracing/tracing.ts";

/** Rounds in which an access list may change what is touched. */
const MAX_ACCESS_ROUNDS = 8;
/** Of all calls of a simulation together: what they return and log, in hexadecimal digits. */
const MAX_ANSWER_CHARACTERS = 2 ** 25;
/** Of a log beside its topics and data: the names of its fields, and where it is. */
const CHARACTERS_OF_LOG = 500;
/** Differences of gas limits at which a search ends, from so much gas on. */
const SEARCH_ENDS = [
  [4_000_000n, 50_000n],
  [1_000_000n, 10_000n],
  [100_000n, 1_000n],
  [50_000n, 500n],
  [30_000n, 300n],
  [0n, 200n],
] as const;

type Run = (call: AskedCall, bounds?: RunBounds, beside?: AskedBeside) => Promise<CallOutcome>;

type Handlers = {
  readonly [Kind in QuestionKind]: (question: QuestionKinds[Kind]["question"]) => Promise<QuestionKinds[Kind]["answer"]>;
};

/** Answers questions about a chain's recent states, one at a time. What a question writes goes with it. */
export async function questionHandlers(chainId: number, states: PastStates, limits: CodeLimits): Promise<Handlers> {
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
  /** Runs calls on the state that is asked for, each anew. */
  const runner = async ({ at, block, overrides, maxMs }: CallQuestion): Promise<Run> => {
    await goTo(at, overrides);
    const mark = state.mark();
    const startMs = performance.now();
    return async (call, bounds, beside) => {
      try {
        return await execution.ask(call, block, { maxMs, startMs, ...bounds }, beside);
      } finally {
        state.rollback(mark);
      }
    };
  };
  return {
    call: async (question) => answerOf(await (await runner(question))(question.call, boundsOf(question))),
    estimate: async (question) => estimate(question, await runner(question)),
    accessList: async (question) => accessList(question, await runner(question)),
    async trace(question) {
      await goTo(question.at, question.overrides);
      return traceCall(question, execution);
    },
    async simulate({ at, blocks, logsTransfers, validates, maxMs }) {
      await goTo(at, []);
      const engine = logsTransfers
        ? await (logging ??= Reexecution.over(chainId, state, { ...on, logsTransfers: true }))
        : execution;
      const startMs = performance.now();
      const answers: SimulatedAnswer[][] = [];
      const size = new AnswerSize();
      for (const { block, overrides, calls } of blocks) {
        for (const override of overrides) await applyOverride(override, state);
        const ofBlock = await inOrder(engine, block, calls, { maxMs, startMs, validates }, size);
        answers.push(ofBlock);
        // What follows would run on a state that no block has.
        if (ofBlock.some(({ receipt }) => receipt === undefined)) break;
      }
      return answers;
    },
  };
}

/** Of a call that offers less than its block asks for. */
const UNPAID: CallAnswer = {
  receipt: undefined,
  reason: "its fee cap is below the base fee",
  output: "0x",
  error: undefined,
  isHostile: false,
  creators: [],
  exceedsCallData: false,
  isLong: false,
  isLate: false,
};

/** Adds up what a question's answers hold, for the thread and for the client. */
class AnswerSize {
  #characters = 0;

  /** Throws QuestionError AnswerTooLarge. */
  add({ output, receipt }: CallAnswer): void {
    this.#characters += output.length;
    for (const { topics, data } of receipt?.logs ?? []) this.#characters += CHARACTERS_OF_LOG + 66 * topics.length + data.length;
    if (this.#characters <= MAX_ANSWER_CHARACTERS) return;
    throw new QuestionError(
      "AnswerTooLarge",
      `the calls return, and log, more than ${MAX_ANSWER_CHARACTERS} characters together; ask for fewer of them at once`,
    );
  }
}

async function inOrder(
  execution: Reexecution,
  block: AskedBlock,
  calls: readonly SimulatedCall[],
  { validates, ...bounds }: RunBounds & { readonly validates: boolean },
  size: AnswerSize,
): Promise<SimulatedAnswer[]> {
  const answers: SimulatedAnswer[] = [];
  for (const { nonce: named, ...call } of calls) {
    const nonce = (await execution.state.getAccount(createAddressFromString(call.from)))?.nonce ?? 0n;
    const asked = validates ? { ...call, validNonce: named ?? nonce } : call;
    const isPayable = !validates || call.gasPriceWei >= (block.baseFeeWei ?? 0n);
    const outcome = isPayable ? answerOf(await execution.ask(asked, block, bounds)) : UNPAID;
    const answer = { ...outcome, nonce: named ?? nonce };
    size.add(answer);
    answers.push(answer);
    if (answer.receipt === undefined) break;
  }
  return answers;
}

/** The least gas with which the call succeeds, as near as Hardhat's own network comes to it. */
async function estimate(question: CallQuestion, run: Run): Promise<EstimateAnswer> {
  const { call } = question;
  const full = answerOf(await run(call, boundsOf(question)));
  if (full.receipt?.success !== true || full.isHostile) return { gas: undefined, full };
  let late: CallOutcome | undefined;
  /** A run that is broken off says nothing about its gas, and ends the search. */
  const succeeds = async (gasLimit: bigint): Promise<boolean> => {
    const outcome = await run({ ...call, gasLimit });
    if (outcome.isLate) late = outcome;
    return outcome.receipt?.success === true;
  };
  const { gasUsed } = full.receipt;
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

function boundsOf({ maxInstructions }: CallQuestion): RunBounds {
  return maxInstructions === undefined ? {} : { maxInstructions };
}

/** Runs the call on the execution's state, and undoes it. */
async function traceCall(question: TraceQuestion, execution: Reexecution): Promise<TraceAnswer> {
  const { call, block, maxMs } = question;
  const { state } = execution;
  const mark = state.mark();
  const tracing = new Tracing(question, state);
  try {
    const outcome = answerOf(await execution.ask(call, block, { maxMs, ...boundsOf(question) }, { listener: tracing }));
    tracing.throwRefusal();
    tracing.runEnded(mark);
    state.rollback(mark);
    return { ...outcome, trace: outcome.receipt === undefined ? undefined : tracing.result(outcome) };
  } finally {
    state.rollback(mark);
  }
}

function answerOf(outcome: CallOutcome): CallAnswer {
  const { receipt, reason, output, error, initCodes, runtimeCodes, creators, exceedsCallData, isLong, isLate } = outcome;
  const isHostile = [...initCodes, ...runtimeCodes].some((code) => isHostileCode(fromHex(code)));
  return { receipt, reason, output, error, isHostile, creators, exceedsCallData, isLong, isLate };
}
