/** Deletes the entry that was added first if there are more than the limit: call it after each addition. */
export function dropOldest<Name>(entries: Map<Name, unknown> | Set<Name>, limit: number): void {
  const [oldest] = entries.keys();
  if (oldest !== undefined && entries.size > limit) entries.delete(oldest);
}
