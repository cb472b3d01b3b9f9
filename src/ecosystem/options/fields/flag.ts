import * as v from "valibot";
import { must, type wholeNumber } from "./values.ts";

/** Flag of `hyperchain:spawn` that sets an option of the config. */
export interface OptionFlag<S extends v.GenericSchema = v.GenericSchema> {
  readonly schema: S;
  readonly doc: string;
  /** Text that describes the default. */
  readonly byDefault: string;
  /** The part of the option that it says, as messages name it; undefined for the option as a whole. */
  readonly part?: string;
  /** The option's value where the flag is given, of the chain in this place. Default: what the flag says. */
  readonly into?: (given: never, said: never, place: number) => unknown;
}

/** A flag with its own text. */
export function flag<S extends v.GenericSchema, Said>(
  schema: S,
  doc: string,
  byDefault: string,
  into?: { readonly part?: string; readonly into: (given: v.InferOutput<S>, said: Said, place: number) => Said },
): OptionFlag<S> {
  return { schema, doc, byDefault, ...into } as OptionFlag<S>;
}

/** Schema of a number that may also be 0, which has a separate meaning. */
export function orZero(number: ReturnType<typeof wholeNumber>, wanted: string) {
  return v.pipe(
    v.custom<number>((value) => value === 0 || v.is(number, value), must(wanted)),
    v.metadata({ wanted, type: "number" }),
  );
}
