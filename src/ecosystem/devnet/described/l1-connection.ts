/** Puts one request to an L1's engine. */
export type L1Asking = (method: string, ...params: readonly unknown[]) => Promise<unknown>;

/** Estimates the gas of one transaction for the second that L1's next block has now. */
export type L1Look = (ask: L1Asking) => Promise<unknown>;

/** A JSON-RPC connection to an in-process L1: the part of Hardhat's network connection that is used here. */
export interface L1Connection {
  readonly provider: {
    request(args: { readonly method: string; readonly params?: readonly unknown[] }): Promise<unknown>;
    on(event: "message", listener: (message: { readonly type: string; readonly data: unknown }) => void): unknown;
    removeListener(event: "message", listener: (message: { readonly type: string; readonly data: unknown }) => void): unknown;
  };
  /**
   * Greatest of the estimates in the seconds that a transaction's block may have. Default: the estimate in the second that the
   * engine's next block would have now.
   */
  lookAhead?(look: L1Look): Promise<unknown>;
  close(): Promise<void>;
}
