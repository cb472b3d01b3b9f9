import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Interface } from "ethers";
import type { InterfaceAbi } from "ethers";
import { HyperchainError } from "../errors/hyperchain-error.ts";

/** A package of a bridge's own authors, and which versions of it are known to fit. */
export interface PublishedPackage {
  readonly name: string;
  /** Of its version: the part before the first point. */
  readonly major: number;
}

/** A contract as such a package has it. */
export interface PublishedContract {
  readonly from: PublishedPackage;
  /** In the package. */
  readonly file: string;
  /** Signatures that it must have. */
  readonly functions: readonly string[];
}

/** What creates a published contract. */
export interface PublishedCode {
  readonly contract: Interface;
  readonly bytecode: string;
}

/** PackageMissing: the project has not installed it. PackageUnfit: it has another version, or one without what is needed. */
export class PublishedCodeError extends HyperchainError<"PackageMissing" | "PackageUnfit"> {
  override readonly name = "PublishedCodeError";
}

/**
 * The code of a contract out of the packages that the project in a folder has installed; nothing of it is in this package.
 * `together` are all packages that the bridge needs, for the advice. Throws PublishedCodeError.
 */
export function publishedCode(
  folder: string,
  published: PublishedContract,
  together: readonly PublishedPackage[],
): PublishedCode {
  const { from, file, functions } = published;
  const require = createRequire(join(folder, "package.json"));
  const place = (path: string): string => {
    try {
      return require.resolve(`${from.name}/${path}`);
    } catch (error) {
      throw path === "package.json" ? missing(folder, from, together, error) : unfit(from, `it has no ${path}`, together, error);
    }
  };
  const { version } = JSON.parse(readFileSync(place("package.json"), "utf8")) as { readonly version: string };
  if (Number(version.split(".")[0]) !== from.major) throw unfit(from, `version ${version} is installed`, together);
  const { abi, bytecode } = JSON.parse(readFileSync(place(file), "utf8")) as { abi: InterfaceAbi; bytecode: string };
  const contract = new Interface(abi);
  const lacking = functions.filter((signature) => contract.getFunction(signature) === null);
  if (lacking.length > 0) throw unfit(from, `${file} of version ${version} has no ${lacking.join(", ")}`, together);
  return { contract, bytecode };
}

function missing(
  folder: string,
  { name }: PublishedPackage,
  together: readonly PublishedPackage[],
  cause: unknown,
): PublishedCodeError {
  const message = `the package ${name} is not installed in ${folder}, and its published contracts are what this bridge runs: ${advice(together)}`;
  return new PublishedCodeError("PackageMissing", message, { cause });
}

function unfit(
  { name, major }: PublishedPackage,
  why: string,
  together: readonly PublishedPackage[],
  cause?: unknown,
): PublishedCodeError {
  const message = `the package ${name} must be of version ${major}.x, and ${why}: ${advice(together)}`;
  return new PublishedCodeError("PackageUnfit", message, { cause });
}

function advice(together: readonly PublishedPackage[]): string {
  return `npm install --save-dev --legacy-peer-deps ${together.map(({ name, major }) => `${name}@${major}`).join(" ")}`;
}
