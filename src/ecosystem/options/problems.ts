import * as v from "valibot";

/** The way from the whole to one option. */
export type OptionPath = readonly (string | number)[];

/** Problem of an option, with the remedy. */
export interface OptionProblem {
  readonly path: OptionPath;
  readonly message: string;
}

/** A value with every default in place, or what is wrong with it. */
type Checked<T> = { readonly value: T } | { readonly problems: readonly OptionProblem[] };

/** Checks a value against a schema: one problem for each option that is refused. */
export function check<const S extends v.GenericSchema>(schema: S, value: unknown): Checked<v.InferOutput<S>> {
  const result = v.safeParse(schema, value, { abortPipeEarly: true });
  if (result.success) return { value: result.output };
  return {
    problems: result.issues.map(({ path, message }) => ({
      path: (path ?? []).map(({ key }) => key as string | number),
      message,
    })),
  };
}

/** Message of a problem, which starts with the option: `--port must be …`, or `chains[0].port: 5 is …`. */
export function said(option: string, { message }: OptionProblem): string {
  return /^(must|is) /.test(message) ? `${option} ${message}` : `${option}: ${message}`;
}

/** `chains[0].port`, as code names an option. */
export function optionName(path: OptionPath): string {
  return path.map((part, i) => (typeof part === "number" ? `[${part}]` : i === 0 ? part : `.${part}`)).join("");
}
