import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { verifyTypedData } from "ethers";
import { toHex, type Hex } from "../../../ground/protocol/hex.ts";
import {
  SESSION_FIELDS,
  sessionDomain,
  type SessionChain,
  type SessionDomain,
  type SessionMessage,
} from "../../../ground/protocol/session-message.ts";
import { RpcCode, RpcError } from "../request/json-rpc.ts";

/** EIP-712, as `eth_signTypedData_v4` takes it. */
export interface SessionChallenge {
  readonly domain: SessionDomain;
  readonly types: Readonly<Record<string, readonly { readonly name: string; readonly type: string }[]>>;
  readonly primaryType: "Session";
  readonly message: SessionMessage;
}

const DOMAIN_FIELDS = [
  { name: "name", type: "string" },
  { name: "version", type: "string" },
  { name: "chainId", type: "uint256" },
  { name: "verifyingContract", type: "address" },
] as const;
/** For a person to look at it and sign. */
const CHALLENGE_SECONDS = 300;
/** Maximum number of an account's answered challenges, which are stored until they expire. */
const MOST_ANSWERED = 256;
const MOST_HOST_CHARACTERS = 255;

/**
 * Challenges of one process for one chain. What is asked for is not remembered: each carries the proof that this process made it,
 * so that a flood of them takes no place. Those that were answered are, until they expire.
 */
export class SessionChallenges {
  readonly #chain: SessionChain;
  readonly #nowMs: () => number;
  readonly #key = randomBytes(32);
  /** Nonces that were answered: by account, with the second at which they expire. */
  readonly #answered = new Map<Hex, Map<Hex, number>>();

  constructor(chain: SessionChain, { nowMs }: { readonly nowMs: () => number }) {
    this.#chain = chain;
    this.#nowMs = nowMs;
  }

  /** For an account that may have no rights: whose have, strangers do not learn. */
  make(account: Hex, host: string): SessionChallenge {
    const half = randomBytes(16);
    const expiresAt = Math.floor(this.#nowMs() / 1_000) + CHALLENGE_SECONDS;
    const nonce = toHex(Buffer.concat([half, this.#mark(half, { account, host, expiresAt })]));
    return {
      domain: sessionDomain(this.#chain),
      types: { EIP712Domain: DOMAIN_FIELDS, Session: SESSION_FIELDS },
      primaryType: "Session",
      message: { account, host, nonce, expiresAt },
    };
  }

  /**
   * The account that has signed a challenge of this process, for this host, in time and for the first time. `mayRead`: whether an
   * account has rights at all. Throws RpcError ChallengeUnknown or SessionRefused.
   */
  signer(message: SessionMessage, signature: string, host: string, mayRead: (account: Hex) => boolean): Hex {
    const nowSeconds = Math.floor(this.#nowMs() / 1_000);
    const { account, nonce, expiresAt } = message;
    this.#forget(nowSeconds);
    const answered = this.#answered.get(account) ?? new Map<Hex, number>();
    if (message.host !== host || !this.#isOwn(message) || expiresAt <= nowSeconds || answered.has(nonce))
      throw unknownChallenge();
    if (!mayRead(account) || this.#recovered(message, signature) !== account) throw refused();
    if (answered.size >= MOST_ANSWERED) {
      throw new RpcError(
        RpcCode.limitExceeded,
        `an account opens at most ${MOST_ANSWERED} sessions in ${CHALLENGE_SECONDS} s; use one of them`,
      );
    }
    this.#answered.set(account, answered.set(nonce, expiresAt));
    return account;
  }

  #forget(nowSeconds: number): void {
    for (const [account, nonces] of this.#answered) {
      for (const [nonce, expiresAt] of nonces) if (expiresAt <= nowSeconds) nonces.delete(nonce);
      if (nonces.size === 0) this.#answered.delete(account);
    }
  }

  #isOwn(message: SessionMessage): boolean {
    const bytes = Buffer.from(message.nonce.slice(2), "hex");
    return timingSafeEqual(bytes.subarray(16), this.#mark(bytes.subarray(0, 16), message));
  }

  #mark(half: Uint8Array, { account, host, expiresAt }: Omit<SessionMessage, "nonce">): Buffer {
    const bound = JSON.stringify([toHex(half), account, host, expiresAt]);
    return createHmac("sha256", this.#key).update(bound).digest().subarray(0, 16);
  }

  #recovered(message: SessionMessage, signature: string): string | undefined {
    try {
      return verifyTypedData(sessionDomain(this.#chain), { Session: [...SESSION_FIELDS] }, message, signature).toLowerCase();
    } catch {
      // Whatever a stranger wrote in its place.
      return undefined;
    }
  }
}

/** Decodes the message of a challenge. Throws RpcError for any other value. */
export function readMessage(value: unknown): SessionMessage {
  const { account, host, nonce, expiresAt } = (typeof value === "object" && value !== null ? value : {}) as Readonly<
    Record<string, unknown>
  >;
  const isText = (text: unknown, form: RegExp): text is string => typeof text === "string" && form.test(text);
  if (
    !isText(account, /^0x[0-9a-f]{40}$/i) ||
    !isText(nonce, /^0x[0-9a-f]{64}$/i) ||
    typeof host !== "string" ||
    host.length > MOST_HOST_CHARACTERS ||
    typeof expiresAt !== "number" ||
    !Number.isSafeInteger(expiresAt)
  )
    throw new RpcError(
      RpcCode.invalidParams,
      "the parameters are the message of a challenge (account, host, nonce, expiresAt) and its signature",
    );
  return { account: account.toLowerCase() as Hex, host, nonce: nonce.toLowerCase() as Hex, expiresAt };
}

function unknownChallenge(): RpcError {
  const message =
    "this challenge is not one of this chain's process for this host, has expired or was answered; ask for another by hyperchain_getSessionChallenge";
  return new RpcError(RpcCode.rejected, message, { code: "ChallengeUnknown" });
}

/** Error for a false signature and for an account without rights, which must not differ. */
function refused(): RpcError {
  const message =
    "the signature is not of an account that may read this chain; its operator says which may (readers in its options)";
  return new RpcError(RpcCode.rejected, message, { code: "SessionRefused" });
}
