/** Outcome of a test run. */
export interface TestVerdict {
  readonly hasPassed: boolean;
  /** Failed, and failed again or were not run again. */
  readonly failed: readonly string[];
  /** Failed, and passed when they were run once more, alone (decision 22). */
  readonly unsteady: readonly string[];
}

/** Content of the file of `--report`. */
export interface TestReport extends TestVerdict {
  readonly files: number;
  readonly cpuSeconds: number;
}

/** Verdict of a run. `--strict` counts a file that needed a second run as a failure. */
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

/** Last line of a run: counts of tests in the first run of the files, of which those of unsteady files passed alone. */
export function totalsLine(
  files: number,
  { passed, failed }: { readonly passed: number; readonly failed: number },
  { failed: failedFiles, unsteady, hasPassed }: TestVerdict,
): string {
  const rest = hasPassed ? 0 : Math.max(failed, 1);
  const alone = hasPassed && unsteady.length > 0 ? `, ${failed} of them alone` : "";
  const end = failedFiles.length > 0 ? `; ${failedFiles.length} of ${files} files failed` : ` in ${files} files`;
  return `${passed + (hasPassed ? failed : 0)} passed, ${rest} failed${end}${alone}`;
}
