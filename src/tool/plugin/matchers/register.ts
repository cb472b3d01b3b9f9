import { use } from "chai";
import { answeredBy, refunded } from "./answers.ts";
import { NO_NEGATION } from "./assertions.ts";
import { changeBalancesAcross, deliveredTo, emitMessage, reached, settledOnL1 } from "./checks.ts";
import { located } from "./located.ts";
import { revertedOn, withArguments, type RevertVerdict } from "./reverted-on.ts";
import type { Check, Verdict } from "./verdict.ts";

type Assertion = Chai.AssertionStatic &
  Pick<Promise<void>, "then" | "catch"> & { withArgs?: (...expected: unknown[]) => Assertion };

type RevertArguments = Parameters<typeof revertedOn> extends [unknown, ...infer Rest] ? Rest : never;

type AnswerArguments = Parameters<typeof answeredBy> extends [unknown, ...infer Rest] ? Rest : never;

let registered = false;

/** Adds the matchers to chai, once. */
export function registerMatchers(): void {
  if (registered) return;
  registered = true;
  use((chai, utils) => {
    /** Settles an assertion with a verdict, in the words of the assertion; its error's stack begins in the test. */
    const settle = (assertion: Assertion, at: Error, verdict: Promise<Verdict>): Assertion => {
      const checked = verdict.then(({ holds, shouldHold, shouldNotHold, compared, sourceLines = [] }) => {
        try {
          assertion.assert(holds, shouldHold, shouldNotHold, compared?.expected, compared?.actual);
        } catch (error) {
          throw located(error, at, sourceLines);
        }
      });
      assertion.then = checked.then.bind(checked);
      assertion.catch = checked.catch.bind(checked);
      return assertion;
    };
    const begin = (assertion: Chai.AssertionStatic): { readonly subject: unknown; readonly at: Error } => {
      const at = new Error();
      // Chai's own function, which the test called.
      Error.captureStackTrace(at, utils.flag(assertion, "ssfi") as () => unknown);
      return { subject: utils.flag(assertion, "object") as unknown, at };
    };
    const add = (name: string, check: Check): void => {
      chai.Assertion.addMethod(name, function (this: Chai.AssertionStatic, ...args: unknown[]) {
        const { subject, at } = begin(this);
        return settle(this as Assertion, at, check(subject, ...(args as never[])));
      });
    };
    add("deliveredTo", deliveredTo);
    add("settledOnL1", settledOnL1);
    add("reached", reached);
    add("emitMessage", emitMessage);
    add("changeBalancesAcross", changeBalancesAcross);
    add("refunded", refunded);
    chai.Assertion.addMethod("answeredBy", function (this: Chai.AssertionStatic, ...args: AnswerArguments) {
      const { subject, at } = begin(this);
      const isNegated = utils.flag(this, "negate") === true;
      const verdict = isNegated ? Promise.reject(new TypeError(NO_NEGATION)) : answeredBy(subject, ...args);
      return settle(this as Assertion, at, verdict);
    });
    chai.Assertion.addMethod("revertedOn", function (this: Chai.AssertionStatic, ...args: RevertArguments) {
      const { subject, at } = begin(this);
      const verdict: Promise<RevertVerdict> = revertedOn(subject, ...args);
      const assertion = settle(this as Assertion, at, verdict);
      const negated = utils.flag(this, "negate") === true;
      // On the assertion itself: other plugins' `withArgs` are for their own matchers.
      assertion.withArgs = (...expected) => {
        // Its verdict is part of the one that the test waits for.
        assertion.catch(() => undefined);
        return settle(assertion, at, withArguments(verdict, expected, negated));
      };
      return assertion;
    });
  });
}
