import type { EVMResult, InterpreterStep, Message } from "@ethereumjs/evm";
import type { Hex } from "../../../ground/protocol/hex.ts";
import type { FlatState } from "../../witness/flat-state.ts";
import type { RunListener, TransactionListener } from "../../witness/run-listener.ts";
import type { CallAnswer, TraceQuestion } from "../asked/question.ts";
import { CallRecorder } from "./call-recorder.ts";
import { countSelectors, showFrame } from "./call-frames.ts";
import { StepRecorder } from "./step-recorder.ts";
import { showChanges, showPrestate, TouchRecorder } from "./touch-recorder.ts";
import { TraceSize } from "./trace-size.ts";

type Config = Readonly<Record<string, unknown>>;

/** Traced run, and the tracer's configuration. */
export interface TracedRun extends Pick<TraceQuestion, "tracer" | "config" | "isBounded"> {
  readonly call: Pick<TraceQuestion["call"], "from" | "to" | "gasLimit">;
  readonly block: Pick<TraceQuestion["block"], "coinbase">;
}

/** One tracer at work: what it hears, and what it makes of it. `result` is asked for when the run is undone. */
interface Work {
  readonly listener: RunListener | undefined;
  /** Reads the state as the run, which began at the mark, has left it. */
  runEnded?(mark: number): void;
  result(outcome: CallAnswer): unknown;
}

/**
 * Makes the trace of one call, by the tracer that its question names, in the shapes of geth's tracers. Its listener throws
 * QuestionError TraceTooLarge.
 */
export class Tracing implements TransactionListener {
  readonly #startWork: () => Work;
  #work: Work;
  readonly #size: TraceSize;

  /** `state`: the one in which the call runs. */
  constructor(question: TracedRun, state: FlatState) {
    this.#size = new TraceSize(question.isBounded);
    this.#startWork = () => startWork(question.tracer, question.config, question, state, this.#size);
    this.#work = this.#startWork();
  }

  onRestart(): void {
    this.#work = this.#startWork();
  }

  step(step: InterpreterStep): void {
    this.#size.addCopy(step.memory.length);
    this.#work.listener?.step(step);
  }

  beforeMessage(message: Message): void {
    this.#work.listener?.beforeMessage(message);
  }

  afterMessage(result: EVMResult): void {
    this.#work.listener?.afterMessage(result);
  }

  runEnded(mark: number): void {
    this.#work.runEnded?.(mark);
  }

  result(outcome: CallAnswer): unknown {
    return this.#work.result(outcome);
  }
}

function startWork(tracer: string | undefined, config: Config, question: TracedRun, state: FlatState, size: TraceSize): Work {
  switch (tracer) {
    case undefined:
      return stepWork(config, state, size);
    case "callTracer":
      return callWork(state, size, (recorder, outcome) => showFrame(recorder, config, question.call.gasLimit, outcome));
    case "4byteTracer":
      return callWork(state, size, countSelectors);
    case "prestateTracer":
      return prestateWork(config, question, state);
    case "muxTracer":
      return muxWork(config, question, state, size);
    default:
      return { listener: undefined, result: () => ({}) };
  }
}

function stepWork(config: Config, state: FlatState, size: TraceSize): Work {
  const recorder = new StepRecorder(config, (address, slot) => state.wordAt(address, slot), size);
  return {
    listener: recorder,
    result: ({ receipt, output }) => ({
      failed: receipt?.success !== true,
      gas: Number(receipt?.gasUsed ?? 0n),
      returnValue: output,
      structLogs: recorder.logs,
    }),
  };
}

function callWork(state: FlatState, size: TraceSize, show: (recorder: CallRecorder, outcome: CallAnswer) => unknown): Work {
  const listener = new CallRecorder((address) => state.accountAt(address)?.balance ?? 0n, size);
  return { listener, result: (outcome) => show(listener, outcome) };
}

function prestateWork(config: Config, { call, block }: TracedRun, state: FlatState): Work {
  const named: readonly (Hex | undefined)[] = [call.from, call.to, block.coinbase];
  const recorder = new TouchRecorder(named.filter((address) => address !== undefined));
  let after: ReturnType<TouchRecorder["read"]> = new Map();
  return {
    listener: recorder,
    runEnded(mark) {
      after = recorder.read(state, mark);
    },
    result() {
      const before = recorder.read(state, state.mark());
      return config["diffMode"] === true ? showChanges(before, after, recorder, config) : showPrestate(before, config);
    },
  };
}

/** Several tracers at once, each under its name. */
function muxWork(config: Config, question: TracedRun, state: FlatState, size: TraceSize): Work {
  const works = Object.entries(config).map(
    ([name, given]) => [name, startWork(name, (given ?? {}) as Config, question, state, size)] as const,
  );
  const each = (tell: (listener: RunListener) => void): void => {
    for (const [, { listener }] of works) if (listener !== undefined) tell(listener);
  };
  return {
    listener: {
      step: (step) => each((listener) => listener.step(step)),
      beforeMessage: (message) => each((listener) => listener.beforeMessage(message)),
      afterMessage: (result) => each((listener) => listener.afterMessage(result)),
    },
    runEnded: (mark) => works.forEach(([, work]) => work.runEnded?.(mark)),
    result: (outcome) => Object.fromEntries(works.map(([name, work]) => [name, work.result(outcome)])),
  };
}
