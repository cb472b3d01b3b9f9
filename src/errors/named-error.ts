import { shortData, withShortData } from "./short-data.ts";

/**
 * What every class of errors of this package comes from (test/tidiness sees to it). Programs match `name` and `code`, which are
 * stable, never the message: it says what happened, with which values, and what to do. What led to it is the `cause`.
 * Neither shows long data.
 */
export abstract class NamedError<Code extends string | number = string | number> extends Error {
  /** The class's own name, written out: bundlers rename classes. */
  abstract override readonly name: string;
  readonly code: Code;

  constructor(code: Code, message: string, options?: ErrorOptions) {
    super(shortData(message), options?.cause === undefined ? options : { cause: withShortData(options.cause) });
    this.code = code;
  }
}
