import { AssertionError } from "node:assert";
import type { Asserted, Assertions } from "../api/assertions.ts";
import type { Hyperchains } from "../api/hyperchains.ts";
import { answeredBy, refunded } from "./answers.ts";
import { changeBalancesAcross, deliveredTo, emitMessage, reached, settledOnL1 } from "./checks.ts";
import { located } from "./located.ts";
import { revertedOn, withArguments } from "./reverted-on.ts";
import type { Verdict } from "./verdict.ts";

/** Assertions of an ecosystem, and their negations. */
export function createAssertions(hyperchains: Hyperchains): Hyperchains["assertions"] {
  return { ...assertionsOf(hyperchains, false), not: assertionsOf(hyperchains, true) };
}

function assertionsOf(hyperchains: Hyperchains, isNegated: boolean): Assertions {
  // A hash does not name an ecosystem: L1's connection does.
  const named = async (subject: Asserted): Promise<unknown> => {
    const read = await (typeof subject === "function" ? subject() : subject);
    return typeof read === "string" ? { hash: read, provider: hyperchains.l1 } : read;
  };
  const settle = async (begun: Error, verdict: Promise<Verdict>): Promise<void> => {
    const { holds, shouldHold, shouldNotHold, compared, sourceLines = [] } = await verdict;
    if (holds !== isNegated) return;
    const message = isNegated ? shouldNotHold : shouldHold;
    throw located(new AssertionError({ message, ...(isNegated ? {} : compared) }), begun, sourceLines);
  };
  const check = async (name: keyof Assertions, subject: Asserted, verdictOf: (read: unknown) => Promise<Verdict>) => {
    const begun = new Error();
    Error.captureStackTrace(begun, assertions[name]);
    return settle(begun, verdictOf(await named(subject)));
  };
  const assertions: Assertions = {
    deliveredTo: (subject, member) => check("deliveredTo", subject, (read) => deliveredTo(read, member)),
    revertedOn: (subject, ...rest) => check("revertedOn", subject, (read) => revertedOn(read, ...rest)),
    revertedOnWithArgs: (subject, member, contract, errorName, args) =>
      check("revertedOnWithArgs", subject, (read) =>
        withArguments(revertedOn(read, member, contract, errorName), args, isNegated),
      ),
    answeredBy(subject, ...rest) {
      if (isNegated) throw new TypeError(NO_NEGATION);
      return check("answeredBy", subject, (read) => answeredBy(read, ...rest));
    },
    refunded: (subject) => check("refunded", subject, refunded),
    settledOnL1: (subject) => check("settledOnL1", subject, settledOnL1),
    reached: (subject, step) => check("reached", subject, (read) => reached(read, step)),
    emitMessage: (subject, expected) => check("emitMessage", subject, (read) => emitMessage(read, expected)),
    balancesHaveChanged(send, changes, options) {
      const begun = new Error();
      Error.captureStackTrace(begun, assertions.balancesHaveChanged);
      return settle(
        begun,
        changeBalancesAcross(() => named(send), changes, { ...options, hyperchains }),
      );
    },
  };
  return assertions;
}

/** Reason why `answeredBy` cannot be negated. */
export const NO_NEGATION =
  "answeredBy has no negation: assert revertedOn for a call that fails, or that the contract did not change";
