import { readFileSync } from "node:fs";
import { join } from "node:path";

const VECTORS = "fixtures/protocol/hashes.json";

/** Table of the protocol's tags: the name of each, its text and the text's keccak, from the vectors of `root`. */
export function tagsTable(root: string): string {
  const { tags } = JSON.parse(readFileSync(join(root, VECTORS), "utf8")) as {
    readonly tags: Readonly<Record<string, { readonly text: string; readonly hash: string }>>;
  };
  const rows = Object.entries(tags).map(([name, { text, hash }]) => `| \`${name}\` | \`${text}\` | \`${hash}\` |`);
  return ["| tag | text | keccak |", "|---|---|---|", ...rows].join("\n");
}
