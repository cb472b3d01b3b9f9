// Imported before every test file of `npm test`: resolves relative imports that name a whole file, in this
// repository and in the libraries of which every test process loads hundreds of files. Node looks each up in
// the file system three times, a fifth of what loading an ecosystem's code takes. A file that is missing
// fails when it is read.
import { registerHooks } from "node:module";

/** Packages of ES modules whose relative imports name files of theirs. */
const LIBRARIES = /\/node_modules\/(?:ethers\/lib\.esm|@ethereumjs\/[a-z]+\/dist\/esm)\//;

registerHooks({
  resolve(specifier, context, next) {
    const { parentURL, conditions } = context;
    const isRelative = parentURL !== undefined && specifier.startsWith(".") && conditions.includes("import");
    const format = isRelative ? formatOf(specifier, parentURL) : undefined;
    if (format === undefined) return next(specifier, context);
    return { url: new URL(specifier, parentURL).href, format, shortCircuit: true };
  },
});

function formatOf(specifier: string, parent: string): string | undefined {
  if (specifier.endsWith(".ts")) return "module-typescript";
  return specifier.endsWith(".js") && LIBRARIES.test(parent) ? "module" : undefined;
}
