import { registerHooks } from "node:module";

/** Entries of the package by their names, for examples that import the package as its users do. */
const ENTRIES: Readonly<Record<string, string>> = {
  "hardhat-hyperchain/client": new URL("../../src/client.ts", import.meta.url).href,
  "hardhat-hyperchain/kit": new URL("../../src/kit.ts", import.meta.url).href,
};

/** Resolves the package's names to its sources. Examples must be imported after the call. */
export function resolvePackageNames(): void {
  registerHooks({
    resolve(name, context, next) {
      const url = ENTRIES[name];
      return url === undefined ? next(name, context) : { url, shortCircuit: true };
    },
  });
}
