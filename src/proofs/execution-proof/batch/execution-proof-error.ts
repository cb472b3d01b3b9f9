import { NamedError } from "../../../ground/errors/named-error.ts";

/** Why a proof of a batch's execution is not accepted. */
const EXECUTION_REFUSALS = [
  /** The bytes are not a proof in this format. */
  "Malformed",
  "OtherFormat",
  /** The parameters have fewer than 100 proven bits. */
  "WeakParameters",
  /** The proof is of another program or of other parameters. */
  "OtherProgram",
  "OtherVersion",
  "OtherChain",
  "OtherBatch",
  /** The claim contradicts itself. */
  "BadClaim",
  "OtherStateBefore",
  "OtherStateAfter",
  /** The last chunk leaves the batch open. */
  "EndsOpen",
  /** The last chunk ends with another batch, block, time or coinbase. */
  "OtherEnd",
  "OtherCheatCount",
  /** The proof of a chunk does not verify for the words that the batch's proof says. */
  "ChunkRefused",
  /** The last chunk's state is not shown to be L1's. */
  "RelistingRefused",
] as const;
/** Code of a refused proof of execution. */
export type ExecutionRefusal = (typeof EXECUTION_REFUSALS)[number];

/** A proof of a batch's execution that is not accepted. */
export class ExecutionProofError extends NamedError<ExecutionRefusal> {
  override readonly name = "ExecutionProofError";
  /** Index of the refused chunk, if one is refused. */
  readonly chunk: number | undefined;

  constructor(code: ExecutionRefusal, message: string, options: ErrorOptions & { readonly chunk?: number } = {}) {
    super(code, message, options);
    this.chunk = options.chunk;
  }
}
