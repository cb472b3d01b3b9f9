import { createAddressFromString } from "@ethereumjs/util";
import { TRANSFER_TOPIC } from "../../ground/protocol/erc20-transfer.ts";
import type { BlockLog } from "../model/block.ts";
import { logsBloom } from "../model/logs-bloom.ts";
import type { AskedBlock } from "../witness/asked-call.ts";
import { applyOverride } from "../witness/asked-transaction.ts";
import type { Reexecution } from "../witness/reexecution.ts";
import type { TimeLimit } from "../witness/time-limit.ts";
import { answerOf } from "./answer-of.ts";
import {
  QuestionError,
  SHOWN_LOGGER,
  type CallAnswer,
  type SimulatedAnswer,
  type SimulatedBlockAnswer,
  type SimulatedCall,
  type SimulationQuestion,
  type SimulationRefusal,
} from "./asked/question.ts";

/** Maximum size of the results and logs of all calls of a simulation together, in hexadecimal digits. */
const MAX_ANSWER_CHARACTERS = 2 ** 25;
/** Size of a log without its topics and data: the names of its fields, and its position. */
const CHARACTERS_OF_LOG = 500;
/** EIP-7708's address of the logs of moved Ether, whose topic is a token's. */
const TRANSFER_LOGGER = "0xfffffffffffffffffffffffffffffffffffffffe";
/** Kinds of refusals by their first words. */
const REFUSALS_BY_WORDS: readonly (readonly [reason: RegExp, refusal: SimulationRefusal])[] = [
  [/^intrinsic gas too low/, "IntrinsicGasTooLow"],
  [/^max initcode size exceeded/, "InitCodeTooLarge"],
];

/** A call that does not run. */
const NOT_RUN: Omit<CallAnswer, "reason"> = {
  receipt: undefined,
  output: "0x",
  error: undefined,
  isHostile: false,
  creators: [],
  exceedsCallData: false,
  isLong: false,
  isHeavy: false,
  isLate: false,
  readsTime: false,
};

interface Refused {
  readonly refusal: SimulationRefusal;
  readonly reason: string;
}

interface Sender {
  readonly nonce: bigint;
  readonly balanceWei: bigint;
}

/** Runs blocks of calls in sequence, up to the first invalid call. They change the execution's state. */
export async function simulate(
  { blocks, checks }: SimulationQuestion,
  execution: Reexecution,
  time: TimeLimit,
): Promise<SimulatedBlockAnswer[]> {
  const size = new AnswerSize();
  const answers: SimulatedBlockAnswer[] = [];
  for (const { block, overrides, calls } of blocks) {
    for (const override of overrides) await applyOverride(override, execution.state);
    const ofBlock = await inOrder(execution, { block, calls, checks }, time, size);
    // Of thousands of logs it takes longer than other chains' callers should wait: so it is made here, not where they are served.
    answers.push({ calls: ofBlock, logsBloom: logsBloom(ofBlock.flatMap(({ receipt }) => receipt?.logs ?? [])) });
    // What follows would run on a state that no block has.
    if (ofBlock.some(({ receipt }) => receipt === undefined)) break;
  }
  return answers;
}

/** Log in RPC form: a transfer of Ether has a special address, and burnt Ether is left out. */
function shownLog(log: BlockLog): readonly BlockLog[] {
  if (log.address !== TRANSFER_LOGGER) return [log];
  return log.topics[0] === TRANSFER_TOPIC ? [{ ...log, address: SHOWN_LOGGER }] : [];
}

function withShownLogs(answer: CallAnswer): CallAnswer {
  const { receipt } = answer;
  return receipt === undefined ? answer : { ...answer, receipt: { ...receipt, logs: receipt.logs.flatMap(shownLog) } };
}

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

interface CallsOfBlock {
  readonly block: AskedBlock;
  readonly calls: readonly SimulatedCall[];
  readonly checks: SimulationQuestion["checks"];
}

async function inOrder(
  execution: Reexecution,
  { block, calls, checks }: CallsOfBlock,
  time: TimeLimit,
  size: AnswerSize,
): Promise<SimulatedAnswer[]> {
  const answers: SimulatedAnswer[] = [];
  let gasLeft = block.gasLimit;
  for (const { nonce: named, takesGasLeft = false, ...given } of calls) {
    const account = await execution.state.getAccount(createAddressFromString(given.from));
    const sender = { nonce: account?.nonce ?? 0n, balanceWei: account?.balance ?? 0n };
    const call = { ...given, gasLimit: takesGasLeft && given.gasLimit > gasLeft ? gasLeft : given.gasLimit };
    const refused =
      (call.gasLimit > gasLeft ? blockGasExceeded(call.gasLimit, gasLeft) : undefined) ??
      (checks === "all" ? refusalOfTerms({ ...call, nonce: named }, sender, block) : undefined) ??
      (checks === "none" ? undefined : refusalOfFunds(call, sender));
    const outcome =
      refused === undefined ? withShownLogs(answerOf(await execution.ask(call, block, { time }))) : { ...NOT_RUN, ...refused };
    const answer: SimulatedAnswer = {
      ...outcome,
      nonce: named ?? sender.nonce,
      gasLimit: call.gasLimit,
      refusal: refused?.refusal ?? refusalOfLibrary(outcome.reason),
    };
    size.add(answer);
    answers.push(answer);
    if (answer.receipt === undefined) break;
    gasLeft -= answer.receipt.gasUsed;
  }
  return answers;
}

function blockGasExceeded(gasLimit: bigint, gasLeft: bigint): Refused {
  return { refusal: "BlockGasExceeded", reason: `its block has ${gasLeft} gas left, and it asks for ${gasLimit}` };
}

/** Refusal by its nonce, or by its price compared with the block's. */
function refusalOfTerms(
  { nonce: named, gasPriceWei }: Pick<SimulatedCall, "gasPriceWei"> & { readonly nonce: bigint | undefined },
  { nonce }: Sender,
  { baseFeeWei = 0n }: AskedBlock,
): Refused | undefined {
  if (named !== undefined && named < nonce)
    return { refusal: "NonceTooLow", reason: `its nonce is ${named}, its sender's next one is ${nonce}` };
  if (named !== undefined && named > nonce)
    return { refusal: "NonceTooHigh", reason: `its nonce is ${named}, its sender's next one is ${nonce}` };
  if (gasPriceWei < baseFeeWei)
    return { refusal: "FeeTooLow", reason: `it pays ${gasPriceWei} wei for gas, and the block's base fee is ${baseFeeWei} wei` };
  return undefined;
}

function refusalOfFunds({ from, gasLimit, gasPriceWei, valueWei }: SimulatedCall, { balanceWei }: Sender): Refused | undefined {
  const neededWei = gasLimit * gasPriceWei + valueWei;
  if (neededWei <= balanceWei) return undefined;
  const reason = `insufficient funds: ${from} has ${balanceWei} wei of the ${neededWei} wei that its value and fee may take; a state override gives it more`;
  return { refusal: "FundsTooLow", reason };
}

function refusalOfLibrary(reason: string | undefined): SimulationRefusal | undefined {
  return reason === undefined ? undefined : REFUSALS_BY_WORDS.find(([known]) => known.test(reason))?.[1];
}
