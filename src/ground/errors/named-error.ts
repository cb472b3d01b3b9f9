import { shortData, withShortData } from "./short-data.ts";

/**
 * Base class of all errors of this package (test/tidiness checks it). Programs match `name` and `code`, which are stable, and
 * never the message. The message has the event, its values and the remedy; `cause` is the error that led to it. Neither contains
 * long data.
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
