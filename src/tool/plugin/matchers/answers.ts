import { solidityLines } from "../../../ecosystem/client/sending/remote-failure.ts";
import type { ContractLike, MemberLike } from "../api/assertions.ts";
import { MessageError, type Message } from "../api/message.ts";
import { failureOf } from "./failure.ts";
import { interfaceOf } from "./reverted-on.ts";
import { readMember, readSubject } from "./subject.ts";
import { fits, plain } from "./values.ts";
import type { Verdict } from "./verdict.ts";

/** Contract and function that answer, and the results that the answer must be. */
interface ExpectedAnswer {
  readonly contract: ContractLike;
  readonly functionName: string;
  readonly results: readonly unknown[];
}

/** Checks that a call succeeded on a member and its sender accepted the answer. Throws TypeError for a half-named answer. */
export async function answeredBy(
  value: unknown,
  member: MemberLike,
  contract?: ContractLike,
  functionName?: string,
  results?: readonly unknown[],
): Promise<Verdict> {
  const expected = expectedAnswer(contract, functionName, results);
  const subject = await readSubject(value, member);
  const { name, chainId } = readMember(subject.hyperchains, member);
  const fails = (reason: string, sourceLines: readonly string[] = []): Verdict => ({
    holds: false,
    shouldHold: `expected an answer of ${name}, but ${reason}`,
    shouldNotHold: "",
    sourceLines,
  });
  const call = subject.messages.find(({ type, destinationChainId }) => type === "bundle" && destinationChainId === chainId);
  if (call === undefined) return fails("the transaction sent no call there");
  const failure = await failureOf(call);
  if (failure !== undefined) return fails(failure.message, solidityLines(failure));
  const answer = await answerOf(call);
  if (answer instanceof MessageError) return fails(answer.message);
  if (!answer.callbackSucceeded) return fails("the contract that sent the call reverted when it received the answer");
  const [first = "0x"] = answer.success ? answer.results : [];
  return expected === undefined ? { holds: true, shouldHold: "", shouldNotHold: "" } : compared(expected, first);
}

/** Checks that a failed call returned something, and that everything has arrived. */
export async function refunded(value: unknown): Promise<Verdict> {
  const subject = await readSubject(value);
  const reasons: string[] = [];
  for (const message of subject.messages) {
    try {
      await message.refunded();
    } catch (error) {
      if (!(error instanceof MessageError)) throw error;
      reasons.push(error.message);
    }
  }
  const isRefunded = reasons.length < subject.messages.length;
  const reason = subject.messages.length === 0 ? "the transaction sent no message" : reasons.join("; ");
  return {
    holds: isRefunded,
    shouldHold: `expected a refund, but ${reason}`,
    shouldNotHold: "expected no refund, but value or tokens returned",
  };
}

/** The answer, or the error if the call requested none or it does not arrive. */
async function answerOf(call: Message): Promise<Awaited<ReturnType<Message["answered"]>> | MessageError> {
  try {
    return await call.answered();
  } catch (error) {
    if (error instanceof MessageError) return error;
    throw error;
  }
}

function compared({ contract, functionName, results }: ExpectedAnswer, data: string): Verdict {
  const decoded = interfaceOf(contract).decodeFunctionResult(functionName, data);
  const actual: readonly unknown[] = [...decoded];
  const holds = actual.length === results.length && actual.every((each, i) => fits(each, results[i]));
  return {
    holds,
    shouldHold: `expected another answer of ${functionName} than (${actual.map(String).join(", ")})`,
    shouldNotHold: "",
    compared: { expected: results.map(plain), actual: actual.map(plain) },
  };
}

function expectedAnswer(
  contract: ContractLike | undefined,
  functionName: string | undefined,
  results: readonly unknown[] | undefined,
): ExpectedAnswer | undefined {
  if (contract === undefined && functionName === undefined && results === undefined) return undefined;
  if (contract === undefined || functionName === undefined || results === undefined)
    throw new TypeError('name the contract, its function and the results: answeredBy(member, contract, "name", [results])');
  if (interfaceOf(contract).getFunction(functionName) === null)
    throw new TypeError(`the contract has no function ${JSON.stringify(functionName)}`);
  return { contract, functionName, results };
}
