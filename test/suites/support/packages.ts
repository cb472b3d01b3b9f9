import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { InterfaceAbi } from "ethers";

const FOLDER = fileURLToPath(new URL("../../../fixtures/suites/packages/", import.meta.url));

/** A compiled contract. */
export interface Artifact {
  readonly abi: InterfaceAbi;
  /** 0x and the code that creates it. */
  readonly bytecode: string;
}

/** Installs what the lockfile of `fixtures/suites/packages` names, where that has not been done. */
export function installPackages(): void {
  const installed = join(FOLDER, "node_modules/.package-lock.json");
  const versions = (file: string): string =>
    JSON.stringify(
      Object.entries((JSON.parse(readFileSync(file, "utf8")) as { packages: Record<string, { version?: string }> }).packages)
        .filter(([path]) => path !== "")
        .map(([path, { version }]) => `${path} ${version ?? ""}`)
        .sort(),
    );
  if (existsSync(installed) && versions(installed) === versions(join(FOLDER, "package-lock.json"))) return;
  execFileSync("npm", ["ci", "--legacy-peer-deps", "--ignore-scripts", "--no-audit", "--no-fund"], {
    cwd: FOLDER,
    stdio: "inherit",
    shell: process.platform === "win32",
  });
}

/** A contract out of a package's file, in Hardhat's, Waffle's or solc's form. */
export function artifactOf(file: string): Artifact {
  const read = JSON.parse(readFileSync(join(FOLDER, "node_modules", file), "utf8")) as {
    readonly abi: InterfaceAbi;
    readonly bytecode?: string;
    readonly evm?: { readonly bytecode: { readonly object: string } };
  };
  const code = read.bytecode ?? read.evm?.bytecode.object;
  if (code === undefined) throw new Error(`${file} has no bytecode`);
  return { abi: read.abi, bytecode: code.startsWith("0x") ? code : `0x${code}` };
}
