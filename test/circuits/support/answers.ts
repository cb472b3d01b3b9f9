/** Messages on the buses of some tables, by a bus's name: between them, or to tables that answer. */
export interface Answers {
  /** Whether the tables speak with each other on it; on others only the truth is answered. */
  readonly isBalanced: (bus: string) => boolean;
  /** Whether what answering tables are asked is true. */
  readonly isTrue: (bus: string, message: readonly number[]) => boolean;
}
