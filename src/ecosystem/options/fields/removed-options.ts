/** Removed options of a chain, each with what replaces it. */
const REMOVED_OPTIONS: ReadonlyMap<string, string> = new Map([
  ["checkedBy", 'no second EVM repeats blocks; execution: "proven" runs each batch in another machine and proves it'],
  ["check", "validators execute every batch again; leave it out"],
  ["mode", 'proofs: "stark" or "none" of the ecosystem says it'],
  ["protocolVersion", 'execution: "trusted" or "proven" of a chain says it'],
  ["prover", 'execution: "trusted" or "proven" of a chain says it, and proofs are made by the ecosystem\'s prover'],
  ["execution", "it is an option of the ecosystem and of its chains; move it there"],
  ["keptProofs", "proofs of execution are kept until L1 has them; leave it out"],
  ["engine", "one engine makes the blocks of all chains; leave it out"],
]);

/** Refusal of a field that was once an option, with its replacement; undefined for any other field. */
export function removedOption(field: string): string | undefined {
  const replacement = REMOVED_OPTIONS.get(field);
  return replacement === undefined ? undefined : `"${field}" was removed: ${replacement}`;
}
