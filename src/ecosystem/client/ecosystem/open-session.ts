import { JsonRpcProvider, Network, type Signer } from "ethers";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { SESSION_FIELDS, sessionDomain, type SessionMessage } from "../../../ground/protocol/session-message.ts";
import { ClientError } from "./client-error.ts";
import type { EcosystemChain } from "./ecosystem.ts";

/** A reader's session of a chain that only some may read. */
export interface ReaderSession {
  /** For the header `Authorization: Bearer`; as secret as what it opens. */
  readonly token: string;
  readonly account: Hex;
  /** Seconds since 1970. */
  readonly expiresAt: number;
}

/**
 * Opens a reader's session: the reader signs the chain's challenge, and the chain returns the session.
 * Rejects with ClientError `Refused` if the account has no rights, or if the challenge belongs to another
 * chain.
 */
export async function openSession(
  chain: EcosystemChain & { readonly url: string },
  signer: Pick<Signer, "getAddress" | "signTypedData">,
): Promise<ReaderSession> {
  const network = Network.from(chain.chainId);
  const provider = new JsonRpcProvider(chain.url, network, { staticNetwork: network, cacheTimeout: -1, batchMaxCount: 1 });
  try {
    const account = (await signer.getAddress()).toLowerCase() as Hex;
    const { message } = (await provider.send("hyperchain_getSessionChallenge", [account])) as {
      readonly message: SessionMessage;
    };
    const { host } = new URL(chain.url);
    // What is signed is this chain's, whatever domain the answer has; a challenge for another host would be another's session.
    if (message.host !== host || message.account !== account)
      throw new ClientError(
        "Refused",
        `${chain.url} asks to sign for ${message.account} at "${message.host}", not for ${account} at "${host}"; nothing was signed`,
      );
    const signature = await signer.signTypedData(sessionDomain(chain), { Session: [...SESSION_FIELDS] }, message);
    return (await provider.send("hyperchain_openSession", [message, signature])) as ReaderSession;
  } catch (error) {
    throw answered(error, chain.name);
  } finally {
    provider.destroy();
  }
}

/** Extracts the chain's answer from ethers' error. */
function answered(error: unknown, chain: string): unknown {
  const { error: answer } = error as {
    readonly error?: { readonly message?: string; readonly data?: { readonly code?: string } };
  };
  if (answer?.message === undefined) return error;
  return new ClientError("Refused", `no session of ${chain}: ${answer.message}`, { ...answer.data }, { cause: error });
}
