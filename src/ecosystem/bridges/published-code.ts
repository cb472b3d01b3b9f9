import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { FunctionFragment, Interface, type InterfaceAbi } from "ethers";
import { installedPackage, PublishedCodeError } from "../../ground/runtime/installed-package.ts";

/** A package of a bridge's own authors, and which versions of it are known to fit. */
export interface PublishedPackage {
  readonly name: string;
  /** Major version: the part before the first point. */
  readonly major: number;
}

/** A contract as such a package has it. */
export interface PublishedContract {
  readonly from: PublishedPackage;
  /** In the package: an artifact (.json), or TypeChain's factory (.js). */
  readonly file: string;
  /** That it must have: names or signatures in an artifact, signatures in a factory. */
  readonly functions: readonly string[];
}

/** Finds this package's own compiled contracts. */
export type OwnArtifacts = (name: string) => Promise<{ readonly abi: InterfaceAbi; readonly bytecode: string }>;

/**
 * Creation code of a contract, from the packages that the project in a folder has installed; this package
 * contains none of it. `together` are all packages that the bridge needs, for the error's remedy. Throws
 * PublishedCodeError.
 */
export function publishedCode(folder: string, published: PublishedContract, together: readonly PublishedPackage[]): string {
  const { from, file, functions } = published;
  const installed = installedPackage(folder, from.name);
  if (installed === undefined) throw missing(folder, from, together);
  const { place, version } = installed;
  if (Number(version.split(".")[0]) !== from.major) throw unfit(from, `version ${version} is installed`, together);
  if (!existsSync(join(place, file))) throw unfit(from, `version ${version} has no ${file}`, together);
  const code = file.endsWith(".js") ? codeOfFactory : codeOfArtifact;
  const { bytecode, has } = code(readFileSync(join(place, file), "utf8"));
  const lacking = functions.filter((signature) => !has(signature));
  if (lacking.length > 0) throw unfit(from, `${file} of version ${version} has no ${lacking.join(", ")}`, together);
  return bytecode;
}

/** Creation code of a contract, and a check for a function. */
interface ReadCode {
  readonly bytecode: string;
  has(signature: string): boolean;
}

function codeOfArtifact(text: string): ReadCode {
  const { abi, bytecode } = JSON.parse(text) as { readonly abi: InterfaceAbi; readonly bytecode: string };
  const contract = new Interface(abi);
  return { bytecode, has: (signature) => contract.getFunction(signature) !== null };
}

/**
 * Code of a factory for another version of ethers, which is read and not run: a function exists if the
 * bytecode has its selector.
 */
function codeOfFactory(text: string): ReadCode {
  const bytecode = /\b_bytecode = "(0x[0-9a-f]+)"/.exec(text)?.[1] ?? "0x";
  // Solidity compares with as many bytes as the selector has behind its zeros.
  const selector = (signature: string): string =>
    FunctionFragment.from(signature)
      .selector.slice(2)
      .replace(/^(00)+/, "");
  return { bytecode, has: (signature) => bytecode.includes(selector(signature)) };
}

function missing(folder: string, { name }: PublishedPackage, together: readonly PublishedPackage[]): PublishedCodeError {
  const message = `the package ${name} is not installed in ${folder}, and its published contracts are what this bridge runs: ${advice(together)}`;
  return new PublishedCodeError("PackageMissing", message);
}

function unfit({ name, major }: PublishedPackage, reason: string, together: readonly PublishedPackage[]): PublishedCodeError {
  const message = `the package ${name} must be of version ${major}.x, and ${reason}: ${advice(together)}`;
  return new PublishedCodeError("PackageUnfit", message);
}

function advice(together: readonly PublishedPackage[]): string {
  return `npm install --save-dev --legacy-peer-deps ${together.map(({ name, major }) => `${name}@${major}`).join(" ")}`;
}
