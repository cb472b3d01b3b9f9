import type { SolidityHooks } from "hardhat/types/hooks";
import knownWarnings from "../../src/tool/demo/known-warnings.ts";
import { leanCompiler } from "./lean-compiler.ts";

/** Compiles with the smaller output, and leaves known warnings out of what a build prints. */
export default async (): Promise<Partial<SolidityHooks>> => ({
  ...(await knownWarnings()),
  getCompiler: async (context, config, next) => leanCompiler(await next(context, config)),
});
