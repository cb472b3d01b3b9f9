/** A chain, 271, that is all of an ecosystem, by the names that the page has for it. */
export function namedMember(url: string): ReadonlyMap<string, string> {
  return new Map(["271", "any"].map((name) => [name, url]));
}
