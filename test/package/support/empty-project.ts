import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildPackage } from "../../support/built-package.ts";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta: Readonly<Record<string, { readonly optional: boolean }>>;
}

/** A project that has nothing but the packed plugin, what it declares, and files that the test writes. */
export interface EmptyProject {
  readonly folder: string;
  readonly tarball: { readonly bytes: number; readonly files: readonly string[] };
  write(file: string, content: string): void;
  remove(): void;
}

/**
 * Packs the plugin and installs the tarball in an empty project, without a registry: what the package declares is linked from
 * this checkout, so that anything undeclared is missing. `alsoLinked` are packages that the project itself asks for.
 */
export function installInEmptyProject(alsoLinked: readonly string[] = []): EmptyProject {
  buildPackage();
  const folder = mkdtempSync(join(tmpdir(), "hyperchain-project-"));
  const packed = execFileSync("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", folder], {
    cwd: ROOT,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  const tarball = join(folder, /"filename": "([^"]+)"/.exec(packed)?.[1] ?? "");
  const plugin = join(folder, "node_modules/hardhat-hyperchain");
  mkdirSync(plugin, { recursive: true });
  execFileSync("tar", ["-xzf", tarball, "--strip-components=1", "-C", plugin]);
  const { dependencies, peerDependencies, peerDependenciesMeta } = JSON.parse(
    readFileSync(join(plugin, "package.json"), "utf8"),
  ) as Manifest;
  const peers = Object.keys(peerDependencies).filter((name) => peerDependenciesMeta[name]?.optional !== true);
  for (const name of [...Object.keys(dependencies), ...peers, ...alsoLinked]) {
    const link = join(folder, "node_modules", name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(ROOT, "node_modules", name), link);
  }
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "a-users-project", private: true, type: "module" }));
  const files = execFileSync("tar", ["-tzf", tarball], { encoding: "utf8" })
    .trim()
    .split("\n")
    .map((file) => file.replace(/^package\//, ""));
  return {
    folder,
    tarball: { bytes: statSync(tarball).size, files },
    write(file, content) {
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      writeFileSync(join(folder, file), content);
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Every Node that is available here and that the plugin supports, by its major version. */
export function supportedNodes(): ReadonlyMap<number, string> {
  const found = new Map([[Number(process.versions.node.split(".")[0]), process.execPath]]);
  for (const candidate of [
    join(ROOT, "node_modules/.node-22/node_modules/node/bin/node"),
    process.env["HYPERCHAIN_TEST_NODE"] ?? "",
  ]) {
    if (!existsSync(candidate)) continue;
    found.set(Number(execFileSync(candidate, ["-p", "process.versions.node.split('.')[0]"], { encoding: "utf8" })), candidate);
  }
  return found;
}
