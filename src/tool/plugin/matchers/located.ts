/** The error with a stack that begins at the matcher's call; contracts' lines come first. */
export function located(error: unknown, at: Error, sourceLines: readonly string[]): unknown {
  if (!(error instanceof Error)) return error;
  const [, ...frames] = (at.stack ?? "").split("\n");
  error.stack = [`${error.name}: ${error.message}`, ...sourceLines.map((line) => `    ${line}`), ...frames].join("\n");
  return error;
}
