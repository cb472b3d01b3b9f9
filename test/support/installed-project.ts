import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildPackage } from "./built-package.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/**
 * Installs in a project of this checkout what its own lockfile names, where that has not been done, and the built plugin with
 * what it declares.
 */
export function installProject(folder: string): void {
  const modules = join(folder, "node_modules");
  if (!isInstalled(modules)) {
    execFileSync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], {
      cwd: folder,
      stdio: "inherit",
      shell: process.platform === "win32",
    });
  }
  buildPackage();
  const plugin = join(modules, "hardhat-hyperchain");
  rmSync(plugin, { recursive: true, force: true });
  mkdirSync(plugin, { recursive: true });
  for (const part of ["package.json", "dist", "contracts"]) cpSync(join(ROOT, part), join(plugin, part), { recursive: true });
  // As npm does where a project has other versions of its dependencies; its peers are found in the project, or around it.
  const { dependencies } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { readonly dependencies: object };
  for (const name of Object.keys(dependencies)) {
    const link = join(plugin, "node_modules", name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(ROOT, "node_modules", name), link, "junction");
  }
}

function isInstalled(modules: string): boolean {
  if (!existsSync(join(modules, ".package-lock.json"))) return false;
  const versions = (file: string): string =>
    JSON.stringify(
      Object.entries(
        (JSON.parse(readFileSync(file, "utf8")) as { packages: Record<string, { version?: string; optional?: boolean }> })
          .packages,
      )
        .filter(([path, { optional }]) => path !== "" && optional !== true)
        .map(([path, { version }]) => `${path} ${version ?? ""}`)
        .sort(),
    );
  return versions(join(dirname(modules), "package-lock.json")) === versions(join(modules, ".package-lock.json"));
}
