import { NamedError } from "./named-error.ts";

/** Error for users: its message has the remedy, so it is printed without a stack trace. */
export abstract class HyperchainError<Code extends string | number = string | number> extends NamedError<Code> {}
