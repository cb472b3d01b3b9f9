/** How the files of a test run ended. */
export interface TestVerdict {
  readonly hasPassed: boolean;
  /** Failed, and failed again or were not run again. */
  readonly failed: readonly string[];
  /** Failed, and passed when they were run once more, alone (docs/decisions/0022). */
  readonly unsteady: readonly string[];
}

/** What `--report` writes. */
export interface TestReport extends TestVerdict {
  readonly files: number;
  readonly cpuSeconds: number;
}

/** What a run comes to. `--strict` takes a file that needed a second run for a failure. */
export function verdictOf(
  first: { readonly isGood: boolean; readonly failed: readonly string[] },
  again: { readonly isGood: boolean; readonly failed: readonly string[] } | undefined,
  isStrict: boolean,
): TestVerdict {
  const isUnsteady = (file: string): boolean => again !== undefined && !again.failed.includes(file);
  const unsteady = first.failed.filter(isUnsteady);
  const isSteady = first.failed.length === 0 || (again?.isGood === true && !isStrict);
  return { hasPassed: first.isGood && isSteady, failed: first.failed.filter((file) => !isUnsteady(file)), unsteady };
}
