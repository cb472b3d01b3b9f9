import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { HyperchainError } from "../errors/hyperchain-error.ts";

/**
 * PackageMissing: the project has not installed it. PackageUnfit: it has another version, or one without what is needed.
 * Remedy: install the package and version that the message names.
 */
export class PublishedCodeError extends HyperchainError<"PackageMissing" | "PackageUnfit"> {
  override readonly name = "PublishedCodeError";
}

/** A package that a project has installed. */
export interface InstalledPackage {
  /** Folder of the package. */
  readonly place: string;
  readonly version: string;
}

/** The package that a project in a folder has installed; undefined if there is none. */
export function installedPackage(folder: string, name: string): InstalledPackage | undefined {
  // Not as Node resolves a file: packages export none of their artifacts.
  const paths = createRequire(join(folder, "package.json")).resolve.paths(name) ?? [];
  const place = paths.map((path) => join(path, name)).find((path) => existsSync(join(path, "package.json")));
  if (place === undefined) return undefined;
  const { version } = JSON.parse(readFileSync(join(place, "package.json"), "utf8")) as { readonly version: string };
  return { place, version };
}
