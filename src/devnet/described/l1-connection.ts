/** A JSON-RPC connection to an in-process L1: the part of Hardhat's network connection that is used here. */
export interface L1Connection {
  readonly provider: {
    request(args: { readonly method: string; readonly params?: readonly unknown[] }): Promise<unknown>;
    on(event: "message", listener: (message: { readonly type: string; readonly data: unknown }) => void): unknown;
    removeListener(event: "message", listener: (message: { readonly type: string; readonly data: unknown }) => void): unknown;
  };
  close(): Promise<void>;
}
