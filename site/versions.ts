/** Version of the documentation, as the select on each page shows it. */
export interface SiteVersion {
  readonly name: string;
  /** Path under which the version is served, with slashes around it. */
  readonly path: string;
  /** True if the package of this version was released. */
  readonly isReleased: boolean;
}

/** Name of the file next to the versions' folders that lists them. Pages of older versions read it too. */
export const VERSIONS_FILE = "versions.json";

/** Heading of a version in the changelog, except that of a version that is not released. */
const RELEASED = /^## \[?(\d+\.\d+)\.\d+\b(?!\]? - unreleased)/gm;

/** Minor version of a full one: patches have no documentation of their own. */
function minorOf(version: string): string {
  return version.split(".", 2).join(".");
}

/** Path of a version's pages. */
export function versionPath(version: string): string {
  return `/v${minorOf(version)}/`;
}

/** Minor versions that a changelog has as released, in its order, the newest first. */
export function releasedVersions(changelog: string): readonly string[] {
  return [...new Set([...changelog.matchAll(RELEASED)].map(([, version = ""]) => version))];
}

/** Versions of the site: the current one, first if it is not released, and those that the changelog has as released. */
export function siteVersions(current: string, changelog: string): readonly SiteVersion[] {
  const released = releasedVersions(changelog);
  const names = released.includes(minorOf(current)) ? released : [minorOf(current), ...released];
  return names.map((name) => ({ name, path: versionPath(name), isReleased: released.includes(name) }));
}
