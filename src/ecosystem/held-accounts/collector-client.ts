import * as v from "valibot";
import { reasonOf } from "../../ground/errors/reason-of.ts";
import type { Hex } from "../../ground/protocol/hex.ts";
import type { HeldAct, HeldGift } from "./act.ts";
import type { ActCollector, ActSignature, JoinedAct } from "./collector.ts";
import { CollectorError, collectorCode } from "./collector-error.ts";
import { COLLECTOR_PATHS } from "./collector-wire.ts";
import { amountEntries, encodeHeldJson, hexOf, pathSchema, positionSchema, uint64, uint256 } from "./held-json.ts";
import type { HeldChain } from "./held-wallet.ts";

/** A round, the time for signatures and a block: a minute is more than enough. */
const ANSWER_MS = 60_000;
/** Gifts of an account: some 100,000. */
const MAX_ANSWER_BYTES = 20_000_000;

const word = hexOf(32);
const joined = v.strictObject({ root: word, position: positionSchema, path: pathSchema });
const gifts = v.array(v.strictObject({ gift: uint64, ...amountEntries }));
const servedChain = v.strictObject({ chainId: uint64, contract: hexOf(20) });
const refusal = v.looseObject({ code: v.optional(v.string()), message: v.string() });

/**
 * Collector at a URL, with its reads of the chain. Its answers cannot move money: the owner checks the path of an act, and
 * recipients with access to the chain check listings there.
 */
export class CollectorClient implements ActCollector, HeldChain {
  readonly #url: string;

  constructor(url: string) {
    this.#url = url.replace(/\/$/, "");
  }

  join(act: HeldAct, signature: Hex): Promise<JoinedAct> {
    return this.#request(joined, COLLECTOR_PATHS.join, { act, signature });
  }

  sign({ root, position, signature }: ActSignature): Promise<Hex> {
    return this.#request(word, COLLECTOR_PATHS.sign, { root, position, signature });
  }

  async readChainId(): Promise<bigint> {
    return (await this.#request(servedChain, COLLECTOR_PATHS.chain)).chainId;
  }

  leafOf(number: number): Promise<Hex> {
    return this.#request(word, `${COLLECTOR_PATHS.leaf}${number}`);
  }

  listedPositions(root: Hex): Promise<bigint> {
    return this.#request(uint256, `${COLLECTOR_PATHS.listed}${root}`);
  }

  giftsTo(number: number): Promise<readonly HeldGift[]> {
    return this.#request(gifts, `${COLLECTOR_PATHS.gifts}${number}`);
  }

  /** Rejects with CollectorError: the collector's code, Unreachable, or MalformedAnswer. */
  async #request<Schema extends v.GenericSchema>(schema: Schema, path: string, body?: unknown): Promise<v.InferOutput<Schema>> {
    const { isOk, text } = await this.#text(path, body);
    try {
      if (isOk) return v.parse(schema, JSON.parse(text));
    } catch (cause) {
      throw new CollectorError("MalformedAnswer", `${this.#url} answers ${path} in another form; use another collector`, {
        cause,
      });
    }
    const { code, message } = refusalOf(text);
    throw new CollectorError(collectorCode(code), `${this.#url} refused: ${message.slice(0, 500)}`);
  }

  async #text(path: string, body: unknown): Promise<{ readonly isOk: boolean; readonly text: string }> {
    const request = body === undefined ? {} : { method: "POST", body: encodeHeldJson(body) };
    try {
      const response = await fetch(`${this.#url}${path}`, {
        ...request,
        redirect: "error",
        signal: AbortSignal.timeout(ANSWER_MS),
      });
      return { isOk: response.ok, text: await limitedText(response) };
    } catch (cause) {
      throw new CollectorError(
        "Unreachable",
        `no answer of ${this.#url}: ${reasonOf(cause)}; use another collector, or post alone`,
        { cause },
      );
    }
  }
}

async function limitedText(response: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    length += part.length;
    if (length > MAX_ANSWER_BYTES) throw new RangeError(`the answer exceeds ${MAX_ANSWER_BYTES} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString("utf8");
}

function refusalOf(text: string): v.InferOutput<typeof refusal> {
  try {
    return v.parse(refusal, JSON.parse(text));
  } catch {
    return { message: text };
  }
}
