/** Imports between folders that close a circle of folders. Each is to go; none is added. */
export const CIRCLE_CLOSERS: readonly string[] = [];
