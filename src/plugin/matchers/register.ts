import { use } from "chai";
import { memberName } from "../../client/ecosystem.ts";
import type { JourneyStep } from "../../protocol/cross-chain-message.ts";
import type { Hyperchains } from "../connection/hyperchains.ts";
import { MessageError } from "../connection/message.ts";
import type { Message } from "../connection/message.ts";
import { onlyEcosystem } from "../connection/registry.ts";
import { feeOf, readBalance, watchedBalances } from "./balances.ts";
import { readMember, readSubject } from "./subject.ts";
import type { Subject } from "./subject.ts";
import type { BalanceChanges, ExpectedMessage, MemberLike } from "./type-extensions.ts";

/** What a check found: whether it holds, and what to say if it should (not). */
interface Verdict {
  readonly holds: boolean;
  readonly shouldHold: string;
  readonly shouldNotHold: string;
}

let registered = false;

/** Adds the matchers to chai, once. */
export function registerMatchers(): void {
  if (registered) return;
  registered = true;
  use((chai, utils) => {
    const add = (name: string, check: (subject: unknown, ...args: never[]) => Promise<Verdict>): void => {
      chai.Assertion.addMethod(name, function (this: Chai.AssertionStatic, ...args: unknown[]) {
        const assertion = this as unknown as Chai.AssertionStatic & Pick<Promise<void>, "then" | "catch">;
        const subject: unknown = utils.flag(assertion, "object");
        const checked = check(subject, ...(args as never[])).then(({ holds, shouldHold, shouldNotHold }) => {
          assertion.assert(holds, shouldHold, shouldNotHold, true, false);
        });
        assertion.then = checked.then.bind(checked);
        assertion.catch = checked.catch.bind(checked);
        return assertion;
      });
    };
    add("deliveredTo", deliveredTo);
    add("revertedOn", revertedOn);
    add("settledOnL1", settledOnL1);
    add("reached", reached);
    add("emitMessage", emitMessage);
    add("changeBalancesAcross", changeBalancesAcross);
  });
}

async function deliveredTo(value: unknown, member: MemberLike): Promise<Verdict> {
  const subject = await readSubject(value, member);
  const { name, chainId } = readMember(subject.hyperchains, member);
  const shouldNotHold = `expected ${describe(subject)} not to be delivered to ${name}, but it was`;
  const fails = (why: string): Verdict => ({ holds: false, shouldHold: `expected ${describe(subject)} to be delivered to ${name}, but ${why}`, shouldNotHold });
  if (subject.messages.length === 0) return fails("the transaction sent no message");
  for (const message of subject.messages) {
    if (message.destinationChainId !== chainId) return fails(`the ${message.type} goes to ${memberName(subject.hyperchains.info, message.destinationChainId)}`);
    const failure = await failureOf(message);
    if (failure !== undefined) return fails(failure.message);
  }
  return { holds: true, shouldHold: "", shouldNotHold };
}

async function revertedOn(value: unknown, member: MemberLike, contract?: { readonly interface: ErrorInterface }, errorName?: string): Promise<Verdict> {
  const subject = await readSubject(value, member);
  const { name, chainId } = readMember(subject.hyperchains, member);
  const wanted = errorName === undefined ? "" : ` with ${errorName}`;
  const shouldNotHold = `expected the call not to revert on ${name}${wanted}, but it did`;
  const fails = (why: string): Verdict => ({ holds: false, shouldHold: `expected the call to revert on ${name}${wanted}, but ${why}`, shouldNotHold });
  const call = subject.messages.find(({ type, destinationChainId }) => type === "bundle" && destinationChainId === chainId);
  if (call === undefined) return fails(`the transaction sent no call there`);
  const failure = await failureOf(call);
  if (failure === undefined) return fails("it succeeded");
  if (failure.code !== "CallFailed") return fails(failure.message);
  if (errorName === undefined || failure.data === undefined) return { holds: true, shouldHold: "", shouldNotHold };
  const got = contract?.interface.parseError(failure.data)?.name;
  return got === errorName ? { holds: true, shouldHold: "", shouldNotHold } : fails(`it reverted with ${got ?? failure.data}`);
}

async function settledOnL1(value: unknown): Promise<Verdict> {
  const subject = await readSubject(value);
  const shouldNotHold = `expected ${describe(subject)} not to be settled on L1, but it was`;
  try {
    for (const message of subject.messages) await message.settled();
    return { holds: subject.messages.length > 0, shouldHold: "expected a message that settles on L1, but the transaction sent none", shouldNotHold };
  } catch (error) {
    if (!(error instanceof MessageError)) throw error;
    return { holds: false, shouldHold: `expected ${describe(subject)} to be settled on L1, but ${error.message}`, shouldNotHold };
  }
}

async function reached(value: unknown, step: JourneyStep): Promise<Verdict> {
  const subject = await readSubject(value);
  for (const message of subject.messages) await message.refresh();
  const done = subject.messages.map(({ steps }) => steps.at(-1)?.step ?? "nothing").join(", ");
  return {
    holds: subject.messages.length > 0 && subject.messages.every((message) => message.has(step)),
    shouldHold: `expected ${describe(subject)} to have reached "${step}"; its last step is "${done}"`,
    shouldNotHold: `expected ${describe(subject)} not to have reached "${step}"`,
  };
}

async function emitMessage(value: unknown, expected: ExpectedMessage = {}): Promise<Verdict> {
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

async function changeBalancesAcross(
  value: unknown,
  changes: BalanceChanges,
  { token, hyperchains = onlyEcosystem() }: { readonly token?: Parameters<typeof watchedBalances>[2]; readonly hyperchains?: Hyperchains } = {},
): Promise<Verdict> {
  if (typeof value !== "function") throw new TypeError("changeBalancesAcross needs a function that sends, so that balances can be read before: expect(() => hyperchains.send(…))");
  const watched = watchedBalances(hyperchains, changes, token);
  const before = await Promise.all(watched.map(readBalance));
  const { messages } = await readSubject(value, hyperchains);
  for (const message of messages) await message.delivered();
  const sent = messages.map(({ transactionHash }) => transactionHash);
  const wrong: string[] = [];
  for (const [i, balance] of watched.entries()) {
    const fees = await Promise.all([...new Set(sent)].map((hash) => feeOf(balance, hash)));
    const change = (await readBalance(balance)) - (before[i] ?? 0n) + fees.reduce((sum, fee) => sum + fee, 0n);
    if (change !== balance.expected) wrong.push(`${balance.label} changed by ${change} instead of ${balance.expected}`);
  }
  return {
    holds: wrong.length === 0,
    shouldHold: `expected other balances: ${wrong.join("; ")}`,
    shouldNotHold: "expected other changes of balances, but they changed exactly like this",
  };
}

interface ErrorInterface {
  parseError(data: string): { readonly name: string } | null;
}

async function failureOf(message: Message): Promise<MessageError | undefined> {
  try {
    await message.delivered();
    return undefined;
  } catch (error) {
    if (error instanceof MessageError) return error;
    throw error;
  }
}

function describe({ hyperchains, messages }: Subject): string {
  if (messages.length === 0) return "nothing";
  const { info } = hyperchains;
  return messages.map(({ type, sourceChainId, destinationChainId }) => `a ${type} from ${memberName(info, sourceChainId)} to ${memberName(info, destinationChainId)}`).join(", ");
}
