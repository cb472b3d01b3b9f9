/** Whether changed files (paths from the root) have a report of the public API, and no file of `.changeset/` about it. */
export function lacksChangeset(files: readonly string[]): boolean {
  const hasApi = files.some((file) => file.startsWith("api/"));
  return hasApi && !files.some((file) => /^\.changeset\/[^/]+\.md$/.test(file) && file !== ".changeset/README.md");
}
