import { HyperchainError } from "../../ground/errors/hyperchain-error.ts";

/**
 * L1 or a chain outside this process has not answered in time; what is known of it stands.
 * Remedy: check that the node at its URL answers, and call again.
 */
export class MemberSilentError extends HyperchainError<"MemberSilent"> {
  override readonly name = "MemberSilentError";

  constructor(member: string, waitedMs: number) {
    super("MemberSilent", `${member} has not answered for ${waitedMs / 1000} s: what is known of it is older`);
  }
}

/** Rejects with MemberSilentError where a member has not answered by then; what it answers later is dropped. */
export async function answerWithin<Answer>(
  answer: Promise<Answer>,
  member: string,
  withinMs: number | undefined,
): Promise<Answer> {
  if (withinMs === undefined) return answer;
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new MemberSilentError(member, withinMs)), withinMs);
  });
  try {
    return await Promise.race([answer, silence]);
  } finally {
    clearTimeout(timer);
  }
}
