import type { Hex } from "../../../ground/protocol/hex.ts";
import type { ChainId } from "../../../ground/protocol/ids.ts";

/** An account that has shown a chain by its signature that it asks. */
export interface OpenSession {
  readonly chainId: ChainId;
  /** Lower case. */
  readonly account: Hex;
  /** Milliseconds since 1970. */
  readonly expiresAtMs: number;
}

/** Evidence that a client has presented. */
export interface Credentials {
  /** The name under which it reached the server, with the port. */
  readonly host: string;
  /** Tokens that the client named. */
  readonly tokens: readonly string[];
  /** Sessions of its tokens that are valid now. */
  sessions(): readonly OpenSession[];
  /** Names one more, for all that this connection asks from now on; absent where each request names its own. */
  readonly use?: (token: string) => void;
}
