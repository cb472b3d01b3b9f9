import { createHash, randomBytes } from "node:crypto";
import type { Credentials, OpenSession } from "../request/credentials.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import type { ChainId } from "../../../ground/protocol/ids.ts";

interface SessionsOptions {
  /** Milliseconds since 1970. */
  readonly nowMs: () => number;
}

const LIFETIME_MS = 12 * 3_600_000;
/** Maximum number of one account's sessions on one chain; the oldest ends when another is opened. */
const MOST_OF_ONE = 16;
/** Chains of an ecosystem, and some. */
const MOST_TOKENS = 16;
const MOST_TOKEN_CHARACTERS = 64;

/** The sessions of an ecosystem's chains. They are kept in this process alone, and only as hashes of their tokens. */
export class Sessions {
  readonly #nowMs: () => number;
  /** Sessions by the hash of the token, the oldest first. */
  readonly #sessions = new Map<string, OpenSession>();

  constructor({ nowMs }: SessionsOptions) {
    this.#nowMs = nowMs;
  }

  /** The token names the session, and is known to the caller alone. */
  open(chainId: ChainId, account: Hex): { readonly token: string; readonly session: OpenSession } {
    const isOwn = (session: OpenSession): boolean => session.chainId === chainId && session.account === account;
    for (const [key, { expiresAtMs }] of this.#sessions) if (expiresAtMs <= this.#nowMs()) this.#sessions.delete(key);
    const own = [...this.#sessions].filter(([, session]) => isOwn(session));
    for (const [key] of own.slice(0, Math.max(0, own.length + 1 - MOST_OF_ONE))) this.#sessions.delete(key);
    const token = randomBytes(32).toString("base64url");
    const session = { chainId, account, expiresAtMs: this.#nowMs() + LIFETIME_MS };
    this.#sessions.set(keyOf(token), session);
    return { token, session };
  }

  /** The session that a token names, as long as it lasts. */
  find(token: string): OpenSession | undefined {
    const session = this.#sessions.get(keyOf(token));
    return session !== undefined && session.expiresAtMs > this.#nowMs() ? session : undefined;
  }

  /** Whether there was such a session. */
  close(token: string): boolean {
    return this.#sessions.delete(keyOf(token));
  }
}

/**
 * Credentials of one request: `Authorization: Bearer` and the tokens, with commas between those of several
 * chains.
 */
export function credentialsOf(
  sessions: Pick<Sessions, "find">,
  { host = "", authorization = "" }: { readonly host?: string | undefined; readonly authorization?: string | undefined },
): Credentials {
  const tokens = tokensIn(authorization);
  return { host, tokens, sessions: () => found(sessions, tokens) };
}

/**
 * Credentials of a WebSocket, which may name more tokens later, because a browser's cannot send the header.
 */
export function connectionCredentials(
  sessions: Pick<Sessions, "find">,
  headers: { readonly host?: string | undefined; readonly authorization?: string | undefined },
): Credentials {
  const first = credentialsOf(sessions, headers);
  let tokens = first.tokens;
  return {
    host: first.host,
    get tokens() {
      return tokens;
    },
    sessions: () => found(sessions, tokens),
    use(token) {
      // The newest are kept: a connection can be open for longer than its sessions.
      tokens = [...tokens.filter((each) => each !== token), token].slice(-MOST_TOKENS);
    },
  };
}

function found(sessions: Pick<Sessions, "find">, tokens: readonly string[]): readonly OpenSession[] {
  return tokens.flatMap((token) => sessions.find(token) ?? []);
}

function tokensIn(authorization: string): readonly string[] {
  const [, given = ""] = /^bearer +(.*)$/i.exec(authorization) ?? [];
  return given
    .split(",", MOST_TOKENS)
    .map((token) => token.trim())
    .filter((token) => token !== "" && token.length <= MOST_TOKEN_CHARACTERS);
}

/** Key of a look-up, hashed so that its duration reveals nothing about the token. */
function keyOf(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}
