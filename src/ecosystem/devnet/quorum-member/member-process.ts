import type { Clock } from "../../../ground/runtime/clock.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { endChild, letEnd, startChild } from "../../../ground/runtime/child-process.ts";
import {
  QuorumMemberError,
  type MemberOperation,
  type MemberOperations,
  type MemberReply,
  type MemberRequest,
} from "./messages.ts";

/** A member in a separate process. */
export interface MemberProcess {
  /** 20 bytes, lower case. */
  readonly address: Hex;
  readonly pid: number | undefined;
  /** Rejects with QuorumMemberError. */
  request<Name extends MemberOperation>(
    operation: Name,
    request: MemberOperations[Name]["request"],
  ): Promise<MemberOperations[Name]["result"]>;
  /** Ends the process. */
  close(): Promise<void>;
}

/** After this a member counts as silent. A full batch takes seconds. */
const LONGEST_ANSWER_MS = 120_000;

/** The compiled package runs `.js`, a checkout runs `.ts`. */
const MAIN = new URL(import.meta.url.endsWith(".ts") ? "./main.ts" : "./main.js", import.meta.url);

/** Start options of a member. */
interface MemberStart {
  readonly clock: Clock;
  /** File of its key and its signatures, so that it can be restarted. Without a file its data end with its process. */
  readonly file?: string | undefined;
}

/** Starts a member, whose key is made there and stays there. Rejects with QuorumMemberError where it cannot start. */
export async function startMemberProcess({ clock, file }: MemberStart): Promise<MemberProcess> {
  const child = startChild(MAIN, file === undefined ? [] : [file]);
  const waiting = new Map<number, { readonly resolve: (result: unknown) => void; readonly reject: (error: Error) => void }>();
  let nextId = 1;
  let ended: string | undefined;

  const end = (reason: string): void => {
    ended ??= reason;
    for (const { reject } of waiting.values()) reject(new QuorumMemberError("MemberDied", ended));
    waiting.clear();
  };
  child.on("message", (message) => {
    const reply = message as MemberReply;
    const request = waiting.get(reply.id);
    if (reply.type === "done") request?.resolve(reply.result);
    else request?.reject(new QuorumMemberError(reply.code, reply.message, reply.nextBatch));
  });
  child.on("error", (error) => end(`its process failed: ${error.message}`));
  child.on("exit", (code, signal) => end(`its process has ended with ${signal ?? `code ${code}`}`));
  // A request keeps this process alive until its answer.
  letEnd(child);

  function request<Name extends MemberOperation>(
    operation: Name,
    content: MemberOperations[Name]["request"],
  ): Promise<MemberOperations[Name]["result"]> {
    if (ended !== undefined) return Promise.reject(new QuorumMemberError("MemberDied", ended));
    const id = nextId++;
    const message: MemberRequest = { id, operation, request: content };
    const answer = new Promise<MemberOperations[Name]["result"]>((resolve, reject) => {
      waiting.set(id, { resolve: resolve as (result: unknown) => void, reject });
      child.send(message, (error) => {
        if (error !== null) reject(new QuorumMemberError("MemberDied", error.message));
      });
    });
    const cancel = clock.after(LONGEST_ANSWER_MS, () => {
      waiting.get(id)?.reject(new QuorumMemberError("MemberSilent", `it has not answered for ${LONGEST_ANSWER_MS / 1000} s`));
    });
    child.channel?.ref();
    return answer.finally(() => {
      cancel();
      waiting.delete(id);
      if (waiting.size === 0) child.channel?.unref();
    });
  }

  const address = await request("introduce", undefined);
  return {
    address,
    pid: child.pid,
    request,
    close: () => endChild(child),
  };
}
