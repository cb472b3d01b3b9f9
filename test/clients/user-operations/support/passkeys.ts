import { p256 } from "@noble/curves/nist.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "viem";
import { toWebAuthnAccount, type WebAuthnAccount } from "viem/account-abstraction";

/** Flags of an assertion: the user was present, and verified (WebAuthn, 6.1). */
export const [PRESENT, VERIFIED] = [0x01, 0x04];

/** A passkey on a software authenticator: ECDSA on P-256 over what WebAuthn has it sign. */
export function passkey({ flags = PRESENT | VERIFIED, changed = (json: string) => json } = {}): WebAuthnAccount {
  const secret = p256.utils.randomSecretKey();
  const getFn = async (options: unknown) => {
    const { publicKey } = options as { publicKey: { challenge: Uint8Array } };
    const challenge = Buffer.from(publicKey.challenge).toString("base64url");
    const json = changed(
      JSON.stringify({ type: "webauthn.get", challenge, origin: "https://wallet.example", crossOrigin: false }),
    );
    const clientDataJSON = Buffer.from(json);
    const authenticatorData = Buffer.concat([sha256(Buffer.from("wallet.example")), Buffer.of(flags, 0, 0, 0, 1)]);
    const message = Buffer.concat([authenticatorData, sha256(clientDataJSON)]);
    const signature = Buffer.from(p256.sign(message, secret, { format: "der", lowS: true }));
    const exact = (bytes: Buffer) => bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
    const response = Object.fromEntries(
      Object.entries({ clientDataJSON, authenticatorData, signature }).map(([k, v]) => [k, exact(v)]),
    );
    return { id: "credential", type: "public-key", response } as never;
  };
  const publicKey = bytesToHex(p256.getPublicKey(secret, false).slice(1));
  return toWebAuthnAccount({ credential: { id: "credential", publicKey }, getFn, rpId: "wallet.example" });
}
