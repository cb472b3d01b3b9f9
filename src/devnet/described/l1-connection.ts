/** Puts one request to an L1's engine. */
export type L1Asking = (method: string, ...params: readonly unknown[]) => Promise<unknown>;

/** A JSON-RPC connection to an in-process L1: the part of Hardhat's network connection that is used here. */
export interface L1Connection {
  readonly provider: {
    request(args: { readonly method: string; readonly params?: readonly unknown[] }): Promise<unknown>;
    on(event: "message", listener: (message: { readonly type: string; readonly data: unknown }) => void): unknown;
    removeListener(event: "message", listener: (message: { readonly type: string; readonly data: unknown }) => void): unknown;
  };
  /**
   * Runs requests that look at the next block as if it were in a later second than the newest block, for who pays for a
   * transaction that may be in such a block. Default: they see the second that the engine's next block would have now.
   */
  lookAhead?<Result>(look: (ask: L1Asking) => Promise<Result>): Promise<Result>;
  close(): Promise<void>;
}
