import { syncBuiltinESMExports } from "node:module";
import { promises as files } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";

/** Preload of a process: each `datasync` of a file takes the milliseconds that SLOW_SYNCS has for a part of the file's path. */
const delays = Object.entries(JSON.parse(process.env["SLOW_SYNCS"] ?? "{}") as Record<string, number>);
const { open } = files;

files.open = async (path, ...mode) => {
  const file = await open(path, ...mode);
  const [, ms] = delays.find(([part]) => String(path).includes(part)) ?? [];
  if (ms === undefined) return file;
  const datasync = file.datasync.bind(file);
  file.datasync = async () => {
    await pause(ms);
    return datasync();
  };
  return file;
};
syncBuiltinESMExports();
