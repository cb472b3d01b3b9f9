import { createHardhatRuntimeEnvironment } from "hardhat/hre";
import type { Task } from "hardhat/types/tasks";
import hyperchain from "../../src/index.ts";

/** Hardhat's reader of command lines, which its own `main` calls in this order. */
interface HardhatParser {
  parseRawArguments(line: readonly string[]): string[];
  parseBuiltinGlobalOptions(words: string[], used: boolean[]): Promise<{ readonly help: boolean }>;
  parseTask(words: string[], used: boolean[], tasks: ReadonlyMap<string, Task>): Task | readonly string[];
  parseTaskArguments(words: string[], used: boolean[], task: Task): unknown;
}

/** Reads what follows `npx hardhat` as Hardhat does. Throws Hardhat's error for a task, an option or an argument too many or too few. */
export async function openTaskReader(): Promise<(line: readonly string[]) => Promise<void>> {
  const parser = (await import(new URL("internal/cli/parser.js", import.meta.resolve("hardhat")).href)) as HardhatParser;
  const hre = await createHardhatRuntimeEnvironment({ plugins: [hyperchain] });
  return async (line) => {
    const words = parser.parseRawArguments(line);
    const used = words.map(() => false);
    const { help } = await parser.parseBuiltinGlobalOptions(words, used);
    const task = parser.parseTask(words, used, hre.tasks.rootTasks);
    if (Array.isArray(task)) throw new Error(`there is no task ${task.join(" ")}`);
    if (!help) parser.parseTaskArguments(words, used, task as Task);
  };
}
