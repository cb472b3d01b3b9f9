import { rename, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { NewTaskActionFunction } from "hardhat/types/tasks";
import { dumpFolder, type Dump } from "../../../../ecosystem/devnet/keeping/dump.ts";
import type { DumpAnswer } from "../../../../ecosystem/devnet/view/ecosystem-methods.ts";
import { folder } from "../../../../ecosystem/options/ecosystem.ts";
import { fromHex } from "../../../../ground/protocol/hex.ts";
import { pluginError } from "../../plugin-error.ts";
import { readOption } from "../session/arguments.ts";
import { createOutput, warning, type Output } from "../session/output.ts";
import { withEcosystem } from "../session/session.ts";
import { explained } from "../session/task-error.ts";
import type { runningTasks } from "../arguments/running.ts";
import type { ArgumentsOf } from "../arguments/shared.ts";

type DumpArguments = ArgumentsOf<(typeof runningTasks)["dump"]>;

/** `hyperchain:dump`: writes an ecosystem that is kept into one file. */
const action: NewTaskActionFunction<DumpArguments> = async (args, hre) => {
  const data = readOption("data", args.data, folder);
  if (data === undefined)
    return withEcosystem(args, hre, "reads", async ({ output, request }) => {
      const { dump, keys } = (await request("hyperchain_dump")) as DumpAnswer;
      await write(args.file, { bytes: fromHex(dump), keys }, output);
    });
  const dumped = await dumpFolder(resolve(hre.config.paths.root, data)).catch((error: unknown) => {
    throw explained(error);
  });
  return write(args.file, dumped, createOutput(args.json));
};

/**
 * Writes the dump, and replaces an existing file as a whole. Only its owner may read it, because it may hold
 * keys.
 */
async function write(name: string, { bytes, keys }: Dump, output: Output): Promise<void> {
  const path = resolve(name);
  const partial = `${path}.${process.pid}`;
  try {
    await writeFile(partial, bytes, { mode: 0o600 });
    await rename(partial, path);
  } catch (error) {
    throw pluginError(`${path} cannot be written (${String((error as NodeJS.ErrnoException).code)}); name another file`, error);
  }
  if (keys > 0) output.progress(warning(`${path} holds private keys of ${keys} validators or keepers of data: keep it secret`));
  output.result(() => `dumped into ${path} (${bytes.length} bytes); 'npx hardhat hyperchain:spawn --load ${name}' resumes it`, {
    file: path,
    bytes: bytes.length,
    keys,
  });
}

export default action;
