/** Transactions on L1 that took a batch through its stages, as ZK Stack's methods name them. */
export interface Stages {
  readonly commitTxHash: string | null;
  readonly committedAt: string | null;
  readonly proveTxHash: string | null;
  readonly provenAt: string | null;
  readonly executeTxHash: string | null;
  readonly executedAt: string | null;
}

/** The last stage on L1 that a batch has reached; `included` before the first. */
export function stageOf({ commitTxHash, proveTxHash, executeTxHash }: Omit<Stages, `${string}At`>): string {
  if (executeTxHash !== null) return "executed";
  if (proveTxHash !== null) return "proven";
  return commitTxHash === null ? "included" : "committed";
}
