import { NamedError } from "../../ground/errors/named-error.ts";

type PeerRefusalCode =
  /** No engine of the chain may run a transaction of the block, or the chain's lists exclude an account. */
  | "NotAdmitted"
  /** The engine refused a transaction of the block. */
  | "NotExecutable"
  /** The commands of one decision do more work than they may. */
  | "TooMuch"
  /** The open batch has no room for the command. */
  | "BatchFull"
  /** The caller no longer needs the result. */
  | "Aborted";

/** Command of another sequencer that is not executed, or whose proposal must be dropped. */
export class PeerRefusal extends NamedError<PeerRefusalCode> {
  override readonly name = "PeerRefusal";
}
