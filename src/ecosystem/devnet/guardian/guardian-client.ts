import * as v from "valibot";
import { isPlainHex, type Hex } from "../../../ground/protocol/hex.ts";
import { printable } from "../../../ground/runtime/printable.ts";
import type { DataHolder } from "../held-data/held-data.ts";
import type { ExecutedLeaves } from "./guarded-chain.ts";
import type { SigningRequest } from "./guardian.ts";
import { GuardianError, guardianCode } from "./guardian-error.ts";
import { decodeLeaves, encodeRequest, GUARDIAN_PATHS, MAX_LEAVES_BYTES } from "./guardian-wire.ts";

/** Bytes of a batch's data, and of other answers, at most: a hostile guardian never stops sending. */
const [MAX_DATA_BYTES, MAX_ANSWER_BYTES] = [1_000_000, 1_024];
const SIGNATURE_BYTES = 65;
/** Time for a signature; a guardian that is slower counts as silent. */
const SIGN_MS = 5_000;
const LEAVES_MS = 60_000;
const refusal = v.object({
  code: v.pipe(
    v.optional(v.string(), ""),
    v.transform((text) => guardianCode(text) ?? "DataUnknown"),
  ),
  nextBatch: v.optional(
    v.pipe(
      v.string(),
      v.regex(/^\d{1,20}$/),
      v.transform((digits) => BigInt(digits)),
    ),
  ),
  message: v.string(),
});

/** A guardian at a URL. Its answers are believed only as far as L1 binds them. */
export class RemoteGuardian implements DataHolder {
  readonly name: string;

  /** URL of the guardian, and contract of the chain: 20 bytes, lower case. */
  constructor(url: string, hyperchain: Hex) {
    this.name = `${url}/${hyperchain}`;
  }

  /** Signature for a batch's data. Rejects with GuardianError, with an error of the network, or when `end` aborts. */
  async sign(request: SigningRequest, end: AbortSignal): Promise<Hex> {
    const signal = AbortSignal.any([end, AbortSignal.timeout(SIGN_MS)]);
    const init = { method: "POST", body: encodeRequest(request), signal };
    const signature = (await this.#fetch(GUARDIAN_PATHS.sign, init, MAX_ANSWER_BYTES)).toString("utf8");
    if (isPlainHex(signature, SIGNATURE_BYTES)) return signature;
    throw new SyntaxError(`${this.name} answers ${signature.slice(0, 80)}, which is not a signature`);
  }

  /** Leaves at the last executed root; the caller compares the root with L1's. Rejects likewise. */
  async leaves(): Promise<ExecutedLeaves> {
    const init = { signal: AbortSignal.timeout(LEAVES_MS) };
    return decodeLeaves((await this.#fetch(GUARDIAN_PATHS.leaves, init, MAX_LEAVES_BYTES)).toString("utf8"));
  }

  read({ hash }: { readonly hash: Hex }, signal: AbortSignal): Promise<Uint8Array> {
    return this.#fetch(`${GUARDIAN_PATHS.data}${hash}`, { signal }, MAX_DATA_BYTES);
  }

  async #fetch(path: string, init: RequestInit, maxBytes: number): Promise<Buffer> {
    const response = await fetch(`${this.name}${path}`, { ...init, redirect: "error" });
    const body = await bytesOf(response, response.ok ? maxBytes : MAX_ANSWER_BYTES);
    if (response.ok) return body;
    const { code, nextBatch, message } = v.parse(refusal, JSON.parse(body.toString("utf8")));
    // It alone needs another batch, and no chain has more.
    const next = code === "BatchMissing" && nextBatch !== undefined ? { nextBatch } : {};
    throw new GuardianError(code, `${this.name}: ${printable(message)}`, next);
  }
}

async function bytesOf({ body }: Response, maxBytes: number): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of body ?? []) {
    length += part.length;
    if (length > maxBytes) throw new RangeError(`the answer has more than ${maxBytes} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts);
}
