/** A contract's code where it is deployed. */
export interface DeployedCode {
  readonly bytes: string;
  /** With its source; undefined where it is not known which of the project's contracts it is. */
  readonly fullName: string | undefined;
}

/**
 * Comparison of the code of contracts with one name, as text for each: equal, equal except values of each
 * deployment, or other code, which a letter distinguishes.
 */
export function codeWords(alike: readonly DeployedCode[]): readonly string[] {
  const codes = [...new Set(alike.map(({ bytes }) => bytes))];
  if (alike.length <= 1) return alike.map(() => "");
  if (codes.length === 1) return alike.map(() => "equal on all");
  const sources = new Set(alike.map(({ fullName }) => fullName));
  const isOne = sources.size === 1 && !sources.has(undefined);
  return alike.map(({ bytes }) => {
    const letter = String.fromCodePoint(65 + codes.indexOf(bytes));
    return isOne ? `equal except values set at its deployment (${letter})` : `code ${letter}`;
  });
}
