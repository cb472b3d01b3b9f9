import { memberName } from "../../../ecosystem/client/ecosystem/ecosystem.ts";
import { solidityLines } from "../../../ecosystem/client/sending/remote-failure.ts";
import { JOURNEY_STEPS, type JourneyStep } from "../../../ground/protocol/cross-chain-message.ts";
import type { BalanceChanges, ExpectedMessage, MemberLike } from "../api/assertions.ts";
import type { Hyperchains } from "../api/hyperchains.ts";
import { CROSSING_TYPES, MessageError, type Message } from "../api/message.ts";
import { onlyEcosystem } from "../api/registry.ts";
import { feeOf, readBalance, watchedBalances } from "./balances.ts";
import { failureOf } from "./failure.ts";
import { readMember, readSubject, type Subject } from "./subject.ts";
import type { Verdict } from "./verdict.ts";

export async function deliveredTo(value: unknown, member: MemberLike): Promise<Verdict> {
  const subject = await readSubject(value, member);
  const { name, chainId } = readMember(subject.hyperchains, member);
  const shouldNotHold = `expected ${describe(subject)} not to be delivered to ${name}, but it was`;
  const fails = (reason: string, sourceLines: readonly string[] = []): Verdict => ({
    holds: false,
    shouldHold: `expected ${describe(subject)} to be delivered to ${name}, but ${reason}`,
    shouldNotHold,
    sourceLines,
  });
  if (subject.messages.length === 0) return fails("the transaction sent no message");
  for (const message of subject.messages) {
    if (message.destinationChainId !== chainId)
      return fails(`the ${message.type} goes to ${memberName(subject.hyperchains.info, message.destinationChainId)}`);
    const failure = await failureOf(message);
    if (failure !== undefined) return fails(failure.message, solidityLines(failure));
  }
  return { holds: true, shouldHold: "", shouldNotHold };
}

export async function settledOnL1(value: unknown): Promise<Verdict> {
  const subject = await readSubject(value);
  const shouldNotHold = `expected ${describe(subject)} not to be settled on L1, but it was`;
  try {
    for (const message of subject.messages) await message.settled();
    return {
      holds: subject.messages.length > 0,
      shouldHold: "expected a message that settles on L1, but the transaction sent none",
      shouldNotHold,
    };
  } catch (error) {
    if (!(error instanceof MessageError)) throw error;
    return { holds: false, shouldHold: `expected ${describe(subject)} to be settled on L1, but ${error.message}`, shouldNotHold };
  }
}

export async function reached(value: unknown, step: JourneyStep): Promise<Verdict> {
  if (!JOURNEY_STEPS.includes(step))
    throw new TypeError(`there is no step ${JSON.stringify(step)}; the steps are ${JOURNEY_STEPS.join(", ")}`);
  const subject = await readSubject(value);
  for (const message of subject.messages) await message.refresh();
  const done = subject.messages.map(({ steps }) => steps.at(-1)?.step ?? "nothing").join(", ");
  return {
    holds: subject.messages.length > 0 && subject.messages.every((message) => message.has(step)),
    shouldHold: `expected ${describe(subject)} to have reached "${step}"; its last step is "${done}"`,
    shouldNotHold: `expected ${describe(subject)} not to have reached "${step}"`,
    compared: { expected: step, actual: done },
  };
}

export async function emitMessage(value: unknown, expected: ExpectedMessage = {}): Promise<Verdict> {
  if (expected.type !== undefined && !CROSSING_TYPES.includes(expected.type)) {
    throw new TypeError(`there is no message type ${JSON.stringify(expected.type)}; the types are ${CROSSING_TYPES.join(", ")}`);
  }
  const subject = await readSubject(value, expected.to);
  const { hyperchains, messages } = subject;
  const to = expected.to === undefined ? undefined : readMember(hyperchains, expected.to);
  const fits = ({ type, destinationChainId }: Message): boolean =>
    (expected.type === undefined || type === expected.type) && (to === undefined || destinationChainId === to.chainId);
  const wanted = `a ${expected.type ?? "message"}${to === undefined ? "" : ` to ${to.name}`}`;
  return {
    holds: messages.some(fits),
    shouldHold: `expected the transaction to send ${wanted}; it sent ${describe(subject)}`,
    shouldNotHold: `expected the transaction not to send ${wanted}; it sent ${describe(subject)}`,
  };
}

export async function changeBalancesAcross(
  value: unknown,
  changes: BalanceChanges,
  {
    token,
    hyperchains = onlyEcosystem(),
  }: { readonly token?: Parameters<typeof watchedBalances>[2]; readonly hyperchains?: Hyperchains } = {},
): Promise<Verdict> {
  if (typeof value !== "function")
    throw new TypeError(
      "changeBalancesAcross needs a function that sends, so that balances can be read before: expect(() => hyperchains.send(…))",
    );
  const watched = watchedBalances(hyperchains, changes, token);
  const before = await Promise.all(watched.map(readBalance));
  const { messages } = await readSubject(value, hyperchains);
  for (const message of messages) await message.delivered();
  const sent = messages.map(({ transactionHash }) => transactionHash);
  const wrong: string[] = [];
  const actual: [string, string][] = [];
  for (const [i, balance] of watched.entries()) {
    const fees = await Promise.all([...new Set(sent)].map((hash) => feeOf(balance, hash)));
    const change = (await readBalance(balance)) - (before[i] ?? 0n) + fees.reduce((sum, fee) => sum + fee, 0n);
    actual.push([balance.label, String(change)]);
    if (change !== balance.expected) wrong.push(`${balance.label} changed by ${change} instead of ${balance.expected}`);
  }
  return {
    holds: wrong.length === 0,
    shouldHold: `expected other balances: ${wrong.join("; ")}`,
    shouldNotHold: "expected other changes of balances, but they changed exactly like this",
    compared: {
      expected: Object.fromEntries(watched.map(({ label, expected }) => [label, String(expected)])),
      actual: Object.fromEntries(actual),
    },
  };
}

function describe({ hyperchains, messages }: Subject): string {
  if (messages.length === 0) return "nothing";
  const { info } = hyperchains;
  return messages
    .map(
      ({ type, sourceChainId, destinationChainId }) =>
        `a ${type} from ${memberName(info, sourceChainId)} to ${memberName(info, destinationChainId)}`,
    )
    .join(", ");
}
