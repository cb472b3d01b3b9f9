import { NamedError } from "./named-error.ts";

/** An error that a user may meet: its message is enough to go on with, so that no stack trace has to be shown with it. */
export abstract class HyperchainError<Code extends string | number = string | number> extends NamedError<Code> {}
