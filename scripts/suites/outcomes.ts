/** Outcome of a test; "missing" if its suite failed before it. */
export type Outcome = "passed" | "failed" | "pending" | "missing";

/** Numbers and addresses that a test's title may have drawn at random. */
const DRAWN = /\b(?:0x[0-9a-f]{8,}|\d{8,})\b/gi;

/** A test's outcome, by its full title without what is drawn. Equal titles are numbered in the order in which they ran. */
export type Outcomes = ReadonlyMap<string, { readonly outcome: Outcome; readonly message: string }>;

/** The part that is used of what mocha's reporter "json" writes. */
interface MochaReport {
  readonly tests: readonly ReportedTest[];
  readonly pending: readonly ReportedTest[];
  readonly failures: readonly ReportedTest[];
}

interface ReportedTest {
  readonly fullTitle: string;
  readonly err?: { readonly message?: string };
}

/** Report of a run of mocha; hooks that failed are among the failures. */
export function readOutcomes(text: string): Outcomes {
  const { tests, pending, failures } = JSON.parse(text) as MochaReport;
  const outcomes = new Map<string, { outcome: Outcome; message: string }>();
  const seen = new Map<string, number>();
  // The report repeats an object as equal text: the index among the equal ones identifies a failed test.
  const left = (list: readonly ReportedTest[]): Map<string, ReportedTest[]> => Map.groupBy(list, ({ fullTitle }) => fullTitle);
  const [isPending, hasFailed] = [left(pending), left(failures)];
  const take = (from: Map<string, ReportedTest[]>, test: ReportedTest): ReportedTest | undefined => {
    const same = from.get(test.fullTitle) ?? [];
    const place = same.findIndex((each) => JSON.stringify(each) === JSON.stringify(test));
    return place < 0 ? undefined : same.splice(place, 1)[0];
  };
  const add = (test: ReportedTest, outcome: Outcome): void => {
    const told = test.fullTitle.replaceAll(DRAWN, "…");
    const count = (seen.get(told) ?? 0) + 1;
    seen.set(told, count);
    outcomes.set(count === 1 ? told : `${told} (${count})`, { outcome, message: test.err?.message ?? "" });
  };
  for (const test of tests) {
    if (take(hasFailed, test) !== undefined) add(test, "failed");
    else add(test, take(isPending, test) === undefined ? "passed" : "pending");
  }
  // Hooks are not among the tests.
  for (const hook of [...hasFailed.values()].flat()) add(hook, "failed");
  return outcomes;
}

/** A test that ended otherwise on a hyperchain than on Hardhat's network. */
export interface Difference {
  readonly title: string;
  readonly onHardhat: Outcome;
  readonly onHyperchain: Outcome;
  /** Message of the failure, on whichever failed. */
  readonly message: string;
}

/** Differences, test by test, in the order of Hardhat's run. */
export function differencesOf(hardhat: Outcomes, hyperchain: Outcomes): readonly Difference[] {
  const titles = new Set([...hardhat.keys(), ...hyperchain.keys()]);
  return [...titles].flatMap((title) => {
    const [there, here] = [hardhat.get(title), hyperchain.get(title)];
    const onHardhat = there?.outcome ?? "missing";
    const onHyperchain = here?.outcome ?? "missing";
    const message = here?.message === undefined || here.message === "" ? (there?.message ?? "") : here.message;
    return onHardhat === onHyperchain ? [] : [{ title, onHardhat, onHyperchain, message }];
  });
}

/** Why tests differ: all whose title begins so. */
export interface Reason {
  readonly tests: string;
  readonly reason: string;
}

/** Differences by their reason, those without one, and reasons that no test needed. */
export interface Explained {
  readonly named: ReadonlyMap<Reason, readonly Difference[]>;
  readonly unnamed: readonly Difference[];
  readonly unused: readonly Reason[];
}

/** Sorts differences by the first reason that is given for them. */
export function explain(differences: readonly Difference[], reasons: readonly Reason[]): Explained {
  const reasonOf = ({ title }: Difference): Reason | undefined => reasons.find(({ tests }) => title.startsWith(tests));
  const groups = Map.groupBy(differences, reasonOf);
  const named = new Map([...groups].flatMap(([reason, of]) => (reason === undefined ? [] : [[reason, of] as const])));
  return { named, unnamed: groups.get(undefined) ?? [], unused: reasons.filter((reason) => !named.has(reason)) };
}
