import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import type { NewTaskActionFunction } from "hardhat/types/tasks";
import { announced, leadingPage } from "../../discovery/state-file.ts";
import { pluginError } from "../../plugin-error.ts";
import { createOutput } from "../session/output.ts";
import type { runningTasks } from "../arguments/running.ts";
import type { ArgumentsOf } from "../arguments/shared.ts";

type OpenArguments = ArgumentsOf<(typeof runningTasks)["open"]>;

/** `hyperchain:open`: the page of the project's running ecosystem, with the token by which it acts. */
const action: NewTaskActionFunction<OpenArguments> = async (args, hre) => {
  const output = createOutput(args.json);
  const own = announced().find(({ project }) => project === hre.config.paths.root);
  if (own === undefined)
    throw pluginError(
      "this project runs no ecosystem; start one with 'npx hardhat hyperchain:spawn', which prints the page's address",
    );
  const { page } = own;
  if (page === undefined)
    throw pluginError(`this project's ecosystem (process ${own.pid}) serves no page: it was started without one`);
  if (!args.print && !(await opened(page, leadingPage(own)))) output.progress("no browser can be opened from here");
  output.result(() => `Look at it in a browser: ${page}`, { page });
};

/** Whether the system has a program that opens pages. */
async function opened(page: string, file: string | undefined): Promise<boolean> {
  if (file === undefined) return false;
  // Arguments of programs are seen by all users of a machine, and the address holds the token.
  writeFileSync(file, `<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="0; url=${page}">`, {
    mode: 0o600,
  });
  const [program = "xdg-open", ...before] = OPENERS[process.platform] ?? [];
  return new Promise((resolve) => {
    const child = spawn(program, [...before, file], { stdio: "ignore", detached: true });
    child.on("error", () => resolve(false));
    child.on("spawn", () => {
      child.unref();
      resolve(true);
    });
  });
}

const OPENERS: Readonly<Partial<Record<NodeJS.Platform, readonly string[]>>> = {
  darwin: ["open"],
  win32: ["cmd", "/c", "start", ""],
};

export default action;
