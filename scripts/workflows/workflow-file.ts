import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";

export const WORKFLOWS = ".github/workflows";

/** A step of a job: a command for a shell, or an action of the code host. */
export type Step = { readonly run: string } | { readonly uses: string };
/** Values of a job's matrix, such as an operating system and a version of Node. */
type Values = Readonly<Record<string, string | number>>;

export interface Job {
  readonly permissions?: Readonly<Record<string, string>>;
  readonly strategy?: { readonly matrix: Readonly<Record<string, readonly (string | number)[]>> };
  readonly steps: readonly Step[];
}

export interface Workflow {
  readonly permissions: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, Job>>;
}

/** Reads a workflow by its name. Throws if the file is missing. */
export function readWorkflow(root: string, name: string): Workflow {
  return parse(readFileSync(join(root, WORKFLOWS, `${name}.yml`), "utf8")) as Workflow;
}

/**
 * Commands of a job, for the given values of its matrix; for those that are not given, the first value. An operating system is
 * found by the first part of its name, as in "ubuntu". Throws RangeError for a value that the matrix does not have.
 */
export function commandsOf(job: Job, given: Values): readonly string[] {
  const matrix = job.strategy?.matrix ?? {};
  const unknown = Object.keys(given).find((name) => !(name in matrix));
  if (unknown !== undefined)
    throw new RangeError(`the job's matrix has ${Object.keys(matrix).join(", ") || "no values"}, not '${unknown}'`);
  const values = Object.fromEntries(
    Object.entries(matrix).map(([name, all]) => {
      const wanted = given[name];
      const value =
        wanted === undefined ? all[0] : all.find((one) => one === wanted || String(one).split("-")[0] === String(wanted));
      if (value === undefined) throw new RangeError(`${name} is one of ${all.join(", ")}, not '${wanted}'`);
      return [name, value];
    }),
  );
  return job.steps.flatMap((step) =>
    "run" in step ? [step.run.replaceAll(/\$\{\{ matrix\.(\w+) \}\}/g, (_, name: string) => String(values[name]))] : [],
  );
}
