import type { Asked, Interviewed } from "./interview.ts";

/** One field in which two nodes' answers to a question differ. */
export interface Difference {
  readonly method: string;
  /** Parameters of the request, verbatim. */
  readonly params: string;
  /** The field's path; empty for the answer itself. */
  readonly at: string;
  readonly chain: unknown;
  readonly hardhat: unknown;
}

/** A field that is not there. */
export const ABSENT = "(absent)";

/** Compares the answers field by field; by the names of what has another hash on each. */
export function differencesOf(chain: Interviewed, hardhat: Interviewed): readonly Difference[] {
  if (chain.asked.length !== hardhat.asked.length) throw new Error("the nodes were asked different questions");
  return chain.asked.flatMap((asked, index) => {
    const ours = withNames(asked, chain.names);
    const theirs = withNames(hardhat.asked[index]!, hardhat.names);
    const params = JSON.stringify(ours.params);
    return [...fieldsThatDiffer(ours.reply, theirs.reply)].map((field) => ({ method: asked.method, params, ...field }));
  });
}

function withNames({ params, reply, method }: Asked, names: Interviewed["names"]): Asked {
  const rest = "result" in reply ? { result: reply.result } : { error: reply.error };
  let text = JSON.stringify({ params, reply: rest });
  for (const [hash, name] of names) text = text.replaceAll(hash, name);
  return { method, ...(JSON.parse(text) as Omit<Asked, "method">) };
}

function* fieldsThatDiffer(chain: unknown, hardhat: unknown, at = ""): Generator<Pick<Difference, "at" | "chain" | "hardhat">> {
  if (isObject(chain) && isObject(hardhat) && Array.isArray(chain) === Array.isArray(hardhat)) {
    for (const key of new Set([...Object.keys(chain), ...Object.keys(hardhat)])) {
      const of = (object: object): unknown => (key in object ? (object as Record<string, unknown>)[key] : ABSENT);
      yield* fieldsThatDiffer(of(chain), of(hardhat), at === "" ? key : `${at}.${key}`);
    }
  } else if (chain !== hardhat) yield { at, chain, hardhat };
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
