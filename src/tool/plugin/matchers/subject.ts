import type { MemberLike } from "../api/assertions.ts";
import type { Hyperchains, Member, TransactionLike } from "../api/hyperchains.ts";
import type { Message } from "../api/message.ts";
import { ecosystemOf } from "../api/registry.ts";

/** Subject of an assertion. */
export interface Subject {
  readonly hyperchains: Hyperchains;
  readonly messages: readonly Message[];
}

/**
 * The messages that a subject names: a message, or a transaction by its response, receipt or hash, or a promise of any.
 * Throws TypeError where it names nothing, or no ecosystem is known for it.
 */
export async function readSubject(value: unknown, ...hints: readonly unknown[]): Promise<Subject> {
  const subject: unknown = await (typeof value === "function" ? (value as () => unknown)() : value);
  const provider = typeof subject === "object" && subject !== null && "provider" in subject ? subject.provider : undefined;
  const hyperchains = ecosystemOf(subject, provider, ...hints);
  if (hyperchains === undefined) {
    throw new TypeError(
      'which ecosystem this transaction belongs to cannot be seen; name the member as an object, such as hyperchains.chain("beta"), or pass hyperchains.message(hash)',
    );
  }
  if (isMessage(subject)) return { hyperchains, messages: [subject] };
  if (!isTransaction(subject)) throw new TypeError("expected a message or a transaction (its response, receipt or hash)");
  return { hyperchains, messages: await hyperchains.messages(subject) };
}

/** A member by name, id or itself. Throws ClientError UnknownChain. */
export function readMember(hyperchains: Hyperchains, member: MemberLike): Member {
  return typeof member === "object" ? member : hyperchains.chain(member);
}

function isMessage(value: unknown): value is Message {
  return typeof value === "object" && value !== null && "delivered" in value && "steps" in value;
}

function isTransaction(value: unknown): value is TransactionLike {
  return (
    typeof value === "string" || (typeof value === "object" && value !== null && ("hash" in value || "transactionHash" in value))
  );
}
