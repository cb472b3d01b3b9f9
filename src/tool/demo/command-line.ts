import { parseArgs, type ParseArgsConfig } from "node:util";

/** `parseArgs`, but a wrong command line ends the process with one line and exit code 2 instead of a stack trace. */
export function parseCommandLine<T extends ParseArgsConfig>(config: T): ReturnType<typeof parseArgs<T>> {
  try {
    return parseArgs(config);
  } catch (error) {
    return usageError(error instanceof Error ? error.message : String(error));
  }
}

/** The number that an option's text says. Ends the process with exit code 2 unless it is whole and in the range. */
export function wholeNumber(option: string, text: string, min: number, max = Number.MAX_SAFE_INTEGER): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value) || value < min || value > max) {
    const range = max === Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `from ${min} to ${max}`;
    usageError(`--${option} takes a whole number ${range}, got '${text}'`);
  }
  return value;
}

/** Ends the process with exit code 2 and the reason on stderr. */
export function usageError(reason: string): never {
  console.error(`${reason}\nAdd --help for the options.`);
  process.exit(2);
}

/** Ends the process in silence when the reader of stdout leaves, as in `npm start | head -1`. */
export function endWithReader(): void {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    process.exit(0);
  });
}
