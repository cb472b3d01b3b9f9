import type { ServerResponse } from "node:http";
import { NamedError } from "../../ground/errors/named-error.ts";

/** Maximum pending requests of all readers, until their answers have been read. */
const MOST_UNDER_WAY = 64;
/** Bytes of one answer, and of all that have not been read yet. */
const MOST_ANSWER_BYTES = 16 * 2 ** 20;
const MOST_HELD_BYTES = 64 * 2 ** 20;
const ANSWER_MS = 60_000;

/** An answer that is not passed on; the code is a status of HTTP. */
export class PassedAnswerError extends NamedError<number> {
  override readonly name = "PassedAnswerError";
}

/** Passes requests on to members, and limits the memory of their answers. */
export class PassedAnswers {
  #underWay = 0;
  #heldBytes = 0;

  /**
   * Resolves with what the member answers. Rejects with PassedAnswerError beyond a limit, or as `fetch` does; also when the
   * reader leaves. `authorization`: the reader's sessions, as `Authorization` names them. `isRepeatable`: the request changes
   * nothing, so that it can be sent again.
   */
  async answer(
    url: string,
    question: unknown,
    reader: ServerResponse,
    { authorization, isRepeatable }: { readonly authorization?: string | undefined; readonly isRepeatable: boolean },
  ): Promise<Buffer> {
    if (this.#underWay >= MOST_UNDER_WAY) throw new PassedAnswerError(503, "too many requests are pending; try again");
    this.#underWay++;
    const held = { bytes: 0 };
    const gone = new AbortController();
    reader.once("close", () => {
      gone.abort(new Error("the reader has left"));
      this.#underWay--;
      this.#heldBytes -= held.bytes;
    });
    const response = await posted(url, {
      method: "POST",
      headers: { "content-type": "application/json", ...(authorization === undefined ? {} : { authorization }) },
      body: JSON.stringify(question),
      signal: AbortSignal.any([gone.signal, AbortSignal.timeout(ANSWER_MS)]),
      isRepeatable,
    });
    const pieces: Uint8Array[] = [];
    for await (const piece of response.body ?? []) {
      if (reader.closed) throw new PassedAnswerError(499, "the reader has left");
      held.bytes += piece.length;
      this.#heldBytes += piece.length;
      if (held.bytes > MOST_ANSWER_BYTES)
        throw new PassedAnswerError(502, `the answer has more than ${MOST_ANSWER_BYTES} bytes: ask ${url} itself`);
      if (this.#heldBytes > MOST_HELD_BYTES)
        throw new PassedAnswerError(503, "too many answers wait for their readers; ask again");
      pieces.push(piece);
    }
    return Buffer.concat(pieces);
  }
}

/** A member may end an idle connection while `fetch` sends on it. A repeatable request is then sent again. */
async function posted(url: string, { isRepeatable, ...request }: RequestInit & { isRepeatable: boolean }): Promise<Response> {
  try {
    return await fetch(url, request);
  } catch (error) {
    const { code } = ((error as Error).cause ?? {}) as { readonly code?: unknown };
    if (!isRepeatable || !(code === "UND_ERR_SOCKET" || code === "ECONNRESET" || code === "EPIPE")) throw error;
    return fetch(url, request);
  }
}
